import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConflictError, InvalidInputError, NotFoundError, UnsupportedError } from "../../src/errors.js";
import { encodeFlexbuffer } from "../../src/icechunk/format/flexbuffer-encoder.js";
import { snapshotIdFromText } from "../../src/icechunk/format/object-id.js";
import { Repository, type VirtualReferences } from "../../src/icechunk/index.js";
import { type RepositoryTable, readRepositoryFile } from "../../src/icechunk/repository-file.js";
import { encodeRepository } from "../../src/icechunk/repository-update.js";
import { toSettings } from "../../src/icechunk/settings.js";
import { readSnapshot } from "../../src/icechunk/snapshot-file.js";
import { MemoryStore, type RecordingStore, withRecording } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();

let store: RecordingStore;
let repository: Repository;

beforeEach(async () => {
  store = withRecording(new MemoryStore("test"));
  repository = await Repository.create(store);
});

/** Set by the tests that damage what they wrote. */
let isDamaged = false;

/** Whatever a test wrote, the official engine reads it alike. */
afterEach(async () => {
  if (engine && !isDamaged) await expectAgreement(engine, store);
  isDamaged = false;
});

/** References to consecutive ranges of 10 bytes, one per chunk of a one-axis array. */
function references(chunks: readonly number[], location = "s3://bucket/a.tif"): VirtualReferences {
  return {
    indices: Uint32Array.from(chunks),
    offsets: Float64Array.from(chunks, (chunk) => 1000 + chunk * 10),
    lengths: new Float64Array(chunks.length).fill(10),
    locationIndex: new Uint32Array(chunks.length),
    locations: [location],
  };
}

async function keysIn(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.sort();
}

describe("creating and opening", () => {
  test("a new repository has one snapshot without nodes", async () => {
    const session = await repository.session();
    expect(session.snapshotId).toBe("1CECHNKREP0F1RSTCMT0");
    expect(session.nodes()).toEqual([]);
    expect(await repository.branches()).toEqual(new Map([["main", "1CECHNKREP0F1RSTCMT0"]]));
  });

  test("a second repository in the same place is refused", async () => {
    await expect(Repository.create(store)).rejects.toThrow(ConflictError);
  });

  test("of ten who create at once, one wins", async () => {
    const shared = new MemoryStore();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => Repository.create(shared)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await (await Repository.open(shared)).history()).length).toBe(1);
  });

  test("opening where nothing is says so and creates nothing", async () => {
    const empty = withRecording(new MemoryStore());
    await expect(Repository.open(empty)).rejects.toThrow(NotFoundError);
    expect(empty.requests.map(({ operation }) => operation)).toEqual(["get", "head"]);
    expect(await Repository.exists(empty)).toBe(false);
  });

  test("a damaged repo object is named", async () => {
    await store.put("repo", new Uint8Array(100));
    isDamaged = true;
    await expect(Repository.open(store)).rejects.toMatchObject({
      name: "CorruptDataError",
      message: "repo is not an Icechunk file.",
      details: { key: "repo" },
    });
  });

  test("opening reads one object", async () => {
    store.clear();
    await Repository.open(store);
    expect(store.requests.map(({ operation, key }) => `${operation} ${key}`)).toEqual(["get repo"]);
  });
});

