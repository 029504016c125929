import { FlatbufferReader } from "./format/flatbuffer-reader.js";
import { compareBytes } from "./format/object-id.js";
import { type LocationDecoder, openLocationDecoder } from "./location-decoder.js";
import { type ReferenceTable, referenceKinds } from "./reference-table.js";

/** Slots of `Manifest`, `ArrayManifest` and `ChunkRef` in `manifest.fbs`, spec 2.1. */
const manifestSlots = { arrays: 1 };
const arraySlots = { nodeId: 0, references: 1 };
const referenceSlots = {
  index: 0,
  inline: 1,
  offset: 2,
  length: 3,
  chunkId: 4,
  location: 5,
  etag: 6,
  lastModified: 7,
  compressedLocation: 8,
};
const referenceSlotCount = 10;

/** References of one array inside a manifest: where its list starts, how long it is. */
interface ArraySpan {
  start: number;
  count: number;
}

/**
 * Looks references up in a manifest's bytes without decoding them all: a binary search per chunk, and next to nothing
 * for chunks that are asked for in order.
 */
export class ManifestReader {
  readonly #fb: FlatbufferReader;
  readonly #root: number;
  readonly #decodeLocation: LocationDecoder | null;
  readonly #locations = new Map<number, string>();
  readonly #compressedLocations = new Map<string, string>();
  /** Field offsets by vtable; one writer uses two or three for millions of references. */
  readonly #vtables = new Map<number, Uint16Array>();
  readonly #spans = new Map<string, ArraySpan>();

  private constructor(fb: FlatbufferReader, decodeLocation: LocationDecoder | null) {
    this.#fb = fb;
    this.#root = fb.root();
    this.#decodeLocation = decodeLocation;
  }

  /**
   * A reader of a manifest's payload; nothing of it is decoded yet but a dictionary.
   *
   * @param key the object that the bytes came from, for messages.
   * @throws CorruptDataError where the dictionary is damaged.
   */
  static async open(payload: Uint8Array, key: string): Promise<ManifestReader> {
    const fb = new FlatbufferReader(payload, key);
    return new ManifestReader(fb, await openLocationDecoder(fb));
  }

  /** Bytes held in memory. */
  get sizeBytes(): number {
    return this.#fb.bytes.length;
  }

