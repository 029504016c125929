import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeMessagePack } from "../../src/icechunk/format/messagepack-decoder.js";
import { snapshotIdFromText } from "../../src/icechunk/format/object-id.js";
import { createVirtualFetch, HttpStore, MemoryStore, Repository } from "../../src/icechunk/index.js";
import { initialTable } from "../../src/icechunk/initial-snapshot.js";
import { toMetadataItems } from "../../src/icechunk/metadata-items.js";
import type { RepositoryTable } from "../../src/icechunk/repository-file.js";
import { encodeRepository } from "../../src/icechunk/repository-update.js";
import { parseYamlConfig } from "../../src/icechunk/v1-config.js";
import { FileStore, withRecording } from "../../src/store/index.js";
import { startHttpServer } from "../store/http-server.js";
import { exampleArray } from "./example-array.js";
import { describeSession, expectAgreement, expectSameBytes } from "./oracle/agreement.js";
import { loadOfficialEngine, type OfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();
const official = engine as OfficialEngine;
type OfficialRepository = InstanceType<OfficialEngine["Repository"]>;

const zarrJson = (shape: readonly number[], chunkShape: readonly number[]) =>
  Buffer.from(JSON.stringify(exampleArray(shape, chunkShape)));

let folder: string;
let sources: string;
let repositoryFolder: string;
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "icechunk-v1-")));
  sources = path.join(folder, "sources");
  repositoryFolder = path.join(folder, "repository");
  fs.mkdirSync(sources);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const prefix = () => `${pathToFileURL(sources).href}/`;

/**
 * Two commits of the official engine in a repository of spec version 1, with chunks of each kind, 1,500 references in a
 * manifest split by 400, two branches, a tag, and a tag that was deleted.
 */
async function createVersionOne(): Promise<{ repository: OfficialRepository; first: string; second: string }> {
  const repository = await official.Repository.create(
    await official.Storage.newLocalFilesystem(repositoryFolder),
    {
      virtualChunkContainers: {
        [prefix()]: { urlPrefix: prefix(), store: { type: "LocalFileSystem", field0: `${sources}/` } },
      },
      manifest: {
        splitting: {
          split_sizes: [[{ path_matches: { regex: "wide" } }, [{ condition: { Axis: 0 }, num_chunks: 400 }]]],
        },
      },
    },
    1,
    { [prefix()]: null },
  );
  await repository.saveConfig();
  fs.writeFileSync(
    path.join(sources, "a b.bin"),
    Uint8Array.from({ length: 2000 }, (_, i) => i % 251),
  );
  const lastModified = new Date(Math.ceil(fs.statSync(path.join(sources, "a b.bin")).mtimeMs / 1000) * 1000);
  const session = await repository.writableSession("main");
  const { store } = session;
  await store.set("zarr.json", Buffer.from('{"zarr_format":3,"node_type":"group","attributes":{"title":"old"}}'));
  await store.set("g/small/zarr.json", zarrJson([4, 4], [2, 2]));
  await store.set("g/small/c/0/1", Buffer.from([1, 2, 3, 4]));
  await store.set("g/small/c/1/1", Buffer.from(new Uint8Array(1000).fill(9)));
  await store.set("wide/zarr.json", zarrJson([6000], [4]));
  const references = Array.from({ length: 1500 }, (_, i) => ({
    index: [i],
    location: `${prefix()}a%20b.bin`,
    offset: i,
    length: 4,
    lastModified,
  }));
  expect(await store.setVirtualRefs("wide", references, true)).toBeNull();
  const first = await session.commit("first");
  await repository.createTag("v1", first);
  await repository.createTag("withdrawn", first);
  await repository.deleteTag("withdrawn");
  await repository.createBranch("side", first);
  const next = await repository.writableSession("main");
  await next.store.set("g/scalar/zarr.json", zarrJson([], []));
  await next.store.set("g/scalar/c", Buffer.from([7]));
  await next.store.delete("g/small/c/0/1");
  const second = await next.commit("second");
  return { repository, first, second };
}

