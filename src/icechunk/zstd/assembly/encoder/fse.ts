/**
 * Finite state entropy tables to encode with (RFC 8878, 4.1.1).
 *
 * A table is: accuracy (u32); from {@link SYMBOLS} for 64 symbols how many states each has (u16) and where they begin
 * (u16); from {@link STATES} the states (u16), those of each symbol in a row, ascending. While a stream is encoded its
 * state is between the table's size and twice that.
 */
import { buildTable } from "../fse";
import { PROBABILITIES } from "../memory-map";
import { beginBits, endBits, flushBits, putBits } from "./bit-writer";
import { log2 } from "./log2";
import { COUNTS, DECODING_TABLE } from "./memory-map";

const SYMBOLS: usize = 16;
const STATES: usize = 16 + 64 * 4;

/** Build the table of the probabilities of symbols 0 to `last` at `probabilities`. */
export function buildEncodingTable(probabilities: usize, last: u32, accuracy: u32, table: usize): void {
  buildTable(probabilities, last + 1, accuracy, DECODING_TABLE);
  store<u32>(table, accuracy);
  memory.fill(table + SYMBOLS, 0, 64 * 4);
  let first: u32 = 0;
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const share = <u32>abs(<i32>load<i16>(probabilities + symbol * 2));
    store<u32>(table + SYMBOLS + symbol * 4, first << 16);
    first += share;
  }
  for (let state: u32 = 0; state < <u32>(1 << accuracy); state++) {
    const entry = table + SYMBOLS + <u32>load<u8>(DECODING_TABLE + state * 4) * 4;
    const known = load<u32>(entry);
    store<u16>(table + STATES + ((known >> 16) + (known & 0xffff)) * 2, <u16>state);
    store<u32>(entry, known + 1);
  }
}

/** A table of one symbol, which takes no bits. */
export function buildSingleSymbolTable(symbol: u32, table: usize): void {
  memory.fill(table, 0, STATES + 2);
  store<u32>(table + SYMBOLS + symbol * 4, 1);
}

/** Write the description of PROBABILITIES at `target`. Returns the address behind it. */
export function describeTable(accuracy: u32, target: usize): usize {
  beginBits(target);
  putBits(accuracy - 5, 4);
  let remaining: i32 = 1 << accuracy;
  for (let symbol: u32 = 0; remaining > 0; symbol++) {
    const probability = <i32>load<i16>(PROBABILITIES + symbol * 2);
    const width: u32 = 32 - clz(<u32>remaining + 1);
    const lowMask: u32 = (1 << (width - 1)) - 1;
    const threshold: u32 = (1 << width) - 2 - remaining;
    const code = <u32>(probability + 1);
    if (code < threshold) putBits(code, width - 1);
    else putBits(code > lowMask ? code + threshold : code, width);
    flushBits();
    remaining -= abs(probability);
    if (probability === 0) symbol += describeZeros(symbol + 1);
  }
  return endBits();
}

/** Say how many more zeros follow from `symbol` on. Returns that number. */
function describeZeros(symbol: u32): u32 {
  let zeros: u32 = 0;
  while (load<i16>(PROBABILITIES + (symbol + zeros) * 2) === 0) zeros++;
  let left = zeros;
  for (; left >= 3; left -= 3) {
    putBits(3, 2);
    flushBits();
  }
  putBits(left, 2);
  return zeros;
}

/** Bits that the symbols 0 to `last` in COUNTS take with a table; infinite where it lacks one. */
export function costWith(table: usize, last: u32): f32 {
  const accuracy = <f32>load<u32>(table);
  let bits: f32 = 0;
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const count = load<u32>(COUNTS + symbol * 4);
    if (count === 0) continue;
    const share = load<u32>(table + SYMBOLS + symbol * 4) & 0xffff;
    if (share === 0) return Infinity;
    bits += <f32>count * (accuracy - log2(share));
  }
  return bits;
}

/**
 * The state to begin with, which is the last that the decoder sees. Of the symbol's states it is the one that reads
 * most bits: a decoder of weights stops because its stream cannot give them.
 */
export function firstState(table: usize, symbol: u32): u32 {
  const first = load<u32>(table + SYMBOLS + symbol * 4) >> 16;
  return (1 << load<u32>(table)) + load<u16>(table + STATES + first * 2);
}

/** Put what leads from the state of `symbol` to `state`, at most 9 bits. Returns the state of `symbol`. */
export function encodeSymbol(table: usize, state: u32, symbol: u32): u32 {
  const accuracy = load<u32>(table);
  const known = load<u32>(table + SYMBOLS + symbol * 4);
  const share = known & 0xffff;
  let bits: u32 = accuracy + clz(share) - 31;
  if (state >> bits < share) bits--;
  putBits(state, bits);
  return (1 << accuracy) + load<u16>(table + STATES + ((known >> 16) + (state >> bits) - share) * 2);
}

/** Put the last state of a stream, which is the first that the decoder reads. */
export function putState(table: usize, state: u32): void {
  putBits(state, load<u32>(table));
}
