/** Everything before the codes of a block: the zlib header, stored blocks, and the tables of the others. */
import { DISTANCE, DISTANCE_BITS, LITLEN, LITLEN_BITS, PRECODE, PRECODE_BITS, buildTable, packTable } from "./huffman";
import {
  CODE_LENGTHS,
  DISTANCE_TABLE,
  DISTANCE_TEMPLATES,
  LITLEN_TEMPLATES,
  PRECODE_LENGTHS,
  PRECODE_TABLE,
  PRECODE_TEMPLATES,
  SYMBOL_TABLE,
} from "./memory-map";
import { BAD_DATA, BAD_HEADER, BLOCK_END, GO_ON, STOPPED, TOO_LONG, TRUNCATED } from "./status";
import { Stream, isPastEnd, refillState, takeBits, unreadBytes } from "./stream";

const PRECODE_MASK: u64 = ((1 << PRECODE_BITS) - 1) << 2;

/** Mask of the fixed tables while they are the ones in memory; 0 otherwise. */
let fixedMask: u64 = 0;

/** CMF and FLG (RFC 1950, section 2.2): deflate, a window of at most 32 KiB, a valid check, no dictionary. */
export function readZlibHeader(): i32 {
  if (Stream.inEnd - Stream.nextIn < 2) return TRUNCATED;
  const cmf = <u32>load<u8>(Stream.nextIn);
  const flg = <u32>load<u8>(Stream.nextIn + 1);
  if ((cmf & 15) != 8 || cmf >> 4 > 7 || ((cmf << 8) | flg) % 31 != 0 || (flg & 32) != 0) return BAD_HEADER;
  Stream.nextIn += 2;
  return GO_ON;
}

/** A stored block (RFC 1951, section 3.2.4): its length twice, then the bytes. */
export function copyStored(): i32 {
  Stream.nextIn -= unreadBytes(Stream.held);
  Stream.bits = 0;
  Stream.held = 2;
  if (Stream.nextIn + 4 > Stream.inEnd) {
    Stream.nextIn = Stream.inEnd;
    return TRUNCATED;
  }
  const length = <usize>load<u16>(Stream.nextIn);
  if (length != (<usize>load<u16>(Stream.nextIn + 2) ^ 0xffff)) return BAD_DATA;
  Stream.nextIn += 4;
  let count = length;
  if (count > Stream.inEnd - Stream.nextIn) count = Stream.inEnd - Stream.nextIn;
  const room = Stream.outEnd - Stream.nextOut;
  const fills = count > room || (Stream.stopAtMax && count == room);
  if (fills && !Stream.stopAtMax) return TOO_LONG;
  if (fills) count = room;
  memory.copy(Stream.nextOut, Stream.nextIn, count);
  Stream.nextIn += count;
  Stream.nextOut += count;
  if (fills) return STOPPED;
  return count < length ? TRUNCATED : BLOCK_END;
}

/** The tables of RFC 1951, section 3.2.6. */
export function useFixedTables(): void {
  if (fixedMask == 0) {
    memory.fill(CODE_LENGTHS, 8, 144);
    memory.fill(CODE_LENGTHS + 144, 9, 112);
    memory.fill(CODE_LENGTHS + 256, 7, 24);
    memory.fill(CODE_LENGTHS + 280, 8, 8);
    fixedMask = buildTable(CODE_LENGTHS, 288, SYMBOL_TABLE, LITLEN_BITS, LITLEN_TEMPLATES, LITLEN);
    packTable(fixedMask);
    memory.fill(CODE_LENGTHS, 5, 32);
    buildTable(CODE_LENGTHS, 32, DISTANCE_TABLE, DISTANCE_BITS, DISTANCE_TEMPLATES, DISTANCE);
  }
  Stream.litlenMask = fixedMask;
}

/** Where the code length of the i-th value sent belongs: 16 17 18 0 8 7 9 6 10 5 11 … (RFC 1951, section 3.2.7). */
function precodeSymbol(i: i32): i32 {
  if (i < 3) return 16 + i;
  if (i == 3) return 0;
  return i & 1 ? 7 - ((i - 5) >> 1) : 8 + ((i - 4) >> 1);
}

/** The code length alphabet's own code lengths, three bits each. */
function readPrecode(count: i32): bool {
  memory.fill(PRECODE_LENGTHS, 0, 24);
  refillState();
  for (let i = 0; i < count; i++) {
    if (i == 10) refillState();
    store<u8>(PRECODE_LENGTHS + precodeSymbol(i), <u8>takeBits(3));
  }
  return buildTable(PRECODE_LENGTHS, 19, PRECODE_TABLE, PRECODE_BITS, PRECODE_TEMPLATES, PRECODE) != 0;
}

/** The code lengths of both alphabets, run-length coded. */
function readCodeLengths(total: i32): i32 {
  let i = 0;
  while (i < total) {
    refillState();
    const entry = <u64>i64.load32_u(<usize>(Stream.bits & PRECODE_MASK), PRECODE_TABLE);
    takeBits(entry & 63);
    const symbol = <u32>(entry >> 16);
    if (symbol < 16) {
      store<u8>(CODE_LENGTHS + i, symbol);
      i++;
      continue;
    }
    if (symbol == 16 && i == 0) return BAD_DATA;
    const value: u8 = symbol == 16 ? load<u8>(CODE_LENGTHS + i - 1) : 0;
    const repeat: i32 = symbol == 16 ? 3 + takeBits(2) : symbol == 17 ? 3 + takeBits(3) : 11 + takeBits(7);
    if (i + repeat > total) return BAD_DATA;
    memory.fill(CODE_LENGTHS + i, value, repeat);
    i += repeat;
  }
  return GO_ON;
}

/** Tables sent in the stream (RFC 1951, section 3.2.7). */
export function readDynamicTables(): i32 {
  fixedMask = 0;
  const litlens: i32 = takeBits(5) + 257;
  const distances: i32 = takeBits(5) + 1;
  const precodes: i32 = takeBits(4) + 4;
  if (litlens > 286 || distances > 30) return BAD_DATA;
  if (!readPrecode(precodes)) return BAD_DATA;
  const status = readCodeLengths(litlens + distances);
  if (status != GO_ON) return status;
  if (isPastEnd(Stream.nextIn, Stream.held)) return TRUNCATED;
  // A block without an end-of-block code could not end.
  if (load<u8>(CODE_LENGTHS + 256) == 0) return BAD_DATA;
  if (!buildTable(CODE_LENGTHS + litlens, distances, DISTANCE_TABLE, DISTANCE_BITS, DISTANCE_TEMPLATES, DISTANCE)) {
    return BAD_DATA;
  }
  Stream.litlenMask = buildTable(CODE_LENGTHS, litlens, SYMBOL_TABLE, LITLEN_BITS, LITLEN_TEMPLATES, LITLEN);
  if (!Stream.litlenMask) return BAD_DATA;
  packTable(Stream.litlenMask);
  return GO_ON;
}
