import type { ManifestCache } from "./manifest-cache.js";
import { ReferenceTable, referenceKinds } from "./reference-table.js";
import type { ArrayData, ManifestRef } from "./snapshot-file.js";
import { sortRows } from "./sort-rows.js";

/** The references of one shard, to become one manifest. */
export interface Shard {
  table: ReferenceTable;
  /** Rows in ascending order of chunk index, none of them deleted. */
  rows: readonly number[];
  extents: { from: number; to: number }[];
}

/** What becomes of an array's manifests in a commit. */
export interface ArrayShards {
  /** Manifests that no change touches: used again as they are. */
  kept: ManifestRef[];
  written: Shard[];
}

/**
 * References that a manifest of an array that is cut may hold: so many are some 30 MB once read, of which a reader's cache
 * holds two. A reader refuses a manifest of more than a gigabyte, and an append writes the last one anew.
 */
const MOST_REFERENCES = 2 ** 19;

/** Identity of a shard: its position in the grid of shards. */
type ShardId = string;

/**
 * Distribute an array's references, old and changed, over shards of the sizes that the configuration asks for.
 *
 * Only manifests that share a shard with a change are read and written anew, and those that reach outside of a shape
 * that shrank. Extents of the outcome do not overlap, as readers require.
 *
 * @param array the array as it will be: its new shape, its old manifests.
 * @param staged changed references, the last of equal ones counting; may be null where only the shape changed.
 * @param splitSizes chunks per shard along each axis, Infinity for "not cut".
 */
export async function distribute(
  node: Uint8Array,
  array: ArrayData,
  staged: ReferenceTable | null,
  splitSizes: readonly number[],
  manifests: ManifestCache,
): Promise<ArrayShards> {
  const counts = array.dimensions.map(({ chunkCount }) => chunkCount);
  const all = new ReferenceTable(counts.length);
  const shards = new ShardRows(all, counts, splitSizes);
  const stagedShards = new ShardRows(staged ?? all, counts, splitSizes);
  stagedShards.takeNewRows();
  let kept = [...array.manifests];
  const touched = new Set(stagedShards.ids());
  for (;;) {
    const dirty = kept.filter((ref) => leavesGrid(ref, counts) || touchesAny(ref, touched, splitSizes));
    if (dirty.length === 0) break;
    kept = kept.filter((ref) => !dirty.includes(ref));
    for (const ref of dirty) (await manifests.get(ref.id)).readAll(node, all);
    // Their references may lie in further shards, and those in further manifests.
    shards.takeNewRows();
    for (const id of shards.ids()) touched.add(id);
  }
  if (staged) {
    all.reserve(staged.count);
    for (let row = 0; row < staged.count; row++) all.copyRow(staged, row);
    shards.takeNewRows();
  }
  return { kept, written: shards.finish() };
}

/** Sizes of shards where those asked for, along the first axis that is cut, would hold too many references. */
export function boundedSplit(splitSizes: readonly number[], { dimensions }: Pick<ArrayData, "dimensions">): number[] {
  const cut = splitSizes.findIndex((size) => Number.isFinite(size));
  const counts = dimensions.map(({ chunkCount }, axis) => Math.min(chunkCount, splitSizes[axis]!));
  const others = counts.reduce((product, count, axis) => (axis === cut ? product : product * count), 1);
  const most = Math.max(1, Math.floor(MOST_REFERENCES / Math.max(1, others)));
  return splitSizes.map((size, axis) => (axis === cut ? Math.min(size, most) : size));
}

function leavesGrid({ extents }: ManifestRef, counts: readonly number[]): boolean {
  return extents.some(({ to }, axis) => to > counts[axis]!);
}

function touchesAny({ extents }: ManifestRef, touched: ReadonlySet<ShardId>, splitSizes: readonly number[]): boolean {
  const from = extents.map((extent, axis) => shardAlong(extent.from, splitSizes[axis]!));
  const to = extents.map((extent, axis) => shardAlong(extent.to - 1, splitSizes[axis]!));
  for (const id of touched) {
    const position = id === "" ? [] : id.split(",").map(Number);
    if (position.every((shard, axis) => shard >= from[axis]! && shard <= to[axis]!)) return true;
  }
  return false;
}

function shardAlong(chunk: number, size: number): number {
  return size === Number.POSITIVE_INFINITY ? 0 : Math.floor(chunk / size);
}

/** The rows of a table by shard; rows outside of the grid are left out. */
class ShardRows {
  readonly #table: ReferenceTable;
  readonly #counts: readonly number[];
  readonly #sizes: readonly number[];
  readonly #rows = new Map<ShardId, number[]>();
  #taken = 0;

  constructor(table: ReferenceTable, counts: readonly number[], sizes: readonly number[]) {
    this.#table = table;
    this.#counts = counts;
    this.#sizes = sizes;
  }

  ids(): Iterable<ShardId> {
    return this.#rows.keys();
  }

  /** Sort in the rows that were added to the table since the last call. */
  takeNewRows(): void {
    let rows: number[] = [];
    let previous: ShardId | null = null;
    for (; this.#taken < this.#table.count; this.#taken++) {
      if (!this.#isInside(this.#taken)) continue;
      const id = this.#shardOf(this.#taken);
      if (id !== previous) {
        rows = this.#rows.get(id) ?? [];
        this.#rows.set(id, rows);
        previous = id;
      }
      rows.push(this.#taken);
    }
  }

  finish(): Shard[] {
    const table = this.#table;
    const shards: Shard[] = [];
    for (const rows of this.#rows.values()) {
      const live = sortRows(table, rows).filter((row) => table.kinds[row] !== referenceKinds.none);
      if (live.length > 0) shards.push({ table, rows: live, extents: boundingBox(table, live) });
    }
    return shards;
  }

  #isInside(row: number): boolean {
    const { rank, indices } = this.#table;
    for (let axis = 0; axis < rank; axis++) {
      if (indices[row * rank + axis]! >= this.#counts[axis]!) return false;
    }
    return true;
  }

  #shardOf(row: number): ShardId {
    const { rank, indices } = this.#table;
    let id = "";
    for (let axis = 0; axis < rank; axis++) {
      const shard = shardAlong(indices[row * rank + axis]!, this.#sizes[axis]!);
      id += axis === 0 ? shard : `,${shard}`;
    }
    return id;
  }
}

function boundingBox(table: ReferenceTable, rows: readonly number[]): { from: number; to: number }[] {
  const { rank, indices } = table;
  return Array.from({ length: rank }, (_, axis) => {
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    for (const row of rows) {
      const chunk = indices[row * rank + axis]!;
      if (chunk < from) from = chunk;
      if (chunk >= to) to = chunk + 1;
    }
    return { from, to };
  });
}
