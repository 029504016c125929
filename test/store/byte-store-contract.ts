import { beforeEach, describe, expect, test } from "vitest";
import { InvalidInputError } from "../../src/errors.js";
import type { ByteStore } from "../../src/store/index.js";

/** In what a store differs from the others. */
export interface StoreTraits {
  /** True where a version follows from the bytes alone (S3's ETags): the same bytes again have it again. */
  versionsFollowBytes?: boolean;
}

const bytes = (...values: number[]) => Uint8Array.from(values);

/** What every store promises, tested on stores that `create` makes: empty ones, each its own. */
export function describeByteStore(name: string, create: () => ByteStore, traits: StoreTraits = {}): void {
  describe(name, () => promises(create, traits));
}

function promises(create: () => ByteStore, traits: StoreTraits): void {
  let store: ByteStore;
  beforeEach(() => {
    store = create();
  });

  async function list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix)) keys.push(key);
    return keys.sort();
  }

  test("gives back what was put, whole and in ranges", async () => {
    await store.put("a/b.bin", bytes(0, 1, 2, 3, 4));
    expect((await store.get("a/b.bin"))?.data).toEqual(bytes(0, 1, 2, 3, 4));
    expect((await store.get("a/b.bin", { offset: 1, length: 2 }))?.data).toEqual(bytes(1, 2));
    expect((await store.get("a/b.bin", { offset: 3, length: 10 }))?.data).toEqual(bytes(3, 4));
    expect((await store.get("a/b.bin", { offset: 9, length: 1 }))?.data).toEqual(bytes());
    expect((await store.get("a/b.bin", { offset: 2, length: 0 }))?.data).toEqual(bytes());
  });

  test("gives back an object larger than one synchronous read, and a range of it", async () => {
    const large = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    await store.put("large", large);
    expect((await store.get("large"))?.data).toEqual(large);
    expect((await store.get("large", { offset: 1000, length: 100_000 }))?.data).toEqual(large.subarray(1000, 101_000));
  });

  test("an empty object is not a missing one", async () => {
    await store.put("empty", bytes());
    expect((await store.get("empty"))?.data).toEqual(bytes());
    expect((await store.head("empty"))?.sizeBytes).toBe(0);
  });

  test("has null for what is not there, and deletes it without complaint", async () => {
    expect(await store.get("nothing")).toBeNull();
    expect(await store.head("nothing/below")).toBeNull();
    await store.delete("nothing");
    await store.put("file", bytes(1));
    expect(await store.get("file/below")).toBeNull();
    await store.put("folder/file", bytes(1));
    expect(await store.get("folder")).toBeNull();
  });

  test("tells size, time and the version that get tells", async () => {
    const before = Date.now() - 1000;
    await store.put("a", bytes(1, 2, 3));
    const info = await store.head("a");
    expect(info).toMatchObject({ key: "a", sizeBytes: 3, version: (await store.get("a"))?.version });
    expect(info?.modifiedMs).toBeGreaterThan(before);
    expect(info?.modifiedMs).toBeLessThan(Date.now() + 1000);
  });

  const sameBytes = traits.versionsFollowBytes ? "of other bytes" : "be the bytes the same";
  test(`the version changes with every write, ${sameBytes}`, async () => {
    const versions = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const current = (await store.head("a"))?.version ?? null;
      expect(await store.putIf("a", bytes(traits.versionsFollowBytes ? i : 7), current)).toBe(true);
      versions.add((await store.head("a"))!.version);
    }
    expect(versions.size).toBe(20);
  });

  test("creates only what does not exist, where that is the condition", async () => {
    expect(await store.putIf("a/b", bytes(1), null)).toBe(true);
    expect(await store.putIf("a/b", bytes(2), null)).toBe(false);
    expect((await store.get("a/b"))?.data).toEqual(bytes(1));
  });

  test("replaces only the version that was named", async () => {
    expect(await store.putIf("a", bytes(1), "no such version")).toBe(false);
    expect(await store.get("a")).toBeNull();
    await store.put("a", bytes(1));
    const { version } = (await store.head("a"))!;
    expect(await store.putIf("a", bytes(2), version)).toBe(true);
    expect(await store.putIf("a", bytes(3), version)).toBe(false);
    expect((await store.get("a"))?.data).toEqual(bytes(2));
  });

  test("of many who create at once one wins, and of many who replace", async () => {
    const created = await Promise.all(Array.from({ length: 20 }, (_, i) => store.putIf("a", bytes(i), null)));
    expect(created.filter(Boolean)).toHaveLength(1);
    const { version } = (await store.head("a"))!;
    const replaced = await Promise.all(Array.from({ length: 20 }, (_, i) => store.putIf("a", bytes(100 + i), version)));
    expect(replaced.filter(Boolean)).toHaveLength(1);
  });

  test("lists by the beginning of the key, folders or not", async () => {
    for (const key of ["a/1", "a/2", "ab/3", "b", "a/c/4", "a b/ü"]) await store.put(key, bytes(1));
    expect(await list("")).toEqual(["a b/ü", "a/1", "a/2", "a/c/4", "ab/3", "b"]);
    expect(await list("a/")).toEqual(["a/1", "a/2", "a/c/4"]);
    expect(await list("a/c")).toEqual(["a/c/4"]);
    expect(await list("a")).toEqual(["a b/ü", "a/1", "a/2", "a/c/4", "ab/3"]);
    expect(await list("z/")).toEqual([]);
    await store.delete("a/1");
    expect(await list("a/")).toEqual(["a/2", "a/c/4"]);
  });

  test("what was given and what is got can be changed without changing what is stored", async () => {
    const given = bytes(1, 2);
    await store.put("a", given);
    given[0] = 9;
    (await store.get("a"))!.data[1] = 9;
    expect((await store.get("a"))?.data).toEqual(bytes(1, 2));
  });

  test.each(["../a", "/a", "a//b", "a/./b", "", "a/", "a\\b", "a\0"])('refuses the key "%s"', async (key) => {
    await expect(store.get(key)).rejects.toThrow(InvalidInputError);
    await expect(store.put(key, bytes(1))).rejects.toThrow(InvalidInputError);
    await expect(store.delete(key)).rejects.toThrow(InvalidInputError);
  });

  test.each([
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [0, Number.NaN],
    [0, 2 ** 60],
  ])("refuses the range %s+%s", async (offset, length) => {
    await store.put("a", bytes(1));
    await expect(store.get("a", { offset, length })).rejects.toThrow(InvalidInputError);
  });

  test("does nothing once cancelled", async () => {
    const signal = AbortSignal.abort();
    await expect(store.get("a", undefined, { signal })).rejects.toThrow(/abort/i);
    await expect(store.put("a", bytes(1), { signal })).rejects.toThrow(/abort/i);
    expect(await store.head("a")).toBeNull();
  });
}
