import { CorruptDataError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { unwrapFile } from "./format/envelope.js";
import { FlatbufferReader } from "./format/flatbuffer-reader.js";
import { compareBytes } from "./format/object-id.js";
import { objectKey } from "./snapshot-file.js";
import {
  type ChangedChunks,
  emptyTransactionLog,
  idLists,
  type MovedNode,
  type TransactionLog,
} from "./transaction-log.js";

/** Slots of `TransactionLog`, `ArrayUpdatedChunks`, `ChunkIndices` and `MoveOperation` in `transaction_log.fbs`. */
const logSlots = { id: 0, firstIdList: 1, updatedChunks: 7, movedNodes: 8 };
const arraySlots = { node: 0, chunks: 1 };
const chunkSlots = { indices: 0 };
const moveSlots = { from: 0, to: 1, node: 2, type: 3 };
const arrayType = 1;

/**
 * What the commit that made a snapshot did.
 *
 * @param id of the snapshot, whose transaction log has the same.
 * @throws CorruptDataError where the object is missing or damaged.
 */
export async function readTransactionLog(
  store: ByteStore,
  id: Uint8Array,
  options: ReadOptions = {},
): Promise<TransactionLog> {
  const key = objectKey("transactions", id);
  const stored = await store.get(key, undefined, options);
  if (!stored) {
    throw new CorruptDataError(`The transaction log ${key} of ${store.url} is missing.`, {
      details: { key, store: store.url },
    });
  }
  return parseTransactionLog((await unwrapFile("transactionLog", stored.data, key)).payload, id, key);
}

/**
 * Decode a transaction log's payload. Ids are views into it.
 *
 * @throws CorruptDataError where an offset, a count or the id is wrong.
 */
export function parseTransactionLog(payload: Uint8Array, id: Uint8Array, key: string): TransactionLog {
  const fb = new FlatbufferReader(payload, key);
  const root = fb.root();
  const stored = fb.inlineBytes(required(fb, root, logSlots.id, "its id"), 12);
  if (compareBytes(stored, id) !== 0) throw fb.corrupt("it belongs to another snapshot");
  const log = emptyTransactionLog();
  idLists.forEach((list, i) => {
    log[list] = readIds(fb, required(fb, root, logSlots.firstIdList + i, `its list ${list}`));
  });
  log.updatedChunks = new ChunkListReader(fb).readAll(required(fb, root, logSlots.updatedChunks, "its chunks"));
  const moves = fb.field(root, logSlots.movedNodes);
  if (moves !== 0) log.movedNodes = readMoves(fb, moves);
  return log;
}

function readIds(fb: FlatbufferReader, field: number): Uint8Array[] {
  const { start, count } = fb.vector(field, 8);
  return Array.from({ length: count }, (_, i) => fb.inlineBytes(start + i * 8, 8));
}

function readMoves(fb: FlatbufferReader, field: number): MovedNode[] {
  const { start, count } = fb.vector(field, 4);
  return Array.from({ length: count }, (_, i) => {
    const table = fb.follow(start + i * 4);
    const type = fb.field(table, moveSlots.type);
    return {
      node: fb.inlineBytes(required(fb, table, moveSlots.node, "the node of a move"), 8),
      kind: type !== 0 && fb.u8(type) === arrayType ? "array" : "group",
      from: fb.text(required(fb, table, moveSlots.from, "the start of a move")),
      to: fb.text(required(fb, table, moveSlots.to, "the end of a move")),
    };
  });
}

/** Reads lists of chunks into columns. */
class ChunkListReader {
  readonly #fb: FlatbufferReader;
  /** Hostile logs share lists without end: as many numbers as the bytes hold, and no more. */
  #budget: number;

  constructor(fb: FlatbufferReader) {
    this.#fb = fb;
    this.#budget = fb.bytes.length / 4;
  }

  readAll(field: number): ChangedChunks[] {
    const fb = this.#fb;
    const { start, count } = fb.vector(field, 4);
    return Array.from({ length: count }, (_, i) => {
      const table = fb.follow(start + i * 4);
      const node = fb.inlineBytes(required(fb, table, arraySlots.node, "the node of a list of chunks"), 8);
      return { node, ...this.#chunks(required(fb, table, arraySlots.chunks, "a list of chunks")) };
    });
  }

  #chunks(field: number): Omit<ChangedChunks, "node"> {
    const fb = this.#fb;
    const { start, count } = fb.vector(field, 4);
    if (count === 0) return { rank: 0, indices: new Uint32Array(0), count };
    const rank = this.#numbers(start).count;
    this.#budget -= count * Math.max(1, rank);
    if (this.#budget < 0) throw fb.corrupt("its chunks are repeated without end");
    const indices = new Uint32Array(count * rank);
    for (let i = 0; i < count; i++) {
      const numbers = this.#numbers(start + i * 4);
      if (numbers.count !== rank) throw fb.corrupt("chunks of one array differ in rank");
      for (let axis = 0; axis < rank; axis++) indices[i * rank + axis] = fb.u32(numbers.start + axis * 4);
    }
    return { rank, indices, count };
  }

  #numbers(position: number): { start: number; count: number } {
    const table = this.#fb.follow(position);
    return this.#fb.vector(required(this.#fb, table, chunkSlots.indices, "the numbers of a chunk"), 4);
  }
}

function required(fb: FlatbufferReader, table: number, slot: number, what: string): number {
  const position = fb.field(table, slot);
  if (position === 0) throw fb.corrupt(`${what} is missing`);
  return position;
}
