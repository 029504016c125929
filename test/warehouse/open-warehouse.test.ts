import { describe, expect, it } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import { catalog, ingest, openDataset } from "../../src/index.js";
import { FileStore, withRecording } from "../../src/store/index.js";
import { warehouseAt } from "../../src/warehouse/warehouse.js";
import { oneGridPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";

describe("opening", () => {
  it("a warehouse of a newer format is refused by name of both formats", async () => {
    const folder = createTempDir();
    const repository = await Repository.create(new FileStore(folder));
    const setFormat = (attributes: { format?: number }) =>
      repository.transact(async (session) => session.setGroup("/", { pixelquery: attributes }), { message: "format" });
    await setFormat({ format: 2 });
    const error = await openDataset(folder).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "UnsupportedError", details: { format: 2, supported: 1 } });
    await setFormat({ format: 1 });
    expect((await openDataset(folder)).dims.time).toBe(0);
  });

  it("an Icechunk repository that is no warehouse is refused", async () => {
    const folder = createTempDir();
    const repository = await Repository.create(new FileStore(folder));
    await repository.transact(async (session) => session.setGroup("/", { title: "someone else's" }), { message: "x" });
    await expect(catalog(folder)).rejects.toMatchObject({ name: "UnsupportedError" });
  });

  it("costs a few reads of the repository, and neither a list nor a write", async () => {
    const folder = createTempDir();
    await ingest(oneGridPath, { warehouse: folder });
    const store = withRecording(new FileStore(folder));
    await warehouseAt(await Repository.open(store));
    const requests = store.requests.map(({ operation, key }) => `${operation} ${key.split("/")[0]}`);
    expect(new Set(requests)).toEqual(new Set(["get repo", "get snapshots", "get manifests"]));
    expect(requests.length).toBeLessThanOrEqual(9);
  });
});
