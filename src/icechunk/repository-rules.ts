import { compareBytes, compareUtf8 } from "./format/object-id.js";
import type { RepositoryTable } from "./repository-file.js";

/**
 * What contradicts itself in a repository's table, each as half a sentence; nothing where every reader can rely on it.
 *
 * Ids and names ascend strictly, as binary searches need; references between lists are in range; there is a `main`.
 */
export function* contradictionsOf(table: RepositoryTable): Generator<string> {
  const byName = (a: { name: string }, b: { name: string }) => compareUtf8(a.name, b.name);
  yield* unsorted(table.snapshots, (a, b) => compareBytes(a.id, b.id), "snapshots");
  yield* unsorted(table.branches, byName, "branches");
  yield* unsorted(table.tags, byName, "tags");
  yield* unsorted(table.deletedTags, compareUtf8, "deleted tags");
  const count = table.snapshots.length;
  for (const { name, snapshotIndex } of [...table.branches, ...table.tags]) {
    if (snapshotIndex >= count) yield `"${name}" names snapshot ${snapshotIndex} of ${count}`;
  }
  for (const { parentOffset } of table.snapshots) {
    if (parentOffset < -1 || parentOffset >= count) yield `a parent is snapshot ${parentOffset} of ${count}`;
  }
  if (!table.branches.some(({ name }) => name === "main")) yield 'there is no branch "main"';
}

/** As {@link contradictionsOf}, for the log of updates, newest first: what the official engine expects of it. */
export function* updateContradictionsOf({ latestUpdates }: RepositoryTable): Generator<string> {
  // The official engine cannot open a repository whose newest update has a backup.
  if (latestUpdates[0] && latestUpdates[0].backupPath !== null) yield "its newest update has a backup";
  for (let i = 1; i < latestUpdates.length; i++) {
    if (latestUpdates[i - 1]!.updatedAtMicros <= latestUpdates[i]!.updatedAtMicros) {
      yield `update ${i} is not older than the one after it`;
    }
  }
}

function* unsorted<T>(items: readonly T[], compare: (a: T, b: T) => number, what: string): Generator<string> {
  for (let i = 1; i < items.length; i++) {
    if (compare(items[i - 1]!, items[i]!) >= 0) yield `its ${what} are not sorted, at position ${i}`;
  }
}
