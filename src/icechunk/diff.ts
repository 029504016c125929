import { InvalidInputError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { idToText } from "./format/object-id.js";
import { type At, ancestors, resolve } from "./history.js";
import { inTurns } from "./in-turns.js";
import { type RepositoryTable, readRepositoryFile } from "./repository-file.js";
import { type SnapshotDiff, toDiff } from "./snapshot-diff.js";
import { readSnapshot } from "./snapshot-file.js";
import type { TransactionLog } from "./transaction-log.js";
import { mergeChanges } from "./transaction-log-merge.js";
import { readTransactionLog } from "./transaction-log-reader.js";

/** Transaction logs read at the same time. */
const concurrentReads = 8;

/**
 * What happened after `from` up to `to`, as the transaction logs between them tell. As in the official engine, a node
 * is named by its path in `to`, else by that in `from`; what came and went in between is left out.
 *
 * @throws InvalidInputError where `from` is not in the history of `to`.
 * @throws NotFoundError where there is no such branch, tag or snapshot.
 */
export async function diffSnapshots(
  store: ByteStore,
  from: At,
  to: At,
  options: ReadOptions = {},
): Promise<SnapshotDiff> {
  const { table } = await readRepositoryFile(store, options);
  const start = resolve(table, from, store);
  const end = resolve(table, to, store);
  const between = snapshotsBetween(table, start, end);
  if (between === null) {
    const [first, last] = [start, end].map((index) => idToText(table.snapshots[index]!.id));
    throw new InvalidInputError(
      `The snapshot ${first} is not in the history of ${last}; there is no difference to tell.`,
      {
        details: { from: first!, to: last! },
      },
    );
  }
  const [logs, before, after] = await Promise.all([
    readLogs(store, table, between, options),
    readSnapshot(store, table.snapshots[start]!.id, options),
    readSnapshot(store, table.snapshots[end]!.id, options),
  ]);
  const chunks = mergeChanges(...logs.map(({ updatedChunks }) => updatedChunks));
  return toDiff(logs, chunks, before.nodes, after.nodes);
}

/**
 * The snapshots after `from` up to `to`, newest first; null where `from` is not in the history of `to`.
 *
 * @param from index of a snapshot, as `to`.
 */
export function snapshotsBetween(table: RepositoryTable, from: number, to: number): number[] | null {
  const history = ancestors(table, to);
  const end = history.indexOf(from);
  return end < 0 ? null : history.slice(0, end);
}

/** The transaction logs of snapshots, and of those that were expired into them, in the order of `indices`. */
export async function readLogs(
  store: ByteStore,
  table: RepositoryTable,
  indices: readonly number[],
  options: ReadOptions = {},
): Promise<TransactionLog[]> {
  const ids = indices.flatMap((index) => {
    const { id, prunedAncestors } = table.snapshots[index]!;
    return [id, ...(prunedAncestors ?? []).toReversed()];
  });
  const logs: TransactionLog[] = [];
  await inTurns(ids.entries(), concurrentReads, async ([i, id]) => {
    logs[i] = await readTransactionLog(store, id, options);
  });
  return logs;
}
