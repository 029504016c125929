/** Decoding tables for the canonical Huffman codes of RFC 1951, section 3.2; what their entries hold: entries.ts. */
import { END, EXCEPTION, LITERAL_COUNT, ONE_LITERAL, POINTER } from "./entries";
import {
  CODE_LENGTHS,
  DISTANCE_TEMPLATES,
  LENGTH_COUNTS,
  LENGTH_OFFSETS,
  LITLEN_TEMPLATES,
  PACKED_TABLE,
  PACK_REST,
  PRECODE_TEMPLATES,
  REPEAT_PATTERNS,
  REPEAT_STEPS,
  SORTED_CODES,
  SORTED_SYMBOLS,
  SYMBOL_TABLE,
} from "./memory-map";

/** Longest code of RFC 1951, section 3.2.7. */
const MAX_CODE_LENGTH: i32 = 15;
/** Sum of 2^(15 − length) over all symbols of a complete code. */
const COMPLETE: u32 = 1 << MAX_CODE_LENGTH;

/** Index width of the first level: 12 bits hold most pairs of symbols, and the two tables fit the first-level cache. */
export const LITLEN_BITS: i32 = 12;
export const DISTANCE_BITS: i32 = 9;
export const PRECODE_BITS: i32 = 7;

/** Which alphabet a table is built for. */
export const PRECODE: i32 = 0;
export const LITLEN: i32 = 1;
export const DISTANCE: i32 = 2;

const END_OF_BLOCK: u32 = 256;
/** Length 258 has a symbol of its own without extra bits (RFC 1951, section 3.2.5). */
const LONGEST_MATCH_SYMBOL: u32 = 285;

