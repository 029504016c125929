/** The literals of a block (RFC 8878, 3.1.1.3.1). */
import { decodeStream, hasTree, readTree } from "./huffman";
import { LITERALS } from "./memory-map";
import { BAD_LITERALS, CUT_OFF, NOT_THERE } from "./status";

/** A block never regenerates more than this (RFC 8878, 3.1.1.2.4). */
export const MAX_BLOCK: u32 = 131072;

const RAW: u32 = 0;
const REPEATED: u32 = 1;
const TREELESS: u32 = 3;

/** How many literals the last block had, and where they lie: copied into {@link LITERALS}, or raw in the input. */
export let literalCount: u32 = 0;
export let literalsAt: usize = 0;

/** Decode the literals section at `start`. Returns the number of bytes that it takes, or a status. */
export function decodeLiterals(start: usize, end: usize): i32 {
  if (start >= end) return CUT_OFF;
  const type = <u32>load<u8>(start) & 3;
  const format = (<u32>load<u8>(start) >> 2) & 3;
  return type <= REPEATED ? plainLiterals(start, end, type, format) : packedLiterals(start, end, type, format);
}

function plainLiterals(start: usize, end: usize, type: u32, format: u32): i32 {
  const headerBytes: u32 = format === 1 ? 2 : format === 3 ? 3 : 1;
  const header = load<u32>(start) & ((1 << (headerBytes * 8)) - 1);
  const size = headerBytes === 1 ? header >> 3 : header >> 4;
  const bytes = headerBytes + (type === RAW ? size : 1);
  if (size > MAX_BLOCK || start + bytes > end) return BAD_LITERALS;
  literalCount = size;
  literalsAt = start + headerBytes;
  if (type === REPEATED) {
    memory.fill(LITERALS, load<u8>(literalsAt), size);
    literalsAt = LITERALS;
  }
  return bytes;
}

function packedLiterals(start: usize, end: usize, type: u32, format: u32): i32 {
  const headerBytes: u32 = format === 3 ? 5 : format === 2 ? 4 : 3;
  const sizeBits: u32 = format === 3 ? 18 : format === 2 ? 14 : 10;
  const sizes = (load<u64>(start) & (((<u64>1) << (headerBytes * 8)) - 1)) >> 4;
  const size = <u32>(sizes & ((1 << sizeBits) - 1));
  const bytes = headerBytes + <u32>(sizes >> sizeBits);
  const sectionEnd = start + bytes;
  if (size > MAX_BLOCK || sectionEnd > end) return BAD_LITERALS;
  let streams = start + headerBytes;
  if (type !== TREELESS) {
    const treeBytes = readTree(streams, sectionEnd);
    if (treeBytes < 0) return treeBytes;
    streams += treeBytes;
  } else if (!hasTree()) return NOT_THERE;
  literalCount = size;
  literalsAt = LITERALS;
  const fault =
    format === 0
      ? decodeStream(streams, sectionEnd, LITERALS, LITERALS + size)
      : fourStreams(streams, sectionEnd, size);
  return fault < 0 ? fault : <i32>bytes;
}

function fourStreams(start: usize, end: usize, size: u32): i32 {
  const each = (size + 3) >> 2;
  let stream = start + 6;
  if (stream > end || each * 3 > size) return BAD_LITERALS;
  for (let i: u32 = 0; i < 4; i++) {
    const streamEnd = i === 3 ? end : stream + load<u16>(start + i * 2);
    if (streamEnd > end) return BAD_LITERALS;
    const targetEnd = i === 3 ? size : (i + 1) * each;
    const fault = decodeStream(stream, streamEnd, LITERALS + i * each, LITERALS + targetEnd);
    if (fault < 0) return fault;
    stream = streamEnd;
  }
  return 0;
}
