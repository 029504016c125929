/**
 * Decoder for zlib streams (RFC 1950) and raw deflate (RFC 1951), written for blocks of rasters: it stops where it is
 * told, and its output stays in linear memory for the kernels that undo predictors.
 */
import { adler32 } from "./adler32";
import { copyStored, readDynamicTables, readZlibHeader, useFixedTables } from "./block-header";
import { copyMatch } from "./copy-match";
import {
  END,
  EXCEPTION,
  LITERAL,
  POINTER,
  distanceEntry,
  isLiteralsOnly,
  literalCount,
  packedEntry,
  subIndex,
  symbolEntry,
  valueOf,
} from "./entries";
import { DISTANCE_BITS, initTables } from "./huffman";
import {
  BAD_CHECKSUM,
  BAD_DATA,
  BAD_DISTANCE,
  BLOCK_END,
  CONSUMED,
  GO_ON,
  OK,
  PRODUCED,
  STOPPED,
  TOO_LONG,
  TRUNCATED,
} from "./status";
import { Stream, isPastEnd, refill, refillBytes, refillState, save, takeBits, unreadBytes } from "./stream";

/** Flags of {@link inflate}. */
const ZLIB: i32 = 1;
const STOP_AT_MAX: i32 = 2;
const CHECK: i32 = 4;

/** One turn of the fast loop reads at most 4 × 8 bytes ahead and writes at most 6 + 258 + 16. */
const FAST_INPUT: usize = 40;
const FAST_OUTPUT: usize = 320;

const DISTANCE_MASK: u64 = ((1 << DISTANCE_BITS) - 1) << 2;

let initialized: bool = false;

/**
 * Decode while input and output are far enough from their ends to need no check; nearly all bytes pass here.
 *
 * At the top of each turn at least 26 bits are held. Refills stand behind the load of a table entry whose use comes
 * later, where they cost nothing.
 */
function decodeFast(): i32 {
  let bits = Stream.bits;
  let held = Stream.held;
  let ip = Stream.nextIn;
  let out = Stream.nextOut;
  const mask = Stream.litlenMask;
  const first = Stream.outStart;
  const inFast = Stream.inEnd - Stream.inStart > FAST_INPUT ? Stream.inEnd - FAST_INPUT : Stream.inStart;
  const outFast = Stream.outEnd - first > FAST_OUTPUT ? Stream.outEnd - FAST_OUTPUT : first;
  bits |= refill(ip, held);
  ip += refillBytes(held);
  held |= 56;
  while (ip < inFast && out < outFast) {
    let entry = packedEntry(bits & mask);
    let length: usize;
    if (isLiteralsOnly(entry)) {
      bits >>= entry;
      held -= entry;
      store<u16>(out, <u16>(entry >> 8));
      out += literalCount(entry);
      entry = packedEntry(bits & mask);
      bits |= refill(ip, held);
      ip += refillBytes(held);
      held |= 56;
      if (isLiteralsOnly(entry)) {
        bits >>= entry;
        held -= entry;
        store<u16>(out, <u16>(entry >> 8));
        out += literalCount(entry);
        entry = packedEntry(bits & mask);
        if (isLiteralsOnly(entry)) {
          bits >>= entry;
          held -= entry;
          store<u16>(out, <u16>(entry >> 8));
          out += literalCount(entry);
          continue;
        }
      }
    }
    if (entry) {
      bits >>= entry;
      held -= entry;
      store<u16>(out, <u16>(entry >> 8));
      out += literalCount(entry);
      length = <usize>(entry >> 24) + 2;
    } else {
      bits |= refill(ip, held);
      ip += refillBytes(held);
      held |= 56;
      entry = symbolEntry(bits & mask);
      if (entry & EXCEPTION) {
        bits >>= entry;
        held -= entry;
        if (entry & POINTER) {
          entry = symbolEntry(subIndex(entry, bits));
          if (entry & LITERAL) {
            bits >>= entry;
            held -= entry;
            store<u8>(out, <u8>(entry >> 8));
            out++;
            continue;
          }
          if (entry & EXCEPTION) {
            bits >>= entry;
            held -= entry;
          }
        }
        if (entry & EXCEPTION) {
          save(bits, held, ip, out);
          return entry & END ? BLOCK_END : BAD_DATA;
        }
      }
      length = valueOf(entry, bits);
      bits >>= entry;
      held -= entry;
    }
    let far = distanceEntry(bits & DISTANCE_MASK);
    bits |= refill(ip, held);
    ip += refillBytes(held);
    held |= 56;
    if (far & EXCEPTION) {
      bits >>= far;
      held -= far;
      if (far & POINTER) far = distanceEntry(subIndex(far, bits));
      if (far & EXCEPTION) {
        save(bits, held, ip, out);
        return BAD_DATA;
      }
    }
    const distance = valueOf(far, bits);
    bits >>= far;
    held -= far;
    // One comparison for both faults: a distance of zero wraps around.
    if (distance - 1 >= out - first) {
      save(bits, held, ip, out);
      return BAD_DISTANCE;
    }
    copyMatch(out, distance, length);
    out += length;
  }
  save(bits, held, ip, out);
  return GO_ON;
}

