import { compareChunks } from "./chunk-list.js";
import { idToText } from "./format/object-id.js";
import type { ChangedChunks, ChunkList, MovedNode, TransactionLog } from "./transaction-log.js";

/**
 * The log of two commits, one after the other, as if they were one: what the first made and the second deleted is not
 * in it.
 */
export function mergeTransactionLogs(first: TransactionLog, second: TransactionLog): TransactionLog {
  const groups = mergeNodes(
    { created: first.newGroups, updated: first.updatedGroups, deleted: first.deletedGroups },
    { created: second.newGroups, updated: second.updatedGroups, deleted: second.deletedGroups },
  );
  const arrays = mergeNodes(
    { created: first.newArrays, updated: first.updatedArrays, deleted: first.deletedArrays },
    { created: second.newArrays, updated: second.updatedArrays, deleted: second.deletedArrays },
  );
  const gone = new Set(second.deletedArrays.map(idToText));
  const chunks = mergeChanges(first.updatedChunks, second.updatedChunks);
  return {
    newGroups: groups.created,
    newArrays: arrays.created,
    updatedGroups: groups.updated,
    updatedArrays: arrays.updated,
    deletedGroups: groups.deleted,
    deletedArrays: arrays.deleted,
    updatedChunks: chunks.filter(({ node }) => !gone.has(idToText(node))),
    movedNodes: mergeMoves(first.movedNodes, second.movedNodes),
  };
}

/** Changed chunks of several commits, each array and each chunk once. */
export function mergeChanges(...lists: readonly (readonly ChangedChunks[])[]): ChangedChunks[] {
  const merged = new Map<string, ChangedChunks>();
  for (const changed of lists.flat()) {
    const id = idToText(changed.node);
    const known = merged.get(id);
    merged.set(id, known ? { node: changed.node, ...mergeChunks(known, changed) } : changed);
  }
  return [...merged.values()];
}

interface NodeChanges {
  created: Uint8Array[];
  updated: Uint8Array[];
  deleted: Uint8Array[];
}

function mergeNodes(first: NodeChanges, second: NodeChanges): NodeChanges {
  const created = without(first.created, second.deleted);
  return {
    created: [...created, ...second.created],
    updated: without(
      [...first.updated, ...without(second.updated, first.updated)],
      [...first.created, ...second.deleted],
    ),
    deleted: [...first.deleted, ...without(second.deleted, first.created)],
  };
}

function without(ids: readonly Uint8Array[], excluded: readonly Uint8Array[]): Uint8Array[] {
  const texts = new Set(excluded.map(idToText));
  return ids.filter((id) => !texts.has(idToText(id)));
}

/** Both lists in one; where the ranks differ, the second: the array was given another shape. */
function mergeChunks(a: ChunkList, b: ChunkList): ChunkList {
  const { rank } = b;
  if (a.rank !== rank) return b;
  if (rank === 0) return { rank, indices: b.indices, count: Math.max(a.count, b.count) };
  const indices = new Uint32Array(a.indices.length + b.indices.length);
  let count = 0;
  for (let i = 0, j = 0; i < a.count || j < b.count; count++) {
    const order = i === a.count ? 1 : j === b.count ? -1 : compareChunks(a, i, b, j);
    const [from, at] = order <= 0 ? [a, i] : [b, j];
    indices.set(from.indices.subarray(at * rank, (at + 1) * rank), count * rank);
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  return { rank, indices: indices.slice(0, count * rank), count };
}

/** From where a node was before the first to where it is after the second. */
function mergeMoves(first: readonly MovedNode[], second: readonly MovedNode[]): MovedNode[] {
  const merged = new Map(first.map((move) => [idToText(move.node), move]));
  for (const move of second) {
    const id = idToText(move.node);
    merged.set(id, { ...move, from: merged.get(id)?.from ?? move.from });
  }
  return [...merged.values()].filter(({ from, to }) => from !== to);
}
