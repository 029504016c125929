import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Json, SourceChangedError } from "../../src/errors.js";
import { createVirtualFetch, Repository } from "../../src/icechunk/index.js";
import { FileStore } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine, type OfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();
const official = engine as OfficialEngine;

let folder: string;
let sources: string;
let repositoryFolder: string;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "icechunk-official-")));
  sources = path.join(folder, "sources");
  repositoryFolder = path.join(folder, "repository");
  fs.mkdirSync(sources);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const prefix = () => `${pathToFileURL(sources).href}/`;
const container = () => ({ name: "files", urlPrefix: prefix(), store: { local_file_system: `${sources}/` } });

async function openOfficial(): Promise<InstanceType<OfficialEngine["Repository"]>> {
  const storage = await official.Storage.newLocalFilesystem(repositoryFolder);
  return official.Repository.open(storage, undefined, { [prefix()]: null });
}

/** 200 bytes that count up from `first`. */
function writeSource(name: string, first: number): number {
  fs.writeFileSync(
    path.join(sources, name),
    Uint8Array.from({ length: 200 }, (_, i) => first + i),
  );
  return Math.ceil(fs.statSync(path.join(sources, name)).mtimeMs / 1000);
}

const zarrJson = (shape: readonly number[], chunkShape: readonly number[]) =>
  Buffer.from(JSON.stringify(exampleArray(shape, chunkShape)));

describe.skipIf(!engine)("what we write, the official engine reads", () => {
  test("a repository that is set to read-only, and it writes nothing there until it is online again", async () => {
    const repository = await Repository.create(new FileStore(repositoryFolder));
    await repository.setReadOnly("being archived");
    await expect((await openOfficial()).writableSession("main")).rejects.toThrow("being archived");
    const { snapshotId } = await (await openOfficial()).readonlySession({ branch: "main" });
    expect(snapshotId).toBe("1CECHNKREP0F1RSTCMT0");
    await repository.setOnline();
    const session = await (await openOfficial()).writableSession("main");
    await session.store.set("zarr.json", Buffer.from('{"zarr_format":3,"node_type":"group"}'));
    await session.commit("online");
    expect((await repository.history()).map(({ message }) => message)).toEqual(["online", "Repository initialized"]);
  });

  test("virtual chunks of files with any name, by container and by URL", async () => {
    const names = ["plain.bin", "with space.bin", "a#b?c.bin", "100%.bin", "größe-日本.bin", "semi;colon&.bin"];
    const times = names.map((name, i) => writeSource(name, i * 7));
    const repository = await Repository.create(new FileStore(repositoryFolder), { containers: [container()] });
    await repository.transact(
      (session) => {
        for (const [array, base] of [
          ["/relative", "vcc://files/"],
          ["/absolute", prefix()],
        ] as const) {
          session.setArray(array, exampleArray([names.length * 4], [4]));
          session.setVirtualReferences(array, {
            indices: Uint32Array.from(names, (_, i) => i),
            offsets: Float64Array.from(names, (_, i) => i + 10),
            lengths: new Float64Array(names.length).fill(4),
            locationIndex: Uint32Array.from(names, (_, i) => i),
            locations: names.map((name) => base + encodeURIComponent(name)),
            lastModifiedSeconds: Uint32Array.from(times),
          });
        }
      },
      { message: "virtual" },
    );
    const { store } = await (await openOfficial()).readonlySession({ branch: "main" });
    const session = await repository.session();
    const fetchVirtual = createVirtualFetch(await repository.containers(), () => new FileStore(sources));
    for (const array of ["relative", "absolute"]) {
      for (let i = 0; i < names.length; i++) {
        const first = i * 7 + i + 10;
        const expected = Uint8Array.of(first, first + 1, first + 2, first + 3);
        expect(new Uint8Array((await store.get(`${array}/c/${i}`))!), `${names[i]} official`).toEqual(expected);
        expect(await session.readChunk(`/${array}`, [i], { fetchVirtual }), `${names[i]} ours`).toEqual(expected);
      }
    }
  });

  test("references to a file that changed are refused by both", async () => {
    const seconds = writeSource("a.bin", 0);
    const repository = await Repository.create(new FileStore(repositoryFolder), { containers: [container()] });
    await repository.transact(
      (session) => {
        session.setArray("/x", exampleArray([4], [4]));
        session.setVirtualReferences("/x", {
          indices: Uint32Array.of(0),
          offsets: Float64Array.of(0),
          lengths: Float64Array.of(4),
          locationIndex: Uint32Array.of(0),
          locations: ["vcc://files/a.bin"],
          lastModifiedSeconds: Uint32Array.of(seconds),
        });
      },
      { message: "virtual" },
    );
    fs.utimesSync(path.join(sources, "a.bin"), seconds + 5, seconds + 5);
    const { store } = await (await openOfficial()).readonlySession({ branch: "main" });
    await expect(store.get("x/c/0")).rejects.toThrow(/has changed/);
    const fetchVirtual = createVirtualFetch(await repository.containers(), () => new FileStore(sources));
    const read = (await repository.session()).readChunk("/x", [0], { fetchVirtual });
    await expect(read).rejects.toThrow(SourceChangedError);
  });

  test("any metadata of a commit", async () => {
    const repository = await Repository.create(new FileStore(repositoryFolder));
    const json = fc
      .jsonValue({ maxDepth: 3 })
      .filter((value) => !/\d{16}|e\+|-0\b|"__proto__"|\\u0000/.test(JSON.stringify(value)));
    const values = fc.sample(json, 30);
    for (const [i, value] of values.entries()) {
      const metadata = { value: value as Json };
      await repository.transact((session) => session.setGroup("/", { i }), { message: `${i}`, metadata });
    }
    const ancestry = await (await openOfficial()).ancestry({ branch: "main" });
    const read = ancestry.slice(0, values.length).map(({ metadata }) => (metadata as { value: unknown }).value);
    expect(read.reverse()).toEqual(JSON.parse(JSON.stringify(values)));
  });
});

