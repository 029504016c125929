/** Bits that are written forward, for streams that are read forward or backward (RFC 8878, 4.1). */

let container: u64 = 0;
let held: u32 = 0;
let address: usize = 0;

/** Begin a stream at `start`. */
export function beginBits(start: usize): void {
  container = 0;
  held = 0;
  address = start;
}

/** Add the low `count` bits of `value`. At most 56 bits between two calls of {@link flushBits}. */
export function putBits(value: u32, count: u32): void {
  container |= (<u64>value & (((<u64>1) << count) - 1)) << held;
  held += count;
}

/** Write whole bytes; 8 bytes are stored. */
export function flushBits(): void {
  store<u64>(address, container);
  address += held >> 3;
  container >>= held & 56;
  held &= 7;
}

/** End the stream with zeros up to a whole byte. Returns the address behind it. */
export function endBits(): usize {
  flushBits();
  return address + (held > 0 ? 1 : 0);
}

/** End a stream that is read backwards with its marker, a 1 bit. Returns the address behind it. */
export function endBackwardBits(): usize {
  putBits(1, 1);
  return endBits();
}
