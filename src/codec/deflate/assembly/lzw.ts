/**
 * Decoder for LZW as TIFF has it (TIFF 6.0, section 13), and for the bit order that writers used before.
 *
 * Every string of the table is the string before it plus the byte that follows: a piece of the output already written.
 * So the table holds an address and a length for each code, nothing is built byte by byte, and nearly every string is
 * one vector.
 */
import { LZW_LITERALS, LZW_TABLE } from "./memory-map";
import { BAD_DATA, OK, PRODUCED, STOPPED, TRUNCATED } from "./status";

const CLEAR: u32 = 256;
const END: u32 = 257;
const FIRST_FREE: u32 = 258;
const MIN_WIDTH: u32 = 9;
const MAX_WIDTH: u32 = 12;
const TABLE_SIZE: u32 = 1 << MAX_WIDTH;

let initialized: bool = false;

/** Literals are strings too, so that the loop needs not tell them apart. */
function initLiterals(): void {
  for (let byte = 0; byte < 256; byte++) {
    store<u8>(LZW_LITERALS + byte, byte);
    setString(byte, LZW_LITERALS + byte, 1);
  }
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function setString(code: u32, address: usize, length: usize): void {
  store<u64>(LZW_TABLE + (<usize>code << 3), <u64>address | (<u64>length << 32));
}

/** The `width` bits at `position`, counted from the top of each byte; wants 8 readable bytes. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function codeFromTop(source: usize, position: u64, width: u32): u32 {
  const bits = bswap<u64>(load<u64>(source + <usize>(position >> 3)));
  return <u32>((bits << (position & 7)) >> (64 - <u64>width));
}

/** The same, counted from the bottom of each byte. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function codeFromBottom(source: usize, position: u64, width: u32): u32 {
  return <u32>(load<u64>(source + <usize>(position >> 3)) >> (position & 7)) & ((1 << width) - 1);
}

/** Copy a string that does not overlap its target, up to 15 bytes too far. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function copyString(out: usize, address: usize, length: usize): void {
  v128.store(out, v128.load(address));
  for (let done: usize = 16; done < length; done += 16) v128.store(out + done, v128.load(address + done));
}

/** Copy byte by byte: right where a string overlaps its own target, and exact at the output's end. */
function copyExactly(out: usize, address: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) store<u8>(out + i, load<u8>(address + i));
}

/**
 * Expand `length` bytes at `source` to at most `max` bytes at `target`; both with the room around them that `inflate`
 * asks for.
 *
 * @returns 0 at the stream's end, 1 when `max` bytes are out, −2 truncated, −3 a code that is not in the table; the u32
 * at address 0 counts the bytes produced
 */
export function expandLzw(source: usize, length: usize, target: usize, max: usize): i32 {
  if (!initialized) {
    initLiterals();
    initialized = true;
  }
  // An old-style stream starts with CLEAR in nine bits from the bottom, and widens its codes only when it must.
  const isOldStyle = length >= 2 && load<u8>(source) == 0 && (load<u8>(source + 1) & 1) == 1;
  const earlyChange: u32 = isOldStyle ? 0 : 1;
  const inputBits = <u64>length << 3;
  const outEnd = target + max;
  let position: u64 = 0;
  let width = MIN_WIDTH;
  let widenAt = (1 << MIN_WIDTH) - earlyChange;
  let next = FIRST_FREE;
  let out = target;
  let lastLength: usize = 0;
  let status = STOPPED;
  while (out < outEnd) {
    if (position + width > inputBits) {
      status = TRUNCATED;
      break;
    }
    const code = isOldStyle ? codeFromBottom(source, position, width) : codeFromTop(source, position, width);
    position += width;
    if ((code & ~1) == CLEAR) {
      if (code == END) {
        status = OK;
        break;
      }
      width = MIN_WIDTH;
      widenAt = (1 << MIN_WIDTH) - earlyChange;
      next = FIRST_FREE;
      lastLength = 0;
      continue;
    }
    if (lastLength != 0 && next < TABLE_SIZE) {
      // The last string plus the first byte of this one, which is about to be written behind it.
      setString(next, out - lastLength, lastLength + 1);
      next++;
      if (next == widenAt && width < MAX_WIDTH) {
        width++;
        widenAt = (1 << width) - earlyChange;
      }
    }
    if (code >= next) {
      status = BAD_DATA;
      break;
    }
    const entry = load<u64>(LZW_TABLE + (<usize>code << 3));
    const address = <usize>(entry & 0xffffffff);
    lastLength = <usize>(entry >> 32);
    if (out + lastLength > outEnd) {
      copyExactly(out, address, outEnd - out);
      out = outEnd;
      break;
    }
    if (address + lastLength > out) copyExactly(out, address, lastLength);
    else copyString(out, address, lastLength);
    out += lastLength;
  }
  store<u32>(PRODUCED, <u32>(out - target));
  return status;
}