describe.skipIf(!engine)("a repository of spec version 1, as the official engine writes it", () => {
  test("has the same tree, bytes, branches, tags and history as the official engine sees", async () => {
    const { repository: theirs, first, second } = await createVersionOne();
    const ours = await Repository.open(new FileStore(repositoryFolder));
    expect(fs.existsSync(path.join(repositoryFolder, "repo"))).toBe(false);
    expect(await ours.branches()).toEqual(new Map(Object.entries({ main: second, side: first })));
    expect(await ours.tags()).toEqual(new Map([["v1", first]]));
    for (const at of [{ branch: "main" }, { branch: "side" }, { tag: "v1" }, { snapshot: second }] as const) {
      const session = await ours.session(at);
      const { store, ...rest } = await theirs
        .readonlySession("snapshot" in at ? { snapshotId: at.snapshot } : { ...at })
        .then((found) => ({ store: found.store, id: found.snapshotId, all: found.allVirtualChunkLocations() }));
      expect(rest.id).toBe(session.snapshotId);
      await expectSameBytes(session, store);
      const { locations } = await describeSession(session);
      expect(locations).toEqual((await rest.all).sort());
      expect(locations).toHaveLength(1500);
    }
    expect((await ours.history()).map(({ id, message }) => `${message} ${id}`)).toEqual([
      `second ${second}`,
      `first ${first}`,
      "Repository initialized 1CECHNKREP0F1RSTCMT0",
    ]);
    const ancestry = await theirs.ancestry({ branch: "main" });
    expect((await ours.history()).map(({ parentId, time }) => ({ parentId, time: time.getTime() }))).toEqual(
      ancestry.map(({ parentId, writtenAt }) => ({ parentId: parentId ?? null, time: new Date(writtenAt).getTime() })),
    );
  });

  test("gives virtual chunks through its containers", async () => {
    const { repository: theirs } = await createVersionOne();
    const ours = await Repository.open(new FileStore(repositoryFolder));
    expect(await ours.containers()).toEqual([
      { name: null, urlPrefix: prefix(), store: { local_file_system: `${sources}/` } },
    ]);
    const fetchVirtual = createVirtualFetch(await ours.containers(), () => new FileStore(sources));
    const session = await ours.session();
    const { store } = await theirs.readonlySession({ branch: "main" });
    for (const i of [0, 399, 400, 1499]) {
      const chunk = await session.readChunk("/wide", [i], { fetchVirtual });
      expect(chunk).toEqual(Uint8Array.of(i % 251, (i + 1) % 251, (i + 2) % 251, (i + 3) % 251));
      expect(chunk).toEqual(new Uint8Array((await store.get(`wide/c/${i}`))!));
    }
  });

  test("is found by the time of its snapshots", async () => {
    const { first, second } = await createVersionOne();
    const ours = await Repository.open(new FileStore(repositoryFolder));
    const times = new Map((await ours.history()).map(({ id, time }) => [id, time]));
    expect((await ours.session({ asOf: times.get(first)! })).snapshotId).toBe(first);
    expect((await ours.session({ asOf: new Date(times.get(first)!.getTime() + 1), branch: "side" })).snapshotId).toBe(
      first,
    );
    expect((await ours.session({ asOf: new Date() })).snapshotId).toBe(second);
    await expect(ours.session({ asOf: new Date(0) })).rejects.toMatchObject({ name: "NotFoundError" });
  });

  test("is read from a web server, which cannot list: four requests to the first chunk", async () => {
    const { second } = await createVersionOne();
    const server = await startHttpServer();
    try {
      const files = new FileStore(repositoryFolder);
      for await (const { key } of files.list("")) server.objects.set(key, (await files.get(key))!.data);
      const ours = await Repository.open(new HttpStore(server.url));
      server.requests.length = 0;
      const session = await ours.session();
      expect(await session.readChunk("/g/scalar", [])).toEqual(Uint8Array.of(7));
      expect(server.requests.slice(0, 2)).toEqual([`GET /refs/branch.main/ref.json`, `GET /snapshots/${second}`]);
      expect(server.requests[2]).toMatch(/^GET \/manifests\//);
      expect(server.requests).toHaveLength(3);
      await expect(ours.branches()).rejects.toMatchObject({ name: "UnsupportedError" });
    } finally {
      await server.close();
    }
  });

  test("is never written", async () => {
    await createVersionOne();
    const recording = withRecording(new FileStore(repositoryFolder));
    const ours = await Repository.open(recording);
    const container = { name: "x", urlPrefix: "s3://x/", store: null };
    const id = (await ours.history())[0]!.id;
    for (const write of [
      () => ours.writableSession(),
      () => ours.transact(() => undefined, { message: "no" }),
      () => ours.createTag("x", id),
      () => ours.createBranch("x", id),
      () => ours.addContainer(container),
    ]) {
      await expect(write()).rejects.toMatchObject({
        name: "UnsupportedError",
        message: expect.stringContaining("spec version 1"),
      });
    }
    await expect(Repository.create(recording)).rejects.toMatchObject({ name: "ConflictError" });
    const writes = recording.requests.filter(({ operation }) => !["get", "head", "list"].includes(operation));
    expect(writes).toEqual([]);
  });

  test("is read and written on by both once it is migrated, old snapshots and manifests and all", async () => {
    const { first, second } = await createVersionOne();
    const store = new FileStore(repositoryFolder);
    await migrate(store, first, second);
    await expectAgreement(official, store);
    const ours = await Repository.open(store);
    await ours.transact(
      (session) => {
        session.setChunk("/g/small", [0, 0], Uint8Array.of(5, 5, 5, 5));
        session.setArray("/wide", exampleArray([6004], [4]));
        session.setChunk("/wide", [1500], Uint8Array.of(6));
      },
      { message: "ours" },
    );
    await expectAgreement(official, store);
    const theirs = await official.Repository.open(await official.Storage.newLocalFilesystem(repositoryFolder));
    const session = await theirs.writableSession("main");
    await session.store.set("g/small/c/1/0", Buffer.from([8, 8, 8, 8]));
    await session.commit("theirs");
    await expectAgreement(official, store);
    expect((await ours.history()).map(({ message }) => message)).toEqual([
      "theirs",
      "ours",
      "second",
      "first",
      "Repository initialized",
    ]);
  });
});

/** What a migration does: a `repo` object that lists what the refs and snapshots say, which stay as they are. */
async function migrate(store: FileStore, first: string, second: string): Promise<void> {
  const history = await (await Repository.open(store)).history();
  const sorted = [...history].sort((a, b) => (a.id < b.id ? -1 : 1));
  const indexOf = (id: string | null) => sorted.findIndex((snapshot) => snapshot.id === id);
  const now = Date.now() * 1000;
  const table: RepositoryTable = {
    ...initialTable({}, now),
    tags: [{ name: "v1", snapshotIndex: indexOf(first) }],
    deletedTags: ["withdrawn"],
    branches: [
      { name: "main", snapshotIndex: indexOf(second) },
      { name: "side", snapshotIndex: indexOf(first) },
    ],
    snapshots: sorted.map(({ id, parentId, time, message, metadata }) => ({
      id: snapshotIdFromText(id),
      parentOffset: indexOf(parentId),
      flushedAtMicros: Math.round(time.getTime() * 1000),
      message,
      metadata: toMetadataItems(metadata),
      prunedAncestors: null,
    })),
    latestUpdates: [
      { change: { kind: "repoMigrated", fromVersion: 1, toVersion: 2 }, updatedAtMicros: now + 1, backupPath: null },
    ],
  };
  const settings = { inlineThresholdBytes: 512, compressionLevel: 3, updatesPerFile: 1000, splitSizes: () => [] };
  await store.put("repo", await encodeRepository(table, settings));
  fs.rmSync(path.join(repositoryFolder, "refs"), { recursive: true });
}

describe("refs of spec version 1", () => {
  const put = (store: MemoryStore, key: string, text: string) => store.put(key, new TextEncoder().encode(text));

  test("that are damaged are named", async () => {
    for (const text of ["", "{}", '{"snapshot":"short"}', "null"]) {
      const store = new MemoryStore();
      await put(store, "refs/branch.main/ref.json", text);
      const repository = await Repository.open(store);
      await expect(repository.session()).rejects.toMatchObject({
        name: "CorruptDataError",
        message: "refs/branch.main/ref.json does not name a snapshot.",
      });
    }
  });

  test("that name a snapshot that is missing, and names that are not there, are told apart", async () => {
    const store = new MemoryStore();
    await put(store, "refs/branch.main/ref.json", '{"snapshot":"1CECHNKREP0F1RSTCMT0"}');
    await put(store, "refs/tag.gone/ref.json", '{"snapshot":"1CECHNKREP0F1RSTCMT0"}');
    await put(store, "refs/tag.gone/ref.json.deleted", "");
    const repository = await Repository.open(store);
    await expect(repository.session()).rejects.toMatchObject({ name: "CorruptDataError" });
    await expect(repository.history()).rejects.toMatchObject({ name: "CorruptDataError" });
    const absent = [
      { branch: "x" },
      { branch: "../main" },
      { tag: "x" },
      { tag: "gone" },
      { snapshot: "1CECHNKREP0F1RSTCMT0" },
    ];
    for (const at of absent) {
      await expect(repository.session(at)).rejects.toMatchObject({ name: "NotFoundError" });
    }
    expect(await repository.containers()).toEqual([]);
  });
});

describe("parseYamlConfig", () => {
  const parse = (text: string) => parseYamlConfig(new TextEncoder().encode(text), "config.yaml");

  test("makes maps of one key of tagged values, as later versions store them", async () => {
    const text = [
      "inline_chunk_threshold_bytes: 512",
      "compression: null",
      "virtual_chunk_containers:",
      "  s3://bucket/x/:",
      "    name: 'b: \"c\"'",
      "    store: !s3",
      "      region: eu-1",
      "      anonymous: true",
      "manifest:",
      "  splitting:",
      "    split_sizes:",
      "    - - !path_matches",
      "        regex: .*",
      "      - - condition: !DimensionName t",
      "          num_chunks: 100",
    ].join("\n");
    expect(await parse(text)).toEqual({
      inline_chunk_threshold_bytes: 512,
      compression: null,
      virtual_chunk_containers: {
        "s3://bucket/x/": { name: 'b: "c"', store: { s3: { region: "eu-1", anonymous: true } } },
      },
      manifest: {
        splitting: {
          split_sizes: [[{ path_matches: { regex: ".*" } }, [{ condition: { DimensionName: "t" }, num_chunks: 100 }]]],
        },
      },
    });
  });

  test.each([
    ["text", "words"],
    ["a list", "- 1"],
    ["nothing", ""],
    ["a broken map", "a: [1"],
    ["aliases, which can grow without end", "a: &x [1, 2]\nb: [*x, *x]"],
    ["a megabyte and more", `a: ${"x".repeat(2 ** 20)}`],
  ])("refuses %s", async (_what, text) => {
    await expect(parse(text)).rejects.toMatchObject({ name: "CorruptDataError" });
  });

  test("a key cannot reach the prototype of objects", async () => {
    const config = await parse("__proto__:\n  polluted: true\nx: !y\n  __proto__: 1");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(config)).toEqual(["__proto__", "x"]);
  });
});

