/** What two decoders of the same lossy image may differ by. */
const LOSSY_TOLERANCE = 2;
const lossy = /JPEG|WEBP|LERC/;

/** Arrays by numpy's names, and by JavaScript's where those are others. */
const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  biguint64: BigUint64Array,
  int64: BigInt64Array,
  bigint64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/**
 * Hold what came of a broken file beside what GDAL made of it.
 *
 * `isFinding` where the two give other pixels without a word of GDAL's, and where GDAL refuses a file of which we give
 * nothing but zeros.
 */
export function compareWithGdal(outcome, gdal) {
  const ours = outcome.pixels ?? null;
  const theirs = gdal.pixels ?? null;
  const said = [...(gdal.errors ?? []), ...(gdal.warnings ?? [])].join(" / ");
  if (gdal.died) return { kind: "GDAL died", isFinding: false, text: "" };
  const heard = gdal.errors.length > 0 ? "complains" : gdal.warnings.length > 0 ? "warns" : "is silent";
  if (ours === null) {
    if (theirs === null) return { kind: "both refuse", isFinding: false, text: "" };
    return { kind: `we refuse, GDAL reads and ${heard}`, isFinding: false, text: outcome.message };
  }
  if (theirs === null) {
    const isEmpty = ours.zeros === ours.bands * ours.rows * ours.cols;
    return { kind: `${isEmpty ? "zeros" : "pixels"} where GDAL refuses`, isFinding: true, text: said };
  }
  const fault = differenceOf(ours, theirs);
  if (fault === null) return { kind: "same pixels", isFinding: false, text: "" };
  return { kind: `other pixels, GDAL ${heard}`, isFinding: true, text: `${fault}; ${said}` };
}

/** The first difference in words; null where there is none. */
function differenceOf(ours, theirs) {
  if (ours.bands !== theirs.bands || ours.rows !== theirs.rows || ours.cols !== theirs.cols) {
    return `size ${ours.bands}, ${ours.rows}, ${ours.cols}, GDAL ${theirs.bands}, ${theirs.rows}, ${theirs.cols}`;
  }
  const [a, b] = [valuesOf(ours), valuesOf(theirs)];
  const status = ours.status === "" ? null : Buffer.from(ours.status, "base64");
  const tolerance = lossy.test(theirs.compression) ? LOSSY_TOLERANCE : 0;
  let different = 0;
  let first = -1;
  for (let i = 0; i < a.length; i++) {
    // What is missing is not what GDAL presents: floats are NaN here.
    if (status !== null && status[i] !== 0) continue;
    const [one, other] = [Number(a[i]), Number(b[i])];
    // int8 shows as Byte in GDAL 3.6: the bits are the same.
    if (Object.is(one, other) || one === other || Math.abs(one - other) <= tolerance) continue;
    if (ours.dtype === "int8" && ((one + 256) & 255) === other) continue;
    if (different++ === 0) first = i;
  }
  if (different === 0) return null;
  return `${different} of ${a.length} differ, the first at ${first}: ${a[first]} (${ours.dtype}), GDAL ${b[first]} (${theirs.dtype})`;
}

function valuesOf({ data, dtype }) {
  const bytes = Uint8Array.from(Buffer.from(data, "base64"));
  const Values = arrays[dtype] ?? Float64Array;
  return new Values(bytes.buffer, 0, Math.floor(bytes.length / Values.BYTES_PER_ELEMENT));
}
