/**
 * The stream being inflated: where its bytes are, and how far they are read and written.
 *
 * The bit buffer carries two junk bits at its bottom, so that the masked buffer already is a byte offset into a table
 * of u32 entries. `held` counts the bits in it plus those two; only its low six bits mean anything, as WebAssembly
 * shifts look at no more than that.
 *
 * Static fields become globals of the module. The hot loop keeps the first four in locals and saves them here.
 */
export class Stream {
  static bits: u64 = 0;
  static held: u64 = 2;
  static nextIn: usize = 0;
  static nextOut: usize = 0;
  static inStart: usize = 0;
  static inEnd: usize = 0;
  static outStart: usize = 0;
  static outEnd: usize = 0;
  /** Stop when the output is full; otherwise more output is an error. */
  static stopAtMax: bool = false;
  /** Index mask of the literal/length tables, as `buildTable` returned it. */
  static litlenMask: u64 = 0;
}

// A refill is three statements: `bits |= refill(ip, held); ip += refillBytes(held); held |= 56;`. It leaves 56 to 63
// bits in the buffer without a branch: bytes that do not fit whole are simply read again the next time.

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function refill(ip: usize, held: u64): u64 {
  return load<u64>(ip) << held;
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function refillBytes(held: u64): usize {
  return <usize>((63 - (held & 63)) >> 3);
}

/** Whole bytes that were read ahead and are not used. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function unreadBytes(held: u64): usize {
  return (<usize>(held & 63) - 2) >> 3;
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function save(bits: u64, held: u64, ip: usize, out: usize): void {
  Stream.bits = bits;
  Stream.held = held;
  Stream.nextIn = ip;
  Stream.nextOut = out;
}

/** Refill the state in the globals; for the cold paths. */
export function refillState(): void {
  Stream.bits |= refill(Stream.nextIn, Stream.held);
  Stream.nextIn += refillBytes(Stream.held);
  Stream.held |= 56;
}

/** Take `count` bits from the state in the globals, which must hold them. */
export function takeBits(count: u64): u32 {
  const value = <u32>((Stream.bits >> 2) & ((<u64>1 << count) - 1));
  Stream.bits >>= count;
  Stream.held -= count;
  return value;
}

/** True where more bits were used than the input has. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function isPastEnd(ip: usize, held: u64): bool {
  return ip - unreadBytes(held) > Stream.inEnd;
}
