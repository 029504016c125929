import { BackwardBitReader, loadBits } from "./bit-readers.js";
import { ZstdFault } from "./fault.js";
import { buildFseTable, type FseTable, parseFseTable, singleSymbolTable } from "./fse.js";
import { littleEndian } from "./padded-input.js";

/** What one code stands for: `baseline` plus the next `bits` bits. */
interface CodeTable {
  baselines: Uint32Array;
  bits: Uint8Array;
}

/** Codes of literal lengths (RFC 8878, table 16). */
const literalLengthCodes = codeTable(0, 16, [
  [16, 1],
  [18, 1],
  [20, 1],
  [22, 1],
  [24, 2],
  [28, 2],
  [32, 3],
  [40, 3],
  [48, 4],
  [64, 6],
  [128, 7],
  [256, 8],
  [512, 9],
  [1024, 10],
  [2048, 11],
  [4096, 12],
  [8192, 13],
  [16384, 14],
  [32768, 15],
  [65536, 16],
]);

/** Codes of match lengths (RFC 8878, table 17). */
const matchLengthCodes = codeTable(3, 32, [
  [35, 1],
  [37, 1],
  [39, 1],
  [41, 1],
  [43, 2],
  [47, 2],
  [51, 3],
  [59, 3],
  [67, 4],
  [83, 4],
  [99, 5],
  [131, 7],
  [259, 8],
  [515, 9],
  [1027, 10],
  [2051, 11],
  [4099, 12],
  [8195, 13],
  [16387, 14],
  [32771, 15],
  [65539, 16],
]);

/** Larger offsets than 2^30 need windows that no reader of ours grants. */
const maxOffsetCode = 30;

/** The tables that decode the three parts of a sequence. */
export interface SequenceTables {
  literalLengths: FseTable;
  offsets: FseTable;
  matchLengths: FseTable;
}

interface TableKind {
  maxSymbol: number;
  maxAccuracyLog: number;
  /** The distribution in force where a block brings none (RFC 8878, 3.1.1.3.2.2). */
  defaults: FseTable;
}

