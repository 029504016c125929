import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CorruptDataError, isPixelQueryError } from "../../src/errors.js";
import { FlatbufferWriter } from "../../src/icechunk/format/flatbuffer-writer.js";
import { compareBytes, compareUtf8, snapshotIdFromText } from "../../src/icechunk/format/object-id.js";
import { Repository } from "../../src/icechunk/index.js";
import { emptyTransactionLog, type TransactionLog } from "../../src/icechunk/transaction-log.js";
import { encodeTransactionLog } from "../../src/icechunk/transaction-log-encoder.js";
import { mergeTransactionLogs } from "../../src/icechunk/transaction-log-merge.js";
import { parseTransactionLog, readTransactionLog } from "../../src/icechunk/transaction-log-reader.js";
import { MemoryStore } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";

const snapshotId = new Uint8Array(12).fill(9);

const id = fc.uint8Array({ minLength: 8, maxLength: 8 });
const ids = fc
  .uniqueArray(id, { maxLength: 5, selector: (bytes) => bytes.join() })
  .map((list) => list.sort(compareBytes));
const chunks = fc.integer({ min: 1, max: 4 }).chain((rank) =>
  fc.uniqueArray(fc.tuple(...Array.from({ length: rank }, () => fc.nat(2 ** 32 - 1))), {
    maxLength: 9,
    minLength: 1,
    selector: (index) => index.join(),
  }),
);
const changed = fc.record({ node: id, chunks }).map(({ node, chunks: list }) => {
  const rank = list[0]!.length;
  const sorted = list.sort((a, b) => {
    const axis = a.findIndex((number, i) => number !== b[i]);
    return a[axis]! - b[axis]!;
  });
  return { node, rank, indices: Uint32Array.from(sorted.flat()), count: list.length };
});
const moved = fc.record({
  node: id,
  kind: fc.constantFrom("group" as const, "array" as const),
  from: fc.string({ unit: "grapheme" }),
  to: fc.string({ unit: "grapheme" }),
});
const log: fc.Arbitrary<TransactionLog> = fc.record({
  newGroups: ids,
  newArrays: ids,
  deletedGroups: ids,
  deletedArrays: ids,
  updatedArrays: ids,
  updatedGroups: ids,
  updatedChunks: fc
    .uniqueArray(changed, { maxLength: 3, selector: ({ node }) => node.join() })
    .map((list) => list.sort((a, b) => compareBytes(a.node, b.node))),
  movedNodes: fc
    .uniqueArray(moved, { maxLength: 4, selector: ({ to }) => to })
    .map((list) => list.sort((a, b) => compareUtf8(a.to, b.to))),
});

const parse = (payload: Uint8Array) => parseTransactionLog(payload, snapshotId, "transactions/X");

