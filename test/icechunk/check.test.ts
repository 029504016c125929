import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { NotFoundError } from "../../src/errors.js";
import { type FileType, unwrapFile, wrapFile } from "../../src/icechunk/format/envelope.js";
import { FlatbufferReader } from "../../src/icechunk/format/flatbuffer-reader.js";
import { idToText, snapshotIdFromText } from "../../src/icechunk/format/object-id.js";
import type { Table, TableName } from "../../src/icechunk/format/schema.js";
import { decodeTable } from "../../src/icechunk/format/table-decoder.js";
import { encodeTable } from "../../src/icechunk/format/table-encoder.js";
import { checkRepository, type Finding, Repository } from "../../src/icechunk/index.js";
import { buildManifest } from "../../src/icechunk/manifest-builder.js";
import { ReferenceTable, referenceKinds } from "../../src/icechunk/reference-table.js";
import { type ArrayData, type ManifestRef, objectKey, readSnapshot } from "../../src/icechunk/snapshot-file.js";
import { FileStore, MemoryStore } from "../../src/store/index.js";
import { keysIn } from "./aging-store.js";
import { exampleArray } from "./example-array.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();

let store: MemoryStore;
let repository: Repository;
/** The newest snapshot, which holds `/a/x` of 8 chunks (4 to a manifest, the first an object) and `/y` of one. */
let snapshot: string;

beforeEach(async () => {
  store = new MemoryStore("checked");
  repository = await Repository.create(store, {
    splitting: [{ path: "x", axis: 0, chunks: 4 }],
    containers: [{ name: "files", urlPrefix: "file:///data/", store: { local_file_system: "/data/" } }],
  });
  ({ snapshot } = await repository.transact(
    (session) => {
      session.setArray("/a/x", exampleArray([8], [1]));
      session.setChunk("/a/x", [0], new Uint8Array(600));
      for (let i = 1; i < 8; i++) session.setChunk("/a/x", [i], Uint8Array.of(i));
      session.setArray("/y", exampleArray([2], [1]));
      session.setVirtualReferences("/y", {
        indices: Uint32Array.of(0, 1),
        offsets: Float64Array.of(0, 10),
        lengths: Float64Array.of(10, 10),
        locationIndex: Uint32Array.of(0, 0),
        locations: ["vcc://files/a.tif"],
      });
    },
    { message: "one" },
  ));
});

const kindsOf = (findings: readonly Finding[]) => findings.map(({ kind }) => kind);

/** Change a decoded object and put it back. */
async function edit<K extends TableName>(
  key: string,
  type: FileType,
  name: K,
  change: (table: Table<K>) => void,
): Promise<void> {
  const { payload } = await unwrapFile(type, (await store.get(key))!.data, key);
  const { value } = decodeTable(new FlatbufferReader(payload, key), name);
  change(value);
  await store.put(key, await wrapFile(type, encodeTable(name, value), 3));
}

const editSnapshot = (change: (table: Table<"snapshot">) => void) =>
  edit(`snapshots/${snapshot}`, "snapshot", "snapshot", change);

function nodeOf(table: Table<"snapshot">, path: string): Table<"node"> {
  return table.nodes.find((node) => node.path === path)!;
}

function arrayOf(table: Table<"snapshot">, path: string): Extract<Table<"node">["data"], { kind: "array" }> {
  const { data } = nodeOf(table, path);
  if (data.kind !== "array") throw new TypeError(`${path} is a group`);
  return data;
}

/**
 * Put other references in place of those of the first manifest of `/a/x`, so that nothing else is wrong. Each leads to
 * `length` bytes of the one chunk object.
 */
async function replaceReferences(rows: readonly { chunk: number; length: number }[]): Promise<string> {
  const [chunkKey] = await keysIn(store, "chunks/");
  const chunkId = snapshotIdFromText(chunkKey!.slice("chunks/".length));
  const references = new ReferenceTable(1);
  for (const { chunk, length } of rows) {
    const row = references.addRow([chunk], 0);
    references.set(row, referenceKinds.native, 0, length, references.addPayload(chunkId));
  }
  const session = await readSnapshot(store, snapshotIdFromText(snapshot));
  const record = session.nodes.find(({ path }) => path === "/a/x")!;
  const [{ id }] = (record.data as ArrayData).manifests as [ManifestRef];
  const payload = buildManifest(id, record.id, references, Array.from(rows.keys()));
  const file = await wrapFile("manifest", payload, 3);
  await store.put(objectKey("manifests", id), file);
  await editSnapshot((table) => {
    const listed = table.manifestFiles!.find((each) => idToText(each.id) === idToText(id))!;
    listed.sizeBytes = file.length;
    listed.referenceCount = rows.length;
  });
  return objectKey("manifests", id);
}

