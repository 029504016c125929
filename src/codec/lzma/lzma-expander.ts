import { corrupt, type Expansion, expansion, TOO_LONG } from "../expansion.js";
import { type Lzma2Progress, LzmaEngine } from "./lzma-engine.js";
import {
  type Crc32,
  parseXzBlock,
  parseXzStream,
  STREAM_HEADER_BYTES,
  type XzBlock,
  type XzStream,
} from "./xz-container.js";

/** Statuses of `assembly/status.ts`. */
const ENDED = 0;
const STOPPED = 1;
const TRUNCATED = -2;
const faults: Readonly<Record<number, string>> = {
  [-3]: "LZMA: a chunk that must not stand where it does",
  [-4]: "LZMA: a distance reaches before the block",
  [-5]: "LZMA: a chunk that does not end where its sizes say",
};

/**
 * Expands xz streams as libtiff stores them: LZMA2, with or without delta filters before it, in one block or several.
 *
 * Only the first stream is read. CRC-32 and CRC-64 of a block that is read to its end are compared; a check that is cut
 * off is not missed. The index and the footer behind the blocks are not looked at.
 */
export class LzmaExpander {
  readonly #engine: LzmaEngine;
  readonly #crc32: Crc32 = (at, lengthBytes) => this.#engine.inputCrc32(at, lengthBytes);

  private constructor(engine: LzmaEngine) {
    this.#engine = engine;
  }

  static async load(): Promise<LzmaExpander> {
    return new LzmaExpander(await LzmaEngine.load());
  }

  /**
   * Expand to at most `wantedBytes` bytes of `output`, and not a symbol further.
   *
   * Memory is taken for the input and the wanted bytes alone, whatever dictionary the stream asks for.
   *
   * @param blockBytes what the whole TIFF block expands to; a stream that goes on behind that is `corrupt`
   * @throws UnsupportedError for a filter other than LZMA2 and delta
   */
  expand(input: Uint8Array, output: Uint8Array, wantedBytes: number, blockBytes: number): Expansion {
    this.#engine.start(input, wantedBytes);
    const reached = this.#expandStream(input, wantedBytes, blockBytes);
    output.set(this.#engine.output(reached.lengthBytes));
    this.#engine.trim();
    return reached;
  }

  #expandStream(input: Uint8Array, wantedBytes: number, blockBytes: number): Expansion {
    const stream = parseXzStream(input, this.#crc32);
    if (stream === "dry") return expansion("dry", 0);
    if ("fault" in stream) return corrupt(stream.fault, 0);
    let at = STREAM_HEADER_BYTES;
    let producedBytes = 0;
    while (true) {
      const block = parseXzBlock(input, at, this.#crc32);
      if (block === null) return expansion("ended", producedBytes);
      if (block === "dry") return outOfInput(producedBytes, wantedBytes);
      if ("fault" in block) return corrupt(block.fault, producedBytes);
      at += block.headerBytes;
      const progress = this.#expandBlock(input, at, block, producedBytes, wantedBytes);
      const startBytes = producedBytes;
      producedBytes += progress.producedBytes;
      if (progress.status === STOPPED && wantedBytes === blockBytes) return corrupt(TOO_LONG, blockBytes);
      if (progress.status === STOPPED) return expansion("stopped", producedBytes);
      if (progress.status === TRUNCATED) return outOfInput(producedBytes, wantedBytes);
      if (progress.status !== ENDED) return corrupt(faults[progress.status]!, producedBytes);
      // A block is padded to a multiple of four bytes, as everything before it is.
      at = Math.ceil((at + progress.consumedBytes) / 4) * 4;
      const fault = this.#faultOf(input, at, stream, block, startBytes, progress.producedBytes);
      if (fault !== null) return corrupt(fault, startBytes);
      at += stream.checkBytes;
    }
  }

  #expandBlock(input: Uint8Array, at: number, block: XzBlock, to: number, wantedBytes: number): Lzma2Progress {
    const progress = this.#engine.expandLzma2(at, input.length, to, wantedBytes - to);
    for (const distance of block.deltas) this.#engine.undoDelta(to, progress.producedBytes, distance);
    return progress;
  }

  /** What is wrong with a block that was expanded whole, or null. */
  #faultOf(
    input: Uint8Array,
    checkAt: number,
    { check, checkBytes }: XzStream,
    block: XzBlock,
    from: number,
    lengthBytes: number,
  ): string | null {
    if (block.expandedBytes !== null && block.expandedBytes !== lengthBytes) {
      return `an xz block says that it expands to ${block.expandedBytes} bytes, not ${lengthBytes}`;
    }
    if ((check !== "crc32" && check !== "crc64") || checkAt + checkBytes > input.length) return null;
    const stored = littleEndian(input.subarray(checkAt, checkAt + checkBytes));
    return stored === this.#engine.outputChecksum(check, from, lengthBytes) ? null : `the ${check} checksum differs`;
  }
}

function outOfInput(producedBytes: number, wantedBytes: number): Expansion {
  return expansion(producedBytes === wantedBytes ? "stopped" : "dry", producedBytes);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
