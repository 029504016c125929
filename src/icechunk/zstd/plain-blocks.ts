import { type BlockDecoder, maxBlockBytes } from "./block-decoder.js";
import { initialRepeatOffsets, type ZstdDictionary } from "./dictionary.js";
import { ZstdFault } from "./fault.js";
import type { HuffmanTable } from "./huffman.js";
import { decodeLiterals } from "./literals.js";
import { decodeSequences, type Sequences, type SequenceTables } from "./sequences.js";

/**
 * Decodes blocks in plain JavaScript, with or without a dictionary: nothing to compile, but slow until the engine has
 * compiled it.
 */
export class PlainBlocks implements BlockDecoder {
  readonly #bytes: Uint8Array;
  readonly #limit: number;
  readonly #dictionary: ZstdDictionary | null;
  /** The dictionary's content, then what was decoded: so that every offset leads into one array. */
  #out: Uint8Array;
  #position: number;
  #tree: HuffmanTable | null = null;
  #tables: SequenceTables | null = null;
  #repeatOffsets: [number, number, number] = [...initialRepeatOffsets];

  /**
   * @param padded the input, with `paddingBytes` behind it.
   * @param limitBytes output beyond this is a fault.
   */
  constructor(padded: Uint8Array, limitBytes: number, dictionary: ZstdDictionary | null) {
    this.#bytes = padded;
    this.#dictionary = dictionary;
    const prefix = dictionary?.content.length ?? 0;
    this.#limit = prefix + limitBytes;
    this.#out = new Uint8Array(prefix + Math.min(limitBytes, Math.max(64, padded.length * 4)));
    if (dictionary) this.#out.set(dictionary.content);
    this.#position = prefix;
  }

  get length(): number {
    return this.#position - (this.#dictionary?.content.length ?? 0);
  }

  beginFrame(expectedBytes: number | null): void {
    if (expectedBytes !== null) this.#reserve(expectedBytes);
    this.#tree = this.#dictionary?.tree ?? null;
    this.#tables = this.#dictionary?.tables ?? null;
    this.#repeatOffsets = [...(this.#dictionary?.repeatOffsets ?? initialRepeatOffsets)];
  }

  raw(start: number, end: number): void {
    this.#reserve(end - start);
    this.#out.set(this.#bytes.subarray(start, end), this.#position);
    this.#position += end - start;
  }

  repeated(at: number, count: number): void {
    this.#reserve(count);
    this.#out.fill(this.#bytes[at]!, this.#position, this.#position + count);
    this.#position += count;
  }

  compressed(start: number, end: number): void {
    const literals = decodeLiterals(this.#bytes, start, end, this.#tree);
    this.#tree = literals.tree;
    const sequences = decodeSequences(this.#bytes, literals.end, end, this.#tables);
    this.#tables = sequences.tables;
    this.#execute(sequences, literals.data);
  }

  finish(): Uint8Array {
    return this.#out.subarray(this.#dictionary?.content.length ?? 0, this.#position);
  }

  #execute(sequences: Sequences, literals: Uint8Array): void {
    this.#reserve(regeneratedBytes(sequences, literals));
    const out = this.#out;
    let position = this.#position;
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
    this.#position = position + literals.length - literal;
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

  #reserve(more: number): void {
    const needed = this.#position + more;
    if (needed > this.#limit) throw new ZstdFault("the content is larger than allowed");
    if (needed <= this.#out.length) return;
    const larger = new Uint8Array(Math.min(this.#limit, Math.max(needed, this.#out.length * 2)));
    larger.set(this.#out.subarray(0, this.#position));
    this.#out = larger;
  }
}

function regeneratedBytes(sequences: Sequences, literals: Uint8Array): number {
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
