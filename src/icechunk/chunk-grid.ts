import { type ReferenceTable, referenceKinds } from "./reference-table.js";
import type { ArrayData } from "./snapshot-file.js";

/**
 * True where the array has the chunk that a row names. A manifest may still cover others, which a smaller shape that is
 * not committed yet leaves out.
 */
export function isRowInGrid(table: ReferenceTable, row: number, { dimensions }: ArrayData): boolean {
  for (let axis = 0; axis < table.rank; axis++) {
    if (table.indices[row * table.rank + axis]! >= dimensions[axis]!.chunkCount) return false;
  }
  return true;
}

/** Forget the references outside of the grid: what was staged before an array shrank is dropped at commit. */
export function forgetOutside({ indices, kinds, rank, count }: ReferenceTable, { dimensions }: ArrayData): void {
  dimensions.forEach(({ chunkCount }, axis) => {
    for (let row = 0; row < count; row++) {
      if ((indices[row * rank + axis] as number) >= chunkCount) kinds[row] = referenceKinds.none;
    }
  });
}

/** True where the array has a chunk of these numbers. */
export function isInGrid({ dimensions }: ArrayData, index: readonly number[]): boolean {
  return dimensions.every(({ chunkCount }, axis) => (index[axis] ?? 0) < chunkCount);
}
