import type { ChunkList } from "./transaction-log.js";

/** Order of two chunks of lists of the same rank, first axis first. Negative, zero or positive. */
export function compareChunks(a: ChunkList, i: number, b: ChunkList, j: number): number {
  for (let axis = 0; axis < a.rank; axis++) {
    const difference = a.indices[i * a.rank + axis]! - b.indices[j * b.rank + axis]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The chunks that are in both lists. None where the ranks differ. */
export function commonChunks(a: ChunkList, b: ChunkList): ChunkList {
  const { rank } = a;
  if (rank !== b.rank) return { rank, indices: new Uint32Array(0), count: 0 };
  const indices: number[] = [];
  let count = 0;
  for (let i = 0, j = 0; i < a.count && j < b.count; ) {
    const order = compareChunks(a, i, b, j);
    if (order === 0) {
      for (let axis = 0; axis < rank; axis++) indices.push(a.indices[i * rank + axis]!);
      count += 1;
    }
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  return { rank, indices: Uint32Array.from(indices), count };
}

/** The first `limit` chunks as lists of numbers, for messages. */
export function firstChunks({ rank, indices, count }: ChunkList, limit: number): number[][] {
  return Array.from({ length: Math.min(count, limit) }, (_, i) => [...indices.subarray(i * rank, (i + 1) * rank)]);
}