export const literalLengthKind: TableKind = {
  maxSymbol: 35,
  maxAccuracyLog: 9,
  defaults: buildFseTable(
    [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
    6,
  ),
};
export const matchLengthKind: TableKind = {
  maxSymbol: 52,
  maxAccuracyLog: 9,
  defaults: buildFseTable([1, 4, 3, 2, 2, 2, 2, 2, 2, ...new Array<number>(37).fill(1), -1, -1, -1, -1, -1, -1, -1], 6),
};
export const offsetKind: TableKind = {
  maxSymbol: 31,
  maxAccuracyLog: 8,
  defaults: buildFseTable([1, 1, 1, 1, 1, 1, 2, 2, 2, ...new Array<number>(15).fill(1), -1, -1, -1, -1, -1], 5),
};

function codeTable(firstBaseline: number, plainCodes: number, rest: readonly (readonly [number, number])[]): CodeTable {
  const plain = Array.from({ length: plainCodes }, (_, code) => firstBaseline + code);
  return {
    baselines: Uint32Array.from([...plain, ...rest.map(([baseline]) => baseline)]),
    bits: Uint8Array.from([...plain.map(() => 0), ...rest.map(([, bits]) => bits)]),
  };
}

/** The sequences of one block, column by column. `offsets` are "offset values": 1 to 3 repeat an earlier offset. */
export interface Sequences {
  count: number;
  literalLengths: Uint32Array;
  matchLengths: Uint32Array;
  offsets: Uint32Array;
  /** The tables used, for the next block that repeats them; null where there were no sequences and none before. */
  tables: SequenceTables | null;
}

/** Decode the sequences section (RFC 8878, 3.1.1.3.2), bytes `start` to `end`. */
export function decodeSequences(
  bytes: Uint8Array,
  start: number,
  end: number,
  previous: SequenceTables | null,
): Sequences {
  const { count, bodyStart } = sequenceCount(bytes, start, end);
  const literalLengths = new Uint32Array(count);
  const matchLengths = new Uint32Array(count);
  const offsets = new Uint32Array(count);
  if (count === 0) return { count, literalLengths, matchLengths, offsets, tables: previous };
  const { tables, streamStart } = sequenceTables(bytes, bodyStart, end, previous);
  const reader = new BackwardBitReader(bytes, streamStart, end);
  readSequences(bytes, streamStart * 8, reader.left, tables, { literalLengths, matchLengths, offsets });
  return { count, literalLengths, matchLengths, offsets, tables };
}

/**
 * The hot loop of decoding: plain locals, and bits loaded without a reader. `left` counts the bits that are still to be
 * read, from the end of the stream to its start at `startBit`.
 */
function readSequences(
  bytes: Uint8Array,
  startBit: number,
  bitCount: number,
  { literalLengths: literalTable, offsets: offsetTable, matchLengths: matchTable }: SequenceTables,
  out: Pick<Sequences, "literalLengths" | "matchLengths" | "offsets">,
): void {
  const count = out.offsets.length;
  let left = bitCount - literalTable.accuracyLog;
  let literalState = loadBits(bytes, startBit + left, literalTable.accuracyLog);
  left -= offsetTable.accuracyLog;
  let offsetState = loadBits(bytes, startBit + left, offsetTable.accuracyLog);
  left -= matchTable.accuracyLog;
  let matchState = loadBits(bytes, startBit + left, matchTable.accuracyLog);
  for (let i = 0; i < count; i++) {
    const offsetCode = offsetTable.symbols[offsetState]!;
    if (offsetCode > maxOffsetCode) throw new ZstdFault(`an offset has ${offsetCode} bits`);
    left -= offsetCode;
    out.offsets[i] = (1 << offsetCode) + loadLongBits(bytes, startBit + left, offsetCode);
    const matchCode = matchTable.symbols[matchState]!;
    const matchBits = matchLengthCodes.bits[matchCode]!;
    left -= matchBits;
    out.matchLengths[i] = matchLengthCodes.baselines[matchCode]! + loadBits(bytes, startBit + left, matchBits);
    const literalCode = literalTable.symbols[literalState]!;
    const literalBits = literalLengthCodes.bits[literalCode]!;
    left -= literalBits;
    out.literalLengths[i] = literalLengthCodes.baselines[literalCode]! + loadBits(bytes, startBit + left, literalBits);
    if (left < 0) throw new ZstdFault("sequences are cut off");
    if (i === count - 1) break;
    const literalStep = literalTable.bits[literalState]!;
    left -= literalStep;
    literalState = literalTable.baselines[literalState]! + loadBits(bytes, startBit + left, literalStep);
    const matchStep = matchTable.bits[matchState]!;
    left -= matchStep;
    matchState = matchTable.baselines[matchState]! + loadBits(bytes, startBit + left, matchStep);
    const offsetStep = offsetTable.bits[offsetState]!;
    left -= offsetStep;
    offsetState = offsetTable.baselines[offsetState]! + loadBits(bytes, startBit + left, offsetStep);
    if (left < 0) throw new ZstdFault("sequences are cut off");
  }
  if (left !== 0) throw new ZstdFault("sequences do not end where they should");
}

/** As {@link loadBits}, for up to 30 bits. */
function loadLongBits(bytes: Uint8Array, bit: number, count: number): number {
  if (count <= 24) return loadBits(bytes, bit, count);
  return loadBits(bytes, bit, 16) + loadBits(bytes, bit + 16, count - 16) * 65_536;
}

function sequenceCount(bytes: Uint8Array, start: number, end: number): { count: number; bodyStart: number } {
  if (start >= end) throw new ZstdFault("a block has no sequences section");
  const first = bytes[start]!;
  if (first < 128) return { count: first, bodyStart: start + 1 };
  if (first < 255) return { count: (first - 128) * 256 + bytes[start + 1]!, bodyStart: start + 2 };
  return { count: littleEndian(bytes, start + 1, 2) + 0x7f00, bodyStart: start + 3 };
}

function sequenceTables(
  bytes: Uint8Array,
  start: number,
  end: number,
  previous: SequenceTables | null,
): { tables: SequenceTables; streamStart: number } {
  const modes = bytes[start]!;
  const literals = readTable(bytes, start + 1, end, modes >> 6, literalLengthKind, previous?.literalLengths);
  const offsets = readTable(bytes, literals.end, end, (modes >> 4) & 3, offsetKind, previous?.offsets);
  const matches = readTable(bytes, offsets.end, end, (modes >> 2) & 3, matchLengthKind, previous?.matchLengths);
  return {
    tables: { literalLengths: literals.table, offsets: offsets.table, matchLengths: matches.table },
    streamStart: matches.end,
  };
}

function readTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  mode: number,
  kind: TableKind,
  previous: FseTable | undefined,
): { table: FseTable; end: number } {
  if (mode === 0) return { table: kind.defaults, end: start };
  if (mode === 1) {
    const symbol = start < end ? bytes[start]! : Number.POSITIVE_INFINITY;
    if (symbol > kind.maxSymbol) throw new ZstdFault("a table names an unknown code");
    return { table: singleSymbolTable(symbol), end: start + 1 };
  }
  if (mode === 2) return parseFseTable(bytes, start, end, kind.maxSymbol, kind.maxAccuracyLog);
  if (!previous) throw new ZstdFault("a block repeats a table that is not there");
  return { table: previous, end: start };
}
