import { CorruptDataError } from "../../errors.js";
import { paddingBytes } from "./bit-readers.js";
import { initialRepeatOffsets, parseDictionary, type ZstdDictionary } from "./dictionary.js";
import { ZstdFault } from "./fault.js";
import type { HuffmanTable } from "./huffman.js";
import { decodeLiterals, littleEndian, maxBlockBytes } from "./literals.js";
import { decodeSequences, type Sequences, type SequenceTables } from "./sequences.js";

export type { ZstdDictionary };

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

export interface DecompressOptions {
  /** The object that the bytes came from, for messages. */
  key: string;
  /** Output beyond this is refused, whatever the frame claims. */
  limitBytes: number;
  dictionary?: ZstdDictionary | undefined;
}

/**
 * The content of one or more zstd frames (RFC 8878).
 *
 * Written for small frames in a cold process: nothing to load, nothing to compile. The content checksum, which
 * Icechunk's writers leave out, is not verified.
 *
 * @throws CorruptDataError naming `options.key`.
 */
export function decompressZstd(bytes: Uint8Array, options: DecompressOptions): Uint8Array {
  return namingKey(options.key, () => new FrameDecoder(bytes, options).decode());
}

/**
 * A dictionary, as `zstd --train` makes them, for the frames that need it.
 *
 * @throws CorruptDataError naming `key`.
 */
export function openDictionary(bytes: Uint8Array, key: string): ZstdDictionary {
  return namingKey(key, () => parseDictionary(bytes));
}

