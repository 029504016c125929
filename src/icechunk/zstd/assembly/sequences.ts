/** The sequences of a block, decoded and carried out in one pass (RFC 8878, 3.1.1.3.2 and 3.1.1.4). */
import { backwardBits, loadBits } from "./bits";
import {
  LITERAL_BASELINES,
  LITERAL_BITS,
  LITERAL_CODES,
  LITERAL_DEFAULTS,
  MATCH_BASELINES,
  MATCH_BITS,
  MATCH_CODES,
  MATCH_DEFAULTS,
  OFFSET_DEFAULTS,
  prepareBaselines,
} from "./codes";
import { accuracyLog, buildTable, readTable } from "./fse";
import { literalCount, literalsAt, MAX_BLOCK } from "./literals";
import {
  DEFAULT_LITERALS,
  DEFAULT_MATCHES,
  DEFAULT_OFFSETS,
  LITERAL_TABLE,
  MATCH_TABLE,
  OFFSET_TABLE,
} from "./memory-map";
import { BAD_OFFSET, BAD_SEQUENCES, BAD_TABLE, CUT_OFF, NOT_THERE, TOO_LARGE } from "./status";

const MAX_OFFSET_SYMBOL: u32 = 31;
/** Larger offsets than 2^30 need windows that no reader of ours grants. */
const MAX_OFFSET_CODE: u32 = 30;

/** Where the tables of the last block lie, and their accuracies; address 0 while there are none. */
let literalTable: usize = 0;
let offsetTable: usize = 0;
let matchTable: usize = 0;
let literalLog: u32 = 0;
let offsetLog: u32 = 0;
let matchLog: u32 = 0;
/** The last three offsets, the newest first. */
let recent1: u32 = 1;
let recent2: u32 = 4;
let recent3: u32 = 8;

/** Forget what earlier frames left behind. */
export function forgetSequences(): void {
  literalTable = 0;
  offsetTable = 0;
  matchTable = 0;
  recent1 = 1;
  recent2 = 4;
  recent3 = 8;
  prepareBaselines();
  buildTable(LITERAL_DEFAULTS, LITERAL_CODES, 6, DEFAULT_LITERALS);
  buildTable(OFFSET_DEFAULTS, 29, 5, DEFAULT_OFFSETS);
  buildTable(MATCH_DEFAULTS, MATCH_CODES, 6, DEFAULT_MATCHES);
}

/** The table that the last {@link chooseTable} chose. */
let chosenTable: usize = 0;
let chosenLog: u32 = 0;

/** Choose a table by its mode. Returns the number of bytes that it takes, or a status. */
function chooseTable(
  start: usize,
  end: usize,
  mode: u32,
  maxSymbol: u32,
  maxAccuracy: u32,
  own: usize,
  defaults: usize,
  defaultLog: u32,
): i32 {
  if (mode === 0) {
    chosenTable = defaults;
    chosenLog = defaultLog;
    return 0;
  }
  if (mode === 3) return chosenTable === 0 ? NOT_THERE : 0;
  chosenTable = own;
  if (mode === 1) {
    const symbol = <u32>load<u8>(start);
    if (start >= end || symbol > maxSymbol) return BAD_TABLE;
    store<u32>(own, symbol);
    chosenLog = 0;
    return 1;
  }
  const bytes = readTable(start, end, maxSymbol, maxAccuracy, own);
  chosenLog = accuracyLog;
  return bytes;
}

/** Choose all three tables. Returns the address behind them as a distance from `start`, or a status. */
function chooseTables(start: usize, end: usize): i32 {
  const modes = <u32>load<u8>(start);
  let at = start + 1;
  chosenTable = literalTable;
  chosenLog = literalLog;
  let bytes = chooseTable(at, end, modes >> 6, LITERAL_CODES - 1, 9, LITERAL_TABLE, DEFAULT_LITERALS, 6);
  if (bytes < 0) return bytes;
  literalTable = chosenTable;
  literalLog = chosenLog;
  at += bytes;
  chosenTable = offsetTable;
  chosenLog = offsetLog;
  bytes = chooseTable(at, end, (modes >> 4) & 3, MAX_OFFSET_SYMBOL, 8, OFFSET_TABLE, DEFAULT_OFFSETS, 5);
  if (bytes < 0) return bytes;
  offsetTable = chosenTable;
  offsetLog = chosenLog;
  at += bytes;
  chosenTable = matchTable;
  chosenLog = matchLog;
  bytes = chooseTable(at, end, (modes >> 2) & 3, MATCH_CODES - 1, 9, MATCH_TABLE, DEFAULT_MATCHES, 6);
  if (bytes < 0) return bytes;
  matchTable = chosenTable;
  matchLog = chosenLog;
  return <i32>(at + bytes - start);
}

/**
 * Decode the sequences section at `start` to `end` and write what the block regenerates to `target`.
 *
 * @param outStart where decoded bytes begin: matches do not reach before it.
 * @returns the number of bytes written, or a status.
 */
