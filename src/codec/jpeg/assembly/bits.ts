// @ts-nocheck: AssemblyScript, which its own compiler checks
/** The entropy-coded bits of one restart interval, with byte stuffing taken out. */
import { OK, TOO_LONG, TRUNCATED } from "./status";

/** Zeros behind an interval: more than a block can take (64 coefficients of at most 32 bits), and a load of 8 bytes. */
const SLACK: usize = 512;

/** Position in bits from {@link start}; `end` is where the interval ends. */
export namespace Bits {
  export let start: usize = 0;
  export let position: u32 = 0;
  export let end: u32 = 0;
}

/**
 * Copy the bytes up to the next marker to `target`, stuffed zeros left out, and start reading there.
 *
 * @returns address of the marker's 0xFF that is followed by its code, or `sourceEnd` where there is none
 */
export function openInterval(source: usize, sourceEnd: usize, target: usize): usize {
  let at = source;
  let out = target;
  while (at < sourceEnd) {
    // Eight bytes at once while none of them is 0xFF: then no byte of the complement is zero.
    if (at + 8 <= sourceEnd) {
      const bytes = load<u64>(at);
      store<u64>(out, bytes);
      const inverse = ~bytes;
      if (((inverse - 0x0101010101010101) & bytes & 0x8080808080808080) == 0) {
        at += 8;
        out += 8;
        continue;
      }
    }
    const byte = load<u8>(at);
    if (byte != 0xff) {
      store<u8>(out++, byte);
      at++;
      continue;
    }
    let next = at + 1;
    // Any number of 0xFF may stand before a marker's code (T.81, B.1.1.2).
    while (next < sourceEnd && load<u8>(next) == 0xff) next++;
    if (next >= sourceEnd) {
      at = sourceEnd;
      break;
    }
    if (load<u8>(next) != 0) {
      at = next - 1;
      break;
    }
    store<u8>(out++, 0xff);
    at = next + 1;
  }
  memory.fill(out, 0, SLACK);
  Bits.start = target;
  Bits.position = 0;
  Bits.end = <u32>((out - target) << 3);
  return at;
}

/** The next bits in the upper end of a word; at least 57 are real. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function peek(): u64 {
  const position = Bits.position;
  return bswap(load<u64>(Bits.start + (position >> 3))) << (position & 7);
}

/** The next `count` bits, 1 … 16. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function take(count: u32): u32 {
  const value = <u32>(peek() >> (64 - count));
  Bits.position += count;
  return value;
}

/** Whether the interval ended where its pixels did, but for less than a byte of padding. */
export function closeInterval(): i32 {
  if (Bits.position > Bits.end) return TRUNCATED;
  return Bits.end - Bits.position >= 8 ? TOO_LONG : OK;
}
