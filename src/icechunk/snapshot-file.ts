import { CorruptDataError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { unwrapFile } from "./format/envelope.js";
import { FlatbufferReader } from "./format/flatbuffer-reader.js";
import { assertAscending, compareUtf8, idToText } from "./format/object-id.js";
import type { Table } from "./format/schema.js";
import { decodeTable } from "./format/table-decoder.js";

export type ManifestRef = Table<"manifestRef">;
export type ManifestFile = Table<"manifestFile">;

/** What a snapshot knows of an array besides its `zarr.json`. */
export interface ArrayData {
  kind: "array";
  dimensions: readonly { length: number; chunkCount: number }[];
  dimensionNames: readonly (string | null)[] | null;
  manifests: readonly ManifestRef[];
}

/** A group or array as it stands in a snapshot. Never changed in place: sessions share them. */
export interface NodeRecord {
  id: Uint8Array;
  path: string;
  /** The bytes of its `zarr.json`. */
  zarrJson: Uint8Array;
  data: ArrayData | { kind: "group" };
  /** Reserved bytes of other writers, carried on. */
  extra: Uint8Array | null;
}

/** A snapshot: every node, and every manifest that they refer to. */
export interface SnapshotFile {
  id: Uint8Array;
  /** Sorted by path, as UTF-8. */
  nodes: readonly NodeRecord[];
  flushedAtMicros: number;
  message: string;
  /** By the text form of their ids. */
  manifestFiles: ReadonlyMap<string, ManifestFile>;
  extra: Uint8Array | null;
  /** True where a newer writer stored something that a commit on top would lose. */
  hasUnknownFields: boolean;
}

/** The key of a snapshot, manifest, transaction log or chunk. */
export function objectKey(folder: "snapshots" | "manifests" | "transactions" | "chunks", id: Uint8Array): string {
  return `${folder}/${idToText(id)}`;
}

/**
 * Read a snapshot.
 *
 * @throws CorruptDataError where the object is missing or damaged.
 */
export async function readSnapshot(store: ByteStore, id: Uint8Array, options: ReadOptions = {}): Promise<SnapshotFile> {
  const key = objectKey("snapshots", id);
  const stored = await store.get(key, undefined, options);
  if (!stored) {
    throw new CorruptDataError(`The snapshot ${key} of ${store.url} is missing.`, {
      details: { key, store: store.url },
    });
  }
  return parseSnapshot(stored.data, key);
}

async function parseSnapshot(bytes: Uint8Array, key: string): Promise<SnapshotFile> {
  const { payload } = await unwrapFile("snapshot", bytes, key);
  const { value, hasUnknownFields } = decodeTable(new FlatbufferReader(payload, key), "snapshot");
  const files = [...(value.manifestFiles ?? []), ...value.manifestFilesV1.map((file) => ({ ...file, extra: null }))];
  const nodes = value.nodes.map((node) => toRecord(node, key));
  assertAscending(nodes, (a, b) => compareUtf8(a.path, b.path), `The nodes of ${key}`);
  return {
    id: value.id,
    nodes,
    flushedAtMicros: value.flushedAtMicros,
    message: value.message,
    manifestFiles: new Map(files.map((file) => [idToText(file.id), file])),
    extra: value.extra,
    hasUnknownFields,
  };
}

function toRecord(node: Table<"node">, key: string): NodeRecord {
  const { id, path, userData, extra } = node;
  if (node.data.kind === "group") return { id, path, zarrJson: userData, data: { kind: "group" }, extra };
  const { shape, shapeV1, dimensionNames, manifests } = node.data;
  const dimensions = shape ?? shapeV1.map(fromVersionOne);
  if (manifests.some(({ extents }) => extents.length !== dimensions.length)) {
    throw new CorruptDataError(`The array ${path} in ${key} has manifests of another rank.`, {
      details: { key, path },
    });
  }
  const names = dimensionNames?.map(({ name }) => name) ?? null;
  return { id, path, zarrJson: userData, data: { kind: "array", dimensions, dimensionNames: names, manifests }, extra };
}

/** Snapshots of spec version 1, which a migration keeps as they are, know the length of a chunk instead of a count. */
function fromVersionOne(dimension: { length: number; chunkLength: number }): { length: number; chunkCount: number } {
  const { length, chunkLength } = dimension;
  return { length, chunkCount: chunkLength === 0 ? 0 : Math.ceil(length / chunkLength) };
}

/** True where a snapshot was written in the millisecond of `time`, which is all that a `Date` tells, or before. */
export function isNotYounger({ flushedAtMicros }: { flushedAtMicros: number }, time: Date): boolean {
  return Math.floor(flushedAtMicros / 1000) <= time.getTime();
}
