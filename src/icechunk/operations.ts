import { CorruptDataError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { idToText } from "./format/object-id.js";
import type { Table } from "./format/schema.js";
import { decodeRepository, readRepositoryFile } from "./repository-file.js";
import { type RepositoryStatus, statusOf } from "./repository-settings.js";

/** What was done to a repository. Snapshots are named by their ids as text. */
export type OperationChange =
  | { kind: "repoInitialized" }
  | { kind: "repoMigrated"; fromVersion: number; toVersion: number }
  | { kind: "configChanged" }
  | { kind: "metadataChanged" }
  | { kind: "tagCreated"; name: string }
  | { kind: "tagDeleted"; name: string; previousSnapshot: string }
  | { kind: "branchCreated"; name: string }
  | { kind: "branchDeleted"; name: string; previousSnapshot: string }
  | { kind: "branchReset"; name: string; previousSnapshot: string }
  | { kind: "newCommit"; branch: string; newSnapshot: string }
  | { kind: "commitAmended"; branch: string; previousSnapshot: string; newSnapshot: string }
  | { kind: "newDetachedSnapshot"; newSnapshot: string }
  | { kind: "garbageCollected" }
  | { kind: "snapshotsExpired" }
  /** `setting` null: back to the default. */
  | { kind: "featureFlagChanged"; id: number; setting: boolean | null }
  | { kind: "statusChanged"; status: RepositoryStatus };

/** One entry of a repository's log of operations. */
export interface Operation {
  change: OperationChange;
  time: Date;
  /** Key of the `repo` object that the next operation replaced, as this one left it; null for the newest. */
  backup: string | null;
}

/**
 * Everything that was done to a repository, newest first. Older parts of the log lie in backups, which are read as the
 * caller gets there; the log ends at a backup that was cleaned up.
 *
 * @throws CorruptDataError where a backup is damaged, or leads back to one that was read.
 */
export async function* readOperations(store: ByteStore, options: ReadOptions = {}): AsyncGenerator<Operation> {
  let table: Table<"repository"> = (await readRepositoryFile(store, options)).table;
  /** Key of the backup that is being read: it is what its newest operation left. */
  let read: string | null = null;
  const visited = new Set<string>();
  for (;;) {
    for (const [i, update] of table.latestUpdates.entries()) yield toOperation(table, update, i === 0 ? read : null);
    const next = table.repoBeforeUpdates;
    if (next === null) return;
    const key = `overwritten/${next}`;
    if (visited.has(key)) {
      throw new CorruptDataError(`The log of operations of ${store.url} leads back to ${key}.`, { details: { key } });
    }
    visited.add(key);
    const stored = await store.get(key, undefined, options);
    if (!stored) return;
    table = (await decodeRepository(stored.data, key)).value;
    read = key;
  }
}

function toOperation(table: Table<"repository">, update: Table<"update">, file: string | null): Operation {
  const { change, updatedAtMicros, backupPath } = update;
  const backup = backupPath === null ? file : `overwritten/${backupPath}`;
  return { change: toChange(table, change), time: new Date(updatedAtMicros / 1000), backup };
}

function toChange(table: Table<"repository">, change: Table<"update">["change"]): OperationChange {
  switch (change.kind) {
    case "tagDeleted":
    case "branchDeleted":
    case "branchReset":
      return { ...change, previousSnapshot: idToText(change.previousSnapshot) };
    case "newCommit":
    case "newDetachedSnapshot":
      return { ...change, newSnapshot: idToText(change.newSnapshot) };
    case "commitAmended":
      return {
        ...change,
        previousSnapshot: idToText(change.previousSnapshot),
        newSnapshot: idToText(change.newSnapshot),
      };
    case "featureFlagChanged":
      return { kind: change.kind, id: change.id, setting: change.isSet ? change.newValue : null };
    case "statusChanged":
      return { kind: change.kind, status: statusOf({ ...table, status: change.status }) };
    default:
      return change;
  }
}
