import { UnsupportedError } from "../errors.js";
import type { TypedArray } from "../ndarray/dtype.js";
import type { BlockEncoding, BlockWindow } from "./block-encoding.js";
import { type Allocate, samplesFrom } from "./block-layout.js";
import type { DecodeEngine } from "./engine.js";
import { corrupt, type Expansion, expansion } from "./expansion.js";
import { LzwExpander } from "./lzw.js";
import { unpackPlanes } from "./planes.js";

type InflateSync = typeof import("node:zlib").inflateSync;

/** zlib's own number (zlib.h). */
const Z_SYNC_FLUSH = 2;
/** zlib throws output away that is too long instead of stopping, so it gets room for a block stored twice too long. */
const OUTPUT_MARGIN = 2;
const MIN_OUTPUT_BYTES = 65536;
/** Memory kept between blocks. */
const KEPT_BYTES = 256 * 2 ** 20;

/**
 * Decodes without WebAssembly: for engines without its SIMD, in Node only.
 *
 * zlib cannot stop where it is told: all the input is inflated however few rows are wanted, and a fault behind them is
 * an error all the same.
 */
export class PlainEngine implements DecodeEngine {
  readonly #inflateSync: InflateSync;
  readonly #lzw = new LzwExpander();
  #input = new Uint8Array(0);
  #output = new Uint8Array(0);

  private constructor(inflateSync: InflateSync) {
    this.#inflateSync = inflateSync;
  }

  /** @throws UnsupportedError outside Node. */
  static async load(): Promise<PlainEngine> {
    try {
      const { inflateSync } = await import("node:zlib");
      return new PlainEngine(inflateSync);
    } catch (cause) {
      throw new UnsupportedError("Decoding needs WebAssembly with SIMD, or Node.js", { cause });
    }
  }

  input(lengthBytes: number): Uint8Array {
    if (this.#input.length < lengthBytes) {
      const larger = new Uint8Array(lengthBytes);
      larger.set(this.#input);
      this.#input = larger;
    }
    return this.#input.subarray(0, lengthBytes);
  }

  output(lengthBytes: number): Uint8Array {
    if (this.#output.length < lengthBytes) this.#output = new Uint8Array(lengthBytes);
    return this.#output.subarray(0, lengthBytes);
  }

  inflate(lengthBytes: number, wantedBytes: number, blockBytes: number): Expansion {
    const output = this.output(wantedBytes);
    try {
      const inflated = this.#inflateSync(this.#input.subarray(0, lengthBytes), {
        // Take what is there: a prefix of the stream is no error here.
        finishFlush: Z_SYNC_FLUSH,
        maxOutputLength: Math.max(MIN_OUTPUT_BYTES, OUTPUT_MARGIN * blockBytes),
      });
      const taken = inflated.subarray(0, wantedBytes);
      output.set(taken);
      return expansion(taken.length === wantedBytes ? "stopped" : "dry", taken.length);
    } catch (error) {
      return corrupt(error instanceof Error ? error.message : String(error), 0);
    }
  }

  expandLzw(lengthBytes: number, wantedBytes: number): Expansion {
    return this.#lzw.expand(this.#input.subarray(0, lengthBytes), this.output(wantedBytes), wantedBytes);
  }

  unpack(from: "input" | "output", encoding: BlockEncoding, window: BlockWindow, allocate?: Allocate): TypedArray {
    const raw = from === "input" ? this.#input : this.#output;
    return samplesFrom(encoding.dtype, unpackPlanes(raw, encoding, window), allocate);
  }

  trim(): void {
    if (this.#input.length + this.#output.length <= KEPT_BYTES) return;
    this.#input = new Uint8Array(0);
    this.#output = new Uint8Array(0);
  }
}
