/** Huffman trees and the streams of literals that they decode (RFC 8878, 4.2). */
import { backwardBits, peekBackward } from "./bits";
import { accuracyLog, readTable } from "./fse";
import { HUFFMAN_TABLE, WEIGHT_TABLE, WEIGHTS } from "./memory-map";
import { BAD_LITERALS, BAD_TREE } from "./status";

const MAX_CODE_BITS: u32 = 11;
const WEIGHT_ACCURACY: u32 = 6;
const MAX_WEIGHT: u32 = 12;

/** Longest code of the tree in {@link HUFFMAN_TABLE}; 0 while there is none. */
let maxBits: u32 = 0;

export function forgetTree(): void {
  maxBits = 0;
}

export function hasTree(): bool {
  return maxBits !== 0;
}

/** Read a tree description. Returns the number of bytes that it takes, or a status. */
export function readTree(start: usize, end: usize): i32 {
  if (start >= end) return BAD_TREE;
  const header = <u32>load<u8>(start);
  const isDirect = header >= 128;
  const bytes = 1 + (isDirect ? (header - 126) >> 1 : header);
  if (start + bytes > end) return BAD_TREE;
  const count = isDirect ? directWeights(start + 1, header - 127) : packedWeights(start + 1, start + bytes);
  if (count <= 0) return BAD_TREE;
  return buildTree(<u32>count) ? <i32>bytes : BAD_TREE;
}

function directWeights(start: usize, count: u32): i32 {
  for (let i: u32 = 0; i < count; i++) {
    const pair = load<u8>(start + (i >> 1));
    store<u8>(WEIGHTS + i, i & 1 ? pair & 15 : pair >> 4);
  }
  return count;
}

/** Two states take turns until the stream is used up; -1 where it is wrong. */
function packedWeights(start: usize, end: usize): i32 {
  const described = readTable(start, end, MAX_WEIGHT, WEIGHT_ACCURACY, WEIGHT_TABLE);
  if (described < 0) return -1;
  const stream = start + described;
  let left = backwardBits(stream, end);
  if (left < 0) return -1;
  const accuracy = accuracyLog;
  let state = peekBackward(stream, left, accuracy);
  left -= accuracy;
  let other = peekBackward(stream, left, accuracy);
  left -= accuracy;
  if (left < 0) return -1;
  let count: i32 = 0;
  for (;;) {
    if (count > 253) return -1;
    const entry = load<u32>(WEIGHT_TABLE + state * 4);
    store<u8>(WEIGHTS + count++, <u8>entry);
    const bits = (entry >> 8) & 255;
    const next = (entry >> 16) + peekBackward(stream, left, bits);
    left -= bits;
    state = other;
    other = next;
    if (left >= 0) continue;
    store<u8>(WEIGHTS + count++, <u8>load<u32>(WEIGHT_TABLE + state * 4));
    return count;
  }
}

/** The last weight is not stored: it fills what is left up to a power of two. */
function buildTree(count: u32): bool {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const weight = load<u8>(WEIGHTS + i);
    if (weight > MAX_WEIGHT) return false;
    if (weight) sum += 1 << (weight - 1);
  }
  if (sum === 0 || count > 255) return false;
  const longest: u32 = 32 - clz(sum);
  if (longest > MAX_CODE_BITS) return false;
  const rest = (1 << longest) - sum;
  if (rest & (rest - 1)) return false;
  store<u8>(WEIGHTS + count, <u8>(32 - clz(rest)));
  let position: usize = HUFFMAN_TABLE;
  // Small weights, which are long codes, come first; within a weight symbols keep their order.
  for (let weight: u32 = 1; weight <= longest; weight++) {
    for (let symbol: u32 = 0; symbol <= count; symbol++) {
      if (load<u8>(WEIGHTS + symbol) !== weight) continue;
      const entry = <u16>(symbol | ((longest + 1 - weight) << 8));
      for (const next = position + (2 << (weight - 1)); position < next; position += 2) store<u16>(position, entry);
    }
  }
  maxBits = longest;
  return true;
}

/** Decode one stream into `target` up to `targetEnd`, which it must fit exactly. */
export function decodeStream(start: usize, end: usize, target: usize, targetEnd: usize): i32 {
  let left = backwardBits(start, end);
  if (left < 0) return BAD_LITERALS;
  const longest = maxBits;
  const mask: u64 = (1 << longest) - 1;
  // Five codes of at most 11 bits at a time: a load gives 57 bits or more.
  while (target + 5 <= targetEnd && left >= 56) {
    const word = load<u64>(start + ((left - 56) >> 3)) >> ((left - 56) & 7);
    let top: u32 = 56;
    for (let i = 0; i < 5; i++) {
      const entry = load<u16>(HUFFMAN_TABLE + <usize>(((word >> (top - longest)) & mask) << 1));
      store<u8>(target + i, <u8>entry);
      top -= entry >> 8;
    }
    target += 5;
    left -= 56 - top;
  }
  for (; target < targetEnd; target++) {
    const entry = load<u16>(HUFFMAN_TABLE + (peekBackward(start, left, longest) << 1));
    store<u8>(target, <u8>entry);
    left -= entry >> 8;
  }
  return left === 0 ? 0 : BAD_LITERALS;
}