describe("groups and arrays", () => {
  test("an array brings the groups above it, and all are listed in the order of their bytes", async () => {
    const session = await repository.writableSession();
    session.setArray("/b/x", exampleArray([4], [2]));
    session.setGroup("/b-c", { title: "é" });
    await session.commit("nodes");
    const nodes = (await repository.session()).nodes();
    expect(nodes.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      "group /",
      "group /b",
      "group /b-c",
      "array /b/x",
    ]);
    expect(nodes[2]?.zarr.attributes).toEqual({ title: "é" });
    expect(nodes[3]?.zarr).toEqual(exampleArray([4], [2]));
  });

  test("nodes of a prefix are the node and what lies below, not its namesakes", async () => {
    const session = await repository.writableSession();
    for (const path of ["/a/x", "/a/x/y", "/ab/z"]) session.setGroup(path);
    expect(session.nodes("/a").map(({ path }) => path)).toEqual(["/a", "/a/x", "/a/x/y"]);
    expect(session.node("/a/q")).toBeNull();
  });

  test("the same metadata again is no change", async () => {
    await repository.transact((session) => session.setGroup("/a", { n: 1 }), { message: "first" });
    const session = await repository.writableSession();
    session.setGroup("/a", { n: 1 });
    expect(session.hasChanges).toBe(false);
    session.setGroup("/a", { n: 2 });
    expect(session.hasChanges).toBe(true);
  });

  test("a node keeps its id when its metadata changes, and not when it is deleted and made again", async () => {
    await repository.transact((session) => session.setGroup("/a"), { message: "make" });
    const first = (await repository.session()).node("/a")?.id;
    await repository.transact((session) => session.setGroup("/a", { n: 1 }), { message: "change" });
    expect((await repository.session()).node("/a")?.id).toBe(first);
    const again = await repository.writableSession();
    again.delete("/a");
    again.setGroup("/a", { n: 1 });
    await again.commit("again");
    expect((await repository.session()).node("/a")?.id).not.toBe(first);
  });

  test("deleting a group takes what lies below it", async () => {
    await repository.transact((session) => session.setArray("/a/b/x", exampleArray([1], [1])), { message: "make" });
    await repository.transact((session) => session.delete("/a"), { message: "delete" });
    expect((await repository.session()).nodes().map(({ path }) => path)).toEqual(["/"]);
    await expect(repository.transact((session) => session.delete("/a"), { message: "" })).rejects.toThrow(
      NotFoundError,
    );
  });

  test.each(["a", "/a/", "/a//b", "/../a", ""])('"%s" is not the path of a node', async (path) => {
    const session = await repository.writableSession();
    expect(() => session.setGroup(path)).toThrow(InvalidInputError);
  });

  test("nothing can be put below an array, and an array not over a group", async () => {
    const session = await repository.writableSession();
    session.setArray("/a/x", exampleArray([1], [1]));
    expect(() => session.setGroup("/a/x/y")).toThrow("/a/x/y cannot be created: /a/x is an array.");
    expect(() => session.setArray("/a", exampleArray([1], [1]))).toThrow("There is already a group at /a.");
  });

  test("metadata that contradicts itself is refused", async () => {
    const session = await repository.writableSession();
    expect(() => session.setArray("/x", exampleArray([4], [2, 2]))).toThrow(InvalidInputError);
    expect(() => session.setArray("/x", exampleArray([4], [0]))).toThrow(InvalidInputError);
    expect(() => session.setArray("/x", exampleArray([2 ** 40], [1]))).toThrow(/more than the format holds/);
  });
});

