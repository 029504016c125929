import { FlatbufferWriter } from "./format/flatbuffer-writer.js";
import { compareBytes } from "./format/object-id.js";
import type { ReferenceTable } from "./reference-table.js";

/** `ChunkIndices` has one field, a list, right behind the table's head. */
const chunkFields = [4];

/** The chunks of one array that a commit set or deleted. */
export interface ChangedChunks {
  node: Uint8Array;
  table: ReferenceTable;
  /** Rows of `table` in ascending order of chunk index, without repetition. */
  rows: ArrayLike<number>;
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
}

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
  };
}

/**
 * The FlatBuffers payload of a transaction log (`transaction_log.fbs`, spec 2.1), which other writers need to find
 * conflicts. Written by hand, as it names every chunk of the commit.
 */
export function encodeTransactionLog(id: Uint8Array, log: TransactionLog): Uint8Array {
  const chunkCount = log.updatedChunks.reduce((sum, { rows }) => sum + rows.length, 0);
  const writer = new FlatbufferWriter(4096 + chunkCount * 48);
  // Slots: id in place behind eight offsets; the last of these is the list of moves.
  const vtable = writer.vtable([36, 4, 8, 12, 16, 20, 24, 28, 32], 48);
  const root = writer.reserve(48, 4);
  writer.setI32(root, root - vtable);
  writer.link(0, root);
  writer.setBytes(root + 36, id);
  const lists = [
    log.newGroups,
    log.newArrays,
    log.deletedGroups,
    log.deletedArrays,
    log.updatedArrays,
    log.updatedGroups,
  ];
  lists.forEach((ids, i) => {
    writer.link(root + 4 + i * 4, writeIds(writer, ids));
  });
  writer.link(root + 28, writeChangedArrays(writer, log.updatedChunks));
  writer.link(root + 32, writer.reserve(4, 4));
  return writer.finish();
}

function writeIds(writer: FlatbufferWriter, ids: readonly Uint8Array[]): number {
  const vector = writer.reserve(4 + ids.length * 8, 4);
  writer.setU32(vector, ids.length);
  ids.toSorted(compareBytes).forEach((id, i) => {
    writer.setBytes(vector + 4 + i * 8, id);
  });
  return vector;
}

function writeChangedArrays(writer: FlatbufferWriter, arrays: readonly ChangedChunks[]): number {
  const sorted = arrays.toSorted((a, b) => compareBytes(a.node, b.node));
  const vector = writer.reserve(4 + sorted.length * 4, 4);
  writer.setU32(vector, sorted.length);
  sorted.forEach((array, i) => {
    const vtable = writer.vtable([8, 4], 16);
    const table = writer.reserve(16, 4);
    writer.setI32(table, table - vtable);
    writer.setBytes(table + 8, array.node);
    writer.link(vector + 4 + i * 4, table);
    writer.link(table + 4, writeChunks(writer, array));
  });
  return vector;
}

function writeChunks(writer: FlatbufferWriter, { table, rows }: ChangedChunks): number {
  const { rank, indices } = table;
  const vector = writer.reserve(4 + rows.length * 4, 4);
  writer.setU32(vector, rows.length);
  for (let i = 0; i < rows.length; i++) {
    // Vtable, table and list in one piece, all alike but for the numbers: half the size once compressed.
    writer.forgetVtables();
    const vtable = writer.vtable(chunkFields, 8);
    const chunk = writer.reserve(12 + rank * 4, 4);
    writer.link(vector + 4 + i * 4, chunk);
    writer.setI32(chunk, chunk - vtable);
    writer.setU32(chunk + 4, 4);
    writer.setU32(chunk + 8, rank);
    for (let axis = 0; axis < rank; axis++) writer.setU32(chunk + 12 + axis * 4, indices[rows[i]! * rank + axis]!);
  }
  return vector;
}
