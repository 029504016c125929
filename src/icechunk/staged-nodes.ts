import { InvalidInputError, NotFoundError } from "../errors.js";
import type { ChangeSet } from "./change-set.js";
import { randomId } from "./format/object-id.js";
import type { NodeRecord } from "./snapshot-file.js";
import {
  assertNodePath,
  chunkCounts,
  type JsonObject,
  parentPath,
  type ZarrArray,
  type ZarrGroup,
} from "./zarr-metadata.js";

/** The nodes of a session by path, changed in place. */
type Records = Map<string, NodeRecord>;

const encoder = new TextEncoder();

/**
 * Create a group, with the groups above it, or replace its attributes. Nothing changes where they are the same.
 *
 * @throws InvalidInputError where an array is in the way.
 */
export function putGroup(records: Records, changes: ChangeSet, path: string, attributes: JsonObject): void {
  const zarr: ZarrGroup = { zarr_format: 3, node_type: "group", attributes };
  putNode(records, changes, path, zarr, () => ({ kind: "group" }));
}

/**
 * Create an array, with the groups above it, or replace its metadata. Nothing changes where it is the same.
 *
 * @throws InvalidInputError where a group is in the way, the metadata contradicts itself, or the array has another
 * number of axes.
 */
export function putArray(records: Records, changes: ChangeSet, path: string, zarr: ZarrArray): void {
  const counts = chunkCounts(path, zarr);
  assertRank(path, records.get(path), counts.length);
  putNode(records, changes, path, zarr, (old) => ({
    kind: "array",
    dimensions: counts.map((chunkCount, axis) => ({ length: zarr.shape[axis]!, chunkCount })),
    dimensionNames: zarr.dimension_names ?? null,
    manifests: old?.kind === "array" ? old.manifests : [],
  }));
}

/**
 * Delete a node and everything below it.
 *
 * @throws NotFoundError where there is none.
 */
export function deleteNode(records: Records, changes: ChangeSet, path: string): void {
  if (!records.has(path)) throw new NotFoundError(`There is no node at ${path} to delete.`, { details: { path } });
  const below = path === "/" ? path : `${path}/`;
  for (const record of [...records.values()]) {
    if (record.path !== path && !record.path.startsWith(below)) continue;
    records.delete(record.path);
    changes.staged.delete(record.id);
    changes.updatedNodes.delete(record.id);
    if (!changes.newNodes.delete(record.id)) changes.deletedNodes.push(record);
  }
}

function putNode(
  records: Records,
  changes: ChangeSet,
  path: string,
  zarr: ZarrGroup | ZarrArray,
  toData: (old: NodeRecord["data"] | null) => NodeRecord["data"],
): void {
  assertNodePath(path);
  const old = records.get(path) ?? null;
  if (old && old.data.kind !== zarr.node_type) {
    const there = old.data.kind === "array" ? "an array" : "a group";
    throw new InvalidInputError(`There is already ${there} at ${path}.`, { details: { path } });
  }
  const zarrJson = encoder.encode(JSON.stringify(zarr));
  if (old && equalBytes(old.zarrJson, zarrJson)) return;
  if (!old) createParents(records, changes, path);
  const id = old?.id ?? randomId(8);
  records.set(path, { id, path, zarrJson, data: toData(old?.data ?? null), extra: old?.extra ?? null });
  if (!old) changes.newNodes.add(id);
  else if (!changes.newNodes.has(id)) changes.updatedNodes.add(id);
}

function createParents(records: Records, changes: ChangeSet, path: string): void {
  const parent = parentPath(path);
  if (parent === null) return;
  const kind = records.get(parent)?.data.kind;
  if (kind === "array") {
    throw new InvalidInputError(`${path} cannot be created: ${parent} is an array.`, { details: { path, parent } });
  }
  if (kind === undefined) putGroup(records, changes, parent, {});
}

function assertRank(path: string, old: NodeRecord | undefined, rank: number): void {
  if (old?.data.kind !== "array" || old.data.dimensions.length === rank) return;
  throw new InvalidInputError(
    `The array ${path} has ${old.data.dimensions.length} axes and cannot have ${rank}. Delete it, and create it anew.`,
    { details: { path, rank } },
  );
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
