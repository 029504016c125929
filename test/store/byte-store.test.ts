import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type ByteStore,
  FileStore,
  MemoryStore,
  withCache,
  withConcurrencyLimit,
  withRangeCoalescing,
  withRecording,
  withRetries,
} from "../../src/store/index.js";
import { describeByteStore } from "./byte-store-contract.js";

const folder = fs.mkdtempSync(path.join(tmpdir(), "byte-store-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

let count = 0;
const bytes = (...values: number[]) => Uint8Array.from(values);

const stores: [string, () => ByteStore][] = [
  ["MemoryStore", () => new MemoryStore()],
  ["FileStore", () => new FileStore(path.join(folder, `store-${count++}`))],
  ["FileStore with fsync", () => new FileStore(path.join(folder, `store-${count++}`), { fsync: true })],
  ["withRecording", () => withRecording(new MemoryStore())],
  ["withRetries", () => withRetries(new MemoryStore())],
  ["withConcurrencyLimit", () => withConcurrencyLimit(new MemoryStore(), 2)],
  ["withRangeCoalescing", () => withRangeCoalescing(new MemoryStore())],
  // Of objects that never change in truth, but what is written through the cache must be seen through it.
  ["withCache", () => withCache(new MemoryStore(), { budgetBytes: 1000, isImmutable: () => true })],
];

for (const [name, create] of stores) describeByteStore(name, create);

describe("withRecording", () => {
  test("counts requests and bytes in order", async () => {
    const store = withRecording(new MemoryStore("m"));
    await store.put("a", bytes(1, 2, 3));
    await store.get("a", { offset: 1, length: 9 });
    await store.get("b");
    await store.putIf("a", bytes(1), "x");
    expect(store.url).toBe("memory://m");
    expect(store.requests).toEqual([
      { operation: "put", key: "a", range: null, lengthBytes: 3 },
      { operation: "get", key: "a", range: { offset: 1, length: 9 }, lengthBytes: 2 },
      { operation: "get", key: "b", range: null, lengthBytes: 0 },
      { operation: "putIf", key: "a", range: null, lengthBytes: 1 },
    ]);
    store.clear();
    expect(store.requests).toEqual([]);
  });
});