export function regenerate(start: usize, end: usize, outStart: usize, target: usize): i32 {
  if (start >= end) return CUT_OFF;
  let count = <u32>load<u8>(start);
  let at = start + 1;
  if (count >= 128) {
    if (count < 255) count = ((count - 128) << 8) + load<u8>(at++);
    else {
      count = load<u16>(at) + 0x7f00;
      at += 2;
    }
  }
  if (at > end) return CUT_OFF;
  if (count === 0) return finish(literalsAt, literalCount, target, target);
  const tableBytes = chooseTables(at, end);
  if (tableBytes < 0) return tableBytes;
  at += tableBytes;
  const bits = backwardBits(at, end);
  return bits < 0 ? CUT_OFF : run(at, bits, count, outStart, target);
}

/** The hot loop: `left` counts the bits that are still to be read, from the stream's end to its start. */
function run(stream: usize, bits: i32, count: u32, outStart: usize, target: usize): i32 {
  const blockEnd = target + MAX_BLOCK;
  let literals = literalsAt;
  const literalsEnd = literals + literalCount;
  let out = target;
  let left = bits - <i32>(literalLog + offsetLog + matchLog);
  if (left < 0) return CUT_OFF;
  let literalState = loadBits(stream, left + offsetLog + matchLog, literalLog);
  let offsetState = loadBits(stream, left + matchLog, offsetLog);
  let matchState = loadBits(stream, left, matchLog);
  for (;;) {
    const literalEntry = load<u32>(literalTable + (literalState << 2));
    const offsetEntry = load<u32>(offsetTable + (offsetState << 2));
    const matchEntry = load<u32>(matchTable + (matchState << 2));
    const offsetCode = offsetEntry & 255;
    if (offsetCode > MAX_OFFSET_CODE) return BAD_OFFSET;
    const matchCode = matchEntry & 255;
    const literalCode = literalEntry & 255;
    const matchBits = <u32>load<u8>(MATCH_BITS + matchCode);
    const literalBits = <u32>load<u8>(LITERAL_BITS + literalCode);
    left -= offsetCode + matchBits + literalBits;
    if (left < 0) return CUT_OFF;
    const offsetValue = (1 << offsetCode) + loadBits(stream, left + literalBits + matchBits, offsetCode);
    const matchLength = load<u32>(MATCH_BASELINES + (matchCode << 2)) + loadBits(stream, left + literalBits, matchBits);
    const literalLength = load<u32>(LITERAL_BASELINES + (literalCode << 2)) + loadBits(stream, left, literalBits);
    if (literals + literalLength > literalsEnd) return BAD_SEQUENCES;
    if (out + literalLength + matchLength > blockEnd) return TOO_LARGE;
    copyForward(literals, out, literalLength);
    literals += literalLength;
    out += literalLength;
    const offset = resolveOffset(offsetValue, literalLength);
    if (offset === 0 || offset > <u32>(out - outStart)) return BAD_OFFSET;
    copyMatch(out, offset, matchLength);
    out += matchLength;
    if (--count === 0) break;
    const literalStep = (literalEntry >> 8) & 255;
    const matchStep = (matchEntry >> 8) & 255;
    const offsetStep = (offsetEntry >> 8) & 255;
    left -= literalStep + matchStep + offsetStep;
    if (left < 0) return CUT_OFF;
    literalState = (literalEntry >> 16) + loadBits(stream, left + offsetStep + matchStep, literalStep);
    matchState = (matchEntry >> 16) + loadBits(stream, left + offsetStep, matchStep);
    offsetState = (offsetEntry >> 16) + loadBits(stream, left, offsetStep);
  }
  if (left !== 0) return BAD_SEQUENCES;
  return finish(literals, <u32>(literalsEnd - literals), out, target);
}

/** The literals behind the last sequence. */
function finish(literals: usize, count: u32, out: usize, target: usize): i32 {
  if (out + count > target + MAX_BLOCK) return TOO_LARGE;
  memory.copy(out, literals, count);
  return <i32>(out + count - target);
}

/** Copy 8 bytes at a time, up to 7 more than asked for. */
function copyForward(from: usize, to: usize, count: u32): void {
  if (count > 256) {
    memory.copy(to, from, count);
    return;
  }
  for (const end = to + count; to < end; to += 8, from += 8) store<u64>(to, load<u64>(from));
}

/** A match may overlap what it writes: then it repeats. */
function copyMatch(to: usize, offset: u32, count: u32): void {
  if (offset >= 8) {
    if (offset >= count) copyForward(to - offset, to, count);
    else for (const end = to + count; to < end; to += 8) store<u64>(to, load<u64>(to - offset));
    return;
  }
  for (const end = to + count; to < end; to++) store<u8>(to, load<u8>(to - offset));
}

/** Values 1 to 3 repeat one of the last three offsets; without literals before, the first cannot be meant. */
function resolveOffset(value: u32, literalLength: u32): u32 {
  if (value > 3) {
    recent3 = recent2;
    recent2 = recent1;
    recent1 = value - 3;
    return recent1;
  }
  const which = value - (literalLength === 0 ? 0 : 1);
  if (which === 0) return recent1;
  const offset = which === 1 ? recent2 : which === 2 ? recent3 : recent1 - 1;
  if (which > 1) recent3 = recent2;
  recent2 = recent1;
  recent1 = offset;
  return offset;
}
