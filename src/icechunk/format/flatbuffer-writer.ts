const encoder = new TextEncoder();

/** A FlatBuffers root is marked by this identifier in every Icechunk file. */
const fileIdentifier = "Ichk";

/**
 * Writes a FlatBuffers buffer front to back: whoever points comes first, so that every offset is positive, as the
 * format wants, and nothing has to be moved.
 *
 * Vtables are shared by all tables of the same layout.
 */
export class FlatbufferWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;
  readonly #vtables = new Map<string, number>();
  /** The vtable asked for last: tables of one kind come in rows. */
  #last: { fields: readonly number[]; position: number } | null = null;

  constructor(expectedBytes = 4096) {
    this.#bytes = new Uint8Array(expectedBytes);
    this.#view = new DataView(this.#bytes.buffer);
    // The root's offset, patched by the first table, and the identifier.
    this.reserve(4, 4);
    for (const character of fileIdentifier) this.setU8(this.reserve(1, 1), character.charCodeAt(0));
  }

  /** The bytes written so far; a view that the next write may invalidate. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** `length` zero bytes at the next position that is a multiple of `alignment`, plus `skew`. */
  reserve(length: number, alignment: number, skew = 0): number {
    const position = Math.ceil((this.#length - skew) / alignment) * alignment + skew;
    this.#grow(position + length);
    this.#length = position + length;
    return position;
  }

  /**
   * Position of a vtable with these field offsets (relative to the table, 0 for absent), written where no table
   * before had the same.
   */
  vtable(fieldOffsets: readonly number[], tableBytes: number): number {
    if (this.#last?.fields === fieldOffsets) return this.#last.position;
    const id = `${tableBytes}:${fieldOffsets.join()}`;
    const position = this.#vtables.get(id) ?? this.#writeVtable(fieldOffsets, tableBytes);
    this.#vtables.set(id, position);
    this.#last = { fields: fieldOffsets, position };
    return position;
  }

  #writeVtable(fieldOffsets: readonly number[], tableBytes: number): number {
    const position = this.reserve(4 + fieldOffsets.length * 2, 2);
    this.setU16(position, 4 + fieldOffsets.length * 2);
    this.setU16(position + 2, tableBytes);
    fieldOffsets.forEach((offset, slot) => {
      this.setU16(position + 4 + slot * 2, offset);
    });
    return position;
  }

  /** Write vtables anew from here on, near the tables that use them: equal distances compress. */
  forgetVtables(): void {
    this.#vtables.clear();
    this.#last = null;
  }

  /** Make the offset stored at `pointer` lead to `target`, which lies behind it. */
  link(pointer: number, target: number): void {
    this.setU32(pointer, target - pointer);
  }

  /** Write text, ended by a zero byte as the format asks; its position. */
  text(value: string): number {
    const encoded = encoder.encode(value);
    const position = this.reserve(4 + encoded.length + 1, 4);
    this.setU32(position, encoded.length);
    this.#bytes.set(encoded, position + 4);
    return position;
  }

  /** Write a vector of bytes; its position. Aligned to 8, as the FlexBuffers inside may rely on it. */
  byteVector(value: Uint8Array): number {
    const position = this.reserve(4 + value.length, 8, 4);
    this.setU32(position, value.length);
    this.#bytes.set(value, position + 4);
    return position;
  }

  setBytes(position: number, value: Uint8Array): void {
    this.#bytes.set(value, position);
  }

  setU8(position: number, value: number): void {
    this.#view.setUint8(position, value);
  }

  setU16(position: number, value: number): void {
    this.#view.setUint16(position, value, true);
  }

  setU32(position: number, value: number): void {
    this.#view.setUint32(position, value, true);
  }

  setI32(position: number, value: number): void {
    this.#view.setInt32(position, value, true);
  }

  /** A whole, non-negative number below 2^53 as 64 bits. */
  setU64(position: number, value: number): void {
    this.#view.setUint32(position, value % 2 ** 32, true);
    this.#view.setUint32(position + 4, Math.floor(value / 2 ** 32), true);
  }

  #grow(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
