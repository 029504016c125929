import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConflictError, InvalidInputError, NotFoundError, UnsupportedError } from "../../src/errors.js";
import { Repository } from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { collect } from "./collect.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();

let store: MemoryStore;
let repository: Repository;

beforeEach(async () => {
  store = new MemoryStore("test");
  repository = await Repository.create(store);
});
afterEach(async () => {
  if (engine) await expectAgreement(engine, store);
});

describe("configuration", () => {
  test("is changed key by key; keys that nobody named stay, also unknown ones", async () => {
    await repository.updateConfig({ future: { a: 1, b: [true, null] }, compression: { algorithm: "zstd", level: 5 } });
    await repository.updateConfig({ compression: { level: 7 }, inline_chunk_threshold_bytes: 10 });
    await repository.updateConfig({ inline_chunk_threshold_bytes: null });
    expect(await repository.config()).toEqual({
      future: { a: 1, b: [true, null] },
      compression: { algorithm: "zstd", level: 7 },
    });
    // The official engine does not take keys of the future; nor does this test ask it to.
    await repository.updateConfig({ future: null });
  });

  test("containers are not changed in passing", async () => {
    await expect(repository.updateConfig({ virtual_chunk_containers: {} })).rejects.toThrow(InvalidInputError);
  });

  test("a new splitting holds from the next commit on, for what it touches", async () => {
    const conditions = [
      { condition: { Axis: 1 }, num_chunks: 2 },
      { condition: { DimensionName: "x" }, num_chunks: 1 },
    ];
    await repository.transact(
      (session) => {
        session.setArray("/a", { ...exampleArray([2, 4, 2], [1, 1, 1]), dimension_names: ["t", "y", "x"] });
        for (const y of [0, 1, 2, 3]) {
          for (const x of [0, 1]) session.setChunk("/a", [0, y, x], Uint8Array.of(10 * y + x));
        }
      },
      { message: "in one" },
    );
    const count = async () => (await collect(store.list("manifests/"))).length;
    expect(await count()).toBe(1);
    await repository.updateConfig({
      manifest: { splitting: { split_sizes: [[{ path_matches: { regex: "^/a$" } }, conditions]] } },
    });
    await repository.transact((session) => session.setChunk("/a", [1, 3, 1], Uint8Array.of(99)), { message: "split" });
    expect(await count()).toBe(1 + 4);
    const session = await repository.session();
    expect(await session.readChunk("/a", [0, 2, 1])).toEqual(Uint8Array.of(21));
    expect(await session.readChunk("/a", [1, 3, 1])).toEqual(Uint8Array.of(99));
  });
});

describe("status", () => {
  test("read-only: nobody writes anything until it is online again", async () => {
    const session = await repository.writableSession();
    session.setGroup("/a");
    await repository.setReadOnly("being archived");
    expect(await repository.status()).toMatchObject({ availability: "readOnly", reason: "being archived" });
    await expect(session.commit("late")).rejects.toThrow("memory://test is set to read-only: being archived.");
    await expect(repository.createTag("v1", session.snapshotId)).rejects.toThrow(UnsupportedError);
    await expect(repository.setMetadata({})).rejects.toThrow(UnsupportedError);
    await repository.setOnline();
    expect(await repository.status()).toMatchObject({ availability: "online", reason: null });
    await session.commit("in time");
    const kinds = (await collect(repository.operations())).map(({ change }) => change);
    expect(kinds.slice(0, 3)).toMatchObject([
      { kind: "newCommit" },
      { kind: "statusChanged", status: { availability: "online" } },
      { kind: "statusChanged", status: { availability: "readOnly", reason: "being archived" } },
    ]);
  });

  test("the same status again is no update", async () => {
    await repository.setOnline();
    expect(await collect(repository.operations())).toHaveLength(1);
  });
});

test("metadata of the repository is replaced as a whole", async () => {
  expect(await repository.metadata()).toEqual({});
  await repository.setMetadata({ title: "Grüße", sizes: [1, 2.5], none: null });
  await repository.setMetadata({ title: "Hello", nested: { a: true } });
  expect(await repository.metadata()).toEqual({ title: "Hello", nested: { a: true } });
});