describe("chunks", () => {
  test("small chunks live in the manifest, larger ones in an object of their own", async () => {
    await repository.transact(
      (session) => {
        session.setArray("/x", exampleArray([3000], [1000]));
        session.setChunk("/x", [0], Uint8Array.of(1, 2, 3));
        session.setChunk("/x", [1], new Uint8Array(513).fill(7));
      },
      { message: "chunks" },
    );
    const session = await repository.session();
    expect(await session.readChunk("/x", [0])).toEqual(Uint8Array.of(1, 2, 3));
    expect(await session.readChunk("/x", [1])).toEqual(new Uint8Array(513).fill(7));
    expect(await session.readChunk("/x", [2])).toBeNull();
    expect((await session.chunkReference("/x", [0]))?.kind).toBe("inline");
    expect((await session.chunkReference("/x", [1]))?.kind).toBe("native");
    expect(await keysIn("chunks/")).toHaveLength(1);
  });

  test("the last of several writes to one chunk counts", async () => {
    const session = await repository.writableSession();
    session.setArray("/x", exampleArray([4], [1]));
    session.setChunk("/x", [0], Uint8Array.of(1));
    session.setChunk("/x", [1], Uint8Array.of(2));
    session.setChunk("/x", [0], Uint8Array.of(3));
    session.deleteReferences("/x", Uint32Array.of(1));
    expect(await session.readChunk("/x", [0])).toEqual(Uint8Array.of(3));
    await session.commit("twice");
    const committed = await repository.session();
    expect(await committed.readChunk("/x", [0])).toEqual(Uint8Array.of(3));
    expect(await committed.readChunk("/x", [1])).toBeNull();
  });

  test("a session reads its own changes before they are committed, large ones too", async () => {
    const session = await repository.writableSession();
    session.setArray("/x", exampleArray([4000], [1000]));
    session.setChunk("/x", [2], new Uint8Array(1000).fill(9));
    expect(await session.readChunk("/x", [2])).toEqual(new Uint8Array(1000).fill(9));
    expect(await session.readChunk("/x", [2], { range: { offset: 998, length: 5 } })).toEqual(Uint8Array.of(9, 9));
    expect((await repository.session()).nodes()).toEqual([]);
  });

  test("an array without axes has one chunk", async () => {
    await repository.transact(
      (session) => {
        session.setArray("/x", exampleArray([], []));
        session.setChunk("/x", [], Uint8Array.of(5));
      },
      { message: "scalar" },
    );
    expect(await (await repository.session()).readChunk("/x", [])).toEqual(Uint8Array.of(5));
  });

  test("chunks outside of the array and ranges without bytes are refused", async () => {
    const session = await repository.writableSession();
    session.setArray("/x", exampleArray([4], [2]));
    expect(() => session.setChunk("/x", [2], Uint8Array.of(1))).toThrow(
      "Chunk 2 along axis 0 of /x is not among its 2.",
    );
    expect(() => session.setChunk("/x", [0, 0], Uint8Array.of(1))).toThrow(InvalidInputError);
    expect(() => session.setVirtualReferences("/x", { ...references([0]), lengths: Float64Array.of(0) })).toThrow(
      InvalidInputError,
    );
    expect(() => session.setVirtualReferences("/x", { ...references([0]), locationIndex: Uint32Array.of(1) })).toThrow(
      InvalidInputError,
    );
    expect(session.hasChanges).toBe(true);
    await expect(session.chunkReference("/nowhere", [0])).rejects.toThrow(NotFoundError);
  });
});

describe("chunks outside of an array", () => {
  test("what was staged before an array shrank is not there any more, inline or native", async () => {
    const session = await repository.writableSession();
    session.setArray("/a", exampleArray([4], [1]));
    session.setChunk("/a", [1], Uint8Array.of(1));
    session.setChunk("/a", [3], new Uint8Array(1000));
    session.setArray("/a", exampleArray([2], [1]));
    expect(await session.readChunk("/a", [1])).toEqual(Uint8Array.of(1));
    expect(await session.readChunk("/a", [3])).toBeNull();
    expect(await session.chunkReference("/a", [3])).toBeNull();
    await session.commit("shrunk");
    expect(await (await repository.session()).readChunk("/a", [3])).toBeNull();
  });

  test("a number that 32 bits cannot hold is refused, and names no other chunk", async () => {
    const session = await repository.writableSession();
    session.setArray("/a", exampleArray([4], [1]));
    session.setChunk("/a", [0], Uint8Array.of(7));
    for (const number of [2 ** 32, -1, 0.5]) {
      await expect(session.chunkReference("/a", [number])).rejects.toThrow(/from 0 to 2\^32 - 1/);
    }
    await session.commit("one chunk");
  });

  test("a call that was given up before it began touches no store", async () => {
    const signal = AbortSignal.abort();
    store.clear();
    await expect(Repository.open(store, { signal })).rejects.toThrow();
    await expect(Repository.exists(store, { signal })).rejects.toThrow();
    await expect(Repository.create(withRecording(new MemoryStore("other")), { signal })).rejects.toThrow();
  });
});

