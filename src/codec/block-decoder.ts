import { CorruptDataError, InvalidInputError, UnsupportedError } from "../errors.js";
import type { TypedArray } from "../ndarray/dtype.js";
import { reverseBits } from "./bit-order.js";
import type { BlockEncoding, BlockWindow, Compression } from "./block-encoding.js";
import { type Allocate, plainEncoding, plainLengthBytes, storedLengthBytes } from "./block-layout.js";
import { hasColorSpace, storedSamples } from "./color/color-encoding.js";
import type { DecodeEngine } from "./engine.js";
import { type ByteCompression, Expander } from "./expander.js";
import type { Expansion } from "./expansion.js";
import { type ImageDecoder, loadImageDecoders } from "./image-decoders.js";
import { PlainEngine } from "./plain-engine.js";
import { hasPlainRows, toPlainRows, toRgba } from "./plain-rows.js";
import { assertReadableCompression, assertSupported, isImageCompression } from "./supported.js";
import { isSimdAvailable, WasmEngine } from "./wasm-engine.js";

/** No more than this is held of one block, compressed or expanded. */
const MAX_BYTES = 2 ** 30;

/** What the blob of these compressions is compressed with again. */
const outerCompressions = { LERC_DEFLATE: "DEFLATE", LERC_ZSTD: "ZSTD" } as const;

/** How a decoder is loaded. */
export interface BlockDecoderOptions {
  /** False: decode without WebAssembly, as where its SIMD is missing. By default what this engine can do is used. */
  simd?: boolean;
}

/** What the bytes in the scratch are. */
export interface DecodeOptions {
  /** False where the bytes are only the first ones of the block; true by default. */
  whole?: boolean;
  /** Memory of exactly so many bytes for the answer; fresh by default. */
  allocate?: Allocate | undefined;
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
  readonly #expander: Expander;
  readonly #imageDecoders: ReadonlyMap<Compression, ImageDecoder>;
  /** Encodings found to be read: a question has one for thousands of blocks. */
  readonly #checked = new WeakSet<BlockEncoding>();

  private constructor(
    compressions: ReadonlySet<Compression>,
    engine: DecodeEngine,
    expander: Expander,
    imageDecoders: ReadonlyMap<Compression, ImageDecoder>,
  ) {
    this.#compressions = compressions;
    this.#engine = engine;
    this.#expander = expander;
    this.#imageDecoders = imageDecoders;
  }

  /**
   * A decoder for blocks of these compressions, with what they need loaded, and nothing else.
   *
   * @throws UnsupportedError for a compression that is not read, or where neither WebAssembly with SIMD nor Node is there
   */
  static async load(compressions: Iterable<Compression>, options: BlockDecoderOptions = {}): Promise<BlockDecoder> {
    const wanted = new Set(compressions);
    for (const compression of wanted) assertReadableCompression(compression);
    const useWasm = options.simd ?? isSimdAvailable();
    const engine = await (useWasm ? WasmEngine.load() : PlainEngine.load());
    const [expander, imageDecoders] = await Promise.all([Expander.load(engine, wanted), loadImageDecoders(wanted)]);
    return new BlockDecoder(wanted, engine, expander, imageDecoders);
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
   * cut it off). Predictors are undone for the wanted rows and samples alone. Images (JPEG, WebP, LERC) are decoded whole.
   * float16 is widened to a Float32Array.
   *
   * @returns an array [window.samples, rows, cols] in C order; null where `whole` is false and the bytes do not
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
    const { allocate } = options;
    this.#assertLoaded(encoding);
    assertWindow(encoding, window);
    assertSize("expanded", Math.max(storedLengthBytes(encoding, window.rowStop), neededBytes(encoding, window)));
    assertSize("compressed", lengthBytes);
    // So that no wrong length reaches behind the input's room.
    const input = this.#engine.input(lengthBytes);
    if (hasReversedBits(encoding)) reverseBits(input);
    const samples = isImageCompression(encoding.compression)
      ? this.#decodeImage(encoding, lengthBytes, window, isWhole, allocate)
      : this.#decodeRows(encoding, encoding.compression as ByteCompression, lengthBytes, window, isWhole, allocate);
    // The caller may put the rest of the block behind these bytes, which then run as they did in the file.
    if (samples === null && hasReversedBits(encoding)) reverseBits(this.#engine.input(lengthBytes));
    this.#engine.trim();
    return samples;
  }

