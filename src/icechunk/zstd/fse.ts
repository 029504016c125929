import { ForwardBitReader } from "./bit-readers.js";
import { ZstdFault } from "./fault.js";

/** A finite state entropy decoding table: for each state its symbol, and how the next state is found. */
export interface FseTable {
  /** The number of states is 2 to this power. */
  accuracyLog: number;
  symbols: Uint8Array;
  bits: Uint8Array;
  baselines: Uint16Array;
}

/** A table description as it stands in a frame, and where it ends. */
export interface ParsedTable {
  table: FseTable;
  end: number;
}

/**
 * Read the probabilities of a table and build it (RFC 8878, 4.1.1).
 *
 * @param maxSymbol the largest symbol that may occur.
 */
export function parseFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxSymbol: number,
  maxAccuracyLog: number,
): ParsedTable {
  const reader = new ForwardBitReader(bytes, start, end);
  const accuracyLog = reader.read(4) + 5;
  if (accuracyLog > maxAccuracyLog) throw new ZstdFault(`a table has the accuracy ${accuracyLog}`);
  const probabilities: number[] = [];
  let remaining = 1 << accuracyLog;
  while (remaining > 0) {
    const probability = readProbability(reader, remaining);
    remaining -= Math.abs(probability);
    probabilities.push(probability);
    if (probability === 0) skipZeros(reader, probabilities);
    if (probabilities.length > maxSymbol + 1) throw new ZstdFault("a table has too many symbols");
  }
  if (remaining < 0) throw new ZstdFault("probabilities do not add up");
  return { table: buildFseTable(probabilities, accuracyLog), end: reader.end() };
}

/** A probability takes one bit less where its value is small: both widths share one code. -1 means "less than 1". */
function readProbability(reader: ForwardBitReader, remaining: number): number {
  const bits = 32 - Math.clz32(remaining + 1);
  const lowMask = (1 << (bits - 1)) - 1;
  const threshold = (1 << bits) - 1 - (remaining + 1);
  const value = reader.read(bits);
  if ((value & lowMask) < threshold) {
    reader.unreadBit();
    return (value & lowMask) - 1;
  }
  return (value > lowMask ? value - threshold : value) - 1;
}

function skipZeros(reader: ForwardBitReader, probabilities: number[]): void {
  let repeat: number;
  do {
    repeat = reader.read(2);
    for (let i = 0; i < repeat; i++) probabilities.push(0);
  } while (repeat === 3 && probabilities.length <= 256);
}

/** The decoding table of normalized probabilities (RFC 8878, 4.1.1, "From normalized distribution to decoding tables"). */
export function buildFseTable(probabilities: readonly number[], accuracyLog: number): FseTable {
  const size = 1 << accuracyLog;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(probabilities.length);
  let high = size;
  probabilities.forEach((probability, symbol) => {
    next[symbol] = Math.abs(probability);
    if (probability === -1) {
      high -= 1;
      symbols[high] = symbol;
    }
  });
  spread(probabilities, symbols, high);
  const bits = new Uint8Array(size);
  const baselines = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state]!;
    const order = next[symbol]!;
    next[symbol] = order + 1;
    bits[state] = accuracyLog - (31 - Math.clz32(order));
    baselines[state] = (order << bits[state]!) - size;
  }
  return { accuracyLog, symbols, bits, baselines };
}

function spread(probabilities: readonly number[], symbols: Uint8Array, high: number): void {
  const size = symbols.length;
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  probabilities.forEach((probability, symbol) => {
    for (let i = 0; i < probability; i++) {
      symbols[position] = symbol;
      do {
        position = (position + step) & (size - 1);
      } while (position >= high);
    }
  });
  if (position !== 0) throw new ZstdFault("probabilities do not fill their table");
}

/** A table of one state that always gives `symbol` and takes no bits. */
export function singleSymbolTable(symbol: number): FseTable {
  return {
    accuracyLog: 0,
    symbols: Uint8Array.of(symbol),
    bits: new Uint8Array(1),
    baselines: new Uint16Array(1),
  };
}
