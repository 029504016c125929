/** The sequences section of a block (RFC 8878, 3.1.1.3.2). */
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
} from "../codes";
import { beginBits, endBackwardBits, flushBits, putBits } from "./bit-writer";
import { encodeSymbol, firstState, putState } from "./fse";
import { SEQUENCE_CODES, SEQUENCES } from "./memory-map";
import { chooseTable, chosenBytes, chosenMode, chosenTable, defineKind } from "./table-choice";

/** Kinds of codes, in the order of their tables. */
const LITERAL_LENGTHS: u32 = 0;
const OFFSETS: u32 = 1;
const MATCH_LENGTHS: u32 = 2;

/** What a code of a length is from here on: the place of its highest bit, and more. */
const LOGARITHMIC_LITERALS: u32 = 64;
const LOGARITHMIC_MATCHES: u32 = 128;

/** Codes of the lengths below the logarithmic ones. */
const literalCodes: usize = memory.data(64);
const matchCodes: usize = memory.data(128);

let isPrepared: bool = false;

/** Make what is the same for all frames, once. */
export function prepareSequences(): void {
  if (isPrepared) return;
  isPrepared = true;
  prepareBaselines();
  fillCodes(literalCodes, LOGARITHMIC_LITERALS, LITERAL_BASELINES, 0);
  fillCodes(matchCodes, LOGARITHMIC_MATCHES, MATCH_BASELINES, 3);
  defineKind(LITERAL_LENGTHS, LITERAL_DEFAULTS, LITERAL_CODES - 1, 6, 9);
  defineKind(OFFSETS, OFFSET_DEFAULTS, 28, 5, 8);
  defineKind(MATCH_LENGTHS, MATCH_DEFAULTS, MATCH_CODES - 1, 6, 9);
}

function fillCodes(codes: usize, count: u32, baselines: usize, shortest: u32): void {
  let code: u32 = 0;
  for (let value: u32 = 0; value < count; value++) {
    if (load<u32>(baselines + (code + 1) * 4) <= value + shortest) code++;
    store<u8>(codes + value, <u8>code);
  }
}

function literalCode(length: u32): u32 {
  return length < LOGARITHMIC_LITERALS ? load<u8>(literalCodes + length) : 50 - clz(length);
}

/** @param length the match length - 3. */
function matchCode(length: u32): u32 {
  return length < LOGARITHMIC_MATCHES ? load<u8>(matchCodes + length) : 67 - clz(length);
}

/** Write `count` sequences of SEQUENCES at `target`. Returns the address behind them. */
export function writeSequences(count: u32, target: usize): usize {
  let at = writeCount(count, target);
  if (count === 0) return at;
  const literalCodesAt: usize = SEQUENCE_CODES;
  const matchCodesAt = literalCodesAt + count;
  const offsetCodesAt = matchCodesAt + count;
  for (let i: u32 = 0; i < count; i++) {
    const sequence = SEQUENCES + i * 12;
    store<u8>(literalCodesAt + i, <u8>literalCode(load<u32>(sequence)));
    store<u8>(matchCodesAt + i, <u8>matchCode(load<u32>(sequence + 4)));
    store<u8>(offsetCodesAt + i, <u8>(31 - clz(load<u32>(sequence + 8))));
  }
  const modes = at++;
  chooseTable(LITERAL_LENGTHS, literalCodesAt, count, at);
  const literalTable = chosenTable;
  let mode = chosenMode << 6;
  at += chosenBytes;
  chooseTable(OFFSETS, offsetCodesAt, count, at);
  const offsetTable = chosenTable;
  mode |= chosenMode << 4;
  at += chosenBytes;
  chooseTable(MATCH_LENGTHS, matchCodesAt, count, at);
  const matchTable = chosenTable;
  store<u8>(modes, <u8>(mode | (chosenMode << 2)));
  at += chosenBytes;
  return encode(count, literalTable, offsetTable, matchTable, at);
}

function writeCount(count: u32, target: usize): usize {
  if (count < 128) {
    store<u8>(target, <u8>count);
    return target + 1;
  }
  if (count < 0x7f00) {
    store<u8>(target, <u8>((count >> 8) + 128));
    store<u8>(target + 1, <u8>count);
    return target + 2;
  }
  store<u8>(target, 255);
  store<u16>(target + 1, <u16>(count - 0x7f00));
  return target + 3;
}

/** The last sequence comes first, and in each everything in the reverse of the order in which it is read. */
function encode(count: u32, literalTable: usize, offsetTable: usize, matchTable: usize, target: usize): usize {
  beginBits(target);
  let last = count - 1;
  let literalState = firstState(literalTable, load<u8>(SEQUENCE_CODES + last));
  let matchState = firstState(matchTable, load<u8>(SEQUENCE_CODES + count + last));
  let offsetState = firstState(offsetTable, load<u8>(SEQUENCE_CODES + count * 2 + last));
  putRest(last, count);
  for (let i = last; i-- > 0; ) {
    offsetState = encodeSymbol(offsetTable, offsetState, load<u8>(SEQUENCE_CODES + count * 2 + i));
    matchState = encodeSymbol(matchTable, matchState, load<u8>(SEQUENCE_CODES + count + i));
    literalState = encodeSymbol(literalTable, literalState, load<u8>(SEQUENCE_CODES + i));
    putRest(i, count);
  }
  putState(matchTable, matchState);
  putState(offsetTable, offsetState);
  putState(literalTable, literalState);
  flushBits();
  return endBackwardBits();
}

/** The bits that follow the codes of sequence `i`: at most 16, 16 and 31, behind 26 of states and 7 that are left. */
function putRest(i: u32, count: u32): void {
  const sequence = SEQUENCES + i * 12;
  const literal = <u32>load<u8>(SEQUENCE_CODES + i);
  const match = <u32>load<u8>(SEQUENCE_CODES + count + i);
  putBits(load<u32>(sequence) - load<u32>(LITERAL_BASELINES + literal * 4), load<u8>(LITERAL_BITS + literal));
  flushBits();
  putBits(load<u32>(sequence + 4) + 3 - load<u32>(MATCH_BASELINES + match * 4), load<u8>(MATCH_BITS + match));
  putBits(load<u32>(sequence + 8), load<u8>(SEQUENCE_CODES + count * 2 + i));
  flushBits();
}
