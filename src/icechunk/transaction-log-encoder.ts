import { FlatbufferWriter } from "./format/flatbuffer-writer.js";
import { compareBytes, compareUtf8 } from "./format/object-id.js";
import { type ChangedChunks, type ChunkList, idLists, type MovedNode, type TransactionLog } from "./transaction-log.js";

/** `ChunkIndices` has one field, a list, right behind the table's head. */
const chunkFields = [4];
/** `MoveOperation`: two texts, the id in place, and the node's type, in 21 bytes. */
const moveFields = [4, 8, 12, 20];
/** `NodeType` in `transaction_log.fbs`. */
const nodeTypes = { group: 0, array: 1 };

/**
 * The FlatBuffers payload of a transaction log (`transaction_log.fbs`, spec 2.1), which other writers need to find
 * conflicts. Written by hand, as it names every chunk of the commit.
 */
export function encodeTransactionLog(id: Uint8Array, log: TransactionLog): Uint8Array {
  const chunkCount = log.updatedChunks.reduce((sum, { count }) => sum + count, 0);
  const writer = new FlatbufferWriter(4096 + chunkCount * 48);
  // Slots: id in place behind eight offsets; the last of these is the list of moves.
  const vtable = writer.vtable([36, 4, 8, 12, 16, 20, 24, 28, 32], 48);
  const root = writer.reserve(48, 4);
  writer.setI32(root, root - vtable);
  writer.link(0, root);
  writer.setBytes(root + 36, id);
  idLists.forEach((list, i) => {
    writer.link(root + 4 + i * 4, writeIds(writer, log[list]));
  });
  writer.link(root + 28, writeChangedArrays(writer, log.updatedChunks));
  writer.link(root + 32, writeMoves(writer, log.movedNodes));
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

function writeChunks(writer: FlatbufferWriter, { rank, indices, count }: ChunkList): number {
  const vector = writer.reserve(4 + count * 4, 4);
  writer.setU32(vector, count);
  for (let i = 0; i < count; i++) {
    // Vtable, table and list in one piece, all alike but for the numbers: half the size once compressed.
    writer.forgetVtables();
    const vtable = writer.vtable(chunkFields, 8);
    const chunk = writer.reserve(12 + rank * 4, 4);
    writer.link(vector + 4 + i * 4, chunk);
    writer.setI32(chunk, chunk - vtable);
    writer.setU32(chunk + 4, 4);
    writer.setU32(chunk + 8, rank);
    for (let axis = 0; axis < rank; axis++) writer.setU32(chunk + 12 + axis * 4, indices[i * rank + axis]!);
  }
  return vector;
}

function writeMoves(writer: FlatbufferWriter, moves: readonly MovedNode[]): number {
  const sorted = moves.toSorted((a, b) => compareUtf8(a.to, b.to));
  const vector = writer.reserve(4 + sorted.length * 4, 4);
  writer.setU32(vector, sorted.length);
  sorted.forEach(({ node, kind, from, to }, i) => {
    const vtable = writer.vtable(moveFields, 21);
    const table = writer.reserve(21, 4);
    writer.setI32(table, table - vtable);
    writer.setBytes(table + 12, node);
    writer.setU8(table + 20, nodeTypes[kind]);
    writer.link(vector + 4 + i * 4, table);
    writer.link(table + 4, writer.text(from));
    writer.link(table + 8, writer.text(to));
  });
  return vector;
}
