// @ts-nocheck: AssemblyScript, which its own compiler checks
/** 64 × u8: the natural (row by row) index of each coefficient in zigzag order (T.81, figure A.6). */
const NATURAL_ORDER: usize = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
  62, 63,
]);

/** Bytes from a block's start to the coefficient of zigzag index `k`. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function offsetOf(k: i32): usize {
  return (<usize>load<u8>(NATURAL_ORDER + k)) << 1;
}
