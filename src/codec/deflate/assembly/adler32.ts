/** Largest prime below 2^16 (RFC 1950, section 8.2). */
const BASE: u32 = 65521;
/** Bytes after which the sums must be reduced: the largest multiple of 16 that keeps them within 32 bits. */
const BLOCK: usize = 5536;

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function sumOfLanes(v: v128): u32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  );
}

/** The adler32 checksum of `length` bytes at `start` (RFC 1950, section 8.2). */
export function adler32(start: usize, length: usize): u32 {
  let p = start;
  let left = length;
  let a: u32 = 1;
  let b: u32 = 0;
  const weightsLow = i16x8(16, 15, 14, 13, 12, 11, 10, 9);
  const weightsHigh = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
  while (left >= 16) {
    let block: usize = left > BLOCK ? BLOCK : left & ~15;
    left -= block;
    b += a * <u32>block;
    let sums = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    let before = i32x4.splat(0);
    do {
      const bytes = v128.load(p);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), weightsLow));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), weightsHigh));
      p += 16;
      block -= 16;
    } while (block);
    // Every byte of an earlier vector counts once more for each of the 16 bytes of a later one.
    weighted = i32x4.add(weighted, i32x4.shl(before, 4));
    a = (a + sumOfLanes(sums)) % BASE;
    b = (b + sumOfLanes(weighted)) % BASE;
  }
  for (; left > 0; left--) {
    a += load<u8>(p++);
    b += a;
  }
  return ((b % BASE) << 16) | (a % BASE);
}
