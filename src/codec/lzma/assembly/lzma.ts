/** The symbols of LZMA: literals, matches and repeated matches, as the LZMA specification in the LZMA SDK tells them. */
import {
  CHOICE,
  CHOICE_2,
  HIGH,
  IS_MATCH,
  IS_REP,
  IS_REP_G0,
  IS_REP_G1,
  IS_REP_G2,
  IS_REP0_LONG,
  LITERALS,
  LOW,
  MATCH_LENGTHS,
  MID,
  POSITION_ALIGN,
  POSITION_SLOTS,
  POSITION_SPECIAL,
  PROBABILITIES_END,
  REP_LENGTHS,
} from "./memory-map";
import {
  Coder,
  decodeBit,
  decodeDirectBits,
  decodeMatchedLiteral,
  decodeReverseTree,
  decodeTree,
} from "./range-decoder";
import { BAD_CHUNK_END, BAD_DISTANCE, OK, STOPPED, TRUNCATED } from "./status";

/** What lasts from one chunk to the next, until a chunk resets it. */
export class Lzma {
  /** 0–6 behind a literal, 7–11 behind a match: what came last. */
  static state: u32 = 0;
  /** The last four distances, less 1. */
  static rep0: u32 = 0;
  static rep1: u32 = 0;
  static rep2: u32 = 0;
  static rep3: u32 = 0;
  static literalContextBits: u32 = 0;
  static literalPositionMask: u32 = 0;
  static positionMask: u32 = 0;
  /** Where the dictionary starts, which is part of the output. */
  static dictionary: usize = 0;
  static out: usize = 0;
  static outEnd: usize = 0;
}

const MIN_MATCH: u32 = 2;
const FIRST_MATCH_STATE: u32 = 7;
/** Half of 2048 in each half of a word: four probabilities of one half. */
const EVEN_ODDS: u64 = 0x0400040004000400;

/** @returns false for properties that LZMA2 does not allow: more than 4 bits for literals */
export function setProperties(properties: u32): bool {
  if (properties >= 9 * 5 * 5) return false;
  const literalContextBits = properties % 9;
  const literalPositionBits = (properties / 9) % 5;
  if (literalContextBits + literalPositionBits > 4) return false;
  Lzma.literalContextBits = literalContextBits;
  Lzma.literalPositionMask = (1 << literalPositionBits) - 1;
  Lzma.positionMask = (1 << (properties / 45)) - 1;
  return true;
}

export function resetState(): void {
  Lzma.state = 0;
  Lzma.rep0 = 0;
  Lzma.rep1 = 0;
  Lzma.rep2 = 0;
  Lzma.rep3 = 0;
  for (let at = IS_MATCH; at < PROBABILITIES_END; at += 8) store<u64>(at, EVEN_ODDS);
}

/**
 * Decode symbols up to the chunk's end, or to the output's end where that comes first.
 *
 * @returns OK, STOPPED (at the output's end), TRUNCATED, BAD_DISTANCE or BAD_CHUNK_END
 */
export function decodeSymbols(chunkEnd: usize): i32 {
  const limit = min(chunkEnd, Lzma.outEnd);
  while (Lzma.out < limit) {
    const position = <u32>(Lzma.out - Lzma.dictionary) & Lzma.positionMask;
    const context = (<usize>((Lzma.state << 4) + position)) << 1;
    const isMatch = decodeBit(IS_MATCH + context);
    const status = isMatch ? match(position, context, chunkEnd) : literal();
    if (status !== OK) return status;
  }
  return chunkEnd > Lzma.outEnd ? STOPPED : OK;
}

function literal(): i32 {
  const out = Lzma.out;
  const offset = <u32>(out - Lzma.dictionary);
  const last: u32 = offset === 0 ? 0 : load<u8>(out - 1);
  const bits = Lzma.literalContextBits;
  const context = ((offset & Lzma.literalPositionMask) << bits) + (last >> (8 - bits));
  const tree = LITERALS + <usize>context * 0x600;
  const symbol =
    Lzma.state < FIRST_MATCH_STATE
      ? decodeTree(tree, 8)
      : decodeMatchedLiteral(tree, load<u8>(out - <usize>Lzma.rep0 - 1));
  if (Coder.next > Coder.end) return TRUNCATED;
  store<u8>(out, symbol);
  Lzma.out = out + 1;
  Lzma.state = Lzma.state < 4 ? 0 : Lzma.state - (Lzma.state < 10 ? 3 : 6);
  return OK;
}

