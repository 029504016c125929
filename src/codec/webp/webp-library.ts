import { webpWasm } from "./webp-wasm.js";

/** What libwebp's WebAssembly exports: its own functions, by C's rules. */
interface WebPExports {
  memory: WebAssembly.Memory;
  malloc(lengthBytes: number): number;
  free(address: number): void;
  /** @returns address of the pixels, 0 where the stream is damaged */
  WebPDecodeRGBA(input: number, lengthBytes: number, width: number, height: number): number;
}

/** Memory kept between blocks; a larger instance is dropped. */
const KEPT_BYTES = 128 * 2 ** 20;

/** libwebp writes nothing: it calls these on its way to a failed assertion. */
const silence = { fd_close: () => 0, fd_seek: () => 0, fd_write: () => 0 };

let compiled: Promise<WebAssembly.Module> | undefined;

/** Decodes WebP streams with libwebp, in memory of its own. */
export class WebPLibrary {
  readonly #module: WebAssembly.Module;
  #exports: WebPExports;
  /** Pixels of the last call, which are freed by the next. */
  #pixels = 0;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
    this.#exports = instantiate(module);
  }

  static async load(): Promise<WebPLibrary> {
    compiled ??= WebAssembly.compile(Uint8Array.from(atob(webpWasm), (character) => character.charCodeAt(0)));
    return new WebPLibrary(await compiled);
  }

  /**
   * Red, green, blue and alpha of all pixels, in memory that is valid until the next call.
   *
   * @param width, height as the stream's header has them
   * @returns null where the stream is damaged
   */
  decode(input: Uint8Array, width: number, height: number): Uint8Array | null {
    this.#release();
    try {
      return this.#decode(input, width, height);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      // It stopped in the middle: nothing in its memory can be relied on.
      this.#renew();
      return null;
    }
  }

  #decode(input: Uint8Array, width: number, height: number): Uint8Array | null {
    const { malloc, free, memory, WebPDecodeRGBA } = this.#exports;
    const address = malloc(input.length + 8);
    if (address === 0) return null;
    const sizes = address + input.length + (-input.length & 3);
    new Uint8Array(memory.buffer).set(input, address);
    this.#pixels = WebPDecodeRGBA(address, input.length, sizes, sizes + 4);
    const [decodedWidth, decodedHeight] = this.#pixels === 0 ? [0, 0] : new Int32Array(memory.buffer, sizes, 2);
    free(address);
    if (decodedWidth === width && decodedHeight === height) {
      return new Uint8Array(memory.buffer, this.#pixels, 4 * width * height);
    }
    // Damaged streams may also have damaged what the next one would need.
    this.#renew();
    return null;
  }

  #release(): void {
    if (this.#exports.memory.buffer.byteLength > KEPT_BYTES) this.#renew();
    else if (this.#pixels !== 0) this.#exports.free(this.#pixels);
    this.#pixels = 0;
  }

  #renew(): void {
    this.#exports = instantiate(this.#module);
    this.#pixels = 0;
  }
}

function instantiate(module: WebAssembly.Module): WebPExports {
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: silence });
  return instance.exports as unknown as WebPExports;
}
