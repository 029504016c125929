import { CorruptDataError } from "../../errors.js";
import { type BlockDecoder, maxBlockBytes } from "./block-decoder.js";
import { ZstdFault } from "./fault.js";
import { littleEndian, paddingBytes } from "./padded-input.js";

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

/**
 * The content of one or more frames, whose blocks go to `blocks`. Checksums are not verified.
 *
 * @param padded the frames, with `paddingBytes` behind them.
 * @param dictionaryId of the dictionary that `blocks` knows, 0 for none.
 * @throws ZstdFault where a frame is wrong.
 */
export function decodeFrames(padded: Uint8Array, blocks: BlockDecoder, dictionaryId: number): Uint8Array {
  new FrameReader(padded, blocks, dictionaryId).readAll();
  return blocks.finish();
}

/**
 * What `decode` returns.
 *
 * @throws CorruptDataError naming `key` where it throws a ZstdFault.
 */
export function namingKey<T>(key: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof ZstdFault)) throw error;
    throw new CorruptDataError(`${key} is damaged: its zstd data is wrong (${error.message}).`, {
      details: { key },
      cause: error,
    });
  }
}

/** Walks through frames and hands their blocks on. */
class FrameReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #blocks: BlockDecoder;
  readonly #dictionaryId: number;

  constructor(padded: Uint8Array, blocks: BlockDecoder, dictionaryId: number) {
    this.#bytes = padded;
    this.#end = padded.length - paddingBytes;
    this.#blocks = blocks;
    this.#dictionaryId = dictionaryId;
  }

  readAll(): void {
    let position = 0;
    if (this.#end === 0) throw new ZstdFault("there is no frame");
    while (position < this.#end) position = this.#frame(position);
  }

  #frame(start: number): number {
    const magic = littleEndian(this.#bytes, start, 4);
    if (magic >= skippableMagic && magic < skippableMagic + 16) {
      return this.#within(start + 8 + littleEndian(this.#bytes, start + 4, 4));
    }
    if (magic !== frameMagic) throw new ZstdFault("the magic number is missing");
    const { bodyStart, hasChecksum, contentSize } = this.#header(start + 4);
    const before = this.#blocks.length;
    // An announced size is believed only as far as the frame could plausibly reach.
    this.#blocks.beginFrame(contentSize === null ? null : Math.min(contentSize, this.#end * 64));
    const end = this.#blocksOf(bodyStart);
    if (contentSize !== null && this.#blocks.length - before !== contentSize) {
      throw new ZstdFault("the content is not as long as announced");
    }
    return this.#within(end + (hasChecksum ? 4 : 0));
  }

  #header(start: number): { bodyStart: number; hasChecksum: boolean; contentSize: number | null } {
    const descriptor = littleEndian(this.#bytes, start, 1);
    if ((descriptor & 8) !== 0) throw new ZstdFault("a reserved bit is set");
    const single = (descriptor & 32) !== 0;
    const sizeFlag = descriptor >> 6;
    const idBytes = [0, 1, 2, 4][descriptor & 3]!;
    const sizeBytes = sizeFlag === 0 ? (single ? 1 : 0) : 2 ** sizeFlag;
    const idStart = start + 1 + (single ? 0 : 1);
    const id = littleEndian(this.#bytes, idStart, idBytes);
    if (id !== 0 && id !== this.#dictionaryId) throw new ZstdFault(`the dictionary ${id} is missing`);
    const sizeStart = idStart + idBytes;
    let contentSize: number | null = null;
    if (sizeBytes > 0) contentSize = littleEndian(this.#bytes, sizeStart, sizeBytes) + (sizeFlag === 1 ? 256 : 0);
    return { bodyStart: this.#within(sizeStart + sizeBytes), hasChecksum: (descriptor & 4) !== 0, contentSize };
  }

  #blocksOf(start: number): number {
    let position = start;
    for (;;) {
      const header = littleEndian(this.#bytes, position, 3);
      const isLast = (header & 1) === 1;
      const type = (header >> 1) & 3;
      const size = header >> 3;
      const body = position + 3;
      if (size > maxBlockBytes) throw new ZstdFault("a block is too large");
      position = this.#within(body + (type === 1 ? 1 : size));
      if (type === 0) this.#blocks.raw(body, position);
      else if (type === 1) this.#blocks.repeated(body, size);
      else if (type === 2) this.#blocks.compressed(body, position);
      else throw new ZstdFault("a block is of a reserved type");
      if (isLast) return position;
    }
  }

  #within(position: number): number {
    if (position > this.#end) throw new ZstdFault("the frame is cut off");
    return position;
  }
}