describe.skipIf(!engine)("what the official engine writes, we read", () => {
  test("inline, native and virtual chunks, tags and branches", async () => {
    writeSource("a.bin", 50);
    const storage = await official.Storage.newLocalFilesystem(repositoryFolder);
    const config = {
      virtualChunkContainers: {
        [prefix()]: { urlPrefix: prefix(), store: { type: "LocalFileSystem", field0: `${sources}/` } },
      },
    };
    const theirs = await official.Repository.create(storage, config as never, null, { [prefix()]: null });
    const writing = await theirs.writableSession("main");
    await writing.store.set("zarr.json", Buffer.from('{"zarr_format":3,"node_type":"group","attributes":{"n":1}}'));
    await writing.store.set("x/zarr.json", zarrJson([3000], [1000]));
    await writing.store.set("x/c/0", Buffer.from([1, 2, 3]));
    await writing.store.set("x/c/1", Buffer.alloc(1000, 7));
    await writing.store.setVirtualRef("x/c/2", `${prefix()}a.bin`, 10, 5, null, null, true);
    const id = await writing.commit("official");
    await theirs.createTag("v1", id);
    await theirs.createBranch("dev", id);

    const repository = await Repository.open(new FileStore(repositoryFolder));
    const session = await repository.session({ tag: "v1" });
    const fetchVirtual = createVirtualFetch(await repository.containers(), () => new FileStore(sources));
    expect(session.snapshotId).toBe(id);
    expect(session.node("/")?.zarr.attributes).toEqual({ n: 1 });
    expect(await session.readChunk("/x", [0])).toEqual(Uint8Array.of(1, 2, 3));
    expect(await session.readChunk("/x", [1])).toEqual(new Uint8Array(1000).fill(7));
    expect(await session.readChunk("/x", [2], { fetchVirtual })).toEqual(Uint8Array.of(60, 61, 62, 63, 64));
    expect([...(await repository.branches()).keys()]).toEqual(["dev", "main"]);
    expect((await repository.history()).map(({ message }) => message)).toEqual(["official", "Repository initialized"]);
  });

  test("5,000 references whose locations are compressed with a dictionary", async () => {
    const storage = await official.Storage.newLocalFilesystem(repositoryFolder);
    const theirs = await official.Repository.create(storage);
    const writing = await theirs.writableSession("main");
    await writing.store.set("x/zarr.json", zarrJson([5000], [1]));
    const location = (i: number) => `s3://bucket/collection-2/LC08_L2SP_${i % 997}/scene_${(i * 7919) % 5000}.TIF`;
    const chunks = Array.from({ length: 5000 }, (_, i) => ({
      index: [i],
      location: location(i),
      offset: i * 3,
      length: 1 + i,
      ...(i % 2 === 0 ? { etagChecksum: `"etag-${i}"` } : { lastModified: new Date(1_700_000_000_000 + i * 1000) }),
    }));
    expect(await writing.store.setVirtualRefs("/x", chunks as never, false)).toBeNull();
    await writing.commit("references");

    const session = await (await Repository.open(new FileStore(repositoryFolder))).session();
    const columns = await session.chunkReferences(
      "/x",
      Uint32Array.from({ length: 5000 }, (_, i) => i),
    );
    expect(columns.locations.length).toBe(5000);
    for (let i = 0; i < 5000; i++) {
      const at = columns.locationIndex[i]!;
      expect(columns.locations[at]).toBe(location(i));
      expect([columns.offsets[i], columns.lengths[i]]).toEqual([i * 3, 1 + i]);
      if (i % 2 === 0) expect(columns.etags[at]).toBe(`"etag-${i}"`);
      else expect(columns.lastModifiedSeconds[at]).toBe(1_700_000_000 + i);
    }
  });

  test("manifests split by its own stored configuration, which our commits honour", async () => {
    const storage = await official.Storage.newLocalFilesystem(repositoryFolder);
    const splitting = {
      split_sizes: [[{ path_matches: { regex: "x$" } }, [{ condition: { Axis: 0 }, num_chunks: 10 }]]],
    };
    const theirs = await official.Repository.create(storage, { manifest: { splitting } } as never);
    const writing = await theirs.writableSession("main");
    await writing.store.set("x/zarr.json", zarrJson([25], [1]));
    for (let i = 0; i < 25; i++) await writing.store.set(`x/c/${i}`, Buffer.from([i]));
    await writing.commit("split");
    await theirs.saveConfig();
    const count = () => fs.readdirSync(path.join(repositoryFolder, "manifests")).length;
    expect(count()).toBe(3);
    const store = new FileStore(repositoryFolder);
    const repository = await Repository.open(store);
    await repository.transact((session) => session.setChunk("/x", [15], Uint8Array.of(99)), { message: "one" });
    expect(count()).toBe(4);
    await expectAgreement(official, store);
  });
});
