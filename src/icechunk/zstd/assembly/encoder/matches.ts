/** Finds what was there before: the content as literals and matches (RFC 8878, 3.1.1.4 and 3.1.1.5). */
import { CHAIN, LITERALS, LONG_TABLE, SEQUENCES, SHORT_TABLE } from "./memory-map";

/** What a match is thought to gain, in bits, for each of its bytes; an offset that is used again costs one. */
const BYTE_GAIN: i32 = 4;
const REPEAT_COST: i32 = 1;
/** A repeated offset that gains more is taken: keeping it is worth more than the longest match. */
const GOOD_REPEAT: i32 = 16;
/** Multipliers that spread bytes over all bits: odd, about 2^64 over the golden ratio. */
const SPREAD: u64 = 0x9e3779b97f4a7c15;
/** Places that chains lead back to. */
const CHAINED_BYTES: usize = 131072;
/** A place is looked at with loads of 8 bytes. */
const LOOKAHEAD: usize = 8;

/** What {@link findSequences} found. */
export let sequenceCount: u32 = 0;
export let literalCount: u32 = 0;

let contentStart: usize = 0;
let window: usize = 0;
/** How many earlier places with the same 5 bytes are looked at, beside the last one. */
let depth: u32 = 0;
let longShift: u64 = 0;
let shortShift: u64 = 0;
/** The last three offsets, the newest first, and as they were before the block. */
let recent1: u32 = 1;
let recent2: u32 = 4;
let recent3: u32 = 8;
let before1: u32 = 1;
let before2: u32 = 4;
let before3: u32 = 8;
/** The match that {@link search} found. */
let foundLength: u32 = 0;
let foundGain: i32 = 0;
let foundOffset: u32 = 0;

export function forgetOffsets(): void {
  before1 = 1;
  before2 = 4;
  before3 = 8;
}

/** The block was taken: the offsets of its last sequences are what later ones may repeat. */
export function keepOffsets(): void {
  before1 = recent1;
  before2 = recent2;
  before3 = recent3;
}

/** Small contents get small tables, which are sooner cleared. */
export function beginMatches(start: usize, end: usize, windowBytes: u32, searchDepth: u32): void {
  contentStart = start;
  window = windowBytes;
  depth = searchDepth;
  const bits = max(8, 32 - clz(<u32>(end - start) >> 1));
  const longBits = min(17, bits);
  const shortBits = min(16, bits);
  longShift = 64 - longBits;
  shortShift = 64 - shortBits;
  memory.fill(LONG_TABLE, 0, 4 << longBits);
  memory.fill(SHORT_TABLE, 0, 4 << shortBits);
}

/** The first place that a match at `at` may lead to. */
function lowestFrom(at: usize): usize {
  return at - contentStart > window ? at - window : contentStart;
}

function longEntry(bytes: u64): usize {
  return LONG_TABLE + (<usize>((bytes * SPREAD) >> longShift) << 2);
}

/** Of the first 5 bytes. */
function shortEntry(bytes: u64): usize {
  return SHORT_TABLE + (<usize>(((bytes << 24) * SPREAD) >> shortShift) << 2);
}

/** Where the place is kept that had the same 5 bytes before `at`. */
function chainEntry(at: usize): usize {
  return CHAIN + ((at & (CHAINED_BYTES - 1)) << 2);
}

/** How many bytes at `a` and at `b`, which lies before, are alike; `a` ends at `end`. */
function matchLength(a: usize, b: usize, end: usize): u32 {
  const start = a;
  while (a + 8 <= end) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference !== 0) return <u32>(a - start) + (<u32>ctz(difference) >> 3);
    a += 8;
    b += 8;
  }
  while (a < end && load<u8>(a) === load<u8>(b)) {
    a++;
    b++;
  }
  return <u32>(a - start);
}

/** Find the best match at `at`, if there is one that gains anything, and remember `at`. */
function search(at: usize, end: usize): void {
  const lowest = lowestFrom(at);
  const bytes = load<u64>(at);
  const first = <u32>bytes;
  const longAt = longEntry(bytes);
  const shortAt = shortEntry(bytes);
  const long = <usize>load<u32>(longAt);
  const short = <usize>load<u32>(shortAt);
  store<u32>(longAt, <u32>at);
  store<u32>(shortAt, <u32>at);
  if (depth > 0) store<u32>(chainEntry(at), <u32>short);
  foundGain = 0;
  if (load<u32>(at - recent1) === first) consider(at, at - recent1, lowest, end, REPEAT_COST);
  if (load<u32>(at - recent2) === first) consider(at, at - recent2, lowest, end, REPEAT_COST);
  if (load<u32>(at - recent3) === first) consider(at, at - recent3, lowest, end, REPEAT_COST);
  if (foundGain > GOOD_REPEAT) return;
  if (load<u64>(long) === bytes) consider(at, long, lowest, end, 32 - clz(<u32>(at - long)));
  else if (load<u32>(short) === first) consider(at, short, lowest, end, 32 - clz(<u32>(at - short)));
  if (depth > 0) searchChain(at, short, lowest, end);
}

