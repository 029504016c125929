const FLOAT32_MAX = 3.4028234663852886e38;

/**
 * GDAL_NODATA (tag 42113) as a value; null where the text is no number.
 *
 * A value that the sample type cannot hold is kept: no pixel equals it. int64 and uint64 give a bigint where the text is
 * whole. For float32, text a hair beyond the largest number means that number, as in GDAL.
 */
export function parseNodata(text: string, dtype: string): number | bigint | "nan" | null {
  const trimmed = text.trim();
  if (/^[-+]?(?:nan|1\.#(?:qnan|snan|ind))/i.test(trimmed)) return "nan";
  const infinite = /^([-+]?)(?:inf|1\.#inf)/i.exec(trimmed);
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  if ((dtype === "int64" || dtype === "uint64") && /^[-+]?\d{1,20}$/.test(trimmed)) return BigInt(trimmed);
  const value = Number.parseFloat(trimmed);
  if (Number.isNaN(value)) return null;
  const justBeyond =
    dtype === "float32" && Math.abs(value) > FLOAT32_MAX && Math.abs(value) <= FLOAT32_MAX * (1 + 1e-6);
  return justBeyond ? Math.sign(value) * FLOAT32_MAX : value;
}