  #decodeRows(
    encoding: BlockEncoding,
    compression: ByteCompression,
    lengthBytes: number,
    window: BlockWindow,
    isWhole: boolean,
    allocate: Allocate | undefined,
  ): TypedArray | null {
    const wantedBytes = storedLengthBytes(encoding, window.rowStop);
    const blockBytes = Math.min(storedLengthBytes(encoding, encoding.rows), MAX_BYTES);
    const toEnd = isWhole && window.rowStop === window.storedRows;
    const reached = this.#expander.expand(compression, lengthBytes, { wantedBytes, blockBytes, toEnd });
    if (reached.kind === "corrupt" || reached.lengthBytes < wantedBytes) {
      if (reached.kind === "dry" && !isWhole) return null;
      throw corruptBlock(encoding, lengthBytes, wantedBytes, reached);
    }
    const from = compression === "NONE" ? "input" : "output";
    if (hasPlainRows(encoding)) return this.#engine.unpack(from, encoding, window, allocate);
    const stored = this.#engine[from](Math.max(wantedBytes, from === "input" ? lengthBytes : 0));
    return this.#unpackPlain(
      toPlainRows(stored.subarray(0, wantedBytes), encoding, window),
      encoding,
      window,
      allocate,
    );
  }

  #decodeImage(
    encoding: BlockEncoding,
    lengthBytes: number,
    window: BlockWindow,
    isWhole: boolean,
    allocate: Allocate | undefined,
  ): TypedArray | null {
    if (!isWhole) return null;
    const { compression } = encoding;
    const { decoder, maxBytes } = this.#imageDecoders.get(compression)!;
    const stored = { ...encoding, samples: storedSamples(encoding) };
    const file =
      compression === "LERC_DEFLATE" || compression === "LERC_ZSTD"
        ? this.#expandFile(encoding, outerCompressions[compression], lengthBytes, maxBytes!(stored, window.storedRows))
        : this.#engine.input(lengthBytes);
    const pixels = decoder.decode(file, stored, window.storedRows);
    const rowBytes = plainLengthBytes(stored, 1);
    const rows = pixels.subarray(window.rowStart * rowBytes, window.rowStop * rowBytes);
    return this.#unpackPlain(hasColorSpace(encoding) ? toRgba(rows, encoding) : rows, encoding, window, allocate);
  }

  /** What lies in the input, expanded where nobody tells its size, which must not be more than `limitBytes`. */
  #expandFile(encoding: BlockEncoding, outer: "DEFLATE" | "ZSTD", lengthBytes: number, limitBytes: number): Uint8Array {
    const reached = this.#expander.expandAll(outer, lengthBytes, Math.min(limitBytes, MAX_BYTES));
    if (reached.kind !== "ended") throw corruptBlock(encoding, lengthBytes, limitBytes, reached);
    return this.#engine.output(reached.lengthBytes);
  }

  /** @param rows the window's rows in the form of {@link plainEncoding} */
  #unpackPlain(
    rows: Uint8Array,
    encoding: BlockEncoding,
    window: BlockWindow,
    allocate: Allocate | undefined,
  ): TypedArray {
    this.#engine.output(rows.length).set(rows);
    const rowStop = window.rowStop - window.rowStart;
    const rowsOnly = { ...window, rowStart: 0, rowStop, storedRows: rowStop };
    return this.#engine.unpack("output", plainEncoding(encoding), rowsOnly, allocate);
  }

  #assertLoaded(encoding: BlockEncoding): void {
    if (this.#checked.has(encoding)) return;
    assertSupported(encoding);
    if (this.#compressions.has(encoding.compression)) {
      this.#checked.add(encoding);
      return;
    }
    throw new InvalidInputError(`This decoder was loaded without ${encoding.compression}`, {
      details: { compression: encoding.compression, loaded: [...this.#compressions] },
    });
  }
}

/** Bytes that a window's rows take once they are words; of an image all rows are decoded. */
function neededBytes(encoding: BlockEncoding, window: BlockWindow): number {
  const isImage = isImageCompression(encoding.compression);
  return plainLengthBytes(encoding, isImage ? window.storedRows : window.rowStop);
}

/** libtiff turns the bits of every codec's bytes around, but for JPEG's. */
function hasReversedBits({ isBitReversed, compression }: BlockEncoding): boolean {
  return isBitReversed === true && compression !== "JPEG";
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
