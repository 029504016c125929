import { CorruptDataError, InvalidInputError, NotFoundError, UnsupportedError } from "../errors.js";
import type { ByteRange, ByteStore, ReadOptions } from "../store/byte-store.js";
import { forgetOutside } from "./chunk-grid.js";
import { type ChunkReference, partOf, toReference } from "./chunk-reference.js";
import { compareUtf8, idToText } from "./format/object-id.js";
import type { ManifestCache } from "./manifest-cache.js";
import { groupByManifest, ManifestExtents } from "./manifest-extents.js";
import { ReferenceTable, referenceKinds } from "./reference-table.js";
import { type ArrayData, type NodeRecord, objectKey, type SnapshotFile } from "./snapshot-file.js";
import type { ZarrArray, ZarrGroup } from "./zarr-metadata.js";

/** A group or array of a session. */
export type NodeInfo =
  | { path: string; id: string; kind: "group"; zarr: ZarrGroup }
  | { path: string; id: string; kind: "array"; zarr: ZarrArray };

/** Many references as columns; row i belongs to the i-th index asked for. */
export interface ReferenceColumns {
  /** 1 where there is a reference, 0 where the chunk holds only fill. */
  found: Uint8Array;
  /** 0 none, 1 virtual, 2 inline, 3 native. */
  kinds: Uint8Array;
  offsets: Float64Array;
  lengths: Float64Array;
  /** Virtual: index into `locations` and its neighbours. Inline and native: index into `payloads`. */
  locationIndex: Uint32Array;
  locations: string[];
  /** Per location, 0 where not recorded. */
  lastModifiedSeconds: Uint32Array;
  /** Per location, null where not recorded. */
  etags: (string | null)[];
  /** The bytes of inline chunks; the 12 bytes of the ids of native ones. */
  payloads: Uint8Array[];
}

/** Reads `range` of the object that a virtual reference names, after checking that it is still the same. */
export type VirtualFetch = (
  reference: Extract<ChunkReference, { kind: "virtual" }>,
  range: ByteRange,
  options: ReadOptions,
) => Promise<Uint8Array>;

export interface ReadChunkOptions extends ReadOptions {
  /** Reads virtual chunks; without it they are an `UnsupportedError`. */
  fetchVirtual?: VirtualFetch | undefined;
  /** The wanted part of the chunk's bytes; all of it where left out. */
  range?: ByteRange | undefined;
}

/** Manifests read at the same time. */
const concurrentManifestReads = 8;

const decoder = new TextDecoder();

/** What sessions of one repository share. */
export interface SessionContext {
  store: ByteStore;
  manifests: ManifestCache;
}

/**
 * A repository as it stood at one snapshot, for reading. Metadata is in memory; manifests are read when a chunk's
 * reference is asked for, and never pixels unless {@link readChunk} is called.
 */
export class Session {
  protected readonly context: SessionContext;
  /** A writable session that is rebased gets another. */
  protected base: SnapshotFile;
  /** Path → node; a writable session changes it. */
  protected records: Map<string, NodeRecord>;
  readonly #extents = new WeakMap<ArrayData, ManifestExtents>();
  readonly #parsed = new WeakMap<Uint8Array, ZarrGroup | ZarrArray>();

  /** @internal Sessions come from `Repository.session`. */
  constructor(context: SessionContext, snapshot: SnapshotFile) {
    this.context = context;
    this.base = snapshot;
    this.records = new Map(snapshot.nodes.map((node) => [node.path, node]));
  }

  /** The snapshot that is read. */
  get snapshotId(): string {
    return idToText(this.base.id);
  }

