const EXPONENT_BITS = 0x7c00;
const MANTISSA_BITS = 0x03ff;
const SUBNORMAL_UNIT = 2 ** -24;

const bitsOut = new Uint32Array(1);
const floatOut = new Float32Array(bitsOut.buffer);

/** IEEE 754 half precision, given as bits, as single precision: every value is exact, a NaN keeps its payload. */
export function widenFloat16(halves: Uint16Array): Float32Array {
  const out = new Float32Array(halves.length);
  const outBits = new Uint32Array(out.buffer);
  for (let i = 0; i < halves.length; i++) outBits[i] = widenBits(halves[i]!);
  return out;
}

function widenBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = half & EXPONENT_BITS;
  const mantissa = half & MANTISSA_BITS;
  if (exponent === EXPONENT_BITS) return sign | 0x7f800000 | (mantissa << 13);
  // Single precision's exponent is biased by 127 instead of 15.
  if (exponent !== 0) return sign | ((exponent + ((127 - 15) << 10)) << 13) | (mantissa << 13);
  floatOut[0] = mantissa * SUBNORMAL_UNIT;
  return sign | bitsOut[0]!;
}
