import { FlatbufferWriter } from "./format/flatbuffer-writer.js";
import { type ReferenceTable, referenceKinds } from "./reference-table.js";

/** Slots of `ChunkRef` in `manifest.fbs`, spec 2.1. */
const slots = { index: 0, inline: 1, offset: 2, length: 3, chunkId: 4, location: 5, etag: 6, lastModified: 7 };

/** Where the fields of a reference lie inside its table, by slot; 0 for absent. */
interface ReferenceLayout {
  fields: readonly number[];
  sizeBytes: number;
}

const inlineLayout: ReferenceLayout = { fields: [4, 8], sizeBytes: 12 };
const nativeLayout: ReferenceLayout = { fields: [20, 0, 4, 12, 24], sizeBytes: 36 };
/** The specification allows an etag or a time, not both. */
const etagLayout: ReferenceLayout = { fields: [20, 0, 4, 12, 0, 24, 28], sizeBytes: 32 };
const timeLayout: ReferenceLayout = { fields: [20, 0, 4, 12, 0, 24, 0, 28], sizeBytes: 32 };

const none = -1;

/**
 * A manifest (`manifest.fbs`, spec 2.1) with the references of one array.
 *
 * Each location is written once and shared by its references: no dictionary is needed for that.
 *
 * @param rows rows of `table` in ascending order of chunk index, without repetition.
 */
export function buildManifest(
  id: Uint8Array,
  node: Uint8Array,
  table: ReferenceTable,
  rows: ArrayLike<number>,
): Uint8Array {
  return new ManifestBuilder(table, rows).build(id, node);
}

/** One pass over the rows, without an object per reference. */
class ManifestBuilder {
  readonly #table: ReferenceTable;
  readonly #rows: ArrayLike<number>;
  readonly #writer: FlatbufferWriter;
  /** Position in the file of each row's table. */
  readonly #positions: Uint32Array;
  /** Location → the last of `rows` that uses it. */
  readonly #lastUse: Int32Array;
  /** Each of `rows` → the one before that uses the same location. */
  readonly #previousUse: Int32Array;

  constructor(table: ReferenceTable, rows: ArrayLike<number>) {
    this.#table = table;
    this.#rows = rows;
    this.#writer = new FlatbufferWriter(1024 + rows.length * (56 + table.rank * 4));
    this.#positions = new Uint32Array(rows.length);
    this.#previousUse = new Int32Array(rows.length).fill(none);
    this.#lastUse = new Int32Array(table.locations.length).fill(none);
    for (let i = 0; i < rows.length; i++) {
      if (table.kinds[rows[i]!] !== referenceKinds.virtual) continue;
      const location = table.sources[rows[i]!]!;
      this.#previousUse[i] = this.#lastUse[location]!;
      this.#lastUse[location] = i;
    }
  }

  build(id: Uint8Array, node: Uint8Array): Uint8Array {
    const writer = this.#writer;
    const count = this.#rows.length;
    // Manifest: the id in place, the list of arrays, and 0 for "locations are not compressed", not the default.
    const manifest = this.#writeHead([8, 4, 0, 20], 21, id);
    writer.link(0, manifest);
    const arrays = writer.reserve(8, 4);
    writer.link(manifest + 4, arrays);
    writer.setU32(arrays, 1);
    const array = this.#writeHead([8, 4], 16, node);
    writer.link(arrays + 4, array);
    const references = writer.reserve(4 + count * 4, 4);
    writer.link(array + 4, references);
    writer.setU32(references, count);
    for (let i = 0; i < count; i++) {
      this.#positions[i] = this.#writeReference(this.#rows[i]!);
      writer.link(references + 4 + i * 4, this.#positions[i]!);
      this.#writeTexts(i);
    }
    return writer.finish();
  }

  /** A table with an id in place, 8 bytes in; its position. */
  #writeHead(fields: readonly number[], sizeBytes: number, id: Uint8Array): number {
    const vtable = this.#writer.vtable(fields, sizeBytes);
    const position = this.#writer.reserve(sizeBytes, 4);
    this.#writer.setI32(position, position - vtable);
    this.#writer.setBytes(position + 8, id);
    return position;
  }

  /** Write one reference, its texts left open; its position. */
  #writeReference(row: number): number {
    const writer = this.#writer;
    const table = this.#table;
    const source = table.sources[row]!;
    const { fields, sizeBytes } = this.#layout(row);
    const vtable = writer.vtable(fields, sizeBytes);
    // Behind the 4 bytes of a table's head the 64-bit numbers need a multiple of 8.
    const position = writer.reserve(sizeBytes, 8, 4);
    writer.setI32(position, position - vtable);
    writer.link(position + fields[slots.index]!, this.#writeIndex(row));
    const kind = table.kinds[row]!;
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

  #layout(row: number): ReferenceLayout {
    const kind = this.#table.kinds[row]!;
    if (kind === referenceKinds.inline) return inlineLayout;
    if (kind === referenceKinds.native) return nativeLayout;
    return this.#table.locations[this.#table.sources[row]!]!.etag === null ? timeLayout : etagLayout;
  }

  #writeIndex(row: number): number {
    const { rank, indices } = this.#table;
    const position = this.#writer.reserve(4 + rank * 4, 4);
    this.#writer.setU32(position, rank);
    for (let axis = 0; axis < rank; axis++) {
      this.#writer.setU32(position + 4 + axis * 4, indices[row * rank + axis]!);
    }
    return position;
  }

  /**
   * Behind the last reference to a location write its texts, and let all its references lead there.
   *
   * Near, not at the file's end, and with vtables of its own for what follows: so the offsets of one file's references
   * are those of the next one's, and compress.
   */
  #writeTexts(i: number): void {
    const table = this.#table;
    const row = this.#rows[i]!;
    const location = table.sources[row]!;
    if (table.kinds[row] !== referenceKinds.virtual || this.#lastUse[location] !== i) return;
    const { url, etag } = table.locations[location]!;
    const { fields } = this.#layout(row);
    const urlPosition = this.#writer.text(url);
    const etagPosition = etag === null ? none : this.#writer.text(etag);
    for (let use = i; use !== none; use = this.#previousUse[use]!) {
      this.#writer.link(this.#positions[use]! + fields[slots.location]!, urlPosition);
      if (etag !== null) this.#writer.link(this.#positions[use]! + fields[slots.etag]!, etagPosition);
    }
    this.#writer.forgetVtables();
  }
}
