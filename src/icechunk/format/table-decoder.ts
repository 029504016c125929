import { UnsupportedError } from "../../errors.js";
import type { FlatbufferReader } from "./flatbuffer-reader.js";
import { type FieldType, layouts, schema, type Table, type TableName } from "./schema.js";

/** What decoding gave, and whether anything had to be left out. */
export interface Decoded<T> {
  value: T;
  /** True where a table has fields that this version does not know: rewriting it would lose them. */
  hasUnknownFields: boolean;
}

/**
 * The table at `position` (the root where left out) and all that hangs on it. Bytes and ids are views into the buffer.
 *
 * @throws CorruptDataError where an offset, count or required field is wrong.
 * @throws UnsupportedError where a union holds a kind of a newer spec version.
 */
export function decodeTable<K extends TableName>(
  reader: FlatbufferReader,
  name: K,
  position: number = reader.root(),
): Decoded<Table<K>> {
  const decoder = new TableDecoder(reader);
  const value = decoder.table(name, position) as Table<K>;
  return { value, hasUnknownFields: decoder.hasUnknownFields };
}

class TableDecoder {
  hasUnknownFields = false;
  /** Tables may be shared, and hostile ones share without end: what is decoded stays in proportion to the bytes. */
  #budget: number;
  readonly #reader: FlatbufferReader;

  constructor(reader: FlatbufferReader) {
    this.#reader = reader;
    this.#budget = reader.bytes.length * 16 + 65_536;
  }

  table(name: TableName, position: number): Record<string, unknown> {
    this.#spend(16);
    const fields: Record<string, FieldType> = schema[name];
    const value: Record<string, unknown> = {};
    let slot = 0;
    for (const [field, type] of Object.entries(fields)) {
      const isUnion = typeof type === "object" && "union" in type;
      value[field] = isUnion
        ? this.#union(type.union, position, slot)
        : this.#field(type, this.#reader.field(position, slot), `${name}.${field}`);
      slot += isUnion ? 2 : 1;
    }
    this.#noticeUnknown(position, slot);
    return value;
  }

  #noticeUnknown(position: number, knownSlots: number): void {
    const slots = this.#reader.slotCount(position);
    for (let slot = knownSlots; slot < slots; slot++) {
      if (this.#reader.field(position, slot) !== 0) this.hasUnknownFields = true;
    }
  }

  #union(kinds: readonly string[], table: number, slot: number): Record<string, unknown> {
    const typePosition = this.#reader.field(table, slot);
    const type = typePosition === 0 ? 0 : this.#reader.u8(typePosition);
    const kind = kinds[type - 1];
    if (kind === undefined) {
      throw new UnsupportedError(
        `${this.#reader.key} holds a kind of entry (${type}) that this version does not know. Update the library.`,
        { details: { key: this.#reader.key, type } },
      );
    }
    const position = this.#reader.field(table, slot + 1);
    if (position === 0) throw this.#reader.corrupt(`an entry of kind ${kind} is empty`);
    return { kind, ...this.table(kind as TableName, this.#reader.follow(position)) };
  }

  #field(type: FieldType, position: number, name: string): unknown {
    if (position === 0) return this.#absent(type, name);
    if (typeof type === "string") return this.#named(type, position);
    if ("vector" in type) return this.#vector(type.vector, position);
    if ("table" in type) return this.table(type.table as TableName, this.#reader.follow(position));
    if ("tables" in type) return this.#tables(type.tables as TableName, position);
    throw this.#reader.corrupt(`the field ${name} has no known type`);
  }

  #absent(type: FieldType, name: string): unknown {
    if (type === "bool") return false;
    if (type === "u8" || type === "u16" || type === "u32" || type === "i32" || type === "u64") return 0;
    const optional = typeof type === "string" ? type.endsWith("?") : "optional" in type;
    if (optional) return null;
    throw this.#reader.corrupt(`the field ${name} is missing`);
  }

  #named(type: Extract<FieldType, string>, position: number): unknown {
    const reader = this.#reader;
    switch (type) {
      case "u8":
        return reader.u8(position);
      case "bool":
        return reader.u8(position) !== 0;
      case "u16":
        return reader.u16(position);
      case "u32":
        return reader.u32(position);
      case "i32":
        return reader.i32(position);
      case "u64":
        return reader.u64(position);
      case "id8":
        return reader.inlineBytes(position, 8);
      case "id12":
      case "id12?":
        return reader.inlineBytes(position, 12);
      case "text":
      case "text?":
        this.#spend(reader.vector(position, 1).count);
        return reader.text(position);
      case "bytes":
      case "bytes?":
        return reader.byteVector(position);
    }
  }

  #tables(name: TableName, position: number): unknown[] {
    const { start, count } = this.#reader.vector(position, 4);
    return Array.from({ length: count }, (_, i) => this.table(name, this.#reader.follow(start + i * 4)));
  }

  #vector(type: Extract<FieldType, { vector: string }>["vector"], position: number): unknown[] {
    const size = type === "text" ? 4 : layouts[type].size;
    const { start, count } = this.#reader.vector(position, size);
    this.#spend(count * size);
    return Array.from({ length: count }, (_, i) => this.#element(type, start + i * size));
  }

  #element(type: Extract<FieldType, { vector: string }>["vector"], position: number): unknown {
    const reader = this.#reader;
    switch (type) {
      case "range":
        return { from: reader.u32(position), to: reader.u32(position + 4) };
      case "dimensionV1":
        return { length: reader.u64(position), chunkLength: reader.u64(position + 8) };
      case "manifestFileV1":
        return {
          id: reader.inlineBytes(position, 12),
          sizeBytes: reader.u64(position + 16),
          referenceCount: reader.u32(position + 24),
        };
      default:
        return this.#named(type, position);
    }
  }

  #spend(amount: number): void {
    this.#budget -= amount;
    if (this.#budget < 0) throw this.#reader.corrupt("its parts are repeated without end");
  }
}
