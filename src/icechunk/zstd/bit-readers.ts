import { ZstdFault } from "./fault.js";

/** Reads bits from the start of a byte range towards its end, lowest bit first (RFC 8878, 4.1.1). */
export class ForwardBitReader {
  #bit: number;
  readonly #endBit: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#bit = start * 8;
    this.#endBit = end * 8;
  }

  /** The next `count` bits, at most 24. */
  read(count: number): number {
    const value = loadBits(this.#bytes, this.#bit, count);
    this.#bit += count;
    // One bit more than there is may be looked at and put back.
    if (this.#bit > this.#endBit + 1) throw new ZstdFault("a table description is cut off");
    return value;
  }

  /** Put the last bit back. */
  unreadBit(): void {
    this.#bit -= 1;
  }

  /** The byte position behind the bits read so far. */
  end(): number {
    if (this.#bit > this.#endBit) throw new ZstdFault("a table description is cut off");
    return (this.#bit + 7) >> 3;
  }
}

/** Reads bits from the end of a byte range towards its start; missing bits are zeros (RFC 8878, 4.1). */
export class BackwardBitReader {
  /** Bits left; negative once more was read than there was. */
  left: number;
  readonly #bytes: Uint8Array;
  readonly #startBit: number;

  /** The last byte holds a final 1 bit, a marker, above the stream's own bits. */
  constructor(bytes: Uint8Array, start: number, end: number) {
    const last = end > start ? bytes[end - 1]! : 0;
    if (last === 0) throw new ZstdFault("a bit stream has no end mark");
    this.#bytes = bytes;
    this.#startBit = start * 8;
    this.left = (end - start) * 8 - 1 - Math.clz32(last << 24);
  }

  /** The next `count` bits, at most 24. */
  read(count: number): number {
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  /** The next `count` bits, at most 24, without moving on. */
  peek(count: number): number {
    const from = this.left - count;
    if (from >= 0) return loadBits(this.#bytes, this.#startBit + from, count);
    if (this.left <= 0) return 0;
    return loadBits(this.#bytes, this.#startBit, this.left) << -from;
  }
}

/** The `count` bits, at most 24, that begin at `bit`. Loads up to 3 bytes behind them. */
export function loadBits(bytes: Uint8Array, bit: number, count: number): number {
  const at = bit >>> 3;
  const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  return (word >>> (bit & 7)) & ((1 << count) - 1);
}
