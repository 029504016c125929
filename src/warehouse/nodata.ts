import type { Stack } from "./stack.js";

/**
 * The value that stands for "missing" in the scenes of a stack, as their type holds it; null where there is none, or NaN.
 */
export function nodataOf({ nodata, dtype }: Pick<Stack, "nodata" | "dtype">): number | bigint | null {
  if (nodata === null || nodata === "nan") return null;
  if (dtype === "int64" || dtype === "uint64") {
    const text = String(nodata);
    return /^-?\d+$/.test(text) ? BigInt(text) : null;
  }
  const value = Number(nodata);
  return dtype === "float32" || dtype === "float16" ? Math.fround(value) : value;
}
