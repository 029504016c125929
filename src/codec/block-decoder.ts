import { CorruptDataError, InvalidInputError, UnsupportedError } from "../errors.js";
import type { TypedArray } from "../ndarray/dtype.js";
import type { BlockEncoding, BlockWindow, Compression } from "./block-encoding.js";
import { rowLengthBytes } from "./block-layout.js";
import type { DecodeEngine } from "./engine.js";
import { corrupt, type Expansion, expansion, TOO_LONG } from "./expansion.js";
import { expandPackBits } from "./packbits.js";
import { PlainEngine } from "./plain-engine.js";
import { assertReadableCompression, assertSupported } from "./supported.js";
import { isSimdAvailable, WasmEngine } from "./wasm-engine.js";
import type { ZstdExpander } from "./zstd/zstd-expander.js";

/** No more than this is held of one block, compressed or expanded. */
const MAX_BYTES = 2 ** 30;

/**
 * The most bytes that one compressed byte can stand for, so that a small file cannot ask for much memory: a deflate
 * match of 258 takes two bits; an LZW string of 4096 − 258 + 1 takes twelve; a PackBits run of 128 two bytes; a zstd
 * block of 128 KiB four bytes.
 */
const maxExpansion: Readonly<Partial<Record<Compression, number>>> = {
  NONE: 1,
  PACKBITS: 64,
  DEFLATE: 1032,
  LZW: 2560,
  ZSTD: 32768,
};

/** How a decoder is loaded. */
export interface BlockDecoderOptions {
  /** False: decode without WebAssembly, as where its SIMD is missing. By default what this engine can do is used. */
  simd?: boolean;
}

/** What the bytes in the scratch are. */
export interface DecodeOptions {
  /** False where the bytes are only the first ones of the block; true by default. */
  whole?: boolean;
}

/**
 * Turns the bytes of TIFF blocks into samples: decompression, predictor and de-interleaving, fused.
 *
 * One for each thread: every call reuses the same memory. Nothing is read and no file is known here, so errors name
 * none.
 *
 * @example
 * const decoder = await BlockDecoder.load(["DEFLATE"]);
 * fs.readSync(file, decoder.input(lengthBytes), 0, lengthBytes, offset);
 * const samples = decoder.decode(encoding, lengthBytes, window);
 */
export class BlockDecoder {
  readonly #compressions: ReadonlySet<Compression>;
  readonly #engine: DecodeEngine;
  readonly #zstd: ZstdExpander | null;

  private constructor(compressions: ReadonlySet<Compression>, engine: DecodeEngine, zstd: ZstdExpander | null) {
    this.#compressions = compressions;
    this.#engine = engine;
    this.#zstd = zstd;
  }

  /**
   * A decoder for blocks of these compressions, with what they need loaded.
   *
   * @throws UnsupportedError for a compression that is not read, or where neither WebAssembly with SIMD nor Node is there
   */
  static async load(compressions: Iterable<Compression>, options: BlockDecoderOptions = {}): Promise<BlockDecoder> {
    const wanted = new Set(compressions);
    for (const compression of wanted) assertReadableCompression(compression);
    const useWasm = options.simd ?? isSimdAvailable();
    const [engine, zstd] = await Promise.all([
      useWasm ? WasmEngine.load() : PlainEngine.load(),
      wanted.has("ZSTD") ? loadZstd() : null,
    ]);
    return new BlockDecoder(wanted, engine, zstd);
  }

  /**
   * Scratch to put `lengthBytes` of compressed bytes into, valid until the next call of `input` or `decode`.
   *
   * It starts with the bytes that were put there before, so after `decode` returned null only the rest has to be read.
   *
   * @throws UnsupportedError for more than 1 GiB
   */
  input(lengthBytes: number): Uint8Array {
    assertSize("compressed", lengthBytes);
    return this.#engine.input(lengthBytes);
  }

  /**
   * Decode the `lengthBytes` bytes last put into {@link input}, no further than row `window.rowStop`.
   *
   * A whole deflate block's checksum is compared where its last row is asked for and the checksum is there (some writers
   * cut it off). Predictors are undone for the wanted rows and samples alone. float16 is widened to a Float32Array.
   *
   * @returns a fresh array [window.samples, rows, cols] in C order; null where `whole` is false and the bytes do not
   * reach as far as the window
   * @throws CorruptDataError where the bytes are not what the encoding promises, or too few
   * @throws UnsupportedError for an encoding that is not read, or more than 1 GiB
   */
  decode(
    encoding: BlockEncoding,
    lengthBytes: number,
    window: BlockWindow,
    options: DecodeOptions = {},
  ): TypedArray | null {
    const isWhole = options.whole ?? true;
    this.#assertLoaded(encoding);
    assertWindow(encoding, window);
    const rowBytes = rowLengthBytes(encoding);
    const wantedBytes = window.rowStop * rowBytes;
    assertSize("expanded", wantedBytes);
    assertSize("compressed", lengthBytes);
    // So that no wrong length reaches behind the input's room.
    this.#engine.input(lengthBytes);
    const toEnd = isWhole && window.rowStop === window.storedRows;
    const reached = this.#expand(encoding, lengthBytes, wantedBytes, toEnd);
    if (reached.kind === "corrupt" || reached.lengthBytes < wantedBytes) {
      if (reached.kind === "dry" && !isWhole) return null;
      throw corruptBlock(encoding, lengthBytes, wantedBytes, reached);
    }
    const samples = this.#engine.unpack(encoding.compression === "NONE" ? "input" : "output", encoding, window);
    this.#engine.trim();
    return samples;
  }