describe("containers", () => {
  const scenes = { name: "scenes", urlPrefix: "file:///data/scenes/", store: { local_file_system: "/data/scenes/" } };
  const s3 = {
    allow_http: false,
    anonymous: true,
    checksum_algorithm: null,
    endpoint_url: null,
    force_path_style: false,
    network_stream_timeout_seconds: null,
    region: "eu-central-1",
    requester_pays: false,
  };
  const bucket = { name: "bucket", urlPrefix: "s3://b/", store: { s3 } };

  beforeEach(async () => {
    await repository.addContainer(scenes);
    await repository.addContainer(bucket);
  });

  test("are replaced by name", async () => {
    const moved = { ...scenes, urlPrefix: "file:///new/", store: { local_file_system: "/new/" } };
    await repository.replaceContainer(moved);
    expect(await repository.containers()).toEqual([moved, bucket]);
    await expect(repository.replaceContainer({ ...moved, name: "other" })).rejects.toThrow(NotFoundError);
    await expect(repository.replaceContainer({ ...moved, urlPrefix: "s3://b/" })).rejects.toThrow(ConflictError);
  });

  test("are removed by name or by prefix", async () => {
    await repository.removeContainer("scenes");
    await repository.removeContainer("s3://b/");
    expect(await repository.containers()).toEqual([]);
    await expect(repository.removeContainer("scenes")).rejects.toThrow(
      'There is no virtual chunk container with the name or prefix "scenes". There are: none.',
    );
  });

  test("are relocated with the folder or bucket that readers look in", async () => {
    await repository.relocate("file:///data/scenes/", "file:///new%20disk/");
    await repository.relocate("s3://b/", "s3://c/sub/");
    expect(await repository.containers()).toEqual([
      { name: "scenes", urlPrefix: "file:///new%20disk/", store: { local_file_system: "/new disk/" } },
      { ...bucket, urlPrefix: "s3://c/sub/" },
    ]);
    await expect(repository.relocate("file:///data/scenes/", "file:///x/")).rejects.toThrow(NotFoundError);
    await expect(repository.relocate("file:///new%20disk/", "s3://elsewhere/")).rejects.toThrow(InvalidInputError);
    await expect(repository.relocate("file:///new%20disk/", "file:///x")).rejects.toThrow(InvalidInputError);
  });

  test("absolute references are rewritten, committed ones and staged ones, and no others", async () => {
    const refer = (locations: string[]) => ({
      indices: Uint32Array.from(locations, (_, i) => i),
      offsets: Float64Array.from(locations, (_, i) => 10 * i),
      lengths: new Float64Array(locations.length).fill(5),
      locationIndex: Uint32Array.from(locations, (_, i) => i),
      locations,
      lastModifiedSeconds: Uint32Array.from(locations, (_, i) => 1000 + i),
    });
    await repository.transact(
      (session) => {
        session.setArray("/x", exampleArray([4], [1]));
        session.setVirtualReferences("/x", refer(["s3://b/0", "s3://other/1", "gs://b/2", "s3://b/3"]));
        session.setArray("/y", exampleArray([1], [1]));
        session.setChunk("/y", [0], Uint8Array.of(1));
      },
      { message: "made" },
    );
    const session = await repository.writableSession();
    session.setVirtualReferences("/x", refer(["s3://b/new"]));
    expect(await session.relocateReferences("s3://b/", "s3://c/sub/")).toBe(3);
    expect(session.status().updatedChunks.get("/x")?.indices).toEqual(Uint32Array.of(0, 3));
    await session.commit("relocated");
    const read = await repository.session();
    const columns = await read.chunkReferences("/x", Uint32Array.of(0, 1, 2, 3));
    expect([...columns.locationIndex].map((i) => columns.locations[i])).toEqual([
      "s3://c/sub/new",
      "s3://other/1",
      "gs://b/2",
      "s3://c/sub/3",
    ]);
    expect([...columns.offsets]).toEqual([0, 10, 20, 30]);
    const last = await read.chunkReference("/x", [3]);
    expect(last).toMatchObject({ offset: 30, length: 5, lastModifiedSeconds: 1003 });
    const none = await repository.writableSession();
    expect(await none.relocateReferences("s3://b/", "s3://c/")).toBe(0);
    expect(none.hasChanges).toBe(false);
  });
});
