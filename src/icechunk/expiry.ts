import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import type { RepositoryOptions } from "./config.js";
import { findNewParent, removeSnapshots, setParent } from "./delisting.js";
import { assertFeature } from "./feature-flags.js";
import { compareUtf8, idToText } from "./format/object-id.js";
import { type RepositoryTable, readRepositoryFile } from "./repository-file.js";
import { updateRepository } from "./repository-update.js";

export interface ExpireOptions extends ReadOptions {
  /** Snapshots written before this expire. */
  olderThan: Date;
  /** Delete branches whose newest snapshot expires, never `main`; else such a snapshot stays. */
  deleteBranches?: boolean | undefined;
  /** Delete tags of snapshots that expire; else such a snapshot stays. */
  deleteTags?: boolean | undefined;
  /** Change nothing, only say what would be. */
  dryRun?: boolean | undefined;
}

/** What {@link expireSnapshots} did; all lists are empty where there was nothing to do. */
export interface ExpiredSnapshots {
  /** Ids of snapshots that left the history. Their objects stay until garbage is collected. */
  expired: string[];
  /** Ids of snapshots whose parent expired, and that now follow the first snapshot. */
  rewritten: string[];
  deletedBranches: string[];
  deletedTags: string[];
}

interface Expiry {
  expired: Set<number>;
  rewritten: number[];
  deletedBranches: string[];
  deletedTags: string[];
}

/**
 * Let snapshots older than a time leave the history, as the official engine does.
 *
 * First snapshots stay, as do the newest of branches and the tagged ones, unless those may be deleted. A snapshot that
 * loses its parent follows the first one and remembers whose transaction logs lie between. Only the `repo` object is
 * rewritten.
 *
 * @throws UnsupportedError where a tag would be deleted and the repository forbids it.
 */
export async function expireSnapshots(
  store: ByteStore,
  repositoryOptions: RepositoryOptions,
  options: ExpireOptions,
): Promise<ExpiredSnapshots> {
  if (options.dryRun) {
    const { table } = await readRepositoryFile(store, options);
    return toReport(table, planExpiry(table, options));
  }
  let report: ExpiredSnapshots = { expired: [], rewritten: [], deletedBranches: [], deletedTags: [] };
  await updateRepository(store, { ...repositoryOptions, signal: options.signal }, (table) => {
    const expiry = planExpiry(table, options);
    report = toReport(table, expiry);
    if (expiry.expired.size === 0 && expiry.deletedBranches.length + expiry.deletedTags.length === 0) return null;
    if (expiry.deletedTags.length > 0) assertFeature(table, "delete_tag", "deleting tags, and some would expire");
    applyExpiry(table, expiry);
    return { kind: "snapshotsExpired" };
  });
  return report;
}

function planExpiry(table: RepositoryTable, options: ExpireOptions): Expiry {
  const { snapshots, branches, tags } = table;
  const olderThanMicros = options.olderThan.getTime() * 1000;
  // First snapshots never expire, so refs to them never go.
  const isOld = (index: number) =>
    snapshots[index]!.parentOffset >= 0 && snapshots[index]!.flushedAtMicros < olderThanMicros;
  const namesOfOld = (refs: typeof branches) =>
    refs.filter(({ snapshotIndex }) => isOld(snapshotIndex)).map(({ name }) => name);
  const deletedBranches = options.deleteBranches ? namesOfOld(branches).filter((name) => name !== "main") : [];
  const deletedTags = options.deleteTags ? namesOfOld(tags) : [];
  const held = new Set<number>();
  for (const { name, snapshotIndex } of branches) if (!deletedBranches.includes(name)) held.add(snapshotIndex);
  for (const { name, snapshotIndex } of tags) if (!deletedTags.includes(name)) held.add(snapshotIndex);
  const expired = new Set<number>();
  const rewritten: number[] = [];
  for (let index = 0; index < snapshots.length; index++) if (isOld(index) && !held.has(index)) expired.add(index);
  for (let index = 0; index < snapshots.length; index++) {
    if (!expired.has(index) && expired.has(snapshots[index]!.parentOffset)) rewritten.push(index);
  }
  return { expired, rewritten, deletedBranches, deletedTags };
}

function applyExpiry(table: RepositoryTable, expiry: Expiry): void {
  const isFirst = (index: number) => table.snapshots[index]!.parentOffset < 0;
  // All are found before any is changed: one may be an ancestor of another.
  const changes = expiry.rewritten.map((index) => [index, findNewParent(table, index, isFirst)] as const);
  for (const [index, change] of changes) setParent(table, index, change);
  table.branches = table.branches.filter(({ name }) => !expiry.deletedBranches.includes(name));
  table.tags = table.tags.filter(({ name }) => !expiry.deletedTags.includes(name));
  table.deletedTags = [...table.deletedTags, ...expiry.deletedTags].sort(compareUtf8);
  removeSnapshots(table, expiry.expired);
}

function toReport({ snapshots }: RepositoryTable, { expired, rewritten, deletedBranches, deletedTags }: Expiry) {
  const ids = (indices: Iterable<number>) => Array.from(indices, (index) => idToText(snapshots[index]!.id));
  return { expired: ids(expired), rewritten: ids(rewritten), deletedBranches, deletedTags };
}
