import type { Json } from "../errors.js";
import { type ChangeSet, changedChunks } from "./change-set.js";
import { commonChunks, firstChunks } from "./chunk-list.js";
import { idToText } from "./format/object-id.js";
import type { NodeRecord } from "./snapshot-file.js";
import type { ChunkList, TransactionLog } from "./transaction-log.js";
import { mergeChanges } from "./transaction-log-merge.js";
import { parentPath } from "./zarr-metadata.js";

/**
 * Why changes cannot simply be made again on top of what others committed. "We" is the session, "they" are the others;
 * paths are ours.
 */
export type Conflict =
  /** Both put something at this path. */
  | { kind: "newNodeConflictsWithExistingNode"; path: string }
  /** The group of our new node is gone, or is an array. */
  | { kind: "newNodeInInvalidGroup"; path: string }
  /** They put something into a group that we deleted. */
  | { kind: "newNodeInDeletedGroup"; path: string }
  /** Both changed the metadata of this node. */
  | { kind: "zarrMetadataDoubleUpdate"; path: string }
  | { kind: "zarrMetadataUpdateOfDeletedArray"; path: string }
  | { kind: "zarrMetadataUpdateOfDeletedGroup"; path: string }
  /** Both wrote these chunks. */
  | { kind: "chunkDoubleUpdate"; path: string; chunks: ChunkList }
  | { kind: "chunksUpdatedInDeletedArray"; path: string }
  /** We wrote chunks of an array whose metadata they changed. */
  | { kind: "chunksUpdatedInUpdatedArray"; path: string }
  /** We deleted what they changed. */
  | { kind: "deleteOfUpdatedArray"; path: string }
  | { kind: "deleteOfUpdatedGroup"; path: string }
  /** They moved nodes, or our move does not fit what they left. */
  | { kind: "moveOperationCannotBeRebased"; path: string };

/**
 * What to do about conflicts that have an answer; where nothing is said, and for all others, the rebase fails. The
 * official `BasicConflictSolver`, which by default takes "ours" and deletes.
 */
export interface ConflictSolver {
  /** Which version of a chunk that both wrote stays. */
  onChunkConflict?: "ours" | "theirs" | "fail";
  /** False: delete arrays that they changed all the same. */
  failOnDeleteOfUpdatedArray?: boolean;
  /** False: delete groups that they changed all the same. */
  failOnDeleteOfUpdatedGroup?: boolean;
}

/** Chunks of a conflict that an error's details name. */
const namedChunks = 10;

/**
 * Every conflict of a session's changes with those of others.
 *
 * @param records nodes as the session has them, by path.
 * @param logs what the others did.
 * @param after nodes as the others left them, by path.
 */
export function findConflicts(
  records: ReadonlyMap<string, NodeRecord>,
  changes: ChangeSet,
  logs: readonly TransactionLog[],
  after: ReadonlyMap<string, NodeRecord>,
): Conflict[] {
  const both: BothSides = {
    records,
    changes,
    deletedByUs: toTexts(changes.deletedNodes.map(({ id }) => id)),
    after,
    ...theirChanges(logs),
  };
  const ours = [...records.values()];
  return [
    ...logs.flatMap(({ movedNodes }) => movedNodes).map(({ from }) => moveConflict(from)),
    ...ours.filter(({ id }) => changes.newNodes.has(id)).flatMap((record) => conflictsOfNew(record, both)),
    ...ours.flatMap((record) => conflictsOfUpdated(record, both)),
    ...changes.deletedNodes.flatMap((record) => conflictsOfDeleted(record, both)),
    ...conflictsOfDeletedGroups(both),
  ];
}

/** A move that cannot be made again, or that stands in the way. */
export function moveConflict(path: string): Conflict {
  return { kind: "moveOperationCannotBeRebased", path };
}

/** True where the solver has an answer. */
export function isSolvable(conflict: Conflict, solver: ConflictSolver): boolean {
  switch (conflict.kind) {
    case "chunkDoubleUpdate":
      return (solver.onChunkConflict ?? "fail") !== "fail";
    case "deleteOfUpdatedArray":
      return solver.failOnDeleteOfUpdatedArray === false;
    case "deleteOfUpdatedGroup":
      return solver.failOnDeleteOfUpdatedGroup === false;
    default:
      return false;
  }
}

