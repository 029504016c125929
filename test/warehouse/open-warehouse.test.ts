import { describe, expect, it } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import { catalog, ingest, openDataset, timeseries } from "../../src/index.js";
import { FileStore, withRecording } from "../../src/store/index.js";
import { warehouseAt } from "../../src/warehouse/warehouse.js";
import { firstPixel, writeFlatScene } from "../ingest/write-scene.js";
import { oneGridPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";

describe("opening", () => {
  it("a warehouse of a newer format is refused by name of both formats", async () => {
    const folder = createTempDir();
    const repository = await Repository.create(new FileStore(folder));
    const setFormat = (attributes: { format?: number }) =>
      repository.transact(async (session) => session.setGroup("/", { pixelquery: attributes }), { message: "format" });
    await setFormat({ format: 3 });
    const error = await openDataset(folder).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "UnsupportedError", details: { format: 3, supported: 2 } });
    await setFormat({ format: 2 });
    expect((await openDataset(folder)).dims.time).toBe(0);
  });

  it("a warehouse of format 1 reads as it did, and the next ingest makes it one of format 2", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/cogs`, "2020-01-01.tif", 7);
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
    const repository = await Repository.open(new FileStore(`${folder}/w`));
    // Files that hold whole scenes are laid out alike in both: only the number tells them apart.
    const attributes = { format: 1, generator: "pixelquery" };
    await repository.transact(async (session) => session.setGroup("/", { pixelquery: attributes }), { message: "old" });
    const { rows } = await timeseries(`${folder}/w`, firstPixel);
    expect(rows.map(({ scene, values }) => [scene, values.band_1])).toEqual([["2020-01-01", 7]]);
    expect(await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" })).toMatchObject({ skipped: 1 });
    writeFlatScene(`${folder}/cogs`, "2020-01-02.tif", 8);
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
    const root = (await repository.session()).node("/");
    expect(root?.zarr.attributes).toMatchObject({ pixelquery: { format: 2 } });
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
