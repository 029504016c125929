/** The literals section of a block (RFC 8878, 3.1.1.3.1). */
import { bitsWith, buildCodes, encodeStream } from "./huffman";
import { COUNTS, LITERALS, TREE_DESCRIPTION, TREES } from "./memory-map";
import { describeTree } from "./tree-description";

const RAW: u32 = 0;
const REPEATED: u32 = 1;
const COMPRESSED: u32 = 2;
const TREELESS: u32 = 3;

/** Fewer literals take one stream, more take four. */
const MIN_FOUR_STREAMS: u32 = 256;
/** Fewer are not worth looking at. */
const MIN_COMPRESSED: u32 = 16;

/** The tree of the last block, and the place for a fresh one. */
let tree: usize = TREES;
let freshTree: usize = TREES + 0x400;
let hasTree: bool = false;
/** Whether the section that was written last brought the fresh tree. */
let broughtTree: bool = false;

export function forgetTree(): void {
  hasTree = false;
}

/** The block was taken: what it brought is what later ones may repeat. */
export function keepTree(): void {
  if (!broughtTree) return;
  const brought = freshTree;
  freshTree = tree;
  tree = brought;
  hasTree = true;
}

/** Write `count` bytes of LITERALS at `target` in the shortest way. Returns the address behind them. */
export function writeLiterals(count: u32, target: usize): usize {
  broughtTree = false;
  if (count < MIN_COMPRESSED) return writeRaw(count, target);
  const most = countLiterals(count);
  if (most === count) {
    const at = writePlainHeader(REPEATED, count, target);
    store<u8>(at, load<u8>(LITERALS));
    return at + 1;
  }
  // Nearly every byte as frequent as any other.
  if (most <= (count >> 7) + 4) return writeRaw(count, target);
  const oldBits = hasTree ? bitsWith(tree) : -1;
  buildCodes(freshTree);
  const freshBits = <u32>bitsWith(freshTree);
  const treeBytes = describeTree();
  const streamBytes: u32 = count < MIN_FOUR_STREAMS ? 1 : 10;
  const freshBytes = treeBytes === 0 ? count : treeBytes + (freshBits >> 3) + streamBytes;
  const oldBytes = oldBits < 0 ? count : <u32>(oldBits >> 3) + streamBytes;
  if (min(freshBytes, oldBytes) + 2 >= count) return writeRaw(count, target);
  broughtTree = freshBytes < oldBytes;
  return writeCompressed(count, broughtTree ? treeBytes : 0, target);
}

/** Count the literals into COUNTS. Returns how often the most frequent one occurs. */
function countLiterals(count: u32): u32 {
  memory.fill(COUNTS, 0, 1024);
  for (let at: usize = LITERALS, end: usize = LITERALS + count; at < end; at++) {
    const entry = COUNTS + <u32>load<u8>(at) * 4;
    store<u32>(entry, load<u32>(entry) + 1);
  }
  let most: u32 = 0;
  for (let symbol: u32 = 0; symbol < 256; symbol++) most = max(most, load<u32>(COUNTS + symbol * 4));
  return most;
}

function writeRaw(count: u32, target: usize): usize {
  const at = writePlainHeader(RAW, count, target);
  memory.copy(at, LITERALS, count);
  return at + count;
}

function writePlainHeader(type: u32, count: u32, target: usize): usize {
  if (count < 32) {
    store<u8>(target, <u8>(type | (count << 3)));
    return target + 1;
  }
  if (count < 4096) {
    store<u16>(target, <u16>(type | (1 << 2) | (count << 4)));
    return target + 2;
  }
  store<u32>(target, type | (3 << 2) | (count << 4));
  return target + 3;
}

/** With the fresh tree, whose description takes `treeBytes`, or with that of the last block where they are 0. */
function writeCompressed(count: u32, treeBytes: u32, target: usize): usize {
  const format: u32 = count < MIN_FOUR_STREAMS ? 0 : count < 1024 ? 1 : count < 16384 ? 2 : 3;
  const headerBytes: u32 = format < 2 ? 3 : format + 2;
  const sizeBits: u32 = format < 2 ? 10 : format === 2 ? 14 : 18;
  const start = target + headerBytes;
  memory.copy(start, TREE_DESCRIPTION, treeBytes);
  const codes = treeBytes > 0 ? freshTree : tree;
  const streams = start + treeBytes;
  const end =
    format === 0 ? encodeStream(codes, LITERALS, LITERALS + count, streams) : fourStreams(codes, count, streams);
  const type = treeBytes > 0 ? COMPRESSED : TREELESS;
  const header = type | (format << 2) | (count << 4);
  const headerStart = load<u64>(start);
  store<u64>(target, <u64>header | (<u64>(end - start) << (4 + sizeBits)));
  // The header was stored as 8 bytes.
  store<u64>(start, headerStart);
  return end;
}

/** Four streams behind the lengths of the first three. */
function fourStreams(codes: usize, count: u32, target: usize): usize {
  const each = (count + 3) >> 2;
  let at = target + 6;
  for (let i: u32 = 0; i < 4; i++) {
    const from = LITERALS + i * each;
    const end = encodeStream(codes, from, i === 3 ? LITERALS + count : from + each, at);
    if (i < 3) store<u16>(target + i * 2, <u16>(end - at));
    at = end;
  }
  return at;
}
