import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import type { RepositoryCheck } from "./check.js";
import { Findings } from "./check-findings.js";
import { checkManifest, type KnownManifest, type ManifestChecking, recordUses } from "./check-manifest.js";
import { checkSnapshot } from "./check-snapshot.js";
import { containersOf, parseConfig } from "./config.js";
import { compareBytes, idToText } from "./format/object-id.js";
import { inTurns } from "./in-turns.js";
import { readManifest } from "./manifest-cache.js";
import { decodeRepository, type RepositoryTable, readRepositoryFile, repositoryKey } from "./repository-file.js";
import { contradictionsOf, updateContradictionsOf } from "./repository-rules.js";
import { objectKey, readSnapshot, type SnapshotFile } from "./snapshot-file.js";
import { backupKey, listObjects, type StoredObjects, type Tally, tallyOf } from "./stored-objects.js";
import { readTransactionLog } from "./transaction-log-reader.js";

const concurrentReads = 8;

/** What a check gathers as it goes from the repository to its chunks. */
interface Checking {
  store: ByteStore;
  options: ReadOptions;
  findings: Findings;
  stored: StoredObjects;
  table: RepositoryTable;
  /** Names of what something leads to, as far as it is known. */
  manifests: Map<string, KnownManifest>;
  logs: Set<string>;
  backups: Set<string>;
}

/** As `checkRepository` says. */
export async function findDamage(store: ByteStore, options: ReadOptions = {}): Promise<RepositoryCheck> {
  const findings = new Findings();
  const raw = await store.get(repositoryKey, undefined, options);
  // Throws what is right for a store without a repository, or with one of version 1.
  if (!raw) await readRepositoryFile(store, options);
  const decoded = raw && (await findings.attempt(repositoryKey, () => decodeRepository(raw.data, repositoryKey)));
  const checked = { snapshots: 0, transactions: 0, manifests: 0, references: 0, chunks: 0 };
  if (!decoded) return { isSound: false, findings: findings.list(), checked, orphans: { objects: 0, bytes: 0 } };
  const table = decoded.value;
  const stored = await listObjects(store, options);
  const used = { manifests: new Map<string, KnownManifest>(), logs: new Set<string>(), backups: new Set<string>() };
  const checking: Checking = { store, options, findings, stored, table, ...used };
  for (const what of [...contradictionsOf(table), ...updateContradictionsOf(table)]) {
    findings.add("damaged", repositoryKey, `It contradicts itself: ${what}.`);
  }
  await checkBackups(checking);
  checked.snapshots = await checkSnapshots(checking);
  checked.transactions = await checkLogs(checking);
  const { references, usedChunks } = await checkManifests(checking);
  const list = findings.list();
  return {
    isSound: list.length === 0,
    findings: list,
    checked: { ...checked, manifests: used.manifests.size, references, chunks: usedChunks.size },
    orphans: countOrphans(checking, usedChunks),
  };
}

/** The log of operations goes on in earlier `repo` objects. */
async function checkBackups({ store, options, findings, stored, table, backups }: Checking): Promise<void> {
  for (const { backupPath } of table.latestUpdates) {
    if (backupPath === null) continue;
    backups.add(backupPath);
    if (!stored.backups.has(backupPath))
      findings.add("missing", backupKey(backupPath), "The log of operations names it.");
  }
  const followed = new Set<string>();
  let next = table.repoBeforeUpdates;
  while (next !== null && !followed.has(next)) {
    followed.add(next);
    backups.add(next);
    const key = backupKey(next);
    const object = await store.get(key, undefined, options);
    if (!object) findings.add("missing", key, "The log of operations goes on there.");
    const decoded = object && (await findings.attempt(key, () => decodeRepository(object.data, key)));
    next = decoded?.value.repoBeforeUpdates ?? null;
  }
}

