import type { NodeRecord, SnapshotFile } from "./snapshot-file.js";
import { sortRows } from "./sort-rows.js";
import type { StagedReferences } from "./staged-references.js";
import { type ChangedChunks, emptyTransactionLog, type MovedNode, type TransactionLog } from "./transaction-log.js";

/**
 * What a session changed so far. Nodes are told apart by the identity of their ids, which records of the session share
 * with those of its snapshot.
 *
 * Moves and other changes do not mix in one session, as in the official engine: others could not rebase over them.
 */
export interface ChangeSet {
  newNodes: Set<NodeRecord["id"]>;
  updatedNodes: Set<NodeRecord["id"]>;
  /** As they stood in the snapshot. */
  deletedNodes: NodeRecord[];
  /** By node id, which a move or a new node of the same path does not share. */
  staged: Map<NodeRecord["id"], StagedReferences>;
  /** In the order in which they were made. */
  moves: { from: string; to: string }[];
}

/** No changes. */
export function emptyChangeSet(): ChangeSet {
  return { newNodes: new Set(), updatedNodes: new Set(), deletedNodes: [], staged: new Map(), moves: [] };
}

/** True where a commit would write something. Moves that lead back to where they began are none. */
export function hasChanges(base: SnapshotFile, records: readonly NodeRecord[], changes: ChangeSet): boolean {
  const { newNodes, updatedNodes, deletedNodes, staged, moves } = changes;
  if (newNodes.size + updatedNodes.size + deletedNodes.length + staged.size > 0) return true;
  return moves.length > 0 && movedNodes(base, records).length > 0;
}

/** The changes as a commit records them. */
export function toTransactionLog(
  base: SnapshotFile,
  records: readonly NodeRecord[],
  changes: ChangeSet,
): TransactionLog {
  const log = emptyTransactionLog();
  for (const { id, data } of records) {
    if (changes.newNodes.has(id)) (data.kind === "array" ? log.newArrays : log.newGroups).push(id);
    if (changes.updatedNodes.has(id)) (data.kind === "array" ? log.updatedArrays : log.updatedGroups).push(id);
    const staged = changes.staged.get(id);
    if (staged) log.updatedChunks.push(changedChunks(id, staged));
  }
  for (const { id, data } of changes.deletedNodes) {
    (data.kind === "array" ? log.deletedArrays : log.deletedGroups).push(id);
  }
  if (changes.moves.length > 0) log.movedNodes = movedNodes(base, records);
  return log;
}

/** The chunks that are staged, each once. */
export function changedChunks(node: Uint8Array, { table }: StagedReferences): ChangedChunks {
  const { rank } = table;
  const rows = sortRows(
    table,
    Array.from({ length: table.count }, (_, row) => row),
  );
  const indices = new Uint32Array(rows.length * rank);
  rows.forEach((row, i) => {
    indices.set(table.indices.subarray(row * rank, (row + 1) * rank), i * rank);
  });
  return { node, rank, indices, count: rows.length };
}

function movedNodes(base: SnapshotFile, records: readonly NodeRecord[]): MovedNode[] {
  const before = new Map(base.nodes.map(({ id, path }) => [id, path]));
  const moved: MovedNode[] = [];
  for (const { id, path, data } of records) {
    const from = before.get(id);
    if (from !== undefined && from !== path) moved.push({ node: id, kind: data.kind, from, to: path });
  }
  return moved;
}
