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
  switch (type) {
    case "u8":
      return writer.setU8(position, content as number);
    case "bool":
      return writer.setU8(position, content === true ? 1 : 0);
    case "u16":
      return writer.setU16(position, content as number);
    case "u32":
      return writer.setU32(position, content as number);
    case "i32":
      return writer.setI32(position, content as number);
    case "u64":
      return writer.setU64(position, content as number);
    case "id8":
    case "id12":
      return writer.setBytes(position, content as Uint8Array);
    case "range": {
      const { from, to } = content as { from: number; to: number };
      writer.setU32(position, from);
      return writer.setU32(position + 4, to);
    }
    case "dimensionV1": {
      const { length, chunkLength } = content as { length: number; chunkLength: number };
      writer.setU64(position, length);
      return writer.setU64(position + 8, chunkLength);
    }
    case "manifestFileV1": {
      const file = content as { id: Uint8Array; sizeBytes: number; referenceCount: number };
      writer.setBytes(position, file.id);
      writer.setU64(position + 16, file.sizeBytes);
      return writer.setU32(position + 24, file.referenceCount);
    }
  }
}
