/** The `count` bits, at most 32, that begin `bit` bits behind `start` (RFC 8878, 4.1.1). Loads 8 bytes. */
export function loadBits(start: usize, bit: u32, count: u32): u32 {
  return <u32>((load<u64>(start + (bit >> 3)) >> (bit & 7)) & (((<u64>1) << count) - 1));
}

/**
 * Length in bits of a stream that is read backwards (RFC 8878, 4.1); the last byte holds a final 1 bit, a marker. -1 where
 * there is none.
 */
export function backwardBits(start: usize, end: usize): i32 {
  if (end <= start) return -1;
  const last = <u32>load<u8>(end - 1);
  if (last === 0) return -1;
  return <i32>(end - start) * 8 - 1 - clz(last << 24);
}

/** The `count` bits before `left`; bits before the stream's start are zeros. */
export function peekBackward(start: usize, left: i32, count: u32): u32 {
  const from = left - <i32>count;
  if (from >= 0) return loadBits(start, from, count);
  return left <= 0 ? 0 : loadBits(start, 0, left) << -from;
}
