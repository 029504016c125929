import { FlatbufferWriter } from "./format/flatbuffer-writer.js";
import { type ReferenceTable, referenceKinds } from "./reference-table.js";

/** Slots of `ChunkRef`. */
const slots = { index: 0, inline: 1, offset: 2, length: 3, chunkId: 4, location: 5, etag: 6, lastModified: 7 };

/** Where the fields of a reference lie inside its table, in the order of their slots; 0 for absent. */
interface ReferenceLayout {
  vtable: number;
  sizeBytes: number;
  fields: readonly number[];
}

/** What all parts of one build share. */
interface Build {
  writer: FlatbufferWriter;
  table: ReferenceTable;
  /** Vtables of this build, by kind of reference and whether it has an etag. */
  layouts: Map<number, ReferenceLayout>;
}

/**
 * A manifest (`manifest.fbs`, spec 2.1) with the references of one array.
 *
 * Locations are written once each and shared: no dictionary is needed for that. Tables come first and texts last, in
 * one pass without an object per reference.
 *
 * @param rows rows of `table` in ascending order of chunk index, without repetition.
 */
export function buildManifest(
  id: Uint8Array,
  node: Uint8Array,
  table: ReferenceTable,
  rows: ArrayLike<number>,
): Uint8Array {
  const writer = new FlatbufferWriter(1024 + rows.length * (48 + table.rank * 4));
  const build: Build = { writer, table, layouts: new Map() };
  // Manifest: id in place, the list of arrays, and "locations are not compressed" (0, which is not the default).
  const manifest = writeHead(writer, [8, 4, 0, 20], 21, id, 8);
  writer.link(0, manifest);
  const arrays = writer.reserve(8, 4);
  writer.link(manifest + 4, arrays);
  writer.setU32(arrays, 1);
  const array = writeHead(writer, [8, 4], 16, node, 8);
  writer.link(arrays + 4, array);
  const references = writer.reserve(4 + rows.length * 4, 4);
  writer.link(array + 4, references);
  writer.setU32(references, rows.length);
  const positions = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    positions[i] = writeReference(build, rows[i]!);
    writer.link(references + 4 + i * 4, positions[i]!);
  }
  writeTexts(build, rows, positions);
  return writer.finish();
}

/** A table with an id at `idOffset` inside; its position. */
function writeHead(
  writer: FlatbufferWriter,
  fields: readonly number[],
  sizeBytes: number,
  id: Uint8Array,
  idOffset: number,
): number {
  const vtable = writer.vtable(fields, sizeBytes);
  const position = writer.reserve(sizeBytes, 4);
  writer.setI32(position, position - vtable);
  writer.setBytes(position + idOffset, id);
  return position;
}

/** Write one reference, its texts left open; its position. */
function writeReference(build: Build, row: number): number {
  const { writer, table } = build;
  const { vtable, sizeBytes, fields } = referenceLayout(build, row);
  // Behind the 4 bytes of a table's head the 64-bit numbers need a multiple of 8.
  const position = writer.reserve(sizeBytes, 8, 4);
  writer.setI32(position, position - vtable);
  writer.link(position + fields[slots.index]!, writeIndex(build, row));
  const kind = table.kinds[row]!;
  const source = table.sources[row]!;
  if (kind === referenceKinds.inline) {
    writer.link(position + fields[slots.inline]!, writer.byteVector(table.payloads[source]!));
    return position;
  }
  writer.setU64(position + fields[slots.offset]!, table.offsets[row]!);
  writer.setU64(position + fields[slots.length]!, table.lengths[row]!);
  if (kind === referenceKinds.native) writer.setBytes(position + fields[slots.chunkId]!, table.payloads[source]!);
  else if (table.locations[source]!.etag === null) {
    writer.setU32(position + fields[slots.lastModified]!, table.locations[source]!.lastModifiedSeconds);
  }
  return position;
}

function referenceLayout(build: Build, row: number): ReferenceLayout {
  const { table } = build;
  const kind = table.kinds[row]!;
  const hasEtag = kind === referenceKinds.virtual && table.locations[table.sources[row]!]!.etag !== null;
  const id = kind * 2 + (hasEtag ? 1 : 0);
  let layout = build.layouts.get(id);
  if (!layout) {
    const { fields, sizeBytes } = referenceFields(kind, hasEtag);
    layout = { vtable: build.writer.vtable(fields, sizeBytes), sizeBytes, fields };
    build.layouts.set(id, layout);
  }
  return layout;
}

/** Field offsets by slot. An etag and a time are never both there, as the specification asks. */
function referenceFields(kind: number, hasEtag: boolean): { fields: number[]; sizeBytes: number } {
  if (kind === referenceKinds.inline) return { fields: [4, 8], sizeBytes: 12 };
  if (kind === referenceKinds.native) return { fields: [20, 0, 4, 12, 24], sizeBytes: 36 };
  if (hasEtag) return { fields: [20, 0, 4, 12, 0, 24, 28], sizeBytes: 32 };
  return { fields: [20, 0, 4, 12, 0, 24, 0, 28], sizeBytes: 32 };
}

function writeIndex({ writer, table }: Build, row: number): number {
  const position = writer.reserve(4 + table.rank * 4, 4);
  writer.setU32(position, table.rank);
  for (let axis = 0; axis < table.rank; axis++) {
    writer.setU32(position + 4 + axis * 4, table.indices[row * table.rank + axis]!);
  }
  return position;
}

/** Write each location and etag once, and fill in the offsets that lead there. */
function writeTexts(build: Build, rows: ArrayLike<number>, positions: Uint32Array): void {
  const { writer, table } = build;
  const written = new Map<string, number>();
  const textPosition = (text: string) => {
    let position = written.get(text);
    if (position === undefined) {
      position = writer.text(text);
      written.set(text, position);
    }
    return position;
  };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (table.kinds[row] !== referenceKinds.virtual) continue;
    const { fields } = referenceLayout(build, row);
    const { url, etag } = table.locations[table.sources[row]!]!;
    writer.link(positions[i]! + fields[slots.location]!, textPosition(url));
    if (etag !== null) writer.link(positions[i]! + fields[slots.etag]!, textPosition(etag));
  }
}