/** The number of snapshots that could be read. */
async function checkSnapshots(checking: Checking): Promise<number> {
  let read = 0;
  await inTurns(checking.table.snapshots, concurrentReads, async ({ id }) => {
    if (await checkSnapshotObject(checking, id)) read += 1;
  });
  return read;
}

async function checkSnapshotObject(checking: Checking, id: Uint8Array): Promise<boolean> {
  const { store, options, findings, stored, manifests } = checking;
  const key = objectKey("snapshots", id);
  if (!stored.snapshots.has(idToText(id))) {
    findings.add("missing", key, "It is on the repository's list of snapshots.");
    return false;
  }
  const snapshot = await findings.attempt(key, () => readSnapshot(store, id, options));
  if (!snapshot) return false;
  if (compareBytes(snapshot.id, id) !== 0)
    findings.add("damaged", key, `It holds the snapshot ${idToText(snapshot.id)}.`);
  checkSnapshot(snapshot, findings);
  checkManifestList(checking, snapshot, key);
  for (const record of snapshot.nodes) if (record.data.kind === "array") recordUses(manifests, record, record.data);
  return true;
}

/** Sizes and presence of a snapshot's manifests, which are read later, once each. */
function checkManifestList(
  { findings, stored, manifests }: Checking,
  { manifestFiles }: SnapshotFile,
  key: string,
): void {
  for (const [name, { id, sizeBytes, referenceCount }] of manifestFiles) {
    const object = stored.manifests.get(name);
    if (!object) findings.add("missing", objectKey("manifests", id), `${key} lists it.`);
    else if (object.sizeBytes !== sizeBytes) {
      const message = `It has ${object.sizeBytes} bytes; ${key} says ${sizeBytes}.`;
      findings.add("wrong-size", objectKey("manifests", id), message);
    }
    if (object && !manifests.has(name)) manifests.set(name, { id, referenceCount, uses: new Map() });
  }
}

/** The number of transaction logs that could be read. */
async function checkLogs({ store, options, findings, stored, table, logs }: Checking): Promise<number> {
  const ids = new Map<string, Uint8Array>();
  for (const { id, parentOffset, prunedAncestors } of table.snapshots) {
    // What led to a first snapshot nobody asks, and migrated repositories do not have it.
    if (parentOffset >= 0 || stored.transactions.has(idToText(id))) ids.set(idToText(id), id);
    for (const ancestor of prunedAncestors ?? []) ids.set(idToText(ancestor), ancestor);
  }
  let read = 0;
  await inTurns(ids, concurrentReads, async ([name, id]) => {
    logs.add(name);
    const key = objectKey("transactions", id);
    if (!stored.transactions.has(name)) findings.add("missing", key, "A snapshot on the repository's list needs it.");
    else if (await findings.attempt(key, () => readTransactionLog(store, id, options))) read += 1;
  });
  return read;
}

async function checkManifests(checking: Checking): Promise<ManifestChecking> {
  const { store, options, findings, stored, table, manifests } = checking;
  const config = await findings.attempt(repositoryKey, () => parseConfig(table.config, repositoryKey));
  const gathered: ManifestChecking = {
    findings,
    containers: containersOf(config ?? {}),
    chunks: stored.chunks,
    covered: new Set(),
    usedChunks: new Set(),
    references: 0,
  };
  await inTurns(manifests.values(), concurrentReads, async (known) => {
    await findings.attempt(objectKey("manifests", known.id), async () =>
      checkManifest(await readManifest(store, known.id, options), known, gathered),
    );
  });
  return gathered;
}

function countOrphans({ stored, table, manifests, logs, backups }: Checking, chunks: ReadonlySet<string>): Tally {
  const snapshots = new Set(table.snapshots.map(({ id }) => idToText(id)));
  const used = { snapshots, transactions: logs, manifests, chunks, backups };
  const orphans = (Object.keys(used) as (keyof StoredObjects)[]).flatMap((kind) =>
    [...stored[kind]].flatMap(([name, info]) => (used[kind].has(name) ? [] : [info])),
  );
  return tallyOf(orphans);
}
