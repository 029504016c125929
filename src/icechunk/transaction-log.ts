/** Chunks of one array. */
export interface ChunkList {
  /** Numbers per chunk. */
  rank: number;
  /** Chunk numbers, one chunk after the other, in ascending order, without repetition. */
  indices: Uint32Array;
  /** Number of chunks: what `indices` cannot say of an array without axes. */
  count: number;
}

/** The chunks of one array that a commit set or deleted. */
export interface ChangedChunks extends ChunkList {
  node: Uint8Array;
}

/** A node that got another path. Each node below a moved group has an entry of its own. */
export interface MovedNode {
  node: Uint8Array;
  kind: "group" | "array";
  from: string;
  to: string;
}

/** What a commit did, by node id. */
export interface TransactionLog {
  newGroups: Uint8Array[];
  newArrays: Uint8Array[];
  deletedGroups: Uint8Array[];
  deletedArrays: Uint8Array[];
  updatedArrays: Uint8Array[];
  updatedGroups: Uint8Array[];
  updatedChunks: ChangedChunks[];
  movedNodes: MovedNode[];
}

/** The lists of ids in the order of their slots, which the first one of `TransactionLog` follows. */
export const idLists = [
  "newGroups",
  "newArrays",
  "deletedGroups",
  "deletedArrays",
  "updatedArrays",
  "updatedGroups",
] as const satisfies (keyof TransactionLog)[];

/** A log without any change, as the first snapshot of a repository has. */
export function emptyTransactionLog(): TransactionLog {
  return {
    newGroups: [],
    newArrays: [],
    deletedGroups: [],
    deletedArrays: [],
    updatedArrays: [],
    updatedGroups: [],
    updatedChunks: [],
    movedNodes: [],
  };
}

/** True for a log without any change. */
export function isEmptyLog(log: TransactionLog): boolean {
  return Object.values(log).every((list) => list.length === 0);
}
