import { bytesPerSample, type TypedArray } from "../ndarray/dtype.js";
import type { BlockEncoding, BlockWindow } from "./block-encoding.js";
import { type Allocate, isVerbatim, rowLengthBytes, samplesFrom, windowLength } from "./block-layout.js";
import { inflateWasm } from "./deflate/inflate-wasm.js";
import type { DecodeEngine } from "./engine.js";
import { corrupt, type Expansion, expansion } from "./expansion.js";
import { effectivePredictor } from "./supported.js";

type UnpackSample = (
  source: number,
  rowBytes: number,
  rows: number,
  samples: number,
  sample: number,
  colStart: number,
  colStop: number,
  target: number,
  flags: number,
) => void;

/** What `deflate/assembly/index.ts` exports. */
interface WasmExports {
  memory: WebAssembly.Memory;
  HEAP: WebAssembly.Global;
  inflate(source: number, length: number, target: number, max: number, flags: number): number;
  expandLzw(source: number, length: number, target: number, max: number): number;
  unpack8: UnpackSample;
  unpack16: UnpackSample;
  unpack32: UnpackSample;
  unpack64: UnpackSample;
  /** `to0` to `to3`: where the planes go, 0 for those that nobody wants. */
  unpack4x16(
    source: number,
    rowBytes: number,
    rows: number,
    colStart: number,
    colStop: number,
    to0: number,
    to1: number,
    to2: number,
    to3: number,
    flags: number,
  ): void;
  sumFloatBytes(source: number, rowBytes: number, rows: number, samples: number): void;
  /** Like {@link UnpackSample}, with the bytes of a sample for flags. */
  gatherFloat: UnpackSample;
}

/** Flags of `inflate`: a zlib wrapper, stop at the output's end, compare the checksum. */
const ZLIB_STOP_CHECK = 1 | 2 | 4;
const DIFFERENCES = 1;
const BIG_ENDIAN = 2;

/** What the kernels may read behind the input and write behind the output. */
const INPUT_SLACK = 1024;
const OUTPUT_SLACK = 64;
const PAGE_BYTES = 65536;
/** Memory kept between blocks; a larger instance is dropped. A block of 4096 × 4096 × 4 bytes still fits. */
const KEPT_BYTES = 256 * 2 ** 20;

const faults: Readonly<Record<number, string>> = {
  [-1]: "no zlib header",
  [-3]: "a code that must not occur",
  [-4]: "a distance reaches before the block",
  [-5]: "the adler32 checksum differs",
};

/** A module of one function that uses a 128-bit vector: `v128.const 0; drop`. */
const simdProbe = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
  ...[1, 4, 1, 0x60, 0, 0], // type: () → ()
  ...[3, 2, 1, 0], // one function of it
  ...[10, 23, 1, 21, 0, 0xfd, 0x0c, ...new Array<number>(16).fill(0), 0x1a, 0x0b], // its body
]);

let hasVectors: boolean | undefined;

/** True where this engine runs WebAssembly with 128-bit vectors. */
export function isSimdAvailable(): boolean {
  hasVectors ??= typeof WebAssembly === "object" && WebAssembly.validate(simdProbe);
  return hasVectors;
}

let compiled: Promise<WebAssembly.Module> | undefined;

function compile(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(inflateWasm), (character) => character.charCodeAt(0)));
  return compiled;
}

