// @ts-nocheck: AssemblyScript, which its own compiler checks
/**
 * Huffman tables (T.81, annexes C and F.2.2.3). A table of {@link HUFFMAN_BYTES}:
 *
 *      0  1024 × u16  what the next 10 bits start with: length in bits 0-7, symbol in bits 8-15; 0 for a longer code
 *   2048  17 × i32    the largest code of each length and of those shorter, left-aligned to 16 bits, plus one
 *   2176  17 × i32    index of a length's first symbol less its first code
 *   2304  256 × u8    symbols in the order of their codes
 */
import { Bits, peek } from "./bits";
import { HUFFMAN, HUFFMAN_BYTES, HUFFMAN_COUNTS, HUFFMAN_SYMBOLS } from "./memory-map";
import { BAD_TABLE, OK } from "./status";

const LOOKUP_BITS: u32 = 10;
const LIMITS: usize = 2048;
const OFFSETS: usize = 2176;
const SYMBOLS: usize = 2304;

/** What {@link decodeSymbol} gives for bits that are no code. */
export const NO_SYMBOL: u32 = 0xffff;

/** Build the table at `slot` (0-3 DC, 4-7 AC) from what the host wrote to {@link HUFFMAN_COUNTS}. */
export function buildHuffman(slot: i32): i32 {
  const table = HUFFMAN + <usize>slot * HUFFMAN_BYTES;
  memory.fill(table, 0, HUFFMAN_BYTES);
  memory.copy(table + SYMBOLS, HUFFMAN_SYMBOLS, 256);
  let code: u32 = 0;
  let index: u32 = 0;
  for (let length: u32 = 1; length <= 16; length++) {
    const count = <u32>load<u8>(HUFFMAN_COUNTS + length - 1);
    store<i32>(table + OFFSETS + (length << 2), <i32>index - <i32>code);
    // Codes that need another bit, or more symbols than there are.
    if (code + count > <u32>1 << length || index + count > 256) return BAD_TABLE;
    if (length <= LOOKUP_BITS) fillLookup(table, code, count, length, index);
    code += count;
    index += count;
    store<i32>(table + LIMITS + (length << 2), <i32>(code << (16 - length)));
    code <<= 1;
  }
  return OK;
}

function fillLookup(table: usize, firstCode: u32, count: u32, length: u32, firstIndex: u32): void {
  const spread = <u32>1 << (LOOKUP_BITS - length);
  let at = table + ((firstCode * spread) << 1);
  for (let i: u32 = 0; i < count; i++) {
    const entry = <u16>(length | (<u32>load<u8>(table + SYMBOLS + firstIndex + i) << 8));
    for (let j: u32 = 0; j < spread; j++, at += 2) store<u16>(at, entry);
  }
}

/** The symbol that `bits` (from {@link peek}) start with, its length in bits 0-7 and itself in bits 8-15; or NO_SYMBOL. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function lookUp(table: usize, bits: u64): u32 {
  const entry = <u32>load<u16>(table + <usize>((bits >> (64 - LOOKUP_BITS)) << 1));
  return entry != 0 ? entry : lookUpLong(table, bits);
}

function lookUpLong(table: usize, bits: u64): u32 {
  const word = <i32>(bits >> 48);
  for (let length: u32 = LOOKUP_BITS + 1; length <= 16; length++) {
    if (word >= load<i32>(table + LIMITS + (length << 2))) continue;
    const index = (word >> (16 - length)) + load<i32>(table + OFFSETS + (length << 2));
    return (<u32>load<u8>(table + SYMBOLS + index) << 8) | length;
  }
  return NO_SYMBOL;
}

/** Take one symbol; {@link NO_SYMBOL} where there is none. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function decodeSymbol(table: usize): u32 {
  const entry = lookUp(table, peek());
  if (entry == NO_SYMBOL) return NO_SYMBOL;
  Bits.position += entry & 0xff;
  return entry >> 8;
}

/** A value of `size` bits, negative where its first bit is 0 (T.81, figure F.12). */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function extend(value: i32, size: u32): i32 {
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}