  #assertLoaded(encoding: BlockEncoding): void {
    assertSupported(encoding);
    if (this.#compressions.has(encoding.compression)) return;
    throw new InvalidInputError(`This decoder was loaded without ${encoding.compression}`, {
      details: { compression: encoding.compression, loaded: [...this.#compressions] },
    });
  }

  /** @param toEnd true to read on behind the wanted bytes to the stream's end, where it says whether it is sound */
  #expand(encoding: BlockEncoding, lengthBytes: number, wantedBytes: number, toEnd: boolean): Expansion {
    const { compression } = encoding;
    const mostBytes = lengthBytes * maxExpansion[compression]!;
    if (wantedBytes > mostBytes) return expansion("dry", compression === "NONE" ? lengthBytes : 0);
    if (compression === "NONE") return expansion("stopped", wantedBytes);
    if (compression === "LZW") return this.#engine.expandLzw(lengthBytes, wantedBytes);
    const blockBytes = Math.min(encoding.rows * rowLengthBytes(encoding), mostBytes, MAX_BYTES);
    if (compression === "DEFLATE") return this.#inflate(lengthBytes, wantedBytes, blockBytes, toEnd);
    const output = this.#engine.output(wantedBytes);
    // Taken after the output: making room may move all of the memory.
    const input = this.#engine.input(lengthBytes);
    if (compression === "PACKBITS") return expandPackBits(input, output, wantedBytes);
    return this.#zstd!.expand(input, output, wantedBytes, blockBytes);
  }

  /**
   * Room for one byte more than the block has makes the inflater read on to the checksum. A stream that fills it is
   * wrong: flipped bits make streams longer as often as shorter.
   */
  #inflate(lengthBytes: number, wantedBytes: number, blockBytes: number, toEnd: boolean): Expansion {
    if (!toEnd) return this.#engine.inflate(lengthBytes, wantedBytes, blockBytes);
    const reached = this.#engine.inflate(lengthBytes, blockBytes + 1, blockBytes);
    return reached.lengthBytes > blockBytes ? corrupt(TOO_LONG, blockBytes) : reached;
  }
}

async function loadZstd(): Promise<ZstdExpander> {
  const { ZstdExpander } = await import("./zstd/zstd-expander.js");
  return ZstdExpander.load();
}

function assertSize(what: "compressed" | "expanded", lengthBytes: number): void {
  if (lengthBytes <= MAX_BYTES) return;
  throw new UnsupportedError(
    `A block of ${lengthBytes} ${what} bytes is larger than ${MAX_BYTES}, the most that is read`,
    {
      details: { what, lengthBytes, limitBytes: MAX_BYTES },
    },
  );
}

function assertWindow(encoding: BlockEncoding, window: BlockWindow): void {
  const { rowStart, rowStop, colStart, colStop, samples, storedRows } = window;
  const isRange = (start: number, stop: number, limit: number) =>
    Number.isInteger(start) && Number.isInteger(stop) && start >= 0 && start < stop && stop <= limit;
  const isInside =
    storedRows <= encoding.rows &&
    isRange(rowStart, rowStop, storedRows) &&
    isRange(colStart, colStop, encoding.cols) &&
    samples.length > 0 &&
    samples.every((sample) => Number.isInteger(sample) && sample >= 0 && sample < encoding.samples);
  if (isInside) return;
  const { rows, cols } = encoding;
  throw new InvalidInputError("The window is empty or reaches outside of the block", {
    details: { rows, cols, rowStart, rowStop, colStart, colStop, samples: [...samples], storedRows },
  });
}

function corruptBlock(
  encoding: BlockEncoding,
  lengthBytes: number,
  expectedBytes: number,
  reached: Expansion,
): CorruptDataError {
  const { compression } = encoding;
  const fault = reached.fault ?? (reached.kind === "dry" ? "the bytes end too early" : "the block is too short");
  const details = { compression, fault, lengthBytes, expandedBytes: reached.lengthBytes, expectedBytes };
  return new CorruptDataError(
    `${compression} block of ${lengthBytes} bytes: ${fault} (${reached.lengthBytes} of ${expectedBytes} bytes expanded)`,
    { details },
  );
}
