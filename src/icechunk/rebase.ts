import { ConflictError, isPixelQueryError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { type ChangeSet, emptyChangeSet } from "./change-set.js";
import {
  type Conflict,
  type ConflictSolver,
  conflictToJson,
  findConflicts,
  isSolvable,
  moveConflict,
} from "./conflicts.js";
import { readLogs, snapshotsBetween } from "./diff.js";
import { compareBytes, idToText } from "./format/object-id.js";
import { resolve } from "./history.js";
import { moveNodes } from "./move.js";
import { readRepositoryFile } from "./repository-file.js";
import { type NodeRecord, readSnapshot, type SnapshotFile } from "./snapshot-file.js";
import type { StagedReferences } from "./staged-references.js";
import type { ChunkList, TransactionLog } from "./transaction-log.js";

/** A session's changes on top of a newer snapshot. */
export interface Rebased {
  base: SnapshotFile;
  records: Map<string, NodeRecord>;
  changes: ChangeSet;
}

/** What others committed on a branch since a session began. */
export interface Intervening {
  /** The branch's newest snapshot. */
  tip: SnapshotFile;
  /** Newest first. */
  logs: TransactionLog[];
}

/**
 * What others committed on a branch after the snapshot `base`; null where nothing.
 *
 * @throws ConflictError where `base` is no longer in the branch's history.
 * @throws NotFoundError where the branch is gone.
 */
export async function readIntervening(
  store: ByteStore,
  branch: string,
  base: SnapshotFile,
  options: ReadOptions = {},
): Promise<Intervening | null> {
  const { table } = await readRepositoryFile(store, options);
  const tip = resolve(table, { branch }, store);
  const start = table.snapshots.findIndex(({ id }) => compareBytes(id, base.id) === 0);
  const between = start < 0 ? null : snapshotsBetween(table, start, tip);
  if (between === null) {
    throw new ConflictError(
      `The branch "${branch}" was reset or amended: ${idToText(base.id)} is no longer in its history. Begin a new session.`,
      { details: { branch, base: idToText(base.id), tip: idToText(table.snapshots[tip]!.id) } },
    );
  }
  if (between.length === 0) return null;
  const [logs, snapshot] = await Promise.all([
    readLogs(store, table, between, options),
    readSnapshot(store, table.snapshots[tip]!.id, options),
  ]);
  return { tip: snapshot, logs };
}

/**
 * Make a session's changes again on top of what others committed. Nothing is read, and the arguments stay as they are.
 *
 * @throws ConflictError naming every conflict that the solver has no answer to.
 */
export function rebase(
  records: ReadonlyMap<string, NodeRecord>,
  changes: ChangeSet,
  { tip, logs }: Intervening,
  solver: ConflictSolver = {},
): Rebased {
  const after = new Map(tip.nodes.map((node) => [node.path, node]));
  if (changes.moves.length > 0) return { base: tip, records: moveAgain(after, changes, tip), changes };
  const conflicts = findConflicts(records, changes, logs, after);
  const unsolved = conflicts.filter((conflict) => !isSolvable(conflict, solver));
  if (unsolved.length > 0) throw unsolvable(unsolved, tip);
  const dropped = solver.onChunkConflict === "theirs" ? conflictingChunks(conflicts) : new Map<string, ChunkList>();
  return { base: tip, ...applyChanges(records, changes, after, dropped) };
}

function moveAgain(after: Map<string, NodeRecord>, { moves }: ChangeSet, tip: SnapshotFile): Map<string, NodeRecord> {
  for (const { from, to } of moves) {
    try {
      moveNodes(after, from, to);
    } catch (error) {
      if (!isPixelQueryError(error)) throw error;
      throw unsolvable([moveConflict(from)], tip, error);
    }
  }
  return after;
}

/** The nodes that others left, with our changes; what is kept takes their ids, whose identity tells nodes apart. */
function applyChanges(
  records: ReadonlyMap<string, NodeRecord>,
  changes: ChangeSet,
  after: Map<string, NodeRecord>,
  dropped: ReadonlyMap<string, ChunkList>,
): Omit<Rebased, "base"> {
  const theirs = new Map([...after.values()].map((record) => [idToText(record.id), record]));
  const next = emptyChangeSet();
  for (const { id } of changes.deletedNodes) {
    const record = theirs.get(idToText(id));
    if (!record) continue;
    after.delete(record.path);
    next.deletedNodes.push(record);
  }
  for (const ours of records.values()) {
    const isNew = changes.newNodes.has(ours.id);
    const record = isNew ? ours : theirs.get(idToText(ours.id));
    if (!record) continue;
    if (isNew) next.newNodes.add(record.id);
    if (changes.updatedNodes.has(ours.id)) next.updatedNodes.add(record.id);
    const staged = changes.staged.get(ours.id);
    if (staged) keepStaged(next, record, staged, dropped.get(ours.path));
    after.set(record.path, changes.updatedNodes.has(ours.id) ? withOurMetadata(record, ours) : record);
  }
  return { records: after, changes: next };
}

function keepStaged(
  next: ChangeSet,
  { id }: NodeRecord,
  staged: StagedReferences,
  dropped: ChunkList | undefined,
): void {
  const kept = dropped ? staged.without(dropped) : staged;
  if (kept.table.count > 0) next.staged.set(id, kept);
}

/** Our metadata and shape, their references. */
function withOurMetadata(theirs: NodeRecord, ours: NodeRecord): NodeRecord {
  const manifests = theirs.data.kind === "array" ? theirs.data.manifests : [];
  const data = ours.data.kind === "array" ? { ...ours.data, manifests } : ours.data;
  return { ...theirs, zarrJson: ours.zarrJson, data };
}

function conflictingChunks(conflicts: readonly Conflict[]): Map<string, ChunkList> {
  const chunks = new Map<string, ChunkList>();
  for (const conflict of conflicts) {
    if (conflict.kind === "chunkDoubleUpdate") chunks.set(conflict.path, conflict.chunks);
  }
  return chunks;
}

function unsolvable(conflicts: readonly Conflict[], tip: SnapshotFile, cause?: unknown): ConflictError {
  const [first] = conflicts;
  const more = conflicts.length > 1 ? ` and ${conflicts.length - 1} more` : "";
  return new ConflictError(
    `The session cannot be rebased onto ${idToText(tip.id)}: ${first?.kind} at ${first?.path}${more}. Solve it by a rule, or do the changes again on a new session.`,
    { details: { tip: idToText(tip.id), conflicts: conflicts.map(conflictToJson) }, cause },
  );
}
