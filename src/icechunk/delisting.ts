import type { RepositoryTable } from "./repository-file.js";

/** What becomes of a snapshot whose parent leaves the repository's list. */
export interface NewParent {
  /** Index of the new parent; -1 where no ancestor is left. */
  parent: number;
  /** Ids of the ancestors passed over, oldest first: their transaction logs still tell what happened since `parent`. */
  prunedAncestors: Uint8Array[];
}

/**
 * Walk from the snapshot at `index` to its nearest ancestor that `isKept`, gathering what is passed over.
 *
 * An ancestor may itself have passed over others before; those come before it (spec 2.1, `pruned_ancestor_tx_logs`).
 */
export function findNewParent(
  { snapshots }: RepositoryTable,
  index: number,
  isKept: (ancestor: number) => boolean,
): NewParent {
  const passed: number[] = [];
  let parent = snapshots[index]!.parentOffset;
  while (parent >= 0 && !isKept(parent) && passed.length < snapshots.length) {
    passed.push(parent);
    parent = snapshots[parent]!.parentOffset;
  }
  const inherited = passed
    .reverse()
    .flatMap((each) => [...(snapshots[each]!.prunedAncestors ?? []), snapshots[each]!.id]);
  return { parent, prunedAncestors: [...inherited, ...(snapshots[index]!.prunedAncestors ?? [])] };
}

/** Let a snapshot follow its new parent. */
export function setParent({ snapshots }: RepositoryTable, index: number, change: NewParent): void {
  snapshots[index]!.parentOffset = change.parent;
  snapshots[index]!.prunedAncestors = change.prunedAncestors;
}

/**
 * Take snapshots off the repository's list; what stays is renumbered. No branch, tag or parent may lead to them any
 * more.
 */
export function removeSnapshots(table: RepositoryTable, doomed: ReadonlySet<number>): void {
  const numbers = new Int32Array(table.snapshots.length);
  let next = 0;
  for (let index = 0; index < numbers.length; index++) numbers[index] = doomed.has(index) ? -1 : next++;
  table.snapshots = table.snapshots.filter((_, index) => !doomed.has(index));
  for (const snapshot of table.snapshots) {
    if (snapshot.parentOffset >= 0) snapshot.parentOffset = numbers[snapshot.parentOffset]!;
  }
  for (const ref of [...table.branches, ...table.tags]) ref.snapshotIndex = numbers[ref.snapshotIndex]!;
}

/** Indices of the snapshots that a branch or tag leads to, their ancestors among them. */
export function reachableSnapshots(table: RepositoryTable): Set<number> {
  const reached = new Set<number>();
  for (const { snapshotIndex } of [...table.branches, ...table.tags]) {
    for (let index = snapshotIndex; index >= 0 && !reached.has(index); index = table.snapshots[index]!.parentOffset) {
      reached.add(index);
    }
  }
  return reached;
}