describe("transaction logs", () => {
  test("come back as they were written", () => {
    fc.assert(
      fc.property(log, (written) => {
        expect(parse(encodeTransactionLog(snapshotId, written))).toEqual(written);
      }),
    );
  });

  test("with wrong bytes inside are read or refused, with an error that says so", () => {
    fc.assert(
      fc.property(log, fc.nat(), fc.nat(255), fc.nat(), (written, position, value, length) => {
        const payload = encodeTransactionLog(snapshotId, written).slice();
        payload[position % payload.length] = value;
        const cut = length % 3 === 0 ? payload.subarray(0, length % payload.length) : payload;
        try {
          parse(cut);
        } catch (error) {
          expect(isPixelQueryError(error, "CorruptDataError")).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("of another snapshot are refused", () => {
    const payload = encodeTransactionLog(new Uint8Array(12), emptyTransactionLog());
    expect(() => parse(payload)).toThrow("transactions/X is damaged: it belongs to another snapshot.");
  });

  test("that name one list of numbers for a million chunks are refused before memory is taken", () => {
    const writer = new FlatbufferWriter();
    const vtable = writer.vtable([36, 4, 8, 12, 16, 20, 24, 28], 48);
    const root = writer.reserve(48, 4);
    writer.setI32(root, root - vtable);
    writer.link(0, root);
    writer.setBytes(root + 36, snapshotId);
    for (let list = 0; list < 6; list++) writer.link(root + 4 + list * 4, writer.reserve(4, 4));
    const arrays = writer.reserve(8, 4);
    writer.link(root + 28, arrays);
    writer.setU32(arrays, 1);
    const arrayVtable = writer.vtable([8, 4], 16);
    const array = writer.reserve(16, 4);
    writer.setI32(array, array - arrayVtable);
    writer.link(arrays + 4, array);
    const count = 1_000_000;
    const list = writer.reserve(4 + count * 4, 4);
    writer.link(array + 4, list);
    writer.setU32(list, count);
    const chunkVtable = writer.vtable([4], 8);
    const chunk = writer.reserve(8, 4);
    writer.setI32(chunk, chunk - chunkVtable);
    const numbers = writer.reserve(4 + 1000 * 4, 4);
    writer.link(chunk + 4, numbers);
    writer.setU32(numbers, 1000);
    for (let i = 0; i < count; i++) writer.link(list + 4 + i * 4, chunk);
    expect(() => parse(writer.finish())).toThrow(/its chunks are repeated without end/);
  });

  test("that are missing are named", async () => {
    const store = new MemoryStore("test");
    const repository = await Repository.create(store);
    const { snapshot } = await repository.transact((session) => session.setGroup("/"), { message: "one" });
    await store.delete(`transactions/${snapshot}`);
    await expect(readTransactionLog(store, snapshotIdFromText(snapshot))).rejects.toThrow(CorruptDataError);
    await expect(repository.diff({ snapshot: "1CECHNKREP0F1RSTCMT0" })).rejects.toThrow(
      `The transaction log transactions/${snapshot} of memory://test is missing.`,
    );
  });
});

describe("logs of two commits in one", () => {
  const [a, b, c, d] = [1, 2, 3, 4].map((value) => new Uint8Array(8).fill(value)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const list = (node: Uint8Array, ...numbers: number[]) => {
    return { node, rank: 1, indices: Uint32Array.from(numbers), count: numbers.length };
  };

  test("name what is made, changed and deleted between the ends", () => {
    const first = { ...emptyTransactionLog(), newArrays: [a, b], updatedArrays: [c], deletedGroups: [d] };
    const second = { ...emptyTransactionLog(), deletedArrays: [a, c], updatedArrays: [b], newGroups: [d] };
    expect(
      mergeTransactionLogs(
        { ...first, updatedChunks: [list(a, 1), list(b, 1, 3)] },
        { ...second, updatedChunks: [list(b, 0, 1, 7)] },
      ),
    ).toEqual({
      newGroups: [d],
      newArrays: [b],
      deletedGroups: [d],
      deletedArrays: [c],
      updatedGroups: [],
      updatedArrays: [],
      updatedChunks: [list(b, 0, 1, 3, 7)],
      movedNodes: [],
    });
  });

  test("join moves end to end, and drop those that lead back", () => {
    const step = (node: Uint8Array, from: string, to: string) => ({ node, kind: "array" as const, from, to });
    const merged = mergeTransactionLogs(
      { ...emptyTransactionLog(), movedNodes: [step(a, "/a", "/b"), step(b, "/x", "/y")] },
      { ...emptyTransactionLog(), movedNodes: [step(a, "/b", "/c"), step(b, "/y", "/x"), step(c, "/q", "/r")] },
    );
    expect(merged.movedNodes).toEqual([step(a, "/a", "/c"), step(c, "/q", "/r")]);
  });

  test("an array of another rank under the same path is refused", async () => {
    const repository = await Repository.create(new MemoryStore());
    await repository.transact((session) => session.setArray("/x", exampleArray([2], [1])), { message: "one" });
    const session = await repository.writableSession();
    expect(() => session.setArray("/x", exampleArray([2, 2], [1, 1]))).toThrow(
      "The array /x has 1 axes and cannot have 2. Delete it, and create it anew.",
    );
  });
});
