import { lercWasm } from "./lerc-wasm.js";

/** What a blob, or several of one shape behind one another, says of itself (`lerc_getBlobInfo`). */
export interface LercInfo {
  /** Codec version of Lerc2; 0 for Lerc1. */
  version: number;
  /** 0 int8, 1 uint8, 2 int16, 3 uint16, 4 int32, 5 uint32, 6 float32, 7 float64. */
  dataType: number;
  /** Samples a pixel inside each blob. */
  depth: number;
  cols: number;
  rows: number;
  /** Blobs behind one another. */
  bands: number;
  /** Bytes of all the blobs. */
  lengthBytes: number;
  /** 0 where all pixels are valid, 1 where the blobs share a mask, or one for each blob. */
  masks: number;
  /** Blobs in which a no-data value stands for single samples that are missing. */
  bandsWithNodata: number;
}

/** Samples and masks as the library leaves them: views of its memory, valid until the next call. */
export interface LercPixels {
  /** [bands, rows, cols, depth] in C order, little-endian. Where a pixel is not valid they mean nothing. */
  samples: Uint8Array;
  /** [masks, rows, cols]: 1 where a pixel is valid. */
  masks: Uint8Array;
}

/** The library's imports and exports, by the names that its build shortened them to in version 4.2.0. */
interface LercExports {
  /** memory */
  d: WebAssembly.Memory;
  /** constructors */
  e(): void;
  /** lerc_getBlobInfo */
  f(blob: number, blobBytes: number, info: number, ranges: number, infoLength: number, rangesLength: number): number;
  /** lerc_decode_4D */
  h(
    blob: number,
    blobBytes: number,
    masks: number,
    maskTarget: number,
    depth: number,
    cols: number,
    rows: number,
    bands: number,
    dataType: number,
    target: number,
    usesNodata: number,
    nodataValues: number,
  ): number;
  /** malloc */
  i(lengthBytes: number): number;
  /** free */
  j(address: number): void;
}

const INFO_LENGTH = 11;
const PAGE_BYTES = 65536;
/** Memory kept between blocks; a larger instance is dropped. */
const KEPT_BYTES = 256 * 2 ** 20;
/** What decoding may take beside a blob, its samples and its masks: tables, and the 16 MiB that the module starts with. */
const WORK_BYTES = 64 * 2 ** 20;

let compiled: Promise<WebAssembly.Module> | undefined;

function compile(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(lercWasm), (character) => character.charCodeAt(0)));
  return compiled;
}

/**
 * Esri's LERC decoder in WebAssembly, without the package's own loader, which wants a file or a URL to fetch.
 *
 * Its memory grows no further than a call needs: what a blob claims beyond that is a failure.
 */
export class LercLibrary {
  readonly #module: WebAssembly.Module;
  #exports: LercExports | null = null;
  #limitBytes = 0;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  static async load(): Promise<LercLibrary> {
    return new LercLibrary(await compile());
  }

  /** @returns null where the bytes are no LERC blob, or damaged (Lerc2 has a checksum from version 3 on) */
  readInfo(input: Uint8Array): LercInfo | null {
    return this.#guarded(input.length, (library) => {
      const [blob, info] = allocate(library, [input.length, INFO_LENGTH * 4]) as [number, number];
      bytesAt(library, blob, input.length).set(input);
      const fault = library.f(blob, input.length, info, 0, INFO_LENGTH, 0);
      const words = new Uint32Array(library.d.buffer, info, INFO_LENGTH).slice();
      library.j(blob);
      return fault === 0 ? infoOf(words) : null;
    });
  }

  /**
   * Decode what {@link readInfo} told of the same bytes. The caller has compared that with what it expects.
   *
   * @param sampleBytes bytes of one sample of `info.dataType`
   * @returns null where the blob is damaged
   */
  decode(input: Uint8Array, info: LercInfo, sampleBytes: number): LercPixels | null {
    const pixels = info.rows * info.cols;
    const samplesBytes = pixels * info.depth * info.bands * sampleBytes;
    const masksBytes = pixels * info.masks;
    return this.#guarded(input.length + samplesBytes + masksBytes, (library) => {
      const lengthsBytes = [input.length, samplesBytes, masksBytes, info.bands, info.bands * 8];
      const parts = allocate(library, lengthsBytes) as [number, number, number, number, number];
      const [blob, samples, masks, flags, values] = parts;
      bytesAt(library, blob, input.length).set(input);
      const { depth, cols, rows, bands, dataType } = info;
      const shape = [depth, cols, rows, bands, dataType] as const;
      const fault = library.h(blob, input.length, info.masks, masks, ...shape, samples, flags, values);
      // Freed memory stays as it is until the next call.
      library.j(blob);
      if (fault !== 0) return null;
      return { samples: bytesAt(library, samples, samplesBytes), masks: bytesAt(library, masks, masksBytes) };
    });
  }

  /** Whatever the library throws leaves it in pieces, so it is dropped; so is one that grew large. */
  #guarded<T>(dataBytes: number, run: (library: LercExports) => T): T | null {
    this.#limitBytes = 2 * dataBytes + WORK_BYTES;
    const library = this.#exports ?? this.#instantiate();
    this.#exports = library;
    try {
      const result = run(library);
      if (library.d.buffer.byteLength > KEPT_BYTES) this.#exports = null;
      return result;
    } catch (error) {
      this.#exports = null;
      if (error instanceof LibraryFault || error instanceof WebAssembly.RuntimeError) return null;
      throw error;
    }
  }

  #instantiate(): LercExports {
    const fail = () => {
      throw new LibraryFault();
    };
    // Names as in LercExports: a C++ exception, abort, and a request for more memory.
    const imports = { a: { a: fail, b: fail, c: (wantedBytes: number) => this.#grow(wantedBytes >>> 0) } };
    const library = new WebAssembly.Instance(this.#module, imports).exports as unknown as LercExports;
    library.e();
    return library;
  }

  /** @returns 1 where the memory now has `wantedBytes`, else 0 */
  #grow(wantedBytes: number): number {
    const memory = this.#exports?.d;
    if (memory === undefined || wantedBytes > this.#limitBytes) return 0;
    memory.grow(Math.ceil((wantedBytes - memory.buffer.byteLength) / PAGE_BYTES));
    return 1;
  }
}

/** Carries a failure of the library out of its code; never leaves this file. */
class LibraryFault {}

/** One allocation for all, so that one `free` ends it. Each part starts on a multiple of 16. */
function allocate(library: LercExports, lengthsBytes: readonly number[]): number[] {
  const padded = lengthsBytes.map((lengthBytes) => Math.ceil((lengthBytes + 1) / 16) * 16);
  let at = library.i(padded.reduce((sum, lengthBytes) => sum + lengthBytes));
  if (at === 0) throw new LibraryFault();
  return padded.map((lengthBytes) => {
    at += lengthBytes;
    return at - lengthBytes;
  });
}

function bytesAt(library: LercExports, at: number, lengthBytes: number): Uint8Array {
  return new Uint8Array(library.d.buffer, at, lengthBytes);
}

function infoOf(words: Uint32Array): LercInfo {
  return {
    version: words[0]!,
    dataType: words[1]!,
    depth: words[2]!,
    cols: words[3]!,
    rows: words[4]!,
    bands: words[5]!,
    lengthBytes: words[7]!,
    masks: words[8]!,
    bandsWithNodata: words[10]!,
  };
}
