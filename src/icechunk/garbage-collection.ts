import { ConflictError, InvalidInputError } from "../errors.js";
import type { ByteStore, ObjectInfo, ReadOptions } from "../store/byte-store.js";
import type { RepositoryOptions } from "./config.js";
import { findNewParent, reachableSnapshots, removeSnapshots, setParent } from "./delisting.js";
import { idToText, randomId } from "./format/object-id.js";
import { inTurns } from "./in-turns.js";
import { manifestsOf, nativeChunksOf } from "./reachable-objects.js";
import { decodeRepository, type RepositoryTable, readRepositoryFile } from "./repository-file.js";
import { updateRepository } from "./repository-update.js";
import { backupKey, listObjects, type StoredObjects, type Tally, tallyOf } from "./stored-objects.js";

/** Longer than any commit should take. */
const defaultGracePeriodMs = 24 * 3_600_000;
/** Times to begin again because branches or tags came to lead to what was to go. */
const maxAttempts = 20;
const concurrentDeletes = 16;

export interface CollectOptions extends ReadOptions {
  /**
   * Objects younger than this stay, whoever needs them: a commit may still be writing them. One day unless given. Choose
   * it longer than the longest commit; 0 is safe only while nobody else writes.
   */
  gracePeriodMs?: number | undefined;
  /** Delete nothing, only say what would go. */
  dryRun?: boolean | undefined;
}

/** What {@link collectGarbage} deleted, or would delete in a dry run. */
export interface CollectedGarbage {
  total: Tally;
  snapshots: Tally;
  transactions: Tally;
  manifests: Tally;
  chunks: Tally;
  /** Earlier `repo` objects that neither the log of operations nor anything else leads to. */
  backups: Tally;
  /** The keys of all these objects. */
  keys: string[];
}

/** Objects to delete, by kind, in the order in which they go: nothing before what refers to it. */
type Doomed = Record<keyof StoredObjects, ObjectInfo[]>;

/** What a look at the repository decided. */
interface Plan {
  doomed: Doomed;
  /** Names of snapshots to take off the repository's list. */
  delisted: ReadonlySet<string>;
  /** Every snapshot on the list when it was looked at. */
  seen: ReadonlySet<string>;
  backups: ReadonlySet<string>;
}

/**
 * Delete what no branch or tag leads to any more, and what lost or killed commits left behind.
 *
 * An object goes only when it is older than the grace period by the store's clock. Damage stops the collection before
 * anything is deleted: what cannot be read cannot be proved garbage. Objects whose names are not the format's stay.
 *
 * @throws InvalidInputError for a negative grace period.
 * @throws CorruptDataError where a snapshot or manifest that is needed is missing or damaged.
 * @throws ConflictError where branches and tags kept changing so that no plan held.
 */
export async function collectGarbage(
  store: ByteStore,
  repositoryOptions: RepositoryOptions,
  options: CollectOptions,
): Promise<CollectedGarbage> {
  const gracePeriodMs = options.gracePeriodMs ?? defaultGracePeriodMs;
  if (!(gracePeriodMs >= 0)) {
    throw new InvalidInputError(`The grace period of ${gracePeriodMs} ms is not a length of time.`);
  }
  const cutoffMs = (options.dryRun ? Date.now() : await earlierClockMs(store, options)) - gracePeriodMs;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const plan = await makePlan(store, cutoffMs, options);
    const garbage = toReport(plan.doomed);
    if (options.dryRun || garbage.total.objects === 0) return garbage;
    if (!(await updateList(store, { ...repositoryOptions, signal: options.signal }, plan))) continue;
    await deleteAll(store, plan.doomed, options);
    return garbage;
  }
  throw new ConflictError(`Branches or tags of ${store.url} changed ${maxAttempts} times during garbage collection.`, {
    details: { store: store.url },
  });
}

async function makePlan(store: ByteStore, cutoffMs: number, options: ReadOptions): Promise<Plan> {
  const { table } = await readRepositoryFile(store, options);
  const stored = await listObjects(store, options);
  const isOld = ({ modifiedMs }: ObjectInfo) => modifiedMs !== null && modifiedMs < cutoffMs;
  const names = table.snapshots.map(({ id }) => idToText(id));
  const reachable = reachableSnapshots(table);
  // A snapshot that no ref leads to is dated by its object, as that is what decides whether the object can go. Where
  // there is none it was lost: all on the list were written before they came onto it.
  const isKept = (index: number) => {
    const info = stored.snapshots.get(names[index]!);
    return reachable.has(index) || (info !== undefined && !isOld(info));
  };
  const keptSnapshots = table.snapshots.filter((_, index) => isKept(index));
  const keptNames = new Set(keptSnapshots.map(({ id }) => idToText(id)));
  const manifests = await manifestsOf(
    store,
    keptSnapshots.map(({ id }) => id),
    options,
  );
  const chunks = await nativeChunksOf(store, manifests.values(), options);
  const backups = await neededBackups(store, table, options);
  const oldExcept = (objects: ReadonlyMap<string, ObjectInfo>, kept: { has(name: string): boolean }) =>
    [...objects].filter(([name, info]) => !kept.has(name) && isOld(info)).map(([, info]) => info);
  const doomed = {
    snapshots: oldExcept(stored.snapshots, keptNames),
    transactions: oldExcept(stored.transactions, neededLogs(table, isKept)),
    manifests: oldExcept(stored.manifests, manifests),
    chunks: oldExcept(stored.chunks, chunks),
    backups: oldExcept(stored.backups, backups),
  };
  return {
    doomed,
    delisted: new Set(names.filter((name) => !keptNames.has(name))),
    seen: new Set(names),
    backups: new Set(doomed.backups.map(({ key }) => key.slice(key.lastIndexOf("/") + 1))),
  };
}

