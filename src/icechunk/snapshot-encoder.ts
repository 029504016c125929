import { compareBytes, compareUtf8 } from "./format/object-id.js";
import type { Table } from "./format/schema.js";
import { encodeTable } from "./format/table-encoder.js";
import { toMetadataItems } from "./metadata-items.js";
import type { NodeRecord, SnapshotFile } from "./snapshot-file.js";
import type { JsonObject } from "./zarr-metadata.js";

/** The FlatBuffers payload of a snapshot of spec version 2; the lists of version 1 are there and empty. */
export function encodeSnapshot(snapshot: SnapshotFile, metadata: JsonObject): Uint8Array {
  const nodes = [...snapshot.nodes].sort((a, b) => compareUtf8(a.path, b.path));
  const files = [...snapshot.manifestFiles.values()].sort((a, b) => compareBytes(a.id, b.id));
  return encodeTable("snapshot", {
    id: snapshot.id,
    parentId: null,
    nodes: nodes.map(toNodeTable),
    flushedAtMicros: snapshot.flushedAtMicros,
    message: snapshot.message,
    metadata: toMetadataItems(metadata),
    manifestFilesV1: [],
    manifestFiles: files,
    extra: snapshot.extra,
  });
}

function toNodeTable({ id, path, zarrJson, data, extra }: NodeRecord): Table<"node"> {
  if (data.kind === "group") return { id, path, userData: zarrJson, data, extra };
  return {
    id,
    path,
    userData: zarrJson,
    extra,
    data: {
      kind: "array",
      shapeV1: [],
      dimensionNames: data.dimensionNames?.map((name) => ({ name })) ?? null,
      manifests: [...data.manifests],
      shape: [...data.dimensions],
    },
  };
}
