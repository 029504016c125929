import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPixelQueryError } from "../../src/errors.js";
import { type FileType, unwrapFile, wrapFile } from "../../src/icechunk/format/envelope.js";
import { Repository } from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";

async function exampleStore(): Promise<MemoryStore> {
  const store = new MemoryStore("example");
  const repository = await Repository.create(store, { splitting: [{ path: ".*", axis: 0, chunks: 10 }] });
  await repository.transact(
    (session) => {
      session.setGroup("/", { title: "x" });
      session.setArray("/a/x", { ...exampleArray([20, 3], [1, 1]), dimension_names: ["t", null] });
      session.setChunk("/a/x", [0, 0], Uint8Array.of(1));
      session.setChunk("/a/x", [0, 1], new Uint8Array(600));
      session.setVirtualReferences("/a/x", {
        indices: Uint32Array.of(1, 0, 1, 2),
        offsets: Float64Array.of(5, 6),
        lengths: Float64Array.of(7, 8),
        locationIndex: Uint32Array.of(0, 1),
        locations: ["s3://b/1", "s3://b/2"],
        etags: ["e", null],
      });
    },
    { message: "one", metadata: { files: [1, 2.5, "x"] } },
  );
  return store;
}

/** Everything that reads, so that each object's bytes are looked at in full. */
async function readEverything(store: MemoryStore): Promise<void> {
  const repository = await Repository.open(store);
  await repository.history();
  await repository.containers();
  const session = await repository.session();
  for (const { path, kind } of session.nodes()) {
    if (kind === "group") continue;
    const indices = Uint32Array.from({ length: 120 }, (_, i) => (i % 2 === 0 ? i >> 1 : i % 3));
    await session.chunkReferences(path, indices).catch((error: unknown) => {
      // The damage may have given the array another rank, which is the caller's mistake then.
      if (!isPixelQueryError(error)) throw error;
    });
    for (const index of [
      [0, 0],
      [0, 1],
    ]) {
      await session.readChunk(path, index).catch((error: unknown) => {
        if (!isPixelQueryError(error)) throw error;
      });
    }
  }
}

const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255))), {
  minLength: 1,
  maxLength: 3,
});

async function keyOf(store: MemoryStore, prefix: string): Promise<string> {
  let found = "";
  for await (const { key } of store.list(prefix)) if (!key.endsWith("1CECHNKREP0F1RSTCMT0")) found = key;
  return found;
}

describe("damaged and hostile objects", () => {
  test.each<[FileType, string]>([
    ["repository", "repo"],
    ["snapshot", "snapshots/"],
    ["manifest", "manifests/"],
  ])(
    "a %s with wrong bytes inside is read or refused, with an error that says so, and never hangs",
    async (type, prefix) => {
      const store = await exampleStore();
      const key = await keyOf(store, prefix);
      const { payload } = await unwrapFile(type, (await store.get(key))!.data, key);
      await fc.assert(
        fc.asyncProperty(damage, async (changes) => {
          const damaged = payload.slice();
          for (const [position, value] of changes) damaged[position % damaged.length] = value;
          await store.put(key, await wrapFile(type, damaged, 1));
          await readEverything(store).catch((error: unknown) => {
            if (!isPixelQueryError(error)) throw error;
          });
        }),
        { numRuns: 1500 },
      );
    },
  );

  test.each(["repo", "snapshots/", "manifests/"])("one of %s that is cut off is refused and named", async (prefix) => {
    const store = await exampleStore();
    const key = await keyOf(store, prefix);
    const { data } = (await store.get(key))!;
    for (const length of [0, 20, 38, 39, 45, data.length - 1]) {
      await store.put(key, data.slice(0, length));
      const read = Repository.open(store)
        .then((repository) => repository.session())
        .then((session) => session.chunkReferences("/a/x", Uint32Array.of(0, 0, 1, 0)));
      await expect(read, `${length} bytes`).rejects.toMatchObject({ name: "CorruptDataError", details: { key } });
    }
  });

  test("a file of another type and of a newer specification are told apart", async () => {
    const store = await exampleStore();
    const snapshot = (await store.get(await keyOf(store, "snapshots/")))!.data;
    await store.put("repo", snapshot);
    await expect(Repository.open(store)).rejects.toThrow("repo is of file type 1, not a repository (6).");
    snapshot[36] = 3;
    await store.put("repo", snapshot);
    await expect(Repository.open(store)).rejects.toThrow(
      "repo was written for Icechunk spec version 3; 1 and 2 can be read.",
    );
  });

  test("a repository with fields of a newer version is read, and refused for writing", async () => {
    const { encodeTable } = await import("../../src/icechunk/format/table-encoder.js");
    const { readRepositoryFile } = await import("../../src/icechunk/repository-file.js");
    const store = await exampleStore();
    const payload = encodeTable("repository", (await readRepositoryFile(store)).table);
    await store.put("repo", await wrapFile("repository", withExtraField(payload), 3));
    const repository = await Repository.open(store);
    expect(await repository.history()).toHaveLength(2);
    const commit = repository.transact((session) => session.setGroup("/new"), { message: "no" });
    await expect(commit).rejects.toThrow(/written by a newer version of Icechunk/);
  });

  test("a missing snapshot, manifest and chunk are named", async () => {
    for (const [prefix, name] of [
      ["snapshots/", "snapshot"],
      ["manifests/", "manifest"],
      ["chunks/", "chunk"],
    ] as const) {
      const store = await exampleStore();
      const key = await keyOf(store, prefix);
      await store.delete(key);
      const read = Repository.open(store)
        .then((repository) => repository.session())
        .then((session) => session.readChunk("/a/x", [0, 1]));
      await expect(read).rejects.toThrow(`The ${name} ${key} of memory://example is missing.`);
    }
  });
});

/** The payload with one more slot in its root's vtable, which says that there is a field. */
function withExtraField(payload: Uint8Array): Uint8Array {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const root = view.getUint32(0, true);
  const vtable = root - view.getInt32(root, true);
  const size = view.getUint16(vtable, true);
  const longer = new Uint8Array(payload.length + 16 + size);
  longer.set(payload);
  const moved = Math.ceil(payload.length / 4) * 4;
  longer.set(payload.subarray(vtable, vtable + size), moved);
  const target = new DataView(longer.buffer);
  target.setUint16(moved, size + 2, true);
  target.setUint16(moved + size, 4, true);
  target.setInt32(root, root - moved, true);
  return longer;
}
