import { type BlockDecoder, maxBlockBytes } from "./block-decoder.js";
import { compileWasm } from "./compile-wasm.js";
import { ZstdFault } from "./fault.js";
import { paddingBytes } from "./padded-input.js";
import { zstdWasm } from "./zstd-wasm.js";

/** What `assembly/index.ts` exports. */
interface WasmExports {
  memory: WebAssembly.Memory;
  HEAP: WebAssembly.Global;
  beginFrame(): void;
  decodeBlock(start: number, end: number, outStart: number, target: number): number;
}

const pageBytes = 65_536;
/** What copies of 8 bytes may write behind a block. */
const outputSlackBytes = 64;
/** Memory kept between files; a larger instance is dropped. */
const keptBytes = 16 * 2 ** 20;

/** What the statuses of `assembly/status.ts` mean. */
const faults: Readonly<Record<number, string>> = {
  [-1]: "a block is cut off",
  [-2]: "a table is wrong",
  [-3]: "a Huffman tree is wrong",
  [-4]: "a block repeats a table that is not there",
  [-5]: "literals do not end where they should",
  [-6]: "sequences do not end where they should",
  [-7]: "a match begins before the data",
  [-8]: "a block regenerates too much",
};

/** Undefined until the first use, null where this engine has no WebAssembly, or may not compile. */
let compiled: WebAssembly.Module | null | undefined;
/** One instance serves all: decoding is synchronous, and results are copied out. */
let instance: WasmExports | null = null;

/**
 * Decodes blocks in WebAssembly, which is fast from the first byte: a cold process reads a manifest in a tenth of the time
 * that plain JavaScript takes. Without dictionaries.
 *
 * The module is compiled when it is first needed, in a millisecond, and synchronously.
 */
export class WasmBlocks implements BlockDecoder {
  readonly #exports: WasmExports;
  readonly #limit: number;
  readonly #input: number;
  readonly #outStart: number;
  #position: number;

  private constructor(exports: WasmExports, padded: Uint8Array, limitBytes: number) {
    this.#exports = exports;
    this.#limit = limitBytes;
    this.#input = exports.HEAP.value as number;
    this.#outStart = this.#input + padded.length;
    this.#position = this.#outStart;
    this.#makeRoom(0);
    this.#memory().set(padded, this.#input);
  }

  /**
   * A decoder for this input; null where there is no WebAssembly.
   *
   * @param padded the input, with `paddingBytes` behind it.
   * @param limitBytes output beyond this is a fault.
   */
  static create(padded: Uint8Array, limitBytes: number): WasmBlocks | null {
    instance ??= instantiate();
    return instance && new WasmBlocks(instance, padded, limitBytes);
  }

  get length(): number {
    return this.#position - this.#outStart;
  }

  beginFrame(expectedBytes: number | null): void {
    if (expectedBytes !== null) this.#makeRoom(expectedBytes);
    this.#exports.beginFrame();
  }

  raw(start: number, end: number): void {
    this.#makeRoom(end - start);
    this.#memory().copyWithin(this.#position, this.#input + start, this.#input + end);
    this.#position += end - start;
  }

  repeated(at: number, count: number): void {
    this.#makeRoom(count);
    const memory = this.#memory();
    memory.fill(memory[this.#input + at]!, this.#position, this.#position + count);
    this.#position += count;
  }

  compressed(start: number, end: number): void {
    this.#makeRoom(0);
    const { decodeBlock } = this.#exports;
    const written = decodeBlock(this.#input + start, this.#input + end, this.#outStart, this.#position);
    if (written < 0) throw new ZstdFault(faults[written] ?? `status ${written}`);
    this.#position += written;
    if (this.length > this.#limit) throw tooLarge();
  }

  finish(): Uint8Array {
    const result = this.#memory().slice(this.#outStart, this.#position);
    if (this.#exports.memory.buffer.byteLength > keptBytes) instance = null;
    return result;
  }

  #memory(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer);
  }

  /** Room for `more` bytes and a block that nobody announces. */
  #makeRoom(more: number): void {
    if (this.length + more > this.#limit) throw tooLarge();
    const { memory } = this.#exports;
    const missing = this.#position + more + maxBlockBytes + outputSlackBytes + paddingBytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(Math.max(missing, memory.buffer.byteLength / 2) / pageBytes));
  }
}

function tooLarge(): ZstdFault {
  return new ZstdFault("the content is larger than allowed");
}

function instantiate(): WasmExports | null {
  if (compiled === undefined) compiled = compileWasm(zstdWasm);
  return compiled && (new WebAssembly.Instance(compiled).exports as unknown as WasmExports);
}
