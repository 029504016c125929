import type { Strip } from "./strip.js";

/** Pixels that are computed at once: a handful of strips stays in a core's first two caches. */
export const STRIP = 2048;

interface Buffer {
  readonly data: Float64Array;
  readonly status: Uint8Array;
}

/** Room for strips that must outlive the kernel that computed them, taken and given back like a stack. */
export class StripBuffers {
  readonly length = STRIP;
  readonly #buffers: Buffer[] = [];
  #taken = 0;

  /** Where to go back to. */
  mark(): number {
    return this.#taken;
  }

  /** Give back everything taken since a mark. */
  reset(mark: number): void {
    this.#taken = mark;
  }

  /** A copy of a strip. */
  keep({ values, status }: Strip, length: number): Buffer {
    const buffer = this.#next();
    buffer.data.set(values.subarray(0, length));
    buffer.status.set(status.subarray(0, length));
    return buffer;
  }

  /** Room for a strip that the caller fills. */
  take(length: number): { values: Float64Array; status: Uint8Array } {
    const { data, status } = this.#next();
    return { values: data.subarray(0, length), status: status.subarray(0, length) };
  }

  #next(): Buffer {
    let buffer = this.#buffers[this.#taken];
    if (buffer === undefined) {
      buffer = { data: new Float64Array(STRIP), status: new Uint8Array(STRIP) };
      this.#buffers.push(buffer);
    }
    this.#taken++;
    return buffer;
  }
}
