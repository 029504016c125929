import { maxBlockBytes } from "./block-decoder.js";
import { ZstdFault } from "./fault.js";
import { decodeHuffmanStream, type HuffmanTable, parseHuffmanTable } from "./huffman.js";
import { littleEndian } from "./padded-input.js";

const raw = 0;
const repeated = 1;
const treeless = 3;

/** The literals of a block, the tree that they used (kept for the next block), and where the section ends. */
export interface Literals {
  data: Uint8Array;
  tree: HuffmanTable | null;
  end: number;
}

/** Decode the literals section (RFC 8878, 3.1.1.3.1) of the block at `start` to `end`. */
export function decodeLiterals(
  bytes: Uint8Array,
  start: number,
  end: number,
  previousTree: HuffmanTable | null,
): Literals {
  if (start >= end) throw new ZstdFault("a block has no literals section");
  const type = bytes[start]! & 3;
  const format = (bytes[start]! >> 2) & 3;
  if (type === raw || type === repeated) {
    return { ...plainLiterals(bytes, start, end, type, format), tree: previousTree };
  }
  const { size, packedSize, bodyStart } = packedHeader(bytes, start, format);
  const sectionEnd = bodyStart + packedSize;
  if (size > maxBlockBytes || sectionEnd > end) throw new ZstdFault("literals run past their block");
  let streams = bodyStart;
  let tree = previousTree;
  if (type !== treeless) {
    const parsed = parseHuffmanTable(bytes, bodyStart, sectionEnd);
    tree = parsed.table;
    streams = parsed.end;
  }
  if (!tree) throw new ZstdFault("literals refer to a Huffman tree that is not there");
  const data = new Uint8Array(size);
  if (format === 0) decodeHuffmanStream(tree, bytes, streams, sectionEnd, data, 0, size);
  else decodeFourStreams(tree, bytes, streams, sectionEnd, data);
  return { data, tree, end: sectionEnd };
}

function plainLiterals(
  bytes: Uint8Array,
  start: number,
  end: number,
  type: number,
  format: number,
): { data: Uint8Array; end: number } {
  const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
  const header = littleEndian(bytes, start, headerBytes);
  const size = headerBytes === 1 ? header >> 3 : header >> 4;
  const bodyStart = start + headerBytes;
  const sectionEnd = bodyStart + (type === raw ? size : 1);
  if (size > maxBlockBytes || sectionEnd > end) throw new ZstdFault("literals run past their block");
  const data = type === raw ? bytes.subarray(bodyStart, sectionEnd) : new Uint8Array(size).fill(bytes[bodyStart]!);
  return { data, end: sectionEnd };
}

function packedHeader(
  bytes: Uint8Array,
  start: number,
  format: number,
): { size: number; packedSize: number; bodyStart: number } {
  const headerBytes = format === 3 ? 5 : format === 2 ? 4 : 3;
  const sizeBits = format === 3 ? 18 : format === 2 ? 14 : 10;
  // Up to 40 bits: arithmetic instead of bit operations.
  const sizes = Math.floor(littleEndian(bytes, start, headerBytes) / 16);
  const size = sizes % 2 ** sizeBits;
  const packedSize = Math.floor(sizes / 2 ** sizeBits);
  return { size, packedSize, bodyStart: start + headerBytes };
}

function decodeFourStreams(tree: HuffmanTable, bytes: Uint8Array, start: number, end: number, out: Uint8Array): void {
  const each = (out.length + 3) >> 2;
  let streamStart = start + 6;
  if (streamStart > end || each * 3 > out.length) throw new ZstdFault("four streams of literals are cut off");
  for (let stream = 0; stream < 4; stream++) {
    const streamEnd = stream === 3 ? end : streamStart + littleEndian(bytes, start + stream * 2, 2);
    if (streamEnd > end) throw new ZstdFault("a stream of literals runs past its section");
    const to = stream === 3 ? out.length : (stream + 1) * each;
    decodeHuffmanStream(tree, bytes, streamStart, streamEnd, out, stream * each, to);
    streamStart = streamEnd;
  }
}