/** Decode symbol by symbol with every check, for the ends of input and output. */
function decodeCarefully(): i32 {
  while (!Stream.stopAtMax || Stream.nextOut < Stream.outEnd) {
    refillState();
    let entry = symbolEntry(Stream.bits & Stream.litlenMask);
    if (entry & POINTER && !(entry & LITERAL)) {
      takeBits(entry & 63);
      entry = symbolEntry(subIndex(entry, Stream.bits));
    }
    const before = Stream.bits;
    takeBits(entry & 63);
    if (isPastEnd(Stream.nextIn, Stream.held)) return TRUNCATED;
    if (entry & LITERAL) {
      if (Stream.nextOut >= Stream.outEnd) return TOO_LONG;
      store<u8>(Stream.nextOut, <u8>(entry >> 8));
      Stream.nextOut++;
      continue;
    }
    if (entry & EXCEPTION) return entry & END ? BLOCK_END : BAD_DATA;
    const status = copyCarefully(valueOf(entry, before));
    if (status != GO_ON) return status;
  }
  return STOPPED;
}

/** Read a distance and copy a match byte by byte, no further than the output reaches. */
function copyCarefully(matchLength: usize): i32 {
  let far = distanceEntry(Stream.bits & DISTANCE_MASK);
  if (far & EXCEPTION) {
    if (!(far & POINTER)) return BAD_DATA;
    takeBits(far & 63);
    far = distanceEntry(subIndex(far, Stream.bits));
    if (far & EXCEPTION) return BAD_DATA;
  }
  const distance = valueOf(far, Stream.bits);
  takeBits(far & 63);
  if (isPastEnd(Stream.nextIn, Stream.held)) return TRUNCATED;
  if (distance - 1 >= Stream.nextOut - Stream.outStart) return BAD_DISTANCE;
  let left = matchLength;
  if (left > Stream.outEnd - Stream.nextOut) {
    if (!Stream.stopAtMax) return TOO_LONG;
    left = Stream.outEnd - Stream.nextOut;
  }
  for (; left > 0; left--) {
    store<u8>(Stream.nextOut, load<u8>(Stream.nextOut - distance));
    Stream.nextOut++;
  }
  return GO_ON;
}

function decodeBlock(type: u32): i32 {
  if (type == 0) return copyStored();
  if (type == 3) return BAD_DATA;
  if (type == 1) useFixedTables();
  else {
    const status = readDynamicTables();
    if (status != GO_ON) return status;
  }
  const status = decodeFast();
  return status == GO_ON ? decodeCarefully() : status;
}

/** The checksum behind the last block (RFC 1950, section 2.2): big-endian, of the uncompressed bytes. */
function readTrailer(check: bool): i32 {
  if (Stream.inEnd - Stream.nextIn < 4) return TRUNCATED;
  const expected = bswap<u32>(load<u32>(Stream.nextIn));
  Stream.nextIn += 4;
  return check && adler32(Stream.outStart, Stream.nextOut - Stream.outStart) != expected ? BAD_CHECKSUM : OK;
}

function decodeStream(flags: i32): i32 {
  if (flags & ZLIB) {
    const status = readZlibHeader();
    if (status != GO_ON) return status;
  }
  let isLast = false;
  do {
    if (Stream.stopAtMax && Stream.nextOut >= Stream.outEnd) return STOPPED;
    refillState();
    isLast = takeBits(1) != 0;
    const status = decodeBlock(takeBits(2));
    if (status != BLOCK_END) return status;
  } while (!isLast);
  Stream.nextIn -= unreadBytes(Stream.held);
  Stream.held = 2;
  if (Stream.nextIn > Stream.inEnd) return TRUNCATED;
  return flags & ZLIB ? readTrailer((flags & CHECK) != 0) : OK;
}

/**
 * Inflate `length` bytes at `source` to at most `max` bytes at `target`.
 *
 * The caller keeps at least 1024 readable bytes behind the input and 64 writable bytes behind the output.
 *
 * @param flags 1: zlib header and trailer, else raw deflate; 2: stop at `max`, else more output is an error; 4: compare
 * the checksum
 * @returns 0 at the stream's end, 1 when stopped at `max`, else −1 header, −2 truncated, −3 bad data, −4 distance,
 * −5 checksum, −6 more output than `max`. The u32 at address 0 counts the bytes produced, all of them right but for
 * −5; the u32 at address 4 those consumed.
 */
export function inflate(source: usize, length: usize, target: usize, max: usize, flags: i32): i32 {
  if (!initialized) {
    initTables();
    initialized = true;
  }
  Stream.inStart = source;
  Stream.inEnd = source + length;
  Stream.outStart = target;
  Stream.outEnd = target + max;
  Stream.stopAtMax = (flags & STOP_AT_MAX) != 0;
  save(0, 2, source, target);
  const status = decodeStream(flags);
  let consumed = Stream.nextIn - unreadBytes(Stream.held) - source;
  if (consumed > length) consumed = length;
  store<u32>(PRODUCED, <u32>(Stream.nextOut - target));
  store<u32>(CONSUMED, <u32>consumed);
  return status;
}