describe("a whole repository", () => {
  test("has nothing broken, and is counted", async () => {
    expect(await repository.check()).toEqual({
      isSound: true,
      findings: [],
      checked: { snapshots: 2, transactions: 2, manifests: 3, references: 10, chunks: 1 },
      orphans: { objects: 0, bytes: 0 },
    });
  });

  test("with objects that nothing leads to is sound, and they are counted", async () => {
    await store.put("chunks/0123456789ABCDEFGH00", new Uint8Array(10));
    await store.put("manifests/0123456789ABCDEFGH00", new Uint8Array(5));
    const { isSound, orphans } = await repository.check();
    expect({ isSound, orphans }).toEqual({ isSound: true, orphans: { objects: 2, bytes: 15 } });
  });

  test("an empty store has no repository to check", async () => {
    await expect(checkRepository(new MemoryStore())).rejects.toThrow(NotFoundError);
  });
});

describe("a missing object is named, whichever it is", () => {
  test.each(["snapshots/", "transactions/", "manifests/", "chunks/", "overwritten/"])("%s", async (prefix) => {
    const keys = (await keysIn(store, prefix)).filter((key) => !key.endsWith("1CECHNKREP0F1RSTCMT0"));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      const { data } = (await store.get(key))!;
      await store.delete(key);
      const { isSound, findings } = await repository.check();
      expect(isSound).toBe(false);
      expect(findings.filter((finding) => finding.key === key)).toMatchObject([{ kind: "missing", count: 1 }]);
      await store.put(key, data);
    }
    expect((await repository.check()).findings).toEqual([]);
  });

  test("all of them at once do not stop it", async () => {
    for (const prefix of ["transactions/", "manifests/", "chunks/"]) {
      for (const key of await keysIn(store, prefix)) await store.delete(key);
    }
    const { findings, checked } = await repository.check();
    expect(findings.map(({ kind, key }) => `${kind} ${key.split("/")[0]}`)).toEqual([
      "missing manifests",
      "missing manifests",
      "missing manifests",
      "missing transactions",
    ]);
    expect(checked).toEqual({ snapshots: 2, transactions: 0, manifests: 0, references: 0, chunks: 0 });
  });
});

