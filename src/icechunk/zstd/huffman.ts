import { BackwardBitReader } from "./bit-readers.js";
import { ZstdFault } from "./fault.js";
import { parseFseTable } from "./fse.js";

/** Longest code of a literal (RFC 8878, 4.2.1). */
const maxCodeBits = 11;
/** Largest accuracy of the table that packs the weights (RFC 8878, 4.2.1.2). */
const weightAccuracyLog = 6;
const maxWeight = 12;

/** A Huffman decoding table: what the next `maxBits` bits begin with. */
export interface HuffmanTable {
  maxBits: number;
  symbols: Uint8Array;
  lengths: Uint8Array;
}

/** Read a Huffman tree description (RFC 8878, 4.2.1) from `start`, at most up to `end`. */
export function parseHuffmanTable(bytes: Uint8Array, start: number, end: number): { table: HuffmanTable; end: number } {
  if (start >= end) throw new ZstdFault("a Huffman tree is missing");
  const header = bytes[start]!;
  const direct = header >= 128;
  const treeEnd = start + 1 + (direct ? (header - 127 + 1) >> 1 : header);
  if (treeEnd > end) throw new ZstdFault("a Huffman tree is cut off");
  const weights = direct ? directWeights(bytes, start + 1, header - 127) : packedWeights(bytes, start + 1, treeEnd);
  return { table: buildTable(weights), end: treeEnd };
}

function directWeights(bytes: Uint8Array, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const pair = bytes[start + (i >> 1)]!;
    return i % 2 === 0 ? pair >> 4 : pair & 15;
  });
}

/** Weights packed by two interleaved states, which go on until the bits run out. */
function packedWeights(bytes: Uint8Array, start: number, end: number): number[] {
  const { table, end: streamStart } = parseFseTable(bytes, start, end, maxWeight, weightAccuracyLog);
  const reader = new BackwardBitReader(bytes, streamStart, end);
  const states = [reader.read(table.accuracyLog), reader.read(table.accuracyLog)];
  const weights: number[] = [];
  for (let turn = 0; ; turn ^= 1) {
    const state = states[turn]!;
    weights.push(table.symbols[state]!);
    if (weights.length > 255) throw new ZstdFault("a Huffman tree has too many weights");
    states[turn] = table.baselines[state]! + reader.read(table.bits[state]!);
    if (reader.left < 0) {
      weights.push(table.symbols[states[turn ^ 1]!]!);
      return weights;
    }
  }
}

function buildTable(weights: readonly number[]): HuffmanTable {
  const sum = weights.reduce((total, weight) => total + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  const maxBits = sum === 0 ? 0 : 32 - Math.clz32(sum);
  if (maxBits === 0 || maxBits > maxCodeBits) throw new ZstdFault(`a Huffman tree has codes of ${maxBits} bits`);
  const rest = 2 ** maxBits - sum;
  if ((rest & (rest - 1)) !== 0) throw new ZstdFault("the weights of a Huffman tree do not add up");
  const all = [...weights, 32 - Math.clz32(rest)];
  if (all.length > 256) throw new ZstdFault("a Huffman tree has too many weights");
  const symbols = new Uint8Array(1 << maxBits);
  const lengths = new Uint8Array(1 << maxBits);
  let position = 0;
  // Small weights, which are long codes, come first; within a weight symbols keep their order.
  for (let weight = 1; weight <= maxBits; weight++) {
    all.forEach((candidate, symbol) => {
      if (candidate !== weight) return;
      const next = position + (1 << (weight - 1));
      symbols.fill(symbol, position, next);
      lengths.fill(maxBits + 1 - weight, position, next);
      position = next;
    });
  }
  return { maxBits, symbols, lengths };
}

/** Decode one stream of literals, bytes `start` to `end`, into `out[from..to)`; it must fit exactly. */
export function decodeHuffmanStream(
  table: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  from: number,
  to: number,
): void {
  const { maxBits, symbols, lengths } = table;
  const mask = (1 << maxBits) - 1;
  const reader = new BackwardBitReader(bytes, start, end);
  const startBit = start * 8;
  let left = reader.left;
  let position = from;
  // The hot loop of decoding: bits are loaded here and not through the reader.
  while (position < to && left >= maxBits) {
    const bit = startBit + left - maxBits;
    const at = bit >>> 3;
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    const index = (word >>> (bit & 7)) & mask;
    out[position] = symbols[index]!;
    position += 1;
    left -= lengths[index]!;
  }
  reader.left = left;
  for (; position < to; position++) {
    const index = reader.peek(maxBits);
    out[position] = symbols[index]!;
    reader.left -= lengths[index]!;
  }
  if (reader.left !== 0) throw new ZstdFault("a stream of literals does not end where it should");
}