describe("decodeMessagePack", () => {
  const decode = (...bytes: number[]) => decodeMessagePack(Uint8Array.from(bytes), "snapshots/X");

  // Out of the tables of the MessagePack specification.
  test.each<[number[], unknown]>([
    [[0xc0], null],
    [[0xc2], false],
    [[0xc3], true],
    [[0x7f], 127],
    [[0xe0], -32],
    [[0xff], -1],
    [[0xcc, 0xc8], 200],
    [[0xcd, 0x01, 0x00], 256],
    [[0xce, 0xff, 0xff, 0xff, 0xff], 4294967295],
    [[0xcf, 0, 0, 0, 1, 0, 0, 0, 0], 4294967296],
    [[0xd0, 0x80], -128],
    [[0xd1, 0xff, 0x00], -256],
    [[0xd2, 0x80, 0, 0, 0], -2147483648],
    [[0xd3, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], -4294967296],
    [[0xca, 0x3f, 0xc0, 0, 0], 1.5],
    [[0xcb, 0xc0, 0x04, 0, 0, 0, 0, 0, 0], -2.5],
    [[0xa3, 0x66, 0xc3, 0xbc], "fü"],
    [[0xd9, 1, 0x61], "a"],
    [[0xda, 0, 1, 0x61], "a"],
    [[0xdb, 0, 0, 0, 1, 0x61], "a"],
    [
      [0x92, 1, 0x90],
      [1, []],
    ],
    [[0xdc, 0, 1, 5], [5]],
    [[0xdd, 0, 0, 0, 1, 5], [5]],
    [[0x81, 0xa1, 0x61, 0x80], { a: {} }],
    [[0xde, 0, 1, 0xa1, 0x61, 1], { a: 1 }],
    [[0xdf, 0, 0, 0, 1, 0xa1, 0x61, 1], { a: 1 }],
  ])("%j", (bytes, expected) => {
    expect(decode(...bytes)).toEqual(expected);
  });

  test.each([
    ["nothing", []],
    ["half a number", [0xcd, 0x01]],
    ["text longer than the bytes", [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ["a list longer than the bytes", [0xdd, 0xff, 0xff, 0xff, 0xff, 1]],
    ["a map longer than the bytes", [0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x61, 1]],
    ["a key that is a number", [0x81, 1, 1]],
    ["binary data", [0xc4, 1, 0]],
    ["more than one value", [1, 1]],
    ["endless nesting", new Array(1000).fill(0x91)],
  ])("refuses %s", (_what, bytes) => {
    expect(() => decode(...bytes)).toThrow(expect.objectContaining({ name: "CorruptDataError" }));
  });
});
