import { expect, it } from "vitest";
import { BlockCache } from "../../src/lazy/block-cache.js";

it("keeps blocks up to its budget of bytes, and drops the one that was used least recently", () => {
  const cache = new BlockCache(10);
  cache.set("a", Uint8Array.of(1, 1, 1, 1));
  cache.set("b", Uint8Array.of(2, 2, 2, 2));
  expect(cache.get("a")).toEqual(Uint8Array.of(1, 1, 1, 1));
  cache.set("c", Uint8Array.of(3, 3, 3, 3));
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([
    Uint8Array.of(1, 1, 1, 1),
    undefined,
    Uint8Array.of(3, 3, 3, 3),
  ]);
  expect(cache.sizeBytes).toBe(8);
});

it("counts bytes, not samples, and does not keep a block that is larger than all of it", () => {
  const cache = new BlockCache(8);
  cache.set("a", Float64Array.of(1));
  cache.set("b", Float64Array.of(1, 2));
  expect([cache.get("a"), cache.get("b"), cache.sizeBytes]).toEqual([Float64Array.of(1), undefined, 8]);
});

it("keeps the first of two blocks under one key", () => {
  const cache = new BlockCache(100);
  cache.set("a", Uint8Array.of(1));
  cache.set("a", Uint8Array.of(2, 2));
  expect([cache.get("a"), cache.sizeBytes]).toEqual([Uint8Array.of(1), 1]);
});

it("is empty when cleared", () => {
  const cache = new BlockCache();
  cache.set("a", Uint8Array.of(1));
  cache.clear();
  expect([cache.get("a"), cache.sizeBytes]).toEqual([undefined, 0]);
});