describe("a damaged object is named, whichever it is", () => {
  test.each(["repo", "snapshots/", "transactions/", "manifests/"])("%s, cut off in the middle", async (prefix) => {
    for (const key of await keysIn(store, prefix)) {
      const { data } = (await store.get(key))!;
      await store.put(key, data.subarray(0, data.length >> 1));
      const { isSound, findings } = await repository.check();
      expect(isSound).toBe(false);
      expect(kindsOf(findings.filter((finding) => finding.key === key))).toContain("damaged");
      await store.put(key, data);
    }
  });

  test("a byte changed anywhere is found or harmless, and never stops it", { timeout: 120_000 }, async () => {
    const keys = (await keysIn(store, "")).filter((key) => !key.startsWith("chunks/"));
    const change = fc.record({ object: fc.nat(1000), position: fc.nat(100_000), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(change, async ({ object, position, byte }) => {
        const key = keys[object % keys.length]!;
        const { data } = (await store.get(key))!;
        const damaged = data.slice();
        damaged[position % data.length] = byte;
        await store.put(key, damaged);
        const { isSound, findings } = await repository.check();
        expect(isSound).toBe(findings.length === 0);
        await store.put(key, data);
      }),
      { numRuns: 300 },
    );
    expect((await repository.check()).findings).toEqual([]);
  });
});

describe("what contradicts itself is named", () => {
  test("a manifest of another length than the snapshot says", async () => {
    await editSnapshot((table) => {
      table.manifestFiles![0]!.sizeBytes += 1;
    });
    expect(kindsOf((await repository.check()).findings)).toEqual(["wrong-size"]);
  });

  test("a manifest with another number of references", async () => {
    await editSnapshot((table) => {
      table.manifestFiles![0]!.referenceCount += 1;
    });
    expect(kindsOf((await repository.check()).findings)).toEqual(["wrong-size"]);
  });

  test("a manifest that an array uses and the snapshot does not list", async () => {
    await editSnapshot((table) => {
      table.manifestFiles!.splice(0, 1);
    });
    const { findings } = await repository.check();
    expect(findings).toMatchObject([{ kind: "missing", key: `snapshots/${snapshot}`, count: 1 }]);
  });

  test("references out of order", async () => {
    const key = await replaceReferences([0, 2, 1, 3].map((chunk) => ({ chunk, length: 600 })));
    expect((await repository.check()).findings).toEqual([
      {
        kind: "unsorted",
        key,
        path: "/a/x",
        message: "The chunk [1] of /a/x comes after [2].",
        count: 1,
      },
    ]);
  });

  test("references outside of the manifest's extents, which readers do not find", async () => {
    const key = await replaceReferences([0, 1, 5, 6].map((chunk) => ({ chunk, length: 600 })));
    expect((await repository.check()).findings).toMatchObject([
      { kind: "outside-extents", key, path: "/a/x", count: 2 },
    ]);
  });

  test("references outside of the array's shape", async () => {
    const key = await replaceReferences([0, 1, 100].map((chunk) => ({ chunk, length: 600 })));
    expect((await repository.check()).findings).toEqual([
      {
        kind: "outside-grid",
        key,
        path: "/a/x",
        message: "The chunk [100] of /a/x lies outside of its [8] chunks.",
        count: 1,
      },
    ]);
  });

  test("references to no bytes, and to bytes behind the end of a chunk object", async () => {
    const key = await replaceReferences([0, 600, 601].map((length, chunk) => ({ chunk, length })));
    const [chunk] = await keysIn(store, "chunks/");
    expect((await repository.check()).findings).toMatchObject([
      { kind: "wrong-range", key: chunk, path: "/a/x", count: 1 },
      { kind: "wrong-range", key, path: "/a/x", count: 1 },
    ]);
  });

  test("a manifest that holds nothing of the array that uses it", async () => {
    const key = await replaceReferences([]);
    expect((await repository.check()).findings).toMatchObject([{ kind: "damaged", key, path: "/a/x" }]);
  });

  test("two manifests that claim the same chunks", async () => {
    await editSnapshot((table) => {
      arrayOf(table, "/a/x").manifests[0]!.extents = [{ from: 0, to: 5 }];
    });
    expect(kindsOf((await repository.check()).findings)).toEqual(["overlapping-extents"]);
  });

  test("references that lead out of all containers", async () => {
    await repository.removeContainer("files");
    const { findings } = await repository.check();
    expect(findings).toMatchObject([{ kind: "outside-containers", path: "/y", count: 1 }]);
    expect(findings[0]!.message).toContain("vcc://files/a.tif");
  });

  test("a node without a group above it, or with the id of another", async () => {
    await editSnapshot((table) => {
      table.nodes = table.nodes.filter(({ path }) => path !== "/a");
      nodeOf(table, "/y").id = nodeOf(table, "/").id;
    });
    const { findings } = await repository.check();
    expect(findings.filter(({ kind }) => kind === "wrong-tree")).toMatchObject([{ path: "/a/x" }, { path: "/y" }]);
  });

  test("metadata that does not fit the snapshot, or is none", async () => {
    await editSnapshot((table) => {
      nodeOf(table, "/a/x").userData = Buffer.from(JSON.stringify(exampleArray([9], [1])));
      nodeOf(table, "/y").userData = Buffer.from("{");
      nodeOf(table, "/a").userData = Buffer.from('{"zarr_format":3,"node_type":"array"}');
    });
    const { findings } = await repository.check();
    expect(findings.map(({ kind, path, message }) => [kind, path, message])).toEqual([
      ["wrong-metadata", "/a", "The zarr.json of /a is not that of a Zarr v3 group."],
      [
        "wrong-metadata",
        "/a/x",
        "/a/x has the shape [9 in 9 chunks] by its zarr.json, [8 in 8 chunks] by the snapshot.",
      ],
      ["wrong-metadata", "/y", "The zarr.json of /y is not JSON."],
    ]);
  });

  test("a snapshot in the place of another", async () => {
    await store.put(`snapshots/${snapshot}`, (await store.get("snapshots/1CECHNKREP0F1RSTCMT0"))!.data);
    const { findings } = await repository.check();
    expect(findings).toMatchObject([{ kind: "damaged", key: `snapshots/${snapshot}` }]);
  });

  test("lists of the repo object that are not sorted, and indices out of range", async () => {
    await repository.createTag("a", snapshot);
    await repository.createTag("b", snapshot);
    await edit("repo", "repository", "repository", (table) => {
      table.tags.reverse();
      table.tags[0]!.snapshotIndex = 7;
    });
    const { findings } = await repository.check();
    expect(findings).toMatchObject([{ kind: "damaged", key: "repo", count: 2 }]);
    await expect(repository.session()).rejects.toThrow();
  });

  test("a newest update with a backup, on which the official engine chokes", async () => {
    await edit("repo", "repository", "repository", (table) => {
      table.latestUpdates[0]!.backupPath = table.latestUpdates[1]!.backupPath;
    });
    expect(kindsOf((await repository.check()).findings)).toEqual(["damaged"]);
  });
});

describe.skipIf(!engine)("repositories of the official engine", () => {
  test("are sound, after chunks of all kinds, resizes, deletions and branches", async () => {
    const folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-checked-"));
    try {
      const theirs = await engine!.Repository.create(await engine!.Storage.newLocalFilesystem(folder));
      const zarrJson = (length: number) => Buffer.from(JSON.stringify(exampleArray([length], [1])));
      for (let commit = 0; commit < 5; commit++) {
        const session = await theirs.writableSession("main");
        await session.store.set("zarr.json", Buffer.from('{"zarr_format":3,"node_type":"group"}'));
        await session.store.set("x/zarr.json", zarrJson([10, 20, 5, 5, 30][commit]!));
        for (let i = 0; i < 5; i++) await session.store.set(`x/c/${i}`, Buffer.alloc(i % 2 === 0 ? 1 : 700, commit));
        if (commit === 1) await session.store.set("x/c/19", Buffer.from([1]));
        if (commit === 3) await session.store.delete("x/c/0");
        await theirs.createBranch(`b${commit}`, await session.commit(`${commit}`));
      }
      const report = await checkRepository(new FileStore(folder));
      expect(report.findings).toEqual([]);
      expect(report.checked.snapshots).toBe(6);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
