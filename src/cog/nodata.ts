import { leadingNumber } from "./leading-number.js";

const INT64_RANGE = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const UINT64_RANGE = [0n, 2n ** 64n - 1n] as const;

/**
 * GDAL_NODATA (tag 42113) as a value, read as GDAL reads it; null for empty text.
 *
 * The number that the text starts with counts, 0 where there is none. A value that the sample type cannot hold is kept: no
 * pixel equals it. For float32 it is the nearest float32. 64-bit integers take the whole number that the text starts with,
 * cut to their range; a negative one for uint64 wraps around (C's `strtoll` and `strtoull`).
 */
export function parseNodata(text: string, dtype: string): number | bigint | "nan" | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (dtype === "int64" || dtype === "uint64") return leadingInteger(trimmed, dtype);
  if (/^[-+]?(?:nan|1\.#(?:qnan|snan|ind))/i.test(trimmed)) return "nan";
  const infinite = /^([-+]?)(?:inf|1\.#inf)/i.exec(trimmed);
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  const value = leadingNumber(trimmed);
  return dtype === "float32" ? Math.fround(value) : value;
}

function leadingInteger(text: string, dtype: "int64" | "uint64"): bigint {
  const digits = /^([-+]?)(\d+)/.exec(text);
  if (digits === null) return 0n;
  const [, sign, magnitude = "0"] = digits;
  const [low, high] = dtype === "int64" ? INT64_RANGE : UINT64_RANGE;
  // More digits than any 64-bit number has are beyond its range, whatever they are.
  const value = magnitude.length > 40 ? high + 1n : BigInt(magnitude);
  if (dtype === "uint64" && sign === "-") return value > high ? high : BigInt.asUintN(64, -value);
  const signed = sign === "-" ? -value : value;
  return signed < low ? low : signed > high ? high : signed;
}
