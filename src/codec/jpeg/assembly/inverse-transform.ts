// @ts-nocheck: AssemblyScript, which its own compiler checks
/**
 * The accurate integer inverse DCT, with the arithmetic that libjpeg calls "islow" and all its descendants reproduce bit
 * for bit: the algorithm of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with 12 multiplications, in two passes.
 */
import { COLUMNS, WORKSPACE } from "./memory-map";

/** Fraction bits of the constants, and those kept between the passes. */
const CONSTANT_BITS: i32 = 13;
const PASS_BITS: i32 = 2;

/** cos and sin sums of the algorithm, times 2^13. */
const F_0_298631336: i32 = 2446;
const F_0_390180644: i32 = 3196;
const F_0_541196100: i32 = 4433;
const F_0_765366865: i32 = 6270;
const F_0_899976223: i32 = 7373;
const F_1_175875602: i32 = 9633;
const F_1_501321110: i32 = 12299;
const F_1_847759065: i32 = 15137;
const F_1_961570560: i32 = 16069;
const F_2_053119869: i32 = 16819;
const F_2_562915447: i32 = 20995;
const F_3_072711026: i32 = 25172;

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function scaled(value: v128, factor: i32): v128 {
  return i32x4.mul(value, i32x4.splat(factor));
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function put(out: usize, value: v128, bits: i32): void {
  v128.store(out, i32x4.shr_s(i32x4.add(value, i32x4.splat(1 << (bits - 1))), bits));
}

/** One pass over eight values, four times side by side; the results lose `bits` bits, rounded, and lie `step` bytes apart. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function transform(
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
  v4: v128,
  v5: v128,
  v6: v128,
  v7: v128,
  bits: i32,
  out: usize,
  step: usize,
): void {
  const rotated = scaled(i32x4.add(v2, v6), F_0_541196100);
  const low = i32x4.sub(rotated, scaled(v6, F_1_847759065));
  const high = i32x4.add(rotated, scaled(v2, F_0_765366865));
  const sum = i32x4.shl(i32x4.add(v0, v4), CONSTANT_BITS);
  const difference = i32x4.shl(i32x4.sub(v0, v4), CONSTANT_BITS);
  const even0 = i32x4.add(sum, high);
  const even1 = i32x4.add(difference, low);
  const even2 = i32x4.sub(difference, low);
  const even3 = i32x4.sub(sum, high);
  const v73 = i32x4.add(v7, v3);
  const v51 = i32x4.add(v5, v1);
  const common = scaled(i32x4.add(v73, v51), F_1_175875602);
  const outer = scaled(i32x4.add(v7, v1), -F_0_899976223);
  const inner = scaled(i32x4.add(v5, v3), -F_2_562915447);
  const third = i32x4.sub(common, scaled(v73, F_1_961570560));
  const fourth = i32x4.sub(common, scaled(v51, F_0_390180644));
  const odd0 = i32x4.add(i32x4.add(scaled(v1, F_1_501321110), outer), fourth);
  const odd1 = i32x4.add(i32x4.add(scaled(v3, F_3_072711026), inner), third);
  const odd2 = i32x4.add(i32x4.add(scaled(v5, F_2_053119869), inner), fourth);
  const odd3 = i32x4.add(i32x4.add(scaled(v7, F_0_298631336), outer), third);
  put(out, i32x4.add(even0, odd0), bits);
  put(out + step, i32x4.add(even1, odd1), bits);
  put(out + 2 * step, i32x4.add(even2, odd2), bits);
  put(out + 3 * step, i32x4.add(even3, odd3), bits);
  put(out + 4 * step, i32x4.sub(even3, odd3), bits);
  put(out + 5 * step, i32x4.sub(even2, odd2), bits);
  put(out + 6 * step, i32x4.sub(even1, odd1), bits);
  put(out + 7 * step, i32x4.sub(even0, odd0), bits);
}

/** Half of a transposition of four vectors: the lower two lanes of both by turns. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function lowPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

/** The same with the upper two. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function highPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}

/** The other half of a transposition: the lower halves of both. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function lowHalves(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2);
}

/** The same with the upper halves. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function highHalves(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 1, 3);
}

/** A sample: centred on 128 and clamped to a byte. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function sample(value: i32): u8 {
  const centred = value + 128;
  return <u8>max(0, min(255, centred));
}

/**
 * Dequantize and transform the 64 × i16 at `block`.
 *
 * @param quantization 64 × u16 in natural order
 * @param last zigzag index of the last coefficient that may not be zero
 */
export function inverseTransform(block: usize, quantization: usize, last: i32, target: usize, stride: usize): void {
  if (last == 0) {
    const dc = <i32>load<i16>(block) * <i32>load<u16>(quantization);
    fillBlock(sample(((dc << PASS_BITS) + 16) >> (PASS_BITS + 3)), target, stride);
    return;
  }
  transformColumns(block, quantization, WORKSPACE);
  transformColumns(block + 8, quantization + 8, WORKSPACE + 16);
  transformRows(WORKSPACE, target, stride);
  transformRows(WORKSPACE + 128, target + 4 * stride, stride);
}

function fillBlock(value: u8, target: usize, stride: usize): void {
  const eight = <u64>value * 0x0101010101010101;
  for (let y: usize = 0; y < 8; y++) store<u64>(target + y * stride, eight);
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function dequantized(block: usize, quantization: usize, row: usize): v128 {
  const values = i32x4.extend_low_i16x8_s(v128.load64_zero(block + (row << 4)));
  return i32x4.mul(values, i32x4.extend_low_i16x8_u(v128.load64_zero(quantization + (row << 4))));
}

/** The first pass, over four columns. */
function transformColumns(block: usize, quantization: usize, out: usize): void {
  transform(
    dequantized(block, quantization, 0),
    dequantized(block, quantization, 1),
    dequantized(block, quantization, 2),
    dequantized(block, quantization, 3),
    dequantized(block, quantization, 4),
    dequantized(block, quantization, 5),
    dequantized(block, quantization, 6),
    dequantized(block, quantization, 7),
    CONSTANT_BITS - PASS_BITS,
    out,
    32,
  );
}

/** The second pass, over four rows, 32 bytes apart. */
function transformRows(rows: usize, target: usize, stride: usize): void {
  const a0 = lowPairs(v128.load(rows), v128.load(rows, 32));
  const a1 = highPairs(v128.load(rows), v128.load(rows, 32));
  const a2 = lowPairs(v128.load(rows, 64), v128.load(rows, 96));
  const a3 = highPairs(v128.load(rows, 64), v128.load(rows, 96));
  const b0 = lowPairs(v128.load(rows, 16), v128.load(rows, 48));
  const b1 = highPairs(v128.load(rows, 16), v128.load(rows, 48));
  const b2 = lowPairs(v128.load(rows, 80), v128.load(rows, 112));
  const b3 = highPairs(v128.load(rows, 80), v128.load(rows, 112));
  transform(
    lowHalves(a0, a2),
    highHalves(a0, a2),
    lowHalves(a1, a3),
    highHalves(a1, a3),
    lowHalves(b0, b2),
    highHalves(b0, b2),
    lowHalves(b1, b3),
    highHalves(b1, b3),
    CONSTANT_BITS + PASS_BITS + 3,
    COLUMNS,
    16,
  );
  storeRows(target, stride);
}

/** Four rows of samples from {@link COLUMNS}. */
function storeRows(target: usize, stride: usize): void {
  const a0 = lowPairs(v128.load(COLUMNS), v128.load(COLUMNS, 16));
  const a1 = highPairs(v128.load(COLUMNS), v128.load(COLUMNS, 16));
  const a2 = lowPairs(v128.load(COLUMNS, 32), v128.load(COLUMNS, 48));
  const a3 = highPairs(v128.load(COLUMNS, 32), v128.load(COLUMNS, 48));
  const b0 = lowPairs(v128.load(COLUMNS, 64), v128.load(COLUMNS, 80));
  const b1 = highPairs(v128.load(COLUMNS, 64), v128.load(COLUMNS, 80));
  const b2 = lowPairs(v128.load(COLUMNS, 96), v128.load(COLUMNS, 112));
  const b3 = highPairs(v128.load(COLUMNS, 96), v128.load(COLUMNS, 112));
  const upper = samples(lowHalves(a0, a2), lowHalves(b0, b2), highHalves(a0, a2), highHalves(b0, b2));
  const lower = samples(lowHalves(a1, a3), lowHalves(b1, b3), highHalves(a1, a3), highHalves(b1, b3));
  v128.store64_lane(target, upper, 0);
  v128.store64_lane(target + stride, upper, 1);
  v128.store64_lane(target + 2 * stride, lower, 0);
  v128.store64_lane(target + 3 * stride, lower, 1);
}

/** Two rows of two vectors each as sixteen samples: centred on 128, and clamped to a byte. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function samples(left0: v128, right0: v128, left1: v128, right1: v128): v128 {
  const centre = i16x8.splat(128);
  const row0 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(left0, right0), centre);
  const row1 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(left1, right1), centre);
  return i8x16.narrow_i16x8_u(row0, row1);
}