function match(position: u32, context: usize, chunkEnd: usize): i32 {
  const byState = (<usize>Lzma.state) << 1;
  let length: u32 = 1;
  if (!decodeBit(IS_REP + byState)) {
    length = decodeLength(MATCH_LENGTHS, position);
    pushDistance(decodeDistance(length));
    Lzma.state = afterSymbol(7);
  } else if (isShortRep(byState, context)) {
    Lzma.state = afterSymbol(9);
  } else {
    length = decodeLength(REP_LENGTHS, position);
    Lzma.state = afterSymbol(8);
  }
  if (Coder.next > Coder.end) return TRUNCATED;
  if (<usize>Lzma.rep0 >= Lzma.out - Lzma.dictionary) return BAD_DISTANCE;
  if (<usize>length > chunkEnd - Lzma.out) return BAD_CHUNK_END;
  copyMatch(<usize>Lzma.rep0 + 1, min(<usize>length, Lzma.outEnd - Lzma.out));
  return OK;
}

/** The state behind a match (7), a repeated one (8) or a short one (9); three more where a match came before, too. */
function afterSymbol(state: u32): u32 {
  return Lzma.state < FIRST_MATCH_STATE ? state : state === 7 ? 10 : 11;
}

/** Which of the last distances comes again moves to the front. True where it is the last one, for a single byte. */
function isShortRep(byState: usize, context: usize): bool {
  if (!decodeBit(IS_REP_G0 + byState)) return !decodeBit(IS_REP0_LONG + context);
  let distance = Lzma.rep1;
  if (decodeBit(IS_REP_G1 + byState)) {
    if (decodeBit(IS_REP_G2 + byState)) {
      distance = Lzma.rep3;
      Lzma.rep3 = Lzma.rep2;
    } else distance = Lzma.rep2;
    Lzma.rep2 = Lzma.rep1;
  }
  Lzma.rep1 = Lzma.rep0;
  Lzma.rep0 = distance;
  return false;
}

function pushDistance(distance: u32): void {
  Lzma.rep3 = Lzma.rep2;
  Lzma.rep2 = Lzma.rep1;
  Lzma.rep1 = Lzma.rep0;
  Lzma.rep0 = distance;
}

function decodeLength(decoder: usize, position: u32): u32 {
  const byPosition = (<usize>position) << 4;
  if (!decodeBit(decoder + CHOICE)) return MIN_MATCH + decodeTree(decoder + LOW + byPosition, 3) - 8;
  if (!decodeBit(decoder + CHOICE_2)) return MIN_MATCH + 8 + decodeTree(decoder + MID + byPosition, 3) - 8;
  return MIN_MATCH + 16 + decodeTree(decoder + HIGH, 8) - 256;
}

/** A new distance, less 1. The marker of LZMA's end (2^32 − 1) lies before any dictionary. */
function decodeDistance(length: u32): u32 {
  const tree = POSITION_SLOTS + ((<usize>min(length - MIN_MATCH, 3)) << 7);
  const slot = decodeTree(tree, 6) - 64;
  if (slot < 4) return slot;
  const lowBits = (slot >> 1) - 1;
  const base = (2 | (slot & 1)) << lowBits;
  if (slot < 14) return base + decodeReverseTree(POSITION_SPECIAL + ((<usize>(base - slot)) << 1), lowBits);
  const middle = decodeDirectBits(lowBits - 4) << 4;
  return base + middle + decodeReverseTree(POSITION_ALIGN, 4);
}

/**
 * Eight bytes at a time where the source is that far behind: up to seven bytes behind the match are written, which the
 * next symbol overwrites or the output's slack takes. A call of `memory.copy` costs more than most matches.
 */
function copyMatch(distance: usize, length: usize): void {
  let at = Lzma.out;
  const end = at + length;
  if (distance >= 8) for (; at < end; at += 8) store<u64>(at, load<u64>(at - distance));
  else for (; at < end; at++) store<u8>(at, load<u8>(at - distance));
  Lzma.out = end;
}