function namingKey<T>(key: string, decode: () => T): T {
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

class FrameDecoder {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #limit: number;
  readonly #dictionary: ZstdDictionary | null;
  /** The dictionary's content, then what was decoded: so that every offset leads into one array. */
  #out: Uint8Array;
  #length: number;
  #tree: HuffmanTable | null = null;
  #tables: SequenceTables | null = null;
  #repeatOffsets: [number, number, number] = [...initialRepeatOffsets];
  #frameStart = 0;

  constructor(bytes: Uint8Array, options: DecompressOptions) {
    this.#bytes = new Uint8Array(bytes.length + paddingBytes);
    this.#bytes.set(bytes);
    this.#end = bytes.length;
    this.#dictionary = options.dictionary ?? null;
    const prefix = this.#dictionary?.content.length ?? 0;
    this.#limit = prefix + options.limitBytes;
    this.#out = new Uint8Array(prefix + Math.min(options.limitBytes, Math.max(64, bytes.length * 4)));
    if (this.#dictionary) this.#out.set(this.#dictionary.content);
    this.#length = prefix;
  }

  decode(): Uint8Array {
    let position = 0;
    if (this.#end === 0) throw new ZstdFault("there is no frame");
    while (position < this.#end) position = this.#frame(position);
    return this.#out.subarray(this.#dictionary?.content.length ?? 0, this.#length);
  }

  #frame(start: number): number {
    const magic = littleEndian(this.#bytes, start, 4);
    if (magic >= skippableMagic && magic < skippableMagic + 16) {
      return this.#within(start + 8 + littleEndian(this.#bytes, start + 4, 4));
    }
    if (magic !== frameMagic) throw new ZstdFault("the magic number is missing");
    const { bodyStart, hasChecksum, contentSize } = this.#header(start + 4);
    // An announced size is believed only as far as the frame could plausibly reach.
    if (contentSize !== null) this.#reserve(Math.min(contentSize, this.#end * 64));
    this.#tree = this.#dictionary?.tree ?? null;
    this.#tables = this.#dictionary?.tables ?? null;
    this.#repeatOffsets = [...(this.#dictionary?.repeatOffsets ?? initialRepeatOffsets)];
    this.#frameStart = this.#length;
    const end = this.#blocks(bodyStart);
    if (contentSize !== null && this.#length - this.#frameStart !== contentSize) {
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
    if (id !== 0 && id !== (this.#dictionary?.id ?? 0)) throw new ZstdFault(`the dictionary ${id} is missing`);
    const sizeStart = idStart + idBytes;
    let contentSize: number | null = null;
    if (sizeBytes > 0) contentSize = littleEndian(this.#bytes, sizeStart, sizeBytes) + (sizeFlag === 1 ? 256 : 0);
    return { bodyStart: this.#within(sizeStart + sizeBytes), hasChecksum: (descriptor & 4) !== 0, contentSize };
  }

  #blocks(start: number): number {
    let position = start;
    for (;;) {
      const header = littleEndian(this.#bytes, position, 3);
      const isLast = (header & 1) === 1;
      const type = (header >> 1) & 3;
      const size = header >> 3;
      const body = position + 3;
      if (size > maxBlockBytes) throw new ZstdFault("a block is too large");
      position = this.#within(body + (type === 1 ? 1 : size));
      if (type === 0) this.#append(this.#bytes.subarray(body, position));
      else if (type === 1) this.#append(new Uint8Array(size).fill(this.#bytes[body]!));
      else if (type === 2) this.#compressedBlock(body, position);
      else throw new ZstdFault("a block is of a reserved type");
      if (isLast) return position;
    }
  }

  #compressedBlock(start: number, end: number): void {
    const literals = decodeLiterals(this.#bytes, start, end, this.#tree);
    this.#tree = literals.tree;
    const sequences = decodeSequences(this.#bytes, literals.end, end, this.#tables);
    this.#tables = sequences.tables;
    this.#execute(sequences, literals.data);
  }

  #execute(sequences: Sequences, literals: Uint8Array): void {
    this.#reserve(this.#regeneratedBytes(sequences, literals));
    const out = this.#out;
    let position = this.#length;
    let literal = 0;
    for (let i = 0; i < sequences.count; i++) {
      const literalLength = sequences.literalLengths[i]!;
      for (let k = 0; k < literalLength; k++) out[position + k] = literals[literal + k]!;
      position += literalLength;
      literal += literalLength;
      const offset = this.#resolveOffset(sequences.offsets[i]!, literalLength);
      if (offset > position) throw new ZstdFault("a match begins before the data");
      const matchLength = sequences.matchLengths[i]!;
      // Byte by byte, for a match may overlap what it writes; in bulk where it is long and does not.
      if (matchLength > 64 && offset >= matchLength)
        out.copyWithin(position, position - offset, position - offset + matchLength);
      else for (let k = 0; k < matchLength; k++) out[position + k] = out[position - offset + k]!;
      position += matchLength;
    }
    out.set(literals.subarray(literal), position);
    this.#length = position + literals.length - literal;
  }

  #regeneratedBytes(sequences: Sequences, literals: Uint8Array): number {
    let matched = 0;
    let literal = 0;
    for (let i = 0; i < sequences.count; i++) {
      matched += sequences.matchLengths[i]!;
      literal += sequences.literalLengths[i]!;
    }
    if (literal > literals.length) throw new ZstdFault("sequences want more literals than there are");
    if (matched + literals.length > maxBlockBytes) throw new ZstdFault("a block regenerates too much");
    return matched + literals.length;
  }

  /** Values 1 to 3 repeat one of the last three offsets; without literals before, the first cannot be meant. */
  #resolveOffset(value: number, literalLength: number): number {
    const recent = this.#repeatOffsets;
    if (value > 3) {
      recent[2] = recent[1];
      recent[1] = recent[0];
      recent[0] = value - 3;
      return recent[0];
    }
    const which = value - 1 + (literalLength === 0 ? 1 : 0);
    if (which === 0) return recent[0];
    const offset = which === 3 ? recent[0] - 1 : recent[which as 1 | 2];
    if (offset === 0) throw new ZstdFault("an offset is zero");
    if (which > 1) recent[2] = recent[1];
    recent[1] = recent[0];
    recent[0] = offset;
    return offset;
  }

  #append(data: Uint8Array): void {
    this.#reserve(data.length);
    this.#out.set(data, this.#length);
    this.#length += data.length;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed > this.#limit) throw new ZstdFault("the content is larger than allowed");
    if (needed <= this.#out.length) return;
    const larger = new Uint8Array(Math.min(this.#limit, Math.max(needed, this.#out.length * 2)));
    larger.set(this.#out.subarray(0, this.#length));
    this.#out = larger;
  }

  #within(position: number): number {
    if (position > this.#end) throw new ZstdFault("the frame is cut off");
    return position;
  }
}