describe("virtual references", () => {
  test("come back with location, range and checksum", async () => {
    await repository.transact(
      (session) => {
        session.setArray("/x", exampleArray([3], [1]));
        session.setVirtualReferences("/x", {
          indices: Uint32Array.of(0, 1, 2),
          offsets: Float64Array.of(0, 2 ** 40, 5),
          lengths: Float64Array.of(1, 2 ** 33, 7),
          locationIndex: Uint32Array.of(0, 1, 2),
          locations: ["s3://b/a%20b.tif", "https://h/é", "gs://b/x"],
          lastModifiedSeconds: Uint32Array.of(1_700_000_000, 0, 5),
          etags: [null, null, '"tag"'],
        });
      },
      { message: "virtual" },
    );
    const session = await repository.session();
    expect(await session.chunkReference("/x", [0])).toEqual({
      kind: "virtual",
      location: "s3://b/a%20b.tif",
      offset: 0,
      length: 1,
      lastModifiedSeconds: 1_700_000_000,
      etag: null,
    });
    expect(await session.chunkReference("/x", [1])).toMatchObject({
      offset: 2 ** 40,
      length: 2 ** 33,
      lastModifiedSeconds: null,
    });
    expect(await session.chunkReference("/x", [2])).toMatchObject({ etag: '"tag"', lastModifiedSeconds: null });
    await expect(session.readChunk("/x", [0])).rejects.toThrow(UnsupportedError);
  });

  test("are looked up in bulk, in any order, with gaps, committed and not", async () => {
    await repository.transact(
      (session) => {
        session.setArray("/x", exampleArray([1000], [1]));
        session.setVirtualReferences("/x", references(Array.from({ length: 300 }, (_, i) => i * 3)));
      },
      { message: "every third" },
    );
    const session = await repository.writableSession();
    session.setVirtualReferences("/x", references([1], "s3://bucket/b.tif"));
    session.deleteReferences("/x", Uint32Array.of(6));
    const columns = await session.chunkReferences("/x", Uint32Array.of(897, 0, 1, 2, 6, 3, 999, 450));
    expect([...columns.found]).toEqual([1, 1, 1, 0, 0, 1, 0, 1]);
    expect([...columns.offsets]).toEqual([9970, 1000, 1010, 0, 0, 1030, 0, 5500]);
    expect(columns.locations[columns.locationIndex[2]!]).toBe("s3://bucket/b.tif");
    expect(columns.locations[columns.locationIndex[7]!]).toBe("s3://bucket/a.tif");
  });

  test("100,000 references of one file are looked up one by one and all at once alike", async () => {
    const all = Array.from({ length: 100_000 }, (_, i) => i);
    await repository.transact(
      (session) => {
        session.setArray("/x", exampleArray([100_000], [1]));
        session.setVirtualReferences("/x", references(all));
      },
      { message: "many" },
    );
    const session = await repository.session();
    const { found, offsets } = await session.chunkReferences("/x", Uint32Array.from(all));
    expect(found.every((value) => value === 1)).toBe(true);
    expect(offsets.every((offset, i) => offset === 1000 + i * 10)).toBe(true);
    for (const chunk of [0, 1, 49_999, 99_998, 99_999]) {
      expect(await session.chunkReference("/x", [chunk])).toMatchObject({ offset: 1000 + chunk * 10 });
    }
  });
});