/** The logs of all snapshots that stay, and of those that they passed over, now or in this run. */
function neededLogs(table: RepositoryTable, isKept: (index: number) => boolean): Set<string> {
  const needed = new Set<string>();
  table.snapshots.forEach(({ id, prunedAncestors, parentOffset }, index) => {
    if (!isKept(index)) return;
    needed.add(idToText(id));
    const isCut = parentOffset >= 0 && !isKept(parentOffset);
    const passed = isCut ? findNewParent(table, index, isKept).prunedAncestors : (prunedAncestors ?? []);
    for (const ancestor of passed) needed.add(idToText(ancestor));
  });
  return needed;
}

/** Where the log of operations goes on, from one earlier `repo` object to the next. */
async function neededBackups(store: ByteStore, table: RepositoryTable, options: ReadOptions): Promise<Set<string>> {
  const needed = new Set<string>();
  let next = table.repoBeforeUpdates;
  while (next !== null && !needed.has(next)) {
    needed.add(next);
    const key = backupKey(next);
    const stored = await store.get(key, undefined, options);
    next = stored ? (await decodeRepository(stored.data, key)).value.repoBeforeUpdates : null;
  }
  return needed;
}

/**
 * Take what goes off the repository's list, before anything is deleted: afterwards nobody can begin to use it.
 *
 * @returns false where the repository has changed so that the plan does not hold.
 */
async function updateList(store: ByteStore, options: RepositoryOptions & ReadOptions, plan: Plan): Promise<boolean> {
  let holds = true;
  await updateRepository(store, options, (table) => {
    holds = stillHolds(table, plan);
    if (!holds) return null;
    const doomed = new Set(
      table.snapshots.flatMap(({ id }, index) => (plan.delisted.has(idToText(id)) ? [index] : [])),
    );
    const cut = table.snapshots.flatMap(({ parentOffset }, index) =>
      doomed.has(parentOffset) && !doomed.has(index) ? [index] : [],
    );
    const changes = cut.map((index) => [index, findNewParent(table, index, (each) => !doomed.has(each))] as const);
    for (const [index, change] of changes) setParent(table, index, change);
    removeSnapshots(table, doomed);
    for (const update of table.latestUpdates) {
      // The log is later cut at an update with a backup, which must then be there.
      if (update.backupPath !== null && plan.backups.has(update.backupPath)) update.backupPath = null;
    }
    return { kind: "garbageCollected" };
  });
  return holds;
}

function stillHolds(table: RepositoryTable, { delisted, seen, backups }: Plan): boolean {
  const isDelisted = (index: number) => delisted.has(idToText(table.snapshots[index]!.id));
  if ([...table.branches, ...table.tags].some(({ snapshotIndex }) => isDelisted(snapshotIndex))) return false;
  if (table.repoBeforeUpdates !== null && backups.has(table.repoBeforeUpdates)) return false;
  // Snapshots that came since rely on what their parents hold.
  return !table.snapshots.some(
    ({ id, parentOffset }) => parentOffset >= 0 && !seen.has(idToText(id)) && isDelisted(parentOffset),
  );
}

async function deleteAll(store: ByteStore, doomed: Doomed, options: ReadOptions): Promise<void> {
  for (const objects of Object.values(doomed)) {
    await inTurns(objects, concurrentDeletes, ({ key }) => store.delete(key, options));
  }
}

function toReport(doomed: Doomed): CollectedGarbage {
  const { snapshots, transactions, manifests, chunks, backups } = doomed;
  const all = [...snapshots, ...transactions, ...manifests, ...chunks, ...backups];
  return {
    total: tallyOf(all),
    snapshots: tallyOf(snapshots),
    transactions: tallyOf(transactions),
    manifests: tallyOf(manifests),
    chunks: tallyOf(chunks),
    backups: tallyOf(backups),
    keys: all.map(({ key }) => key),
  };
}

/** Milliseconds since 1970 by the store's clock or the local one, whichever is behind: deleting too little is safe. */
async function earlierClockMs(store: ByteStore, options: ReadOptions): Promise<number> {
  const key = backupKey(`clock.${idToText(randomId(12))}`);
  await store.put(key, new Uint8Array(0), options);
  try {
    const written = await store.head(key, options);
    return Math.min(Date.now(), written?.modifiedMs ?? Date.now());
  } finally {
    await store.delete(key);
  }
}
