import { isPixelQueryError } from "../errors.js";
import type { Findings } from "./check-findings.js";
import { idToText } from "./format/object-id.js";
import { type ArrayData, type ManifestRef, type NodeRecord, objectKey, type SnapshotFile } from "./snapshot-file.js";
import { chunkCounts, parentPath, type ZarrArray, type ZarrGroup } from "./zarr-metadata.js";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Look at everything inside a snapshot that needs no other object. */
export function checkSnapshot(snapshot: SnapshotFile, findings: Findings): void {
  const key = objectKey("snapshots", snapshot.id);
  checkTree(snapshot, key, findings);
  for (const record of snapshot.nodes) {
    const zarr = parseMetadata(record, key, findings);
    if (record.data.kind === "group") continue;
    if (zarr) checkMetadata(record.path, record.data, zarr as ZarrArray, key, findings);
    checkExtents(record.path, record.data.manifests, key, findings);
    for (const { id } of record.data.manifests) {
      if (snapshot.manifestFiles.has(idToText(id))) continue;
      findings.add(
        "missing",
        key,
        `Its list of manifests lacks ${idToText(id)}, which ${record.path} uses.`,
        record.path,
      );
    }
  }
}

function checkTree({ nodes }: SnapshotFile, key: string, findings: Findings): void {
  const kinds = new Map(nodes.map(({ path, data }) => [path, data.kind]));
  const owners = new Map<string, string>();
  for (const { path, id } of nodes) {
    const parent = parentPath(path);
    if (parent !== null && kinds.get(parent) !== "group") {
      findings.add("wrong-tree", key, `There is no group ${parent} above ${path}.`, path);
    }
    const text = idToText(id);
    const other = owners.get(text);
    if (other !== undefined) findings.add("wrong-tree", key, `${path} has the id of ${other}, ${text}.`, path);
    owners.set(text, path);
  }
}

function parseMetadata(
  { path, zarrJson, data }: NodeRecord,
  key: string,
  findings: Findings,
): ZarrGroup | ZarrArray | null {
  let zarr: unknown;
  try {
    zarr = JSON.parse(decoder.decode(zarrJson));
  } catch {
    findings.add("wrong-metadata", key, `The zarr.json of ${path} is not JSON.`, path);
    return null;
  }
  const nodeType = typeof zarr === "object" && zarr !== null && "node_type" in zarr ? zarr.node_type : null;
  if (nodeType === data.kind) return zarr as ZarrGroup | ZarrArray;
  findings.add("wrong-metadata", key, `The zarr.json of ${path} is not that of a Zarr v3 ${data.kind}.`, path);
  return null;
}

/** Other grids than the regular one are not counted here. */
function checkMetadata(path: string, data: ArrayData, zarr: ZarrArray, key: string, findings: Findings): void {
  if (zarr.chunk_grid?.name !== "regular") return;
  let counts: number[];
  try {
    counts = chunkCounts(path, zarr);
  } catch (error) {
    if (!isPixelQueryError(error)) throw error;
    findings.add("wrong-metadata", key, error.message, path);
    return;
  }
  const inMetadata = zarr.shape.map((length, axis) => `${length} in ${counts[axis]} chunks`).join(", ");
  const inSnapshot = data.dimensions.map(({ length, chunkCount }) => `${length} in ${chunkCount} chunks`).join(", ");
  if (inMetadata === inSnapshot) return;
  const message = `${path} has the shape [${inMetadata}] by its zarr.json, [${inSnapshot}] by the snapshot.`;
  findings.add("wrong-metadata", key, message, path);
}

function checkExtents(path: string, manifests: readonly ManifestRef[], key: string, findings: Findings): void {
  // Sorted along the first axis only neighbours can overlap, and shards lie one behind the other there.
  const sorted = manifests.toSorted((a, b) => (a.extents[0]?.from ?? 0) - (b.extents[0]?.from ?? 0));
  sorted.forEach((a, i) => {
    for (let k = i + 1; k < sorted.length; k++) {
      const b = sorted[k]!;
      if (a.extents.length > 0 && b.extents[0]!.from >= a.extents[0]!.to) break;
      const overlaps = a.extents.every(
        ({ from, to }, axis) => from < b.extents[axis]!.to && b.extents[axis]!.from < to,
      );
      if (!overlaps) continue;
      const message = `The manifests ${idToText(a.id)} and ${idToText(b.id)} of ${path} claim the same chunks.`;
      findings.add("overlapping-extents", key, message, path);
    }
  });
}
