import { lzmaWasm } from "./lzma-wasm.js";

/** What `assembly/index.ts` exports. */
interface LzmaExports {
  memory: WebAssembly.Memory;
  HEAP: WebAssembly.Global;
  expandLzma2(source: number, length: number, target: number, max: number): number;
  undoDelta(target: number, length: number, distance: number): void;
  crc32(source: number, length: number): number;
  crc64(source: number, length: number): bigint;
}

/** How far {@link LzmaEngine.expandLzma2} came; `status` as in `assembly/status.ts`. */
export interface Lzma2Progress {
  status: number;
  producedBytes: number;
  consumedBytes: number;
}

/** What a symbol may be read behind the input. */
const INPUT_SLACK = 64;
/** What a match may write behind the output. */
const OUTPUT_SLACK = 8;
const PAGE_BYTES = 65536;
/** Memory kept between blocks; a larger instance is dropped. */
const KEPT_BYTES = 256 * 2 ** 20;

let compiled: Promise<WebAssembly.Module> | undefined;

function compile(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(lzmaWasm), (character) => character.charCodeAt(0)));
  return compiled;
}

/** The WebAssembly of the LZMA2 decoder, with a stream's input and its output in one memory. */
export class LzmaEngine {
  readonly #module: WebAssembly.Module;
  #exports: LzmaExports;
  #inputAt = 0;
  #outputAt = 0;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
    this.#exports = instantiate(module);
  }

  static async load(): Promise<LzmaEngine> {
    return new LzmaEngine(await compile());
  }

  /** Take a stream in, and make room for what it expands to. */
  start(input: Uint8Array, outputBytes: number): void {
    const { memory, HEAP } = this.#exports;
    this.#inputAt = HEAP.value as number;
    this.#outputAt = Math.ceil((this.#inputAt + input.length + INPUT_SLACK) / 64) * 64;
    const missing = this.#outputAt + outputBytes + OUTPUT_SLACK - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    new Uint8Array(memory.buffer, this.#inputAt, input.length).set(input);
  }

  /** Expand the LZMA2 chunks from input byte `from` on, to at most `maxBytes` from output byte `to` on. */
  expandLzma2(from: number, inputBytes: number, to: number, maxBytes: number): Lzma2Progress {
    const { expandLzma2, memory } = this.#exports;
    const status = expandLzma2(this.#inputAt + from, inputBytes - from, this.#outputAt + to, maxBytes);
    const [producedBytes, consumedBytes] = new Uint32Array(memory.buffer, 0, 2) as unknown as [number, number];
    return { status, producedBytes, consumedBytes };
  }

  undoDelta(at: number, lengthBytes: number, distance: number): void {
    this.#exports.undoDelta(this.#outputAt + at, lengthBytes, distance);
  }

  /** CRC-32 of input bytes. */
  inputCrc32(at: number, lengthBytes: number): number {
    return this.#exports.crc32(this.#inputAt + at, lengthBytes) >>> 0;
  }

  /** CRC-32 or CRC-64 of output bytes, as an xz block carries it: little-endian. */
  outputChecksum(kind: "crc32" | "crc64", at: number, lengthBytes: number): bigint {
    const { crc32, crc64 } = this.#exports;
    const from = this.#outputAt + at;
    return kind === "crc32"
      ? BigInt.asUintN(32, BigInt(crc32(from, lengthBytes)))
      : BigInt.asUintN(64, crc64(from, lengthBytes));
  }

  /** Give memory back after a large block. */
  trim(): void {
    if (this.#exports.memory.buffer.byteLength > KEPT_BYTES) this.#exports = instantiate(this.#module);
  }

  /** A view of the expanded bytes, valid until the next start or trim. */
  output(lengthBytes: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, this.#outputAt, lengthBytes);
  }
}

function instantiate(module: WebAssembly.Module): LzmaExports {
  return new WebAssembly.Instance(module, {}).exports as unknown as LzmaExports;
}
