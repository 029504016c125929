/** Chunks of LZMA2 (The .xz File Format, section 5.3.1, and what xz makes of it). */
import { decodeSymbols, Lzma, resetState, setProperties } from "./lzma";
import { Coder, normalize, START_BYTES, startCoder } from "./range-decoder";
import { BAD_CHUNK, BAD_CHUNK_END, CONSUMED, OK, PRODUCED, STOPPED, TRUNCATED } from "./status";

/** Control bytes: the end; stored bytes, with a new dictionary or the old; from 0x80 on compressed ones. */
const END: u32 = 0;
const STORED_NEW_DICTIONARY: u32 = 1;
const STORED: u32 = 2;
const COMPRESSED: u32 = 0x80;
const RESET_STATE: u32 = 0xa0;
const NEW_PROPERTIES: u32 = 0xc0;
const NEW_DICTIONARY: u32 = 0xe0;

/** Where the chunks are read, and what they have to bring before anything else. */
class Chunks {
  static next: usize = 0;
  static end: usize = 0;
  static needsDictionary: bool = true;
  static needsProperties: bool = true;
}

/**
 * Expand LZMA2 chunks to at most `max` bytes at `target`, which is the dictionary as well.
 *
 * At least 64 bytes behind the input can be read, whatever they are.
 */
export function expandLzma2(source: usize, length: usize, target: usize, max: usize): i32 {
  Chunks.next = source;
  Chunks.end = source + length;
  Chunks.needsDictionary = true;
  Chunks.needsProperties = true;
  Lzma.dictionary = target;
  Lzma.out = target;
  Lzma.outEnd = target + max;
  const status = expandChunks();
  store<u32>(PRODUCED, <u32>(Lzma.out - target));
  store<u32>(CONSUMED, <u32>(Chunks.next - source));
  return status;
}

function expandChunks(): i32 {
  while (true) {
    if (Chunks.next >= Chunks.end) return TRUNCATED;
    const control: u32 = load<u8>(Chunks.next++);
    if (control === END) return OK;
    if (Lzma.out === Lzma.outEnd) return STOPPED;
    if (!startChunk(control)) return BAD_CHUNK;
    const status = control < COMPRESSED ? expandStored() : expandCompressed(control);
    if (status !== OK) return status;
  }
}

/** Note which resets a chunk brings. @returns false for a chunk that must not stand here */
function startChunk(control: u32): bool {
  if (control === STORED_NEW_DICTIONARY || control >= NEW_DICTIONARY) {
    Chunks.needsDictionary = false;
    Chunks.needsProperties = true;
    Lzma.dictionary = Lzma.out;
  }
  if (Chunks.needsDictionary) return false;
  if (control < COMPRESSED) return control <= STORED;
  if (control >= NEW_PROPERTIES) Chunks.needsProperties = false;
  return !Chunks.needsProperties;
}

function bigEndian16(at: usize): u32 {
  return bswap<u16>(load<u16>(at));
}

function expandStored(): i32 {
  const body = Chunks.next + 2;
  if (body > Chunks.end) return TRUNCATED;
  const size = <usize>bigEndian16(Chunks.next) + 1;
  const there = min(size, Chunks.end - body);
  const taken = min(there, Lzma.outEnd - Lzma.out);
  memory.copy(Lzma.out, body, taken);
  Lzma.out += taken;
  Chunks.next = body + taken;
  if (taken === size) return OK;
  return Lzma.out === Lzma.outEnd ? STOPPED : TRUNCATED;
}

function expandCompressed(control: u32): i32 {
  const headerBytes: usize = control >= NEW_PROPERTIES ? 5 : 4;
  const body = Chunks.next + headerBytes;
  if (body + START_BYTES > Chunks.end) return TRUNCATED;
  const expandedBytes = <usize>(((control & 0x1f) << 16) | bigEndian16(Chunks.next)) + 1;
  const bodyEnd = body + bigEndian16(Chunks.next + 2) + 1;
  if (control >= NEW_PROPERTIES && !setProperties(load<u8>(Chunks.next + 4))) return BAD_CHUNK;
  if (control >= RESET_STATE) resetState();
  if (!startCoder(body, min(bodyEnd, Chunks.end))) return BAD_CHUNK;
  const status = decodeSymbols(Lzma.out + expandedBytes);
  // More bytes than the chunk has are its own fault, not the input's.
  if (status === TRUNCATED && bodyEnd <= Chunks.end) return BAD_CHUNK_END;
  if (status !== OK) return status;
  normalize();
  if (Coder.next > Coder.end) return bodyEnd <= Chunks.end ? BAD_CHUNK_END : TRUNCATED;
  if (Coder.next !== bodyEnd || Coder.code !== 0) return BAD_CHUNK_END;
  Chunks.next = bodyEnd;
  return OK;
}