/** Decodes in WebAssembly: compressed bytes, expanded rows and planes lie one behind another in its memory. */
export class WasmEngine implements DecodeEngine {
  readonly #module: WebAssembly.Module;
  #exports: WasmExports;
  #inputAt: number;
  #outputAt: number;
  #outputBytes = 0;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
    this.#exports = instantiate(module);
    this.#inputAt = this.#exports.HEAP.value as number;
    this.#outputAt = this.#inputAt + INPUT_SLACK;
  }

  static async load(): Promise<WasmEngine> {
    return new WasmEngine(await compile());
  }

  input(lengthBytes: number): Uint8Array {
    const outputAt = align(this.#inputAt + lengthBytes + INPUT_SLACK);
    if (outputAt > this.#outputAt) {
      this.#outputAt = outputAt;
      this.#reserve(outputAt + OUTPUT_SLACK);
    }
    return this.#bytes(this.#inputAt, lengthBytes);
  }

  output(lengthBytes: number): Uint8Array {
    this.#outputBytes = lengthBytes;
    this.#reserve(this.#outputAt + lengthBytes + OUTPUT_SLACK);
    return this.#bytes(this.#outputAt, lengthBytes);
  }

  inflate(lengthBytes: number, wantedBytes: number): Expansion {
    this.output(wantedBytes);
    const { inflate } = this.#exports;
    return this.#reached(inflate(this.#inputAt, lengthBytes, this.#outputAt, wantedBytes, ZLIB_STOP_CHECK), "deflate");
  }

  expandLzw(lengthBytes: number, wantedBytes: number): Expansion {
    this.output(wantedBytes);
    return this.#reached(this.#exports.expandLzw(this.#inputAt, lengthBytes, this.#outputAt, wantedBytes), "LZW");
  }

  unpack(from: "input" | "output", encoding: BlockEncoding, window: BlockWindow, allocate?: Allocate): TypedArray {
    const source = from === "input" ? this.#inputAt : this.#outputAt;
    const firstRow = source + window.rowStart * rowLengthBytes(encoding);
    const lengthBytes = windowLength(window) * bytesPerSample(encoding.dtype);
    if (isVerbatim(encoding, window)) return samplesFrom(encoding.dtype, this.#bytes(firstRow, lengthBytes), allocate);
    const planes = align(this.#outputAt + this.#outputBytes + OUTPUT_SLACK);
    this.#reserve(planes + lengthBytes + OUTPUT_SLACK);
    this.#unpackInto(planes, firstRow, encoding, window);
    return samplesFrom(encoding.dtype, this.#bytes(planes, lengthBytes), allocate);
  }

  trim(): void {
    if (this.#exports.memory.buffer.byteLength <= KEPT_BYTES) return;
    this.#exports = instantiate(this.#module);
    this.#outputAt = this.#inputAt + INPUT_SLACK;
    this.#outputBytes = 0;
  }

  /** What a status of the WebAssembly means; bytes produced are at address 0. */
  #reached(status: number, what: string): Expansion {
    const produced = new Uint32Array(this.#exports.memory.buffer, 0, 1)[0]!;
    if (status === 0) return expansion("ended", produced);
    if (status === 1) return expansion("stopped", produced);
    if (status === -2) return expansion("dry", produced);
    return corrupt(`${what}: ${faults[status]!}`, produced);
  }

  #unpackInto(target: number, firstRow: number, encoding: BlockEncoding, window: BlockWindow): void {
    const { samples } = encoding;
    const { colStart, colStop } = window;
    const rows = window.rowStop - window.rowStart;
    const width = bytesPerSample(encoding.dtype);
    const rowBytes = rowLengthBytes(encoding);
    const predictor = effectivePredictor(encoding);
    const flags = (predictor === 2 ? DIFFERENCES : 0) | (encoding.byteOrder === "big" ? BIG_ENDIAN : 0);
    const planeBytes = rows * (colStop - colStart) * width;
    if (isFourSixteenBit(encoding, window)) {
      const [a, b, c, d] = [0, 1, 2, 3].map((sample) => {
        const plane = window.samples.indexOf(sample);
        return plane < 0 ? 0 : target + plane * planeBytes;
      }) as [number, number, number, number];
      this.#exports.unpack4x16(firstRow, rowBytes, rows, colStart, colStop, a, b, c, d, flags);
      return;
    }
    if (predictor === 3) this.#exports.sumFloatBytes(firstRow, rowBytes, rows, samples);
    const [unpack, last] = predictor === 3 ? [this.#exports.gatherFloat, width] : [this.#unpackOf(width), flags];
    window.samples.forEach((sample, plane) => {
      const to = target + plane * planeBytes;
      unpack(firstRow, rowBytes, rows, samples, sample, colStart, colStop, to, last);
    });
  }

  #unpackOf(width: number): UnpackSample {
    if (width === 1) return this.#exports.unpack8;
    if (width === 2) return this.#exports.unpack16;
    return width === 4 ? this.#exports.unpack32 : this.#exports.unpack64;
  }

  #bytes(at: number, lengthBytes: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, at, lengthBytes);
  }

  #reserve(endBytes: number): void {
    const missing = endBytes - this.#exports.memory.buffer.byteLength;
    if (missing > 0) this.#exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
}

function instantiate(module: WebAssembly.Module): WasmExports {
  return new WebAssembly.Instance(module, {}).exports as unknown as WasmExports;
}

/** The next multiple of 64, so that rows start where vectors like to be loaded from. */
function align(address: number): number {
  return Math.ceil(address / 64) * 64;
}

/** True where one pass takes all that is wanted: four-band scenes are worth a kernel of their own. */
function isFourSixteenBit(encoding: BlockEncoding, window: BlockWindow): boolean {
  return (
    bytesPerSample(encoding.dtype) === 2 &&
    effectivePredictor(encoding) !== 3 &&
    encoding.samples === 4 &&
    new Set(window.samples).size === window.samples.length
  );
}