/** Fill the templates and repeat patterns; needed once. */
export function initTables(): void {
  for (let i = 0; i < 256; i++) store<u32>(LITLEN_TEMPLATES + (i << 2), (i << 8) | ONE_LITERAL);
  store<u32>(LITLEN_TEMPLATES + (END_OF_BLOCK << 2), <u32>(EXCEPTION | END));
  // Lengths: eight symbols without extra bits, then four for each number of extra bits (RFC 1951, section 3.2.5).
  let base = 3;
  for (let i = 0; i < 28; i++) {
    const extra = i < 8 ? 0 : (i - 4) >> 2;
    store<u32>(LITLEN_TEMPLATES + ((257 + i) << 2), (base << 16) | extra);
    base += 1 << extra;
  }
  store<u32>(LITLEN_TEMPLATES + (LONGEST_MATCH_SYMBOL << 2), 258 << 16);
  store<u32>(LITLEN_TEMPLATES + (286 << 2), <u32>EXCEPTION);
  store<u32>(LITLEN_TEMPLATES + (287 << 2), <u32>EXCEPTION);
  // Distances: four symbols without extra bits, then two for each number of extra bits.
  base = 1;
  for (let i = 0; i < 30; i++) {
    const extra = i < 4 ? 0 : (i - 2) >> 1;
    store<u32>(DISTANCE_TEMPLATES + (i << 2), (base << 16) | extra);
    base += 1 << extra;
  }
  store<u32>(DISTANCE_TEMPLATES + (30 << 2), <u32>EXCEPTION);
  store<u32>(DISTANCE_TEMPLATES + (31 << 2), <u32>EXCEPTION);
  for (let i = 0; i < 19; i++) store<u32>(PRECODE_TEMPLATES + (i << 2), i << 16);
  for (let d = 1; d < 16; d++) {
    for (let i = 0; i < 16; i++) store<u8>(REPEAT_PATTERNS + (d << 4) + i, i % d);
    store<u8>(REPEAT_STEPS + d, 16 - (16 % d));
  }
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function countOf(length: i32): u32 {
  return load<u32>(LENGTH_COUNTS + (length << 2));
}

/** Count the code lengths; returns the longest that is used, 0 where none is. */
function countLengths(lengths: usize, symbols: i32): i32 {
  memory.fill(LENGTH_COUNTS, 0, 64);
  for (let i = 0; i < symbols; i++) {
    const p = LENGTH_COUNTS + ((<usize>load<u8>(lengths + i)) << 2);
    store<u32>(p, load<u32>(p) + 1);
  }
  let longest = MAX_CODE_LENGTH;
  while (longest > 0 && countOf(longest) == 0) longest--;
  return longest;
}

/** Sort the symbols by code length; returns how much of the code space they use, of {@link COMPLETE}. */
function sortSymbols(lengths: usize, symbols: i32, longest: i32): u32 {
  store<u32>(LENGTH_OFFSETS, 0);
  let offset = countOf(0);
  let used: u32 = 0;
  for (let length = 1; length <= longest; length++) {
    store<u32>(LENGTH_OFFSETS + (length << 2), offset);
    offset += countOf(length);
    used += countOf(length) << (MAX_CODE_LENGTH - length);
  }
  if (used > COMPLETE) return used;
  for (let i = 0; i < symbols; i++) {
    const p = LENGTH_OFFSETS + ((<usize>load<u8>(lengths + i)) << 2);
    const place = load<u32>(p);
    store<u32>(p, place + 1);
    store<u16>(SORTED_SYMBOLS + (<usize>place << 1), i);
  }
  return used;
}

/** The next code in bit-reversed order: Huffman codes are packed from their most significant bit (section 3.1.1). */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function nextCode(code: u32, ones: u32): u32 {
  const bit: u32 = 1 << (31 - clz(code ^ ones));
  return (code & (bit - 1)) | bit;
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function entryOf(templates: usize, sortedAt: usize, length: u32): u32 {
  const template = load<u32>(templates + (<usize>load<u16>(sortedAt) << 2));
  return template + (template & LITERAL_COUNT ? length : length | ((length + 2) << 8));
}

/** Double the first `1 << from` entries until there are `1 << to`. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function doubleTable(table: usize, from: i32, to: i32): void {
  for (let bits = from; bits < to; bits++) memory.copy(table + (4 << bits), table, 4 << bits);
}

/** A table for zlib's only incomplete codes: a single one-bit code, or no code at all. */
function buildIncomplete(table: usize, templates: usize, kind: i32, bits: i32, longest: i32): u64 {
  if (kind == PRECODE || longest > 1) return 0;
  store<u32>(table, <u32>EXCEPTION);
  store<u32>(table + 4, <u32>EXCEPTION);
  if (longest == 1) store<u32>(table, entryOf(templates, SORTED_SYMBOLS + (<usize>countOf(0) << 1), 1));
  // The distance decoder always indexes with all its bits.
  const width = kind == DISTANCE ? bits : 1;
  doubleTable(table, 1, width);
  return <u64>((1 << width) - 1) << 2;
}

/**
 * Build a table of two levels from code lengths.
 *
 * @returns the first level's index mask, shifted left by 2 to be a byte offset; 0 where the lengths are no valid code.
 */
export function buildTable(lengths: usize, symbols: i32, table: usize, bits: i32, templates: usize, kind: i32): u64 {
  const longest = countLengths(lengths, symbols);
  const used = sortSymbols(lengths, symbols, longest);
  if (used > COMPLETE) return 0;
  if (used < COMPLETE) return buildIncomplete(table, templates, kind, bits, longest);

  const width = kind == LITLEN && longest < bits ? longest : bits;
  const firstSorted: usize = SORTED_SYMBOLS + (<usize>countOf(0) << 1);
  let sorted = firstSorted;
  let length = 1;
  while (countOf(length) == 0) length++;
  let code: u32 = 0;
  while (length <= width) {
    const ones: u32 = (1 << length) - 1;
    for (let left = countOf(length); left > 0; left--) {
      store<u32>(table + (<usize>code << 2), entryOf(templates, sorted, length));
      store<u16>(SORTED_CODES + (sorted - firstSorted), code);
      sorted += 2;
      if (code == ones) {
        doubleTable(table, length, width);
        return <u64>((1 << width) - 1) << 2;
      }
      code = nextCode(code, ones);
    }
    length++;
    if (length <= width) doubleTable(table, length - 1, length);
  }
  buildSubtables(table, templates, width, length, code, sorted);
  return <u64>((1 << width) - 1) << 2;
}

/** Second level for the codes longer than `width`, from the first such code on. */
function buildSubtables(table: usize, templates: usize, width: i32, from: i32, firstCode: u32, firstSorted: usize): void {
  const prefixMask: u32 = (1 << width) - 1;
  let length = from;
  let code = firstCode;
  let sorted = firstSorted;
  let nextStart: u32 = 1 << width;
  let start: u32 = 0;
  let indexBits = 0;
  let prefix: u32 = 0xffffffff;
  for (;;) {
    const ones: u32 = (1 << length) - 1;
    const below: u32 = length - width;
    for (let left = countOf(length); left > 0; left--) {
      if ((code & prefixMask) != prefix) {
        prefix = code & prefixMask;
        start = nextStart;
        indexBits = below;
        // Widen until the codes of this prefix fill the subtable.
        let filled = left;
        while (filled < (<u32>1 << indexBits)) {
          indexBits++;
          filled = (filled << 1) + countOf(width + indexBits);
        }
        nextStart += 1 << indexBits;
        store<u32>(
          table + (<usize>prefix << 2),
          <u32>(EXCEPTION | POINTER) | (start << 16) | (indexBits << 8) | width,
        );
      }
      const entry = entryOf(templates, sorted, below);
      sorted += 2;
      for (let i = code >> width; i < (<u32>1 << indexBits); i += <u32>1 << below) {
        store<u32>(table + (<usize>(start + i) << 2), entry);
      }
      if (code == ones) return;
      code = nextCode(code, ones);
    }
    length++;
  }
}

/** For every value of the bits left after a first literal: a second literal and a match length that fit them. */
function packRest(bitsLeft: u32): void {
  const values: u32 = <u32>1 << bitsLeft;
  for (let value: u32 = 0; value < values; value++) {
    let entry = load<u32>(SYMBOL_TABLE + (<usize>value << 2));
    let rest: u32 = 0;
    let used: u32 = 0;
    let remaining = value;
    if ((entry & LITERAL_COUNT) != 0 && (entry & 63) <= bitsLeft) {
      used = entry & 63;
      rest = (entry & 0xff) | ((entry & 0xff00) << 8);
      remaining = value >> used;
      entry = load<u32>(SYMBOL_TABLE + (<usize>remaining << 2));
    }
    if ((entry & (LITERAL_COUNT | <u32>EXCEPTION)) == 0 && used + (entry & 63) <= bitsLeft) {
      const extra = (remaining & ((1 << (entry & 63)) - 1)) >> (((entry >> 8) & 31) - 2);
      const matchLength = (entry >> 16) + extra;
      if (matchLength < 258) rest += (entry & 63) | ((matchLength - 2) << 24);
    }
    store<u32>(PACK_REST + (<usize>value << 2), rest);
  }
}

/** Packed entries that start with the literal `symbol`; {@link packRest} holds what may follow. */
function packLiteral(symbol: u32, code: usize, length: u32, width: u32): void {
  const count: usize = 1 << (width - length);
  const head: u32 = (symbol << 8) | ONE_LITERAL | length;
  let p: usize = PACKED_TABLE + (code << 2);
  for (let i: usize = 0; i < count; i++) {
    store<u32>(p, head + load<u32>(PACK_REST + (i << 2)));
    p += <usize>4 << length;
  }
}

/** Packed entries of a match length whose extra bits fit the index. */
function packMatch(symbol: u32, code: usize, length: u32, width: u32): void {
  const template = load<u32>(LITLEN_TEMPLATES + (<usize>symbol << 2));
  const extraBits: u32 = template & 63;
  if (length + extraBits > width) return;
  const baseMinus2 = (template >> 16) - 2;
  const extraMask: u32 = (1 << extraBits) - 1;
  const count: u32 = 1 << (width - length);
  let p: usize = PACKED_TABLE + (code << 2);
  for (let i: u32 = 0; i < count; i++) {
    const lengthMinus2 = baseMinus2 + (i & extraMask);
    store<u32>(p, lengthMinus2 < 256 ? (length + extraBits) | (lengthMinus2 << 24) : 0);
    p += <usize>4 << length;
  }
}

/** Build the packed table from the symbol table just built; `mask` is what {@link buildTable} returned for it. */
export function packTable(mask: u64): void {
  const entries: u32 = <u32>(mask >> 2) + 1;
  const width: u32 = 31 - clz(entries);
  memory.fill(PACKED_TABLE, 0, entries << 2);
  let symbols: u32 = 0;
  for (let length = 1; length <= <i32>width; length++) symbols += countOf(length);
  let sorted: usize = SORTED_SYMBOLS + (<usize>countOf(0) << 1);
  let sortedCode: usize = SORTED_CODES;
  let restLength: u32 = 0;
  for (; symbols > 0; symbols--) {
    const symbol = <u32>load<u16>(sorted);
    const code = <usize>load<u16>(sortedCode);
    sorted += 2;
    sortedCode += 2;
    const length = <u32>load<u8>(CODE_LENGTHS + symbol);
    if (symbol < END_OF_BLOCK) {
      if (length != restLength) {
        restLength = length;
        packRest(width - length);
      }
      packLiteral(symbol, code, length, width);
    } else if (symbol > END_OF_BLOCK && symbol < LONGEST_MATCH_SYMBOL) {
      packMatch(symbol, code, length, width);
    }
  }
}