/** Look at places before `place` that had the same 5 bytes. */
function searchChain(at: usize, place: usize, lowest: usize, end: usize): void {
  const first = load<u32>(at);
  const reach = at - CHAINED_BYTES;
  for (let left = depth; left > 0 && place > reach && place >= lowest; left--) {
    place = <usize>load<u32>(chainEntry(place));
    if (load<u32>(place) === first) consider(at, place, lowest, end, 32 - clz(<u32>(at - place)));
  }
}

/** Take what lies at `before`, whose first bytes are alike, where it gains most so far. */
function consider(at: usize, before: usize, lowest: usize, end: usize, cost: i32): void {
  if (before < lowest) return;
  const length = 4 + matchLength(at + 4, before + 4, end);
  const gain = <i32>length * BYTE_GAIN - cost;
  if (gain <= foundGain) return;
  foundGain = gain;
  foundLength = length;
  foundOffset = <u32>(at - before);
}

/** Split the content from `start` to `end` into SEQUENCES and LITERALS. */
export function findSequences(start: usize, end: usize): void {
  sequenceCount = 0;
  literalCount = 0;
  recent1 = before1;
  recent2 = before2;
  recent3 = before3;
  let anchor = start;
  let at = start;
  while (at + LOOKAHEAD < end) {
    search(at, end);
    if (foundGain === 0) {
      // Where nothing is found for long, ever fewer places are looked at.
      at += 1 + ((at - anchor) >> 8);
      continue;
    }
    let length = foundLength;
    let offset = foundOffset;
    let gain = foundGain;
    // One place further on a longer match may begin.
    while (at + 1 + LOOKAHEAD < end) {
      search(at + 1, end);
      if (foundGain <= gain + BYTE_GAIN) break;
      at++;
      gain = foundGain;
      length = foundLength;
      offset = foundOffset;
    }
    let place = at + 2;
    const lowest = lowestFrom(at);
    while (at > anchor && at - offset > lowest && load<u8>(at - 1) === load<u8>(at - offset - 1)) {
      at--;
      length++;
    }
    emit(anchor, <u32>(at - anchor), offset, length);
    anchor = at + length;
    // All places of a match are worth their while only where chains are followed.
    remember(place, end);
    if (depth > 0) while (++place < anchor) remember(place, end);
    at = anchor;
  }
  copyLiterals(anchor, <u32>(end - anchor));
}

function remember(at: usize, end: usize): void {
  if (at + LOOKAHEAD >= end) return;
  const bytes = load<u64>(at);
  const shortAt = shortEntry(bytes);
  if (depth > 0) store<u32>(chainEntry(at), load<u32>(shortAt));
  store<u32>(longEntry(bytes), <u32>at);
  store<u32>(shortAt, <u32>at);
}

function emit(anchor: usize, literals: u32, offset: u32, length: u32): void {
  copyLiterals(anchor, literals);
  const sequence = SEQUENCES + sequenceCount++ * 12;
  store<u32>(sequence, literals);
  store<u32>(sequence + 4, length - 3);
  store<u32>(sequence + 8, offsetValue(offset, literals));
}

/** Values 1 to 3 repeat one of the last three offsets; without literals before, the first cannot be meant. */
function offsetValue(offset: u32, literals: u32): u32 {
  const shift: u32 = literals === 0 ? 1 : 0;
  if (offset === recent1 && shift === 0) return 1;
  let value = offset + 3;
  if (offset === recent2) value = 2 - shift;
  else {
    if (offset === recent3) value = 3 - shift;
    else if (shift === 1 && offset === recent1 - 1) value = 3;
    recent3 = recent2;
  }
  recent2 = recent1;
  recent1 = offset;
  return value;
}

/** Add to LITERALS, 8 bytes at a time where there are few. */
function copyLiterals(from: usize, count: u32): void {
  let to = LITERALS + literalCount;
  literalCount += count;
  if (count > 64) {
    memory.copy(to, from, count);
    return;
  }
  for (const stop = to + count; to < stop; to += 8, from += 8) store<u64>(to, load<u64>(from));
}
