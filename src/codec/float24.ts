const EXPONENT_BITS = 0x7f0000;
const MANTISSA_BITS = 0x00ffff;
/** Single precision's exponent is biased by 127 instead of 63, and its mantissa has seven bits more. */
const BIAS_DIFFERENCE = (127 - 63) << 23;
const SUBNORMAL_UNIT = 2 ** (-62 - 16);

const bitsOut = new Uint32Array(1);
const floatOut = new Float32Array(bitsOut.buffer);

/**
 * A 24-bit float (TIFF Technical Note 3: sign, 7 bits of exponent, 16 of mantissa), given as bits, as the bits of single
 * precision: every value is exact, a NaN keeps its payload.
 */
export function widenFloat24(bits: number): number {
  const sign = (bits & 0x800000) << 8;
  const exponent = bits & EXPONENT_BITS;
  const mantissa = bits & MANTISSA_BITS;
  if (exponent === EXPONENT_BITS) return sign | 0x7f800000 | (mantissa << 7);
  if (exponent !== 0) return sign | (((exponent | mantissa) << 7) + BIAS_DIFFERENCE);
  floatOut[0] = mantissa * SUBNORMAL_UNIT;
  return sign | bitsOut[0]!;
}
