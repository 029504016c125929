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
 * @param before nodes as the session began with them, its own changes applied.
 * @param logs what the others did.
 * @param after nodes as the others left them, by path.
 */
export function findConflicts(
  before: Iterable<NodeRecord>,
  changes: ChangeSet,
  logs: readonly TransactionLog[],
  after: ReadonlyMap<string, NodeRecord>,
): Conflict[] {
  const theirs = new TheirChanges(logs);
  const records = [...before];
  return [
    ...logs.flatMap(({ movedNodes }) => movedNodes).map(({ from }) => moveConflict(from)),
    ...records.flatMap((record) => conflictsOfNew(record, records, changes, after)),
    ...records.flatMap((record) => conflictsOfUpdated(record, changes, theirs)),
    ...changes.deletedNodes.flatMap((record) => conflictsOfDeleted(record, theirs, after)),
    ...conflictsOfDeletedGroups(records, changes, after),
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

/** What others did, by the text of the node's id. */
class TheirChanges {
  readonly updated: ReadonlySet<string>;
  readonly deleted: ReadonlySet<string>;
  readonly chunks: ReadonlyMap<string, ChunkList>;

  constructor(logs: readonly TransactionLog[]) {
    this.updated = toTexts(logs.flatMap(({ updatedArrays, updatedGroups }) => [...updatedArrays, ...updatedGroups]));
    this.deleted = toTexts(logs.flatMap(({ deletedArrays, deletedGroups }) => [...deletedArrays, ...deletedGroups]));
    const chunks = mergeChanges(...logs.map(({ updatedChunks }) => updatedChunks));
    this.chunks = new Map(chunks.map((changed) => [idToText(changed.node), changed]));
  }
}

function toTexts(ids: readonly Uint8Array[]): Set<string> {
  return new Set(ids.map(idToText));
}

function conflictsOfNew(
  { id, path }: NodeRecord,
  ours: readonly NodeRecord[],
  changes: ChangeSet,
  after: ReadonlyMap<string, NodeRecord>,
): Conflict[] {
  if (!changes.newNodes.has(id)) return [];
  const there = after.get(path);
  if (there && !isDeletedByUs(there, changes)) return [{ kind: "newNodeConflictsWithExistingNode", path }];
  const parent = parentPath(path);
  const ourParent = ours.find((record) => record.path === parent);
  if (parent === null || (ourParent && changes.newNodes.has(ourParent.id))) return [];
  return after.get(parent)?.data.kind === "group" ? [] : [{ kind: "newNodeInInvalidGroup", path }];
}

function conflictsOfUpdated({ id, path, data }: NodeRecord, changes: ChangeSet, theirs: TheirChanges): Conflict[] {
  const text = idToText(id);
  const isDeleted = theirs.deleted.has(text);
  const isUpdated = theirs.updated.has(text);
  const conflicts: Conflict[] = [];
  if (changes.updatedNodes.has(id)) {
    const ofDeleted = data.kind === "array" ? "zarrMetadataUpdateOfDeletedArray" : "zarrMetadataUpdateOfDeletedGroup";
    if (isUpdated) conflicts.push({ kind: "zarrMetadataDoubleUpdate", path });
    if (isDeleted) conflicts.push({ kind: ofDeleted, path });
  }
  const staged = changes.staged.get(id);
  if (!staged) return conflicts;
  if (isDeleted) conflicts.push({ kind: "chunksUpdatedInDeletedArray", path });
  if (isUpdated) conflicts.push({ kind: "chunksUpdatedInUpdatedArray", path });
  const written = theirs.chunks.get(text);
  const chunks = written ? commonChunks(changedChunks(id, staged), written) : null;
  if (chunks && chunks.count > 0) conflicts.push({ kind: "chunkDoubleUpdate", path, chunks });
  return conflicts;
}

function conflictsOfDeleted(
  { id, path, data }: NodeRecord,
  theirs: TheirChanges,
  after: ReadonlyMap<string, NodeRecord>,
): Conflict[] {
  const text = idToText(id);
  const isReplaced = theirs.deleted.has(text) && after.has(path);
  if (!isReplaced && !theirs.updated.has(text) && !theirs.chunks.has(text)) return [];
  return [{ kind: data.kind === "array" ? "deleteOfUpdatedArray" : "deleteOfUpdatedGroup", path }];
}

/** Nodes that are not ours to delete, below groups that we deleted. */
function conflictsOfDeletedGroups(
  ours: readonly NodeRecord[],
  changes: ChangeSet,
  after: ReadonlyMap<string, NodeRecord>,
): Conflict[] {
  const groups = changes.deletedNodes.filter(({ data }) => data.kind === "group").map(({ path }) => path);
  const gone = new Set(groups.filter((path) => !ours.some((record) => record.path === path)));
  if (gone.size === 0) return [];
  return [...after.values()]
    .filter((record) => gone.has(parentPath(record.path) ?? "") && !isDeletedByUs(record, changes))
    .map(({ path }) => ({ kind: "newNodeInDeletedGroup", path }));
}

function isDeletedByUs({ id }: NodeRecord, { deletedNodes }: ChangeSet): boolean {
  const text = idToText(id);
  return deletedNodes.some((record) => idToText(record.id) === text);
}
