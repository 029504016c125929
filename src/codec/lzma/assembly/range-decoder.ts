/**
 * The range decoder: bits whose probabilities are learned as they come.
 *
 * It reads without looking for the input's end: the longest symbol takes fewer bytes than the host leaves readable
 * behind the input, and whoever decodes a symbol compares {@link Coder.next} with {@link Coder.end} before using it.
 */
export class Coder {
  static range: u32 = 0;
  static code: u32 = 0;
  static next: usize = 0;
  static end: usize = 0;
}

const TOP: u32 = 1 << 24;
const PROBABILITY_BITS: u32 = 11;
const LEARNING_SHIFT: u32 = 5;
const ONE: i32 = 1 << 11;

/** Bytes that start the decoder: a zero and the first code. */
export const START_BYTES: usize = 5;

/** @returns false where the first byte is not zero */
export function startCoder(from: usize, end: usize): bool {
  Coder.range = 0xffffffff;
  Coder.code = bswap<u32>(load<u32>(from, 1));
  Coder.next = from + START_BYTES;
  Coder.end = end;
  return load<u8>(from) === 0;
}

export function normalize(): void {
  if (Coder.range >= TOP) return;
  Coder.range <<= 8;
  Coder.code = (Coder.code << 8) | load<u8>(Coder.next++);
}

/** One bit that is mostly what it was before: a branch is foreseen well. */
export function decodeBit(address: usize): bool {
  normalize();
  const probability: u32 = load<u16>(address);
  const bound = (Coder.range >> PROBABILITY_BITS) * probability;
  if (Coder.code < bound) {
    Coder.range = bound;
    store<u16>(address, probability + ((<u32>ONE - probability) >> LEARNING_SHIFT));
    return false;
  }
  Coder.range -= bound;
  Coder.code -= bound;
  store<u16>(address, probability - (probability >> LEARNING_SHIFT));
  return true;
}

// The bits of a tree are as good as random, so they are decoded without a branch: `zero` is all ones for a 0 bit. The
// four statements that take one bit stand in each loop because a function cannot hand back three locals.

/** A tree of `bits` levels, highest bit first, with the leading 1 that marks the depth still on top. */
export function decodeTree(tree: usize, bits: u32): u32 {
  let range = Coder.range;
  let code = Coder.code;
  let next = Coder.next;
  let symbol: u32 = 1;
  const limit: u32 = 1 << bits;
  do {
    if (range < TOP) {
      range <<= 8;
      code = (code << 8) | load<u8>(next++);
    }
    const address = tree + ((<usize>symbol) << 1);
    const probability: i32 = load<u16>(address);
    const bound = (range >> PROBABILITY_BITS) * probability;
    const difference = <i64>code - <i64>bound;
    const zero = <i32>(difference >> 63);
    range = range - bound + ((2 * bound - range) & zero);
    code = <u32>difference + (bound & zero);
    store<u16>(address, probability - ((probability + (zero & (31 - ONE))) >> LEARNING_SHIFT));
    symbol = (symbol << 1) + 1 + zero;
  } while (symbol < limit);
  Coder.range = range;
  Coder.code = code;
  Coder.next = next;
  return symbol;
}

/** A literal behind a match: the byte that the match would have gone on with chooses the probabilities while it holds. */
export function decodeMatchedLiteral(tree: usize, matched: u32): u32 {
  let range = Coder.range;
  let code = Coder.code;
  let next = Coder.next;
  let symbol: u32 = 1;
  let offset: u32 = 0x100;
  do {
    if (range < TOP) {
      range <<= 8;
      code = (code << 8) | load<u8>(next++);
    }
    matched <<= 1;
    const bit = matched & offset;
    const address = tree + ((<usize>(offset + bit + symbol)) << 1);
    const probability: i32 = load<u16>(address);
    const bound = (range >> PROBABILITY_BITS) * probability;
    const difference = <i64>code - <i64>bound;
    const zero = <i32>(difference >> 63);
    range = range - bound + ((2 * bound - range) & zero);
    code = <u32>difference + (bound & zero);
    store<u16>(address, probability - ((probability + (zero & (31 - ONE))) >> LEARNING_SHIFT));
    symbol = (symbol << 1) + 1 + zero;
    // Keeps the offset where the decoded bit is the matched one, else clears it for the rest.
    offset &= bit ^ zero;
  } while (symbol < 0x100);
  Coder.range = range;
  Coder.code = code;
  Coder.next = next;
  return symbol;
}

/** A tree of `bits` levels, lowest bit first. */
export function decodeReverseTree(tree: usize, bits: u32): u32 {
  let symbol: u32 = 1;
  let value: u32 = 0;
  for (let level: u32 = 0; level < bits; level++) {
    const bit = <u32>decodeBit(tree + ((<usize>symbol) << 1));
    symbol = (symbol << 1) | bit;
    value |= bit << level;
  }
  return value;
}

/** Bits of even odds, highest first. */
export function decodeDirectBits(bits: u32): u32 {
  let value: u32 = 0;
  for (; bits > 0; bits--) {
    normalize();
    Coder.range >>= 1;
    const difference = <i64>Coder.code - <i64>Coder.range;
    const zero = <u32>(difference >> 63);
    Coder.code = <u32>difference + (Coder.range & zero);
    value = (value << 1) + 1 + zero;
  }
  return value;
}
