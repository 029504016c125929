/** Bytes kept for the next block. */
const KEPT_BYTES = 48 * 2 ** 20;

/**
 * Memory of blocks that are done, for the next ones of this thread: pixels come and go by the megabyte, faster than the
 * collector of garbage would notice.
 */
export class SpareBuffers {
  readonly #bySize = new Map<number, ArrayBuffer[]>();
  #bytes = 0;

  /** Memory of exactly so many bytes, with anything in it. */
  take(lengthBytes: number): ArrayBuffer {
    const spare = this.#bySize.get(lengthBytes)?.pop();
    if (spare === undefined) return new ArrayBuffer(lengthBytes);
    this.#bytes -= lengthBytes;
    return spare;
  }

  /** The same, all zeros. */
  takeZeroed(lengthBytes: number): ArrayBuffer {
    const buffer = this.take(lengthBytes);
    new Uint8Array(buffer).fill(0);
    return buffer;
  }

  /** Take back memory that nobody looks at any more. */
  give(buffer: ArrayBuffer): void {
    if (this.#bytes + buffer.byteLength > KEPT_BYTES) return;
    const spares = this.#bySize.get(buffer.byteLength);
    if (spares === undefined) this.#bySize.set(buffer.byteLength, [buffer]);
    else spares.push(buffer);
    this.#bytes += buffer.byteLength;
  }
}
