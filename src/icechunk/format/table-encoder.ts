import { UnsupportedError } from "../../errors.js";
import { FlatbufferWriter } from "./flatbuffer-writer.js";
import { type FieldType, layouts, schema, type Table, type TableName } from "./schema.js";

/** A field as it lies in a table: in place (a number, an id), or an offset to what follows. */
interface PlacedField {
  slot: number;
  size: number;
  alignment: number;
  /** Fill the field at `position`; what it points to is written behind the table. */
  write(position: number): void;
}

/** `value` as the root of a FlatBuffers buffer. Null, zero and false are left out, which is how the format says them. */
export function encodeTable<K extends TableName>(name: K, value: Table<K>): Uint8Array {
  const writer = new FlatbufferWriter();
  writer.link(0, writeTable(writer, name, value as Record<string, unknown>));
  return writer.finish();
}

function writeTable(writer: FlatbufferWriter, name: TableName, value: Record<string, unknown>): number {
  const fields: Record<string, FieldType> = schema[name];
  const placed: PlacedField[] = [];
  let slot = 0;
  for (const [field, type] of Object.entries(fields)) {
    const content = value[field];
    if (typeof type === "object" && "union" in type) {
      placed.push(...placeUnion(writer, type.union, content as { kind: string }, slot));
      slot += 2;
      continue;
    }
    if (content !== null && content !== 0 && content !== false) placed.push(placeField(writer, type, content, slot));
    slot += 1;
  }
  return layOut(writer, placed, slot);
}

/** Write one table from its fields; the position of the table. */
function layOut(writer: FlatbufferWriter, placed: readonly PlacedField[], slots: number): number {
  // Widest first, so that no padding is needed between them.
  const ordered = placed.toSorted((a, b) => b.alignment - a.alignment);
  const offsets = new Array<number>(slots).fill(0);
  let size = 4;
  for (const field of ordered) {
    offsets[field.slot] = size;
    size += field.size;
  }
  const vtable = writer.vtable(offsets, size);
  const table = ordered[0]?.alignment === 8 ? writer.reserve(size, 8, 4) : writer.reserve(size, 4);
  writer.setI32(table, table - vtable);
  for (const field of ordered) field.write(table + offsets[field.slot]!);
  return table;
}

function placeUnion(
  writer: FlatbufferWriter,
  kinds: readonly string[],
  content: { kind: string },
  slot: number,
): PlacedField[] {
  return [
    { slot, size: 1, alignment: 1, write: (position) => writer.setU8(position, kinds.indexOf(content.kind) + 1) },
    pointerField(writer, slot + 1, () => writeTable(writer, content.kind as TableName, content as never)),
  ];
}

function placeField(writer: FlatbufferWriter, type: FieldType, content: unknown, slot: number): PlacedField {
  if (typeof type === "string") {
    const base = type.replace("?", "");
    if (base === "text") return pointerField(writer, slot, () => writer.text(content as string));
    if (base === "bytes") return pointerField(writer, slot, () => writer.byteVector(content as Uint8Array));
    const layout = layouts[base as keyof typeof layouts];
    return { slot, ...layout, write: (position) => writeInPlace(writer, base as InPlace, position, content) };
  }
  if ("vector" in type) return pointerField(writer, slot, () => writeVector(writer, type.vector, content as unknown[]));
  if ("table" in type) {
    return pointerField(writer, slot, () => writeTable(writer, type.table as TableName, content as never));
  }
  const tables = (type as { tables: string }).tables as TableName;
  return pointerField(writer, slot, () =>
    writePointers(writer, content as unknown[], (item) => writeTable(writer, tables, item as never)),
  );
}

function pointerField(writer: FlatbufferWriter, slot: number, writeTarget: () => number): PlacedField {
  return { slot, size: 4, alignment: 4, write: (position) => writer.link(position, writeTarget()) };
}

function writePointers<T>(writer: FlatbufferWriter, items: readonly T[], writeItem: (item: T) => number): number {
  const vector = writer.reserve(4 + items.length * 4, 4);
  writer.setU32(vector, items.length);
  items.forEach((item, i) => {
    writer.link(vector + 4 + i * 4, writeItem(item));
  });
  return vector;
}

type InPlace = keyof typeof layouts;

function writeVector(writer: FlatbufferWriter, type: InPlace | "text", items: readonly unknown[]): number {
  if (type === "text") return writePointers(writer, items as string[], (item) => writer.text(item));
  const { size, alignment } = layouts[type];
  const length = 4 + items.length * size;
  const vector = alignment === 8 ? writer.reserve(length, 8, 4) : writer.reserve(length, 4);
  writer.setU32(vector, items.length);
  items.forEach((item, i) => {
    writeInPlace(writer, type, vector + 4 + i * size, item);
  });
  return vector;
}

function writeInPlace(writer: FlatbufferWriter, type: InPlace, position: number, content: unknown): void {
  if (typeof content === "number") writeNumber(writer, type, position, content);
  else if (typeof content === "boolean") writer.setU8(position, content ? 1 : 0);
  else if (content instanceof Uint8Array) writer.setBytes(position, content);
  else writeStruct(writer, type, position, content as Record<string, number | Uint8Array>);
}

function writeNumber(writer: FlatbufferWriter, type: InPlace, position: number, value: number): void {
  if (type === "i32") writer.setI32(position, value);
  else if (type === "u64") writer.setU64(position, value);
  else if (type === "u32") writer.setU32(position, value);
  else if (type === "u16") writer.setU16(position, value);
  else writer.setU8(position, value);
}

/** The one struct that is written; those of version 1 are only read. */
function writeStruct(
  writer: FlatbufferWriter,
  type: InPlace,
  position: number,
  content: Record<string, number | Uint8Array>,
): void {
  if (type !== "range") throw new UnsupportedError(`A ${type} is only read, never written.`);
  writer.setU32(position, content.from as number);
  writer.setU32(position + 4, content.to as number);
}
