import { CorruptDataError } from "../../errors.js";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Where a vector's elements start, and how many there are. */
export interface VectorSpan {
  start: number;
  count: number;
}

/**
 * Read access to one FlatBuffers buffer (https://flatbuffers.dev/internals/), for bytes that may be hostile.
 *
 * Positions are byte offsets into the buffer; field position 0 means "absent". Every number read past the end, every
 * vector longer than what is left, is a `CorruptDataError` that names the object.
 */
export class FlatbufferReader {
  readonly bytes: Uint8Array;
  /** The object that the bytes came from, for messages. */
  readonly key: string;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, key: string) {
    this.bytes = bytes;
    this.key = key;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Position of the root table. */
  root(): number {
    return this.follow(0);
  }

  /** Position of field `slot` of the table at `table`; 0 where it is absent. */
  field(table: number, slot: number): number {
    const vtable = this.vtable(table);
    const entry = 4 + slot * 2;
    if (entry >= this.u16(vtable)) return 0;
    const relative = this.u16(vtable + entry);
    return relative === 0 ? 0 : table + relative;
  }

  /** Position of the vtable, shared by all tables that have the same fields. */
  vtable(table: number): number {
    return table - this.i32(table);
  }

  /** Number of slots that the writer of this table knew, present or not. */
  slotCount(table: number): number {
    return Math.max(0, (this.u16(this.vtable(table)) - 4) >> 1);
  }

  /** The position that the offset stored at `position` leads to. */
  follow(position: number): number {
    return position + this.u32(position);
  }

  vector(position: number, elementBytes: number): VectorSpan {
    const head = this.follow(position);
    const count = this.u32(head);
    if (count * elementBytes > this.bytes.length - head - 4) {
      throw this.corrupt(`a list of ${count} elements runs past the end`);
    }
    return { start: head + 4, count };
  }

  /** A view, not a copy, of a vector of bytes. */
  byteVector(position: number): Uint8Array {
    const { start, count } = this.vector(position, 1);
    return this.bytes.subarray(start, start + count);
  }

  /** A view of `length` bytes inside a struct. */
  inlineBytes(position: number, length: number): Uint8Array {
    if (position < 0 || position + length > this.bytes.length) throw this.corrupt("an id runs past the end");
    return this.bytes.subarray(position, position + length);
  }

  text(position: number): string {
    try {
      return decoder.decode(this.byteVector(position));
    } catch (cause) {
      if (cause instanceof CorruptDataError) throw cause;
      throw this.corrupt("a text is not UTF-8");
    }
  }

  u8(position: number): number {
    this.#check(position, 1);
    return this.#view.getUint8(position);
  }

  u16(position: number): number {
    this.#check(position, 2);
    return this.#view.getUint16(position, true);
  }

  u32(position: number): number {
    this.#check(position, 4);
    return this.#view.getUint32(position, true);
  }

  i32(position: number): number {
    this.#check(position, 4);
    return this.#view.getInt32(position, true);
  }

  /** A 64-bit unsigned number, refused where JavaScript's numbers cannot hold it exactly. */
  u64(position: number): number {
    const value = this.u32(position) + this.u32(position + 4) * 2 ** 32;
    if (!Number.isSafeInteger(value)) throw this.corrupt(`the number ${value} is too large`);
    return value;
  }

  corrupt(what: string): CorruptDataError {
    return new CorruptDataError(`${this.key} is damaged: ${what}.`, { details: { key: this.key } });
  }

  #check(position: number, length: number): void {
    if (position < 0 || position + length > this.bytes.length) throw this.corrupt("an offset leads past the end");
  }
}
