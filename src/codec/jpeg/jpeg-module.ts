import { isSimdAvailable } from "../wasm-engine.js";
import { unsupportedJpeg } from "./jpeg-fault.js";
import { jpegWasm } from "./jpeg-wasm.js";

/** What `assembly/index.ts` exports. */
interface JpegExports {
  memory: WebAssembly.Memory;
  HEAP: WebAssembly.Global;
  COMPONENTS: WebAssembly.Global;
  SCAN_COMPONENTS: WebAssembly.Global;
  QUANTIZATION: WebAssembly.Global;
  HUFFMAN: WebAssembly.Global;
  HUFFMAN_BYTES: WebAssembly.Global;
  HUFFMAN_COUNTS: WebAssembly.Global;
  buildHuffman(slot: number): number;
  setProgression(first: number, last: number, high: number, low: number): void;
  decodeScan(
    source: number,
    sourceEnd: number,
    scratch: number,
    components: number,
    mcusAcross: number,
    mcusDown: number,
    restartInterval: number,
  ): number;
  transformComponent(index: number): void;
  render(target: number, rows: number, cols: number, components: number, isYCbCr: number): void;
}

const PAGE_BYTES = 65536;
/** Memory kept between blocks; a larger instance is dropped. */
const KEPT_BYTES = 128 * 2 ** 20;

let compiled: Promise<WebAssembly.Module> | undefined;

/** The decoder's WebAssembly, with memory that grows for a large block and is given back after it. */
export class JpegModule {
  readonly #module: WebAssembly.Module;
  #exports: JpegExports;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
    this.#exports = instantiate(module);
  }

  /** @throws UnsupportedError where there is no WebAssembly with 128-bit vectors */
  static async load(): Promise<JpegModule> {
    if (!isSimdAvailable()) throw unsupportedJpeg("JPEG without WebAssembly and its 128-bit vectors");
    compiled ??= WebAssembly.compile(Uint8Array.from(atob(jpegWasm), (character) => character.charCodeAt(0)));
    return new JpegModule(await compiled);
  }

  get exports(): JpegExports {
    return this.#exports;
  }

  /** First address that is free. */
  get heap(): number {
    return this.#exports.HEAP.value as number;
  }

  /** Forget a large block's memory: its samples are not valid any more. */
  trim(): void {
    if (this.#exports.memory.buffer.byteLength > KEPT_BYTES) this.#exports = instantiate(this.#module);
  }

  /** @throws UnsupportedError where the engine has no such memory */
  reserve(end: number): void {
    const missing = Math.ceil((end - this.#exports.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing <= 0) return;
    try {
      this.#exports.memory.grow(missing);
    } catch {
      throw unsupportedJpeg(`a frame that takes ${end} bytes, which this engine does not give,`);
    }
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, address, length);
  }

  /** @param address a multiple of 4 */
  words(address: number, length: number): Int32Array {
    return new Int32Array(this.#exports.memory.buffer, address, length);
  }
}

function instantiate(module: WebAssembly.Module): JpegExports {
  return new WebAssembly.Instance(module).exports as unknown as JpegExports;
}