/** A conflict for an error's details, with the first of its chunks. */
export function conflictToJson(conflict: Conflict): Json {
  if (conflict.kind !== "chunkDoubleUpdate") return { ...conflict };
  const { kind, path, chunks } = conflict;
  return { kind, path, chunks: firstChunks(chunks, namedChunks), chunkCount: chunks.count };
}

/** What we did and what they did; ids as text. */
interface BothSides {
  records: ReadonlyMap<string, NodeRecord>;
  changes: ChangeSet;
  deletedByUs: ReadonlySet<string>;
  after: ReadonlyMap<string, NodeRecord>;
  updatedByThem: ReadonlySet<string>;
  deletedByThem: ReadonlySet<string>;
  chunksByThem: ReadonlyMap<string, ChunkList>;
}

function theirChanges(
  logs: readonly TransactionLog[],
): Pick<BothSides, "updatedByThem" | "deletedByThem" | "chunksByThem"> {
  const chunks = mergeChanges(...logs.map(({ updatedChunks }) => updatedChunks));
  return {
    updatedByThem: toTexts(logs.flatMap(({ updatedArrays, updatedGroups }) => [...updatedArrays, ...updatedGroups])),
    deletedByThem: toTexts(logs.flatMap(({ deletedArrays, deletedGroups }) => [...deletedArrays, ...deletedGroups])),
    chunksByThem: new Map(chunks.map((changed) => [idToText(changed.node), changed])),
  };
}

function toTexts(ids: readonly Uint8Array[]): Set<string> {
  return new Set(ids.map(idToText));
}

function conflictsOfNew({ path }: NodeRecord, { records, changes, deletedByUs, after }: BothSides): Conflict[] {
  const there = after.get(path);
  if (there && !deletedByUs.has(idToText(there.id))) return [{ kind: "newNodeConflictsWithExistingNode", path }];
  const parent = parentPath(path);
  const ourParent = parent === null ? undefined : records.get(parent);
  if (parent === null || (ourParent && changes.newNodes.has(ourParent.id))) return [];
  return after.get(parent)?.data.kind === "group" ? [] : [{ kind: "newNodeInInvalidGroup", path }];
}

function conflictsOfUpdated({ id, path, data }: NodeRecord, both: BothSides): Conflict[] {
  const { updatedNodes, staged } = both.changes;
  const text = idToText(id);
  const isDeleted = both.deletedByThem.has(text);
  const isUpdated = both.updatedByThem.has(text);
  const conflicts: Conflict[] = [];
  if (updatedNodes.has(id)) {
    const ofDeleted = data.kind === "array" ? "zarrMetadataUpdateOfDeletedArray" : "zarrMetadataUpdateOfDeletedGroup";
    if (isUpdated) conflicts.push({ kind: "zarrMetadataDoubleUpdate", path });
    if (isDeleted) conflicts.push({ kind: ofDeleted, path });
  }
  const ours = staged.get(id);
  if (!ours) return conflicts;
  if (isDeleted) conflicts.push({ kind: "chunksUpdatedInDeletedArray", path });
  if (isUpdated) conflicts.push({ kind: "chunksUpdatedInUpdatedArray", path });
  const theirs = both.chunksByThem.get(text);
  const chunks = theirs ? commonChunks(changedChunks(id, ours), theirs) : null;
  if (chunks && chunks.count > 0) conflicts.push({ kind: "chunkDoubleUpdate", path, chunks });
  return conflicts;
}

function conflictsOfDeleted({ id, path, data }: NodeRecord, both: BothSides): Conflict[] {
  const text = idToText(id);
  // What both deleted is gone either way; what they put in its place is another node.
  const isChanged = both.updatedByThem.has(text) || both.chunksByThem.has(text);
  if (!isChanged || both.deletedByThem.has(text)) return [];
  return [{ kind: data.kind === "array" ? "deleteOfUpdatedArray" : "deleteOfUpdatedGroup", path }];
}

/** Nodes that are not ours to delete, in groups that we deleted. */
function conflictsOfDeletedGroups({ records, changes, deletedByUs, after }: BothSides): Conflict[] {
  const groups = changes.deletedNodes.filter(({ data }) => data.kind === "group").map(({ path }) => path);
  const gone = new Set(groups.filter((path) => records.get(path)?.data.kind !== "group"));
  return [...after.values()]
    .filter(({ id, path }) => gone.has(parentPath(path) ?? "") && !deletedByUs.has(idToText(id)))
    .map(({ path }) => ({ kind: "newNodeInDeletedGroup", path }));
}
