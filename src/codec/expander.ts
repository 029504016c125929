import type { Compression } from "./block-encoding.js";
import type { DecodeEngine } from "./engine.js";
import { corrupt, type Expansion, expansion, TOO_LONG } from "./expansion.js";
import type { LzmaExpander } from "./lzma/lzma-expander.js";
import { expandPackBits } from "./packbits.js";
import type { ZstdExpander } from "./zstd/zstd-expander.js";

/** Compressions of plain bytes. */
export type ByteCompression = "NONE" | "PACKBITS" | "DEFLATE" | "LZW" | "ZSTD" | "LZMA";

/**
 * The most bytes that one compressed byte can stand for, so that a small file cannot ask for much memory: a deflate
 * match of 258 takes two bits; an LZW string of 4096 − 258 + 1 takes twelve; a PackBits run of 128 two bytes; a zstd
 * block of 128 KiB four bytes; an LZMA match of 273 fourteen decisions of 1/45 bit each.
 */
const maxExpansion: Readonly<Record<ByteCompression, number>> = {
  NONE: 1,
  PACKBITS: 64,
  DEFLATE: 1032,
  LZW: 2560,
  ZSTD: 32768,
  LZMA: 8192,
};

/** What is known of the bytes that a block expands to. */
export interface ExpandedSize {
  wantedBytes: number;
  /** The whole block: a stream that goes on behind is wrong. */
  blockBytes: number;
  /** True to read on behind the wanted bytes to the stream's end, where it says whether it is sound. */
  toEnd: boolean;
}

/** Expands the bytes in an engine's input into its output. */
export class Expander {
  readonly #engine: DecodeEngine;
  readonly #zstd: ZstdExpander | null;
  readonly #lzma: LzmaExpander | null;

  private constructor(engine: DecodeEngine, zstd: ZstdExpander | null, lzma: LzmaExpander | null) {
    this.#engine = engine;
    this.#zstd = zstd;
    this.#lzma = lzma;
  }

  /** An expander with what blocks of these compressions need. */
  static async load(engine: DecodeEngine, compressions: ReadonlySet<Compression>): Promise<Expander> {
    const needsZstd = compressions.has("ZSTD") || compressions.has("LERC_ZSTD");
    const [zstd, lzma] = await Promise.all([
      needsZstd ? loadZstd() : null,
      compressions.has("LZMA") ? loadLzma() : null,
    ]);
    return new Expander(engine, zstd, lzma);
  }

  /** Expand the first `lengthBytes` of the input; those of NONE stay where they are. */
  expand(compression: ByteCompression, lengthBytes: number, size: ExpandedSize): Expansion {
    const { wantedBytes } = size;
    const mostBytes = lengthBytes * maxExpansion[compression];
    if (wantedBytes > mostBytes) return expansion("dry", compression === "NONE" ? lengthBytes : 0);
    if (compression === "NONE") return expansion("stopped", wantedBytes);
    if (compression === "LZW") return this.#engine.expandLzw(lengthBytes, wantedBytes);
    const blockBytes = Math.min(size.blockBytes, mostBytes);
    if (compression === "DEFLATE") return this.#inflate(lengthBytes, { ...size, blockBytes });
    const output = this.#engine.output(wantedBytes);
    // Taken after the output: making room may move all of the memory.
    const input = this.#engine.input(lengthBytes);
    if (compression === "PACKBITS") return expandPackBits(input, output, wantedBytes);
    if (compression === "LZMA") return this.#lzma!.expand(input, output, wantedBytes, blockBytes);
    return this.#zstd!.expand(input, output, wantedBytes, blockBytes);
  }

  /**
   * Expand a stream whose size nobody tells, such as that around a LERC blob.
   *
   * @param limitBytes what it can be at most; more is `corrupt`
   */
  expandAll(compression: "DEFLATE" | "ZSTD", lengthBytes: number, limitBytes: number): Expansion {
    const wantedBytes = Math.min(limitBytes, lengthBytes * maxExpansion[compression]);
    const reached = this.expand(compression, lengthBytes, { wantedBytes, blockBytes: wantedBytes, toEnd: true });
    return reached.kind === "stopped" ? corrupt(TOO_LONG, reached.lengthBytes) : reached;
  }

  /**
   * Room for one byte more than the block has makes the inflater read on to the checksum. A stream that fills it is
   * wrong: flipped bits make streams longer as often as shorter.
   */
  #inflate(lengthBytes: number, { wantedBytes, blockBytes, toEnd }: ExpandedSize): Expansion {
    if (!toEnd) return this.#engine.inflate(lengthBytes, wantedBytes, blockBytes);
    const reached = this.#engine.inflate(lengthBytes, blockBytes + 1, blockBytes);
    return reached.lengthBytes > blockBytes ? corrupt(TOO_LONG, blockBytes) : reached;
  }
}

async function loadZstd(): Promise<ZstdExpander> {
  const { ZstdExpander } = await import("./zstd/zstd-expander.js");
  return ZstdExpander.load();
}

async function loadLzma(): Promise<LzmaExpander> {
  const { LzmaExpander } = await import("./lzma/lzma-expander.js");
  return LzmaExpander.load();
}