describe("manifests", () => {
  /** One manifest per ten chunks. */
  const splitting = [{ path: "^/x$", axis: 0, chunks: 10 }];

  async function splitRepository(): Promise<Repository> {
    await store.delete("repo");
    const split = await Repository.create(store, { splitting });
    await split.transact(
      (session) => {
        session.setArray("/x", exampleArray([25], [1]));
        session.setVirtualReferences("/x", references(Array.from({ length: 25 }, (_, i) => i)));
      },
      { message: "25 chunks" },
    );
    return split;
  }

  test("are split along the axis as the stored configuration says", async () => {
    await splitRepository();
    expect(await keysIn("manifests/")).toHaveLength(3);
  });

  test("appending reads and writes the last one only", async () => {
    await splitRepository();
    const before = await keysIn("manifests/");
    const reopened = await Repository.open(store);
    store.clear();
    await reopened.transact(
      (session) => {
        session.setArray("/x", exampleArray([27], [1]));
        session.setVirtualReferences("/x", references([25, 26]));
      },
      { message: "two more" },
    );
    const manifests = store.requests.filter(({ key }) => key.startsWith("manifests/"));
    expect(manifests.map(({ operation }) => operation)).toEqual(["get", "put"]);
    expect(await keysIn("manifests/")).toHaveLength(before.length + 1);
    const { offsets } = await (await reopened.session()).chunkReferences("/x", Uint32Array.of(0, 19, 20, 24, 25, 26));
    expect([...offsets]).toEqual([1000, 1190, 1200, 1240, 1250, 1260]);
  });

  test("a smaller shape drops the references outside, for good", async () => {
    const split = await splitRepository();
    await split.transact((session) => session.setArray("/x", exampleArray([12], [1])), { message: "shrink" });
    await split.transact((session) => session.setArray("/x", exampleArray([25], [1])), { message: "grow" });
    const { found } = await (await split.session()).chunkReferences("/x", Uint32Array.of(0, 9, 10, 11, 12, 19, 20, 24));
    expect([...found]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  test("one that was written before the splitting is split when it is touched", async () => {
    await repository.transact(
      (session) => {
        session.setArray("/x", exampleArray([25], [1]));
        session.setVirtualReferences("/x", references(Array.from({ length: 25 }, (_, i) => i)));
      },
      { message: "in one piece" },
    );
    const reopened = await Repository.open(store, { splitting });
    await reopened.transact((session) => session.setChunk("/x", [13], Uint8Array.of(1)), { message: "touch" });
    expect(await keysIn("manifests/")).toHaveLength(1 + 3);
    const { kinds } = await (await reopened.session()).chunkReferences("/x", Uint32Array.of(0, 12, 13, 14, 24));
    expect([...kinds]).toEqual([1, 1, 2, 1, 1]);
  });

  test("are split along several axes at once", async () => {
    await store.delete("repo");
    const rules = [
      { path: ".*", axis: 0, chunks: 2 },
      { path: ".*", axis: 2, chunks: 3 },
    ];
    const split = await Repository.create(store, { splitting: rules });
    await split.transact(
      (session) => {
        session.setArray("/x", exampleArray([4, 1, 6], [1, 1, 1]));
        for (let t = 0; t < 4; t++) for (let x = 0; x < 6; x++) session.setChunk("/x", [t, 0, x], Uint8Array.of(t, x));
      },
      { message: "grid" },
    );
    expect(await keysIn("manifests/")).toHaveLength(4);
    expect(await (await split.session()).readChunk("/x", [3, 0, 4])).toEqual(Uint8Array.of(3, 4));
  });

  test("of another splitting are merged where a change and its neighbours would overlap them", async () => {
    await store.delete("repo");
    const sixes = await Repository.create(store, { splitting: [{ path: ".*", axis: 0, chunks: 6 }] });
    await sixes.transact(
      (session) => {
        session.setArray("/x", exampleArray([24], [1]));
        session.setVirtualReferences("/x", references(Array.from({ length: 24 }, (_, i) => i)));
      },
      { message: "0-5, 6-11, 12-17, 18-23" },
    );
    const tens = await Repository.open(store, { splitting: [{ path: ".*", axis: 0, chunks: 10 }] });
    // Chunks 10, 11, 18 and 19 come into one manifest, in whose middle 12 to 17 lie.
    await tens.transact((session) => session.setVirtualReferences("/x", references([5, 22])), { message: "both ends" });
    const { found } = await (await tens.session()).chunkReferences(
      "/x",
      Uint32Array.from({ length: 24 }, (_, i) => i),
    );
    expect([...found]).toEqual(new Array(24).fill(1));
    const snapshot = await readSnapshot(store, snapshotIdFromText((await tens.session()).snapshotId));
    const array = snapshot.nodes.find(({ path }) => path === "/x")?.data;
    const extents = array?.kind === "array" ? array.manifests.map(({ extents: [axis] }) => axis) : [];
    expect(extents).toEqual([
      { from: 0, to: 10 },
      { from: 10, to: 20 },
      { from: 20, to: 24 },
    ]);
  });

  test("stay in memory within a budget, and are read again beyond it", async () => {
    await splitRepository();
    const reads = async (manifestCacheBytes: number) => {
      const session = await (await Repository.open(store, { manifestCacheBytes })).session();
      store.clear();
      for (const chunk of [0, 10, 0, 10]) await session.chunkReference("/x", [chunk]);
      return store.requests.length;
    };
    expect(await reads(1)).toBe(4);
    expect(await reads(1_000_000)).toBe(2);
  });

  test("a damaged one is named and does not hurt other arrays", async () => {
    await splitRepository();
    const [first] = await keysIn("manifests/");
    await store.put(first!, new Uint8Array(50));
    isDamaged = true;
    const session = await (await Repository.open(store)).session();
    const reads = [0, 10, 20].map((chunk) => session.chunkReference("/x", [chunk]));
    const failures = (await Promise.allSettled(reads)).filter((result) => result.status === "rejected");
    expect(failures.map(({ reason }) => (reason as Error).message)).toEqual([`${first} is not an Icechunk file.`]);
  });
});

describe("commits", () => {
  test("history tells message, time, parent and metadata, newest first", async () => {
    const { snapshot } = await repository.transact((session) => session.setGroup("/"), {
      message: "Grüße",
      metadata: { files: 3, bounds: [-1.5, 2], note: null },
    });
    const history = await repository.history();
    expect(history.map(({ message }) => message)).toEqual(["Grüße", "Repository initialized"]);
    expect(history[0]).toMatchObject({
      id: snapshot,
      parentId: "1CECHNKREP0F1RSTCMT0",
      metadata: { files: 3, bounds: [-1.5, 2], note: null },
    });
    expect(history[1]!.parentId).toBeNull();
    expect(history[0]!.time.getTime()).toBeGreaterThanOrEqual(history[1]!.time.getTime());
  });

  test("the second of two sessions on the same snapshot conflicts, and nothing of it shows", async () => {
    const [first, second] = await Promise.all([repository.writableSession(), repository.writableSession()]);
    first.setGroup("/first");
    second.setGroup("/second");
    await first.commit("first");
    await expect(second.commit("second")).rejects.toThrow(ConflictError);
    expect((await repository.session()).nodes().map(({ path }) => path)).toEqual(["/", "/first"]);
  });

  test("transact runs its function again on what is then there", async () => {
    let runs = 0;
    const { committed } = await repository.transact(
      async (session) => {
        runs += 1;
        if (runs === 1) await repository.transact((other) => other.setGroup("/other"), { message: "faster" });
        session.setGroup("/mine", { seen: session.nodes().map(({ path }) => path) });
      },
      { message: "slower" },
    );
    expect({ runs, committed }).toEqual({ runs: 2, committed: true });
    expect((await repository.session()).node("/mine")?.zarr.attributes).toEqual({ seen: ["/", "/other"] });
  });

  test("transact commits nothing where nothing changed or the function says so", async () => {
    const none = await repository.transact(() => undefined, { message: "nothing" });
    const refused = await repository.transact(
      (session) => {
        session.setGroup("/a");
        return false;
      },
      { message: "refused" },
    );
    expect([none, refused]).toEqual([
      { snapshot: "1CECHNKREP0F1RSTCMT0", committed: false },
      { snapshot: "1CECHNKREP0F1RSTCMT0", committed: false },
    ]);
    expect(await repository.history()).toHaveLength(1);
  });

  test("a session commits once", async () => {
    const session = await repository.writableSession();
    await expect(session.commit("empty")).rejects.toThrow("There is nothing to commit");
    session.setGroup("/a");
    await session.commit("once");
    expect(() => session.setGroup("/b")).toThrow(InvalidInputError);
    await expect(session.commit("twice")).rejects.toThrow(InvalidInputError);
  });

  test("a commit that is cancelled leaves the branch where it was", async () => {
    const session = await repository.writableSession();
    session.setGroup("/a");
    await expect(session.commit("never", { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(await repository.history()).toHaveLength(1);
  });

  test("a store that fails while a commit is written leaves the branch where it was", async () => {
    const put = store.put.bind(store);
    store.put = (key, data, options) =>
      key.startsWith("manifests/") ? Promise.reject(new Error("disk full")) : put(key, data, options);
    const commit = repository.transact(
      (session) => {
        session.setArray("/x", exampleArray([1], [1]));
        session.setChunk("/x", [0], Uint8Array.of(1));
      },
      { message: "fails" },
    );
    await expect(commit).rejects.toThrow("disk full");
    expect(await repository.history()).toHaveLength(1);
    expect((await keysIn("snapshots/")).length).toBe(1);
  });

  test("a small commit writes its objects, a backup, and the repo object once", async () => {
    await repository.transact((session) => session.setArray("/x", exampleArray([1], [1])), { message: "array" });
    store.clear();
    await repository.transact((session) => session.setChunk("/x", [0], Uint8Array.of(1)), { message: "chunk" });
    const written = store.requests.filter(({ operation }) => operation.startsWith("put"));
    expect(written.map(({ operation, key }) => `${operation} ${key.split("/")[0]}`)).toEqual([
      "put manifests",
      "put snapshots",
      "put transactions",
      "put overwritten",
      "putIf repo",
    ]);
  });

  /** Change what the repository's object says, as another writer would. */
  async function rewrite(change: (table: RepositoryTable) => void): Promise<void> {
    const { table } = await readRepositoryFile(store);
    change(table);
    await store.put("repo", await encodeRepository(table, toSettings({}, {})));
  }

  test("a read-only repository is read and not written", async () => {
    await rewrite((table) => {
      table.status = { availability: 1, setAtMicros: 1, reason: "archived" };
    });
    expect((await repository.session()).nodes()).toEqual([]);
    const commit = repository.transact((session) => session.setGroup("/a"), { message: "no" });
    await expect(commit).rejects.toThrow("memory://test is set to read-only: archived.");
  });

  test("tags are not created where the repository forbids it", async () => {
    await rewrite((table) => {
      table.disabledFeatureFlags = [4];
    });
    await expect(repository.createTag("v1", "1CECHNKREP0F1RSTCMT0")).rejects.toThrow(UnsupportedError);
  });

  test("every update but the newest leads to the object that it replaced", async () => {
    for (let i = 0; i < 3; i++)
      await repository.transact((session) => session.setGroup("/", { i }), { message: `${i}` });
    const { latestUpdates } = (await readRepositoryFile(store)).table;
    expect(latestUpdates.map(({ change }) => change.kind)).toEqual([
      "newCommit",
      "newCommit",
      "newCommit",
      "repoInitialized",
    ]);
    expect(latestUpdates[0]?.backupPath).toBeNull();
    const backups = latestUpdates.slice(1).map(({ backupPath }) => `overwritten/${backupPath}`);
    expect(backups.sort()).toEqual(await keysIn("overwritten/"));
    expect(new Set(latestUpdates.map(({ updatedAtMicros }) => updatedAtMicros)).size).toBe(4);
  });

  test("the log of updates is cut as the configuration says, and leads to the rest", async () => {
    await rewrite((table) => {
      table.config = encodeFlexbuffer({ num_updates_per_repo_info_file: 3 });
    });
    for (let i = 0; i < 8; i++)
      await repository.transact((session) => session.setGroup("/", { i }), { message: `${i}` });
    const { table } = await readRepositoryFile(store);
    expect(table.latestUpdates).toHaveLength(3);
    expect(await keysIn(`overwritten/${table.repoBeforeUpdates}`)).toHaveLength(1);
    expect(await repository.history()).toHaveLength(9);
  });

  test("a clock that runs an hour ahead of the store's is not believed", async () => {
    const head = store.head.bind(store);
    const storeTimeMs = Date.now() - 3_600_000;
    await rewrite((table) => {
      for (const update of table.latestUpdates) update.updatedAtMicros = 1;
    });
    store.head = async (key, options) => {
      const info = await head(key, options);
      return info && { ...info, modifiedMs: storeTimeMs };
    };
    await repository.transact((session) => session.setGroup("/"), { message: "ahead" });
    const { latestUpdates } = (await readRepositoryFile(store)).table;
    expect(latestUpdates[0]?.updatedAtMicros).toBe(storeTimeMs * 1000);
  });
});

describe("versions", () => {
  test("a session does not see later commits", async () => {
    const before = await repository.session();
    await repository.transact((session) => session.setGroup("/a"), { message: "later" });
    expect(before.nodes()).toEqual([]);
  });

  test("snapshots, tags, branches and moments lead to what was then", async () => {
    const one = await repository.transact((session) => session.setGroup("/", { n: 1 }), { message: "one" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const between = new Date();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await repository.transact((session) => session.setGroup("/", { n: 2 }), { message: "two" });
    await repository.createTag("v1", one.snapshot);
    await repository.createBranch("side", one.snapshot);
    await repository.transact((session) => session.setGroup("/", { n: 3 }), { message: "three", branch: "side" });
    const read = async (at: Parameters<Repository["session"]>[0]) =>
      (await repository.session(at)).node("/")?.zarr.attributes?.n;
    expect(await read({ snapshot: one.snapshot })).toBe(1);
    expect(await read({ tag: "v1" })).toBe(1);
    expect(await read({ asOf: between })).toBe(1);
    expect(await read({ asOf: new Date() })).toBe(2);
    expect(await read({ branch: "main" })).toBe(2);
    expect(await read({ branch: "side" })).toBe(3);
    expect((await repository.history({ branch: "side" })).map(({ message }) => message)).toEqual([
      "three",
      "one",
      "Repository initialized",
    ]);
    expect([...(await repository.tags())]).toEqual([["v1", one.snapshot]]);
    expect([...(await repository.branches()).keys()]).toEqual(["main", "side"]);
  });

  test("what is not there is named, with what is", async () => {
    await expect(repository.session({ branch: "dev" })).rejects.toThrow(
      'memory://test has no branch "dev". It has: main.',
    );
    await expect(repository.session({ tag: "v1" })).rejects.toThrow(NotFoundError);
    await expect(repository.session({ snapshot: "ZZZZZZZZZZZZZZZZZZZ0" })).rejects.toThrow(NotFoundError);
    await expect(repository.session({ asOf: new Date(0) })).rejects.toThrow(NotFoundError);
  });

  test("a tag's name is used once", async () => {
    await repository.createTag("v1", "1CECHNKREP0F1RSTCMT0");
    await expect(repository.createTag("v1", "1CECHNKREP0F1RSTCMT0")).rejects.toThrow(ConflictError);
    await expect(repository.createBranch("main", "1CECHNKREP0F1RSTCMT0")).rejects.toThrow(ConflictError);
  });
});

describe("containers", () => {
  const scenes = { name: "scenes", urlPrefix: "file:///data/scenes/", store: { local_file_system: "/data/scenes/" } };

  test("are added once, kept, and not replaced in silence", async () => {
    await repository.addContainer(scenes);
    store.clear();
    await repository.addContainer(scenes);
    expect(store.requests.map(({ operation }) => operation)).toEqual(["get"]);
    expect(await repository.containers()).toEqual([scenes]);
    const moved = { ...scenes, urlPrefix: "file:///elsewhere/" };
    await expect(repository.addContainer(moved)).rejects.toThrow(ConflictError);
  });

  test("are listed longest prefix first, beside the splitting that was stored", async () => {
    await store.delete("repo");
    const created = await Repository.create(store, {
      splitting: [{ path: ".*", axis: 0, chunks: 1 }],
      containers: [scenes],
    });
    await created.addContainer({ ...scenes, name: "deep", urlPrefix: "file:///data/scenes/2023/" });
    expect((await created.containers()).map(({ name }) => name)).toEqual(["deep", "scenes"]);
    await created.transact(
      (session) => {
        session.setArray("/x", exampleArray([3], [1]));
        for (let chunk = 0; chunk < 3; chunk++) session.setChunk("/x", [chunk], Uint8Array.of(1));
      },
      { message: "still split" },
    );
    expect(await keysIn("manifests/")).toHaveLength(3);
  });

  test.each(["/data/", "file:///data", ""])('"%s" is not a prefix', async (urlPrefix) => {
    await expect(repository.addContainer({ ...scenes, urlPrefix })).rejects.toThrow(InvalidInputError);
  });
});
