import { REPEAT_PATTERNS, REPEAT_STEPS } from "./memory-map";

/** Copy a match of `length` bytes from `distance` back, up to 15 bytes too far, all lanes at once. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function copyMatch(out: usize, distance: usize, length: usize): void {
  let from = out - distance;
  let to = out;
  const stop = out + length;
  if (distance >= 16) {
    v128.store(to, v128.load(from));
    if (length > 16) {
      to += 16;
      from += 16;
      do {
        v128.store(to, v128.load(from));
        to += 16;
        from += 16;
      } while (to < stop);
    }
  } else {
    // Source and target overlap: repeat the last `distance` bytes as often as they fit a vector.
    const pattern = i8x16.swizzle(v128.load(from), v128.load(REPEAT_PATTERNS + (distance << 4)));
    const step = <usize>load<u8>(REPEAT_STEPS + distance);
    do {
      v128.store(to, pattern);
      to += step;
    } while (to < stop);
  }
}
