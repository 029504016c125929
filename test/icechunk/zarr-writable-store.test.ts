import { beforeEach, describe, expect, test } from "vitest";
import * as zarr from "zarrita";
import {
  createWritableZarrStore,
  createZarrStore,
  Repository,
  type WritableSession,
  type WritableZarrStore,
} from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

let repository: Repository;
let session: WritableSession;
let store: WritableZarrStore;
beforeEach(async () => {
  repository = await Repository.create(new MemoryStore());
  session = await repository.writableSession();
  store = createWritableZarrStore(session);
});

describe("createWritableZarrStore", () => {
  test("zarrita creates groups and arrays, writes parts of them, and reads them back from the commit", async () => {
    const root = await zarr.create(zarr.root(store), { attributes: { title: "Example" } });
    const options = { shape: [4, 6], chunkShape: [2, 3], dtype: "int16", fillValue: -1, dimensionNames: ["y", "x"] };
    const array = await zarr.create(root.resolve("deep/er/x"), { ...options, dtype: "int16" });
    await zarr.set(array, [zarr.slice(1, 3), zarr.slice(2, 4)], 7);
    const again = await zarr.get(array, [null, 2]);
    expect([...(again.data as Int16Array)]).toEqual([-1, 7, 7, -1]);
    await session.commit("by zarrita");

    const committed = await repository.session();
    expect(committed.nodes().map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      "group /",
      "group /deep",
      "group /deep/er",
      "array /deep/er/x",
    ]);
    expect(committed.node("/")?.zarr.attributes).toEqual({ title: "Example" });
    const read = await zarr.open.v3(zarr.root(createZarrStore(committed)).resolve("/deep/er/x"), { kind: "array" });
    expect(read.dimensionNames).toEqual(["y", "x"]);
    const { data } = await zarr.get(read);
    const expected = [-1, -1, -1, -1, -1, -1, -1, -1, 7, 7, -1, -1, -1, -1, 7, 7, -1, -1, -1, -1, -1, -1, -1, -1];
    expect([...(data as Int16Array)]).toEqual(expected);
  });

  test("writing metadata again changes attributes and shape, and keeps the chunks inside", async () => {
    await store.set("/x/zarr.json", json(exampleArray([4], [1])));
    for (const i of [0, 3]) await store.set(`/x/c/${i}`, Uint8Array.of(i + 1));
    await store.set("/x/zarr.json", json({ ...exampleArray([2], [1]), attributes: { units: "m" } }));
    expect(JSON.parse(new TextDecoder().decode(await store.get("/x/zarr.json"))).attributes).toEqual({ units: "m" });
    await session.commit("smaller");
    const committed = createZarrStore(await repository.session());
    expect(await committed.get("/x/c/0")).toEqual(Uint8Array.of(1));
    expect(await committed.get("/x/c/3")).toBeUndefined();
  });

  test("deletes chunks and nodes, and has nothing against deleting what is not there", async () => {
    await store.set("/g/x/zarr.json", json(exampleArray([4], [1])));
    await store.set("/g/x/c/1", Uint8Array.of(5));
    await store.delete("/g/x/c/1");
    expect(await store.get("/g/x/c/1")).toBeUndefined();
    for (const key of ["/g/x/c/1", "/g/x/c/9", "/g/x/c/0/0", "/g/y/zarr.json", "/nothing"]) await store.delete(key);
    await store.delete("/g/zarr.json");
    expect(session.nodes().map(({ path }) => path)).toEqual(["/"]);
  });

  test.each([
    ["/x/c/0", "no zarr.json, and no chunk of an array that is there"],
    ["/.zgroup", "no zarr.json"],
  ])("refuses the key %s", async (key, message) => {
    await expect(store.set(key, Uint8Array.of(1))).rejects.toThrow(message);
  });

  test("refuses a chunk outside of its array, however large its number", async () => {
    await store.set("/x/zarr.json", json(exampleArray([4], [1])));
    await expect(store.set("/x/c/4", Uint8Array.of(1))).rejects.toMatchObject({ name: "InvalidInputError" });
    await expect(store.set("/x/c/4294967296", Uint8Array.of(1))).rejects.toMatchObject({ name: "NotFoundError" });
    expect(await store.get("/x/c/4294967296")).toBeUndefined();
  });

  test.each([
    [new TextEncoder().encode("{"), "InvalidInputError", "it is not JSON"],
    [json([]), "InvalidInputError", "it is not a map"],
    [json({ zarr_format: 2, shape: [1] }), "UnsupportedError", "of Zarr format 2"],
    [json({ zarr_format: 3, node_type: "table" }), "InvalidInputError", "node_type must be array or group"],
    [json({ zarr_format: 3, node_type: "group", attributes: [] }), "InvalidInputError", "attributes must be a map"],
    [json({ zarr_format: 3, node_type: "group", color: "red" }), "InvalidInputError", "a group has no color"],
    [json({ zarr_format: 3, node_type: "array", shape: [4] }), "InvalidInputError", "lists of the same length"],
  ])("refuses metadata that is not that of a node", async (value, name, message) => {
    await expect(store.set("/x/zarr.json", value)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
    expect(session.hasChanges).toBe(false);
  });

  test("leaves a group's consolidated metadata out: the session knows better", async () => {
    await store.set(
      "/zarr.json",
      json({ zarr_format: 3, node_type: "group", consolidated_metadata: { metadata: {} } }),
    );
    expect(session.node("/")?.zarr).toEqual({ zarr_format: 3, node_type: "group", attributes: {} });
  });
});
