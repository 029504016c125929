import { compareUtf8, idToText } from "./format/object-id.js";
import type { NodeRecord } from "./snapshot-file.js";
import type { ChangedChunks, ChunkList, TransactionLog } from "./transaction-log.js";

/** What happened between two snapshots of one history: paths, sorted. */
export interface SnapshotDiff {
  newGroups: string[];
  newArrays: string[];
  deletedGroups: string[];
  deletedArrays: string[];
  /** With other metadata. */
  updatedGroups: string[];
  updatedArrays: string[];
  /** Array → the chunks that were set or deleted. */
  updatedChunks: Map<string, ChunkList>;
  /** The newest commit's first; each node below a moved group by itself. */
  movedNodes: { from: string; to: string }[];
}

/**
 * The changes of `logs` (newest first) by path, out of the nodes before and after them.
 *
 * @param chunks the changed chunks of all logs, each array once.
 */
export function toDiff(
  logs: readonly TransactionLog[],
  chunks: readonly ChangedChunks[],
  before: readonly NodeRecord[],
  after: readonly NodeRecord[],
): SnapshotDiff {
  const paths = new Map([...before, ...after].map(({ id, path }) => [idToText(id), path]));
  const named = (list: (log: TransactionLog) => readonly Uint8Array[]) => {
    const found = logs.flatMap(list).map((id) => paths.get(idToText(id)));
    return [...new Set(found)].filter((path) => path !== undefined).sort(compareUtf8);
  };
  return {
    newGroups: named(({ newGroups }) => newGroups),
    newArrays: named(({ newArrays }) => newArrays),
    deletedGroups: named(({ deletedGroups }) => deletedGroups),
    deletedArrays: named(({ deletedArrays }) => deletedArrays),
    updatedGroups: named(({ updatedGroups }) => updatedGroups),
    updatedArrays: named(({ updatedArrays }) => updatedArrays),
    updatedChunks: chunksByPath(chunks, before, after),
    movedNodes: logs.flatMap(({ movedNodes }) => movedNodes.map(({ from, to }) => ({ from, to }))),
  };
}

/** Where one array took the place of another, the chunks of the one that is there. */
function chunksByPath(
  changed: readonly ChangedChunks[],
  before: readonly NodeRecord[],
  after: readonly NodeRecord[],
): Map<string, ChunkList> {
  const byNode = new Map(changed.map(({ node, ...list }) => [idToText(node), list]));
  const byPath = new Map<string, ChunkList>();
  const taken = new Set(after.map(({ path }) => path));
  const kept = new Set(after.map(({ id }) => idToText(id)));
  const gone = before.filter(({ id, path }) => !taken.has(path) && !kept.has(idToText(id)));
  for (const { id, path } of [...gone, ...after]) {
    const chunks = byNode.get(idToText(id));
    if (chunks) byPath.set(path, chunks);
  }
  return new Map([...byPath].sort(([a], [b]) => compareUtf8(a, b)));
}
