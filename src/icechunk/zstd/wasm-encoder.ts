import type { BlockEncoder } from "./block-encoder.js";
import { compileWasm } from "./compile-wasm.js";
import { encoderWasm } from "./encoder-wasm.js";
import { windowBytes } from "./frame-writer.js";

/** What `assembly/encoder/index.ts` exports. */
interface WasmExports {
  memory: WebAssembly.Memory;
  HEAP: WebAssembly.Global;
  BLOCK: WebAssembly.Global;
  beginFrame(start: number, end: number, windowBytes: number, depth: number): void;
  encodeBlock(start: number, end: number): number;
}

const pageBytes = 65_536;
/** What may be loaded behind the content. */
const slackBytes = 8;
/** Memory kept between frames; a larger instance is dropped. */
const keptBytes = 16 * 2 ** 20;

/** Undefined until the first use, null where this engine has no WebAssembly, or may not compile. */
let compiled: WebAssembly.Module | null | undefined;
/** One instance serves all: encoding is synchronous, and results are copied out. */
let instance: WasmExports | null = null;

/**
 * An encoder of `content`; null where there is no WebAssembly. Good for one frame, and none beside it.
 *
 * The module is compiled when it is first needed, in a millisecond, and synchronously.
 *
 * @param depth how many earlier places are looked at for each, beside the last two.
 */
export function createWasmEncoder(content: Uint8Array, depth: number): BlockEncoder | null {
  instance ??= instantiate();
  return instance && new WasmEncoder(instance, content, depth);
}

class WasmEncoder implements BlockEncoder {
  readonly #exports: WasmExports;
  readonly #input: number;

  constructor(exports: WasmExports, content: Uint8Array, depth: number) {
    this.#exports = exports;
    this.#input = exports.HEAP.value as number;
    const end = this.#input + content.length;
    const missing = end + slackBytes - exports.memory.buffer.byteLength;
    if (missing > 0) exports.memory.grow(Math.ceil(missing / pageBytes));
    new Uint8Array(exports.memory.buffer).set(content, this.#input);
    exports.beginFrame(this.#input, end, windowBytes, depth);
  }

  compressed(start: number, end: number): Uint8Array | null {
    const { encodeBlock, memory, BLOCK } = this.#exports;
    const length = encodeBlock(this.#input + start, this.#input + end);
    return length === 0 ? null : new Uint8Array(memory.buffer, BLOCK.value as number, length);
  }

  finish(): void {
    if (this.#exports.memory.buffer.byteLength > keptBytes) instance = null;
  }
}

function instantiate(): WasmExports | null {
  if (compiled === undefined) compiled = compileWasm(encoderWasm);
  return compiled && (new WebAssembly.Instance(compiled).exports as unknown as WasmExports);
}