  /** The node at `prefix` and all below it (all nodes where left out), sorted by path. */
  nodes(prefix = "/"): NodeInfo[] {
    const below = prefix.endsWith("/") ? prefix : `${prefix}/`;
    return [...this.records.values()]
      .filter(({ path }) => path === prefix || path.startsWith(below))
      .sort((a, b) => compareUtf8(a.path, b.path))
      .map((record) => this.#toInfo(record));
  }

  /** The node at `path`; null where there is none. */
  node(path: string): NodeInfo | null {
    const record = this.records.get(path);
    return record ? this.#toInfo(record) : null;
  }

  /**
   * Where the bytes of a chunk are; null where it was never written and holds only fill.
   *
   * @param index chunk numbers, one per axis.
   * @throws NotFoundError where there is no array at `path`.
   */
  async chunkReference(
    path: string,
    index: readonly number[],
    options: ReadOptions = {},
  ): Promise<ChunkReference | null> {
    const indices = Uint32Array.from(index);
    // Wrapped around by the typed array they would name another chunk.
    if (index.some((number, axis) => indices[axis] !== number)) throw wrongIndex(path, index);
    const table = await this.#lookup(path, indices, options);
    if (table.count !== 1) throw wrongRank(path, table.rank, index.length);
    return toReference(table, 0);
  }

  /**
   * Where the bytes of many chunks are.
   *
   * @param indices chunk numbers, one after the other: as many per chunk as the array has axes. Sorted is fastest.
   * @throws NotFoundError where there is no array at `path`.
   */
  async chunkReferences(path: string, indices: Uint32Array, options: ReadOptions = {}): Promise<ReferenceColumns> {
    const table = await this.#lookup(path, indices, options);
    const { kinds, locations } = table;
    return {
      found: kinds.map((kind) => (kind === referenceKinds.none ? 0 : 1)),
      kinds,
      offsets: table.offsets,
      lengths: table.lengths,
      locationIndex: table.sources,
      locations: locations.map(({ url }) => url),
      lastModifiedSeconds: Uint32Array.from(locations, ({ lastModifiedSeconds }) => lastModifiedSeconds),
      etags: locations.map(({ etag }) => etag),
      payloads: table.payloads,
    };
  }

  /**
   * The stored bytes of a chunk, as its codecs wrote them; null where it was never written.
   *
   * @throws UnsupportedError for a virtual chunk without `fetchVirtual`.
   * @throws CorruptDataError where a chunk object is missing or shorter than its reference says.
   */
  async readChunk(path: string, index: readonly number[], options: ReadChunkOptions = {}): Promise<Uint8Array | null> {
    const reference = await this.chunkReference(path, index, options);
    if (!reference) return null;
    if (reference.kind === "inline") {
      const { offset, length } = options.range ?? { offset: 0, length: reference.data.length };
      return reference.data.slice(offset, offset + length);
    }
    const range = partOf(reference, options.range);
    if (reference.kind === "native") return this.#readNative(reference.chunkId, range, options);
    if (options.fetchVirtual) return options.fetchVirtual(reference, range, options);
    throw new UnsupportedError(
      `The chunk [${index}] of ${path} lies in ${reference.location}; give fetchVirtual to read such chunks.`,
      { details: { path, index: [...index], location: reference.location } },
    );
  }

  /** The array at `path`. */
  protected array(path: string): { record: NodeRecord; data: ArrayData } {
    const record = this.records.get(path);
    if (record?.data.kind !== "array") {
      throw new NotFoundError(`There is no array at ${path} in snapshot ${this.snapshotId}.`, { details: { path } });
    }
    return { record, data: record.data };
  }

  /** Fill in what is not committed yet, where this session can hold such. Returns the rows that are left. */
  protected fillStaged(_path: string, _table: ReferenceTable): number[] | null {
    return null;
  }

  async #lookup(path: string, indices: Uint32Array, options: ReadOptions): Promise<ReferenceTable> {
    options.signal?.throwIfAborted();
    const { record, data } = this.array(path);
    const rank = data.dimensions.length;
    const count = rank === 0 ? 1 : indices.length / rank;
    if (!Number.isInteger(count) || (rank === 0 && indices.length > 0)) throw wrongRank(path, rank, indices.length);
    const table = new ReferenceTable(rank, count);
    table.indices.set(indices);
    table.count = count;
    const left = this.fillStaged(path, table);
    if (data.manifests.length > 0) await this.#fillFromManifests(record, data, table, left, options);
    forgetOutside(table, data);
    return table;
  }

  /** Fill in what the array's manifests hold of `rows`, of all rows where null. */
  async #fillFromManifests(
    record: NodeRecord,
    data: ArrayData,
    table: ReferenceTable,
    rows: readonly number[] | null,
    options: ReadOptions,
  ): Promise<void> {
    const byManifest = groupByManifest(this.#extentsOf(data), data, table, rows);
    const pending = [...byManifest];
    // A few at a time: over a network each is a request, and all of them together may not fit the cache.
    const readNext = async () => {
      for (let next = pending.pop(); next; next = pending.pop()) {
        const [manifest, group] = next;
        const reader = await this.context.manifests.get(data.manifests[manifest]!.id, options);
        reader.lookup(record.id, table, group);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrentManifestReads, pending.length) }, readNext));
  }

  #extentsOf(data: ArrayData): ManifestExtents {
    let extents = this.#extents.get(data);
    if (!extents) {
      extents = new ManifestExtents(data);
      this.#extents.set(data, extents);
    }
    return extents;
  }

  async #readNative(chunkId: string, range: ByteRange, options: ReadOptions): Promise<Uint8Array> {
    const key = `chunks/${chunkId}`;
    const { store } = this.context;
    const stored = await store.get(key, range, options);
    if (stored?.data.length === range.length) return stored.data;
    const found = stored ? `holds ${stored.data.length} of ${range.length} bytes asked for` : "is missing";
    throw new CorruptDataError(`The chunk ${key} of ${store.url} ${found}.`, { details: { key, store: store.url } });
  }

  #toInfo(record: NodeRecord): NodeInfo {
    const { path, data, zarrJson } = record;
    const id = idToText(record.id);
    let zarr = this.#parsed.get(zarrJson);
    if (!zarr) {
      zarr = parseZarrJson(record, objectKey("snapshots", this.base.id));
      this.#parsed.set(zarrJson, zarr);
    }
    return data.kind === "group"
      ? { path, id, kind: "group", zarr: zarr as ZarrGroup }
      : { path, id, kind: "array", zarr: zarr as ZarrArray };
  }
}

function parseZarrJson({ path, zarrJson, data }: NodeRecord, key: string): ZarrGroup | ZarrArray {
  let zarr: unknown;
  try {
    zarr = JSON.parse(decoder.decode(zarrJson));
  } catch (cause) {
    throw new CorruptDataError(`The metadata of ${path} in ${key} is not JSON.`, { details: { key, path }, cause });
  }
  const nodeType = typeof zarr === "object" && zarr !== null && "node_type" in zarr ? zarr.node_type : null;
  if (nodeType !== data.kind) {
    throw new CorruptDataError(`The metadata of ${path} in ${key} is not that of a Zarr v3 ${data.kind}.`, {
      details: { key, path },
    });
  }
  return zarr as ZarrGroup | ZarrArray;
}

function wrongIndex(path: string, index: readonly number[]): InvalidInputError {
  return new InvalidInputError(
    `[${index.join(", ")}] are not the numbers of a chunk of ${path}: whole, from 0 to 2^32 - 1.`,
    {
      details: { path, index: [...index] },
    },
  );
}

function wrongRank(path: string, rank: number, given: number): InvalidInputError {
  return new InvalidInputError(`The array ${path} has ${rank} axes; ${given} chunk numbers do not fit.`, {
    details: { path, rank, given },
  });
}
