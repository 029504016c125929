import { isRowInGrid } from "./chunk-grid.js";
import type { ReferenceTable } from "./reference-table.js";
import type { ArrayData } from "./snapshot-file.js";

/** The extents of an array's manifests in one flat list, to find the manifest of a chunk. */
export class ManifestExtents {
  /** For each manifest, for each axis: first chunk, chunk after the last. */
  readonly #bounds: Uint32Array;
  readonly #rank: number;
  readonly #manifestCount: number;

  constructor({ manifests, dimensions }: ArrayData) {
    this.#rank = dimensions.length;
    this.#manifestCount = manifests.length;
    this.#bounds = Uint32Array.from(manifests.flatMap(({ extents }) => extents.flatMap(({ from, to }) => [from, to])));
  }

  /**
   * Number of the manifest that covers the chunk of a row, -1 where none does. Extents do not overlap.
   *
   * @param guess the manifest to look at first: chunks that follow each other mostly share one.
   */
  find(table: ReferenceTable, row: number, guess: number): number {
    const count = this.#manifestCount;
    for (let i = 0; i < count; i++) {
      const manifest = guess + i < count ? guess + i : guess + i - count;
      if (this.#covers(manifest, table.indices, row * this.#rank)) return manifest;
    }
    return -1;
  }

  #covers(manifest: number, indices: Uint32Array, from: number): boolean {
    const rank = this.#rank;
    for (let axis = 0; axis < rank; axis++) {
      const bound = (manifest * rank + axis) * 2;
      const chunk = indices[from + axis]!;
      if (chunk < this.#bounds[bound]! || chunk >= this.#bounds[bound + 1]!) return false;
    }
    return true;
  }
}

/** Manifest → the rows whose chunks it covers. Chunks outside of the array's grid are left out. */
export function groupByManifest(
  extents: ManifestExtents,
  data: ArrayData,
  table: ReferenceTable,
  rows: readonly number[] | null,
): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  const count = rows?.length ?? table.count;
  let manifest = 0;
  let group: number[] | undefined;
  for (let i = 0; i < count; i++) {
    const row = rows === null ? i : rows[i]!;
    if (!isRowInGrid(table, row, data)) continue;
    const found = extents.find(table, row, manifest);
    if (found < 0) continue;
    if (found !== manifest || !group) {
      manifest = found;
      group = groups.get(found) ?? [];
      groups.set(found, group);
    }
    group.push(row);
  }
  return groups;
}