  /**
   * Look up the chunks of `rows` in the array `node` and fill in what is found; other rows are left alone.
   *
   * @param table rows with their chunk indices set; rows in ascending order are found fastest.
   */
  lookup(node: Uint8Array, table: ReferenceTable, rows: ArrayLike<number>): void {
    const span = this.#span(node);
    let position = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      position = this.#search(span, table, row, position);
      if (position < span.count && this.#compare(span, position, table, row) === 0) {
        this.#read(this.#reference(span, position), table, row);
      }
    }
  }

  /** Append every reference of the array `node` to `table`, in order. */
  readAll(node: Uint8Array, table: ReferenceTable): void {
    const span = this.#span(node);
    table.reserve(span.count);
    const index = new Uint32Array(table.rank);
    for (let position = 0; position < span.count; position++) {
      const reference = this.#reference(span, position);
      const start = this.#indexStart(reference, table.rank);
      for (let axis = 0; axis < table.rank; axis++) index[axis] = this.#fb.u32(start + axis * 4);
      this.#read(reference, table, table.addRow(index, 0));
    }
  }

  /** The arrays of this manifest in stored order, with the number of their references. */
  arrays(): { node: Uint8Array; referenceCount: number }[] {
    return this.#arraySpans().map(({ node, span }) => ({ node, referenceCount: span.count }));
  }

  /** Append the references of every array to `table`, of rank 0: where they lead, without chunk numbers. */
  readTargets(table: ReferenceTable): void {
    const none = new Uint32Array(0);
    for (const { span } of this.#arraySpans()) {
      table.reserve(span.count);
      for (let position = 0; position < span.count; position++) {
        this.#read(this.#reference(span, position), table, table.addRow(none, 0));
      }
    }
  }

  /** The ids of the chunks that are objects of the repository, of all arrays, in stored order; views, not copies. */
  *nativeChunks(): Generator<Uint8Array> {
    for (const { span } of this.#arraySpans()) {
      for (let position = 0; position < span.count; position++) {
        const chunkId = this.#field(this.#reference(span, position), referenceSlots.chunkId);
        if (chunkId !== 0) yield this.#fb.inlineBytes(chunkId, 12);
      }
    }
  }

  #arraySpans(): { node: Uint8Array; span: ArraySpan }[] {
    const fb = this.#fb;
    const { start, count } = fb.vector(this.#required(this.#root, manifestSlots.arrays, "a list of arrays"), 4);
    let total = 0;
    return Array.from({ length: count }, (_, i) => {
      const table = fb.follow(start + i * 4);
      const node = fb.inlineBytes(this.#required(table, arraySlots.nodeId, "a node id"), 8);
      const span = fb.vector(this.#required(table, arraySlots.references, "its references"), 4);
      total += span.count;
      // Lists can be shared; hostile ones would be walked for ever.
      if (total * 4 > fb.bytes.length) throw fb.corrupt("its lists of references overlap");
      return { node, span };
    });
  }

  #span(node: Uint8Array): ArraySpan {
    const id = node.join();
    let span = this.#spans.get(id);
    if (!span) {
      span = this.#findArray(node);
      this.#spans.set(id, span);
    }
    return span;
  }

  #findArray(node: Uint8Array): ArraySpan {
    const fb = this.#fb;
    const arrays = this.#required(this.#root, manifestSlots.arrays, "a list of arrays");
    const { start, count } = fb.vector(arrays, 4);
    let low = 0;
    let high = count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const table = fb.follow(start + middle * 4);
      const id = fb.inlineBytes(this.#required(table, arraySlots.nodeId, "a node id"), node.length);
      const order = compareBytes(id, node);
      if (order === 0) return fb.vector(this.#required(table, arraySlots.references, "its references"), 4);
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return { start: 0, count: 0 };
  }

  /** First position at or behind the row's chunk. Steps grow from the last hit, so that neighbours cost nothing. */
  #search(span: ArraySpan, table: ReferenceTable, row: number, from: number): number {
    let low = 0;
    let high = span.count;
    if (from < span.count && this.#compare(span, from, table, row) < 0) {
      low = from + 1;
      for (let step = 1; low < span.count; step *= 2) {
        const probe = low + step - 1;
        if (probe >= span.count) break;
        if (this.#compare(span, probe, table, row) >= 0) {
          high = probe;
          break;
        }
        low = probe + 1;
      }
    } else if (from < span.count) {
      high = from;
      if (from === 0 || this.#compare(span, from - 1, table, row) < 0) return from;
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(span, middle, table, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(span: ArraySpan, position: number, table: ReferenceTable, row: number): number {
    const start = this.#indexStart(this.#reference(span, position), table.rank);
    for (let axis = 0; axis < table.rank; axis++) {
      const difference = this.#fb.u32(start + axis * 4) - table.indices[row * table.rank + axis]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #reference(span: ArraySpan, position: number): number {
    return this.#fb.follow(span.start + position * 4);
  }

  #indexStart(reference: number, rank: number): number {
    const field = this.#field(reference, referenceSlots.index);
    if (field === 0) throw this.#fb.corrupt("a reference has no chunk index");
    const { start, count } = this.#fb.vector(field, 4);
    if (count !== rank) throw this.#fb.corrupt(`a chunk index has ${count} numbers, not ${rank}`);
    return start;
  }

  #field(reference: number, slot: number): number {
    const vtable = this.#fb.vtable(reference);
    let offsets = this.#vtables.get(vtable);
    if (!offsets) {
      offsets = new Uint16Array(referenceSlotCount);
      for (let i = 0; i < referenceSlotCount; i++) {
        const position = this.#fb.field(reference, i);
        offsets[i] = position === 0 ? 0 : position - reference;
      }
      this.#vtables.set(vtable, offsets);
    }
    const offset = offsets[slot]!;
    return offset === 0 ? 0 : reference + offset;
  }

  #read(reference: number, table: ReferenceTable, row: number): void {
    const offset = this.#number(reference, referenceSlots.offset);
    const length = this.#number(reference, referenceSlots.length);
    const url = this.#location(reference);
    if (url !== null) {
      const etag = this.#field(reference, referenceSlots.etag);
      const modified = this.#field(reference, referenceSlots.lastModified);
      const seconds = modified === 0 ? 0 : this.#fb.u32(modified);
      const source = table.internLocation(url, seconds, etag === 0 ? null : this.#fb.text(etag));
      table.set(row, referenceKinds.virtual, offset, length, source);
    } else this.#readOwned(reference, table, row, offset, length);
  }

  /** A reference to bytes that the repository itself holds. */
  #readOwned(reference: number, table: ReferenceTable, row: number, offset: number, length: number): void {
    const chunkId = this.#field(reference, referenceSlots.chunkId);
    if (chunkId !== 0) {
      const id = this.#fb.inlineBytes(chunkId, 12);
      table.set(row, referenceKinds.native, offset, length, table.addPayload(id));
      return;
    }
    const inline = this.#field(reference, referenceSlots.inline);
    if (inline === 0) throw this.#fb.corrupt("a reference leads nowhere");
    const bytes = this.#fb.byteVector(inline);
    table.set(row, referenceKinds.inline, 0, bytes.length, table.addPayload(bytes));
  }

  #number(reference: number, slot: number): number {
    const field = this.#field(reference, slot);
    return field === 0 ? 0 : this.#fb.u64(field);
  }

  #location(reference: number): string | null {
    const compressed = this.#field(reference, referenceSlots.compressedLocation);
    if (compressed !== 0) return this.#compressedLocation(compressed);
    const field = this.#field(reference, referenceSlots.location);
    if (field === 0) return null;
    const position = this.#fb.follow(field);
    let url = this.#locations.get(position);
    if (url === undefined) {
      url = this.#fb.text(field);
      this.#locations.set(position, url);
    }
    return url;
  }

  #compressedLocation(field: number): string {
    const frame = this.#fb.byteVector(field);
    // Equal locations have equal frames, each stored again: the bytes themselves are the key.
    const id = String.fromCharCode(...frame.subarray(0, 4096));
    const known = frame.length <= 4096 ? this.#compressedLocations.get(id) : undefined;
    if (known !== undefined) return known;
    if (!this.#decodeLocation) throw this.#fb.corrupt("a location is compressed, and the dictionary is missing");
    const url = this.#decodeLocation(frame);
    if (frame.length <= 4096) this.#compressedLocations.set(id, url);
    return url;
  }

  #required(table: number, slot: number, what: string): number {
    const position = this.#fb.field(table, slot);
    if (position === 0) throw this.#fb.corrupt(`${what} is missing`);
    return position;
  }
}
