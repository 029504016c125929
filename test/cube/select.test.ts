import { beforeAll, describe, expect, it } from "vitest";
import { type Dataset, ingest, openCog, openDataset } from "../../src/index.js";
import { writeFlatScene, writeScene } from "../ingest/write-scene.js";
import { createSharedTempDir, createTempDir } from "../support/temp-dir.js";

const names = (dataset: Dataset) => [...dataset.coords.scene];
const valuesOf = async (dataset: Dataset) => [...((await dataset.band("band_1").compute()).data as Uint8Array)];

describe("one scene of 4 × 3 pixels, 1 to 12", () => {
  const folder = createSharedTempDir();
  let dataset: Dataset;
  beforeAll(async () => {
    dataset = await openCog(writeScene(folder, "2020-01-01.tif"));
  });

  it("says what it is without reading a pixel", () => {
    expect(dataset.dims).toEqual({ time: 1, band: 1, y: 3, x: 4 });
    expect(dataset.dtype).toBe("uint8");
    expect(dataset.crs?.code).toBe("EPSG:32618");
    expect(dataset.geobox).toMatchObject({ transform: [10, 0, 500000, 0, -10, 4500000], width: 4, height: 3 });
    expect(dataset.coords.time).toEqual([new Date("2020-01-01T00:00:00Z")]);
    expect([...(dataset.coords.x ?? [])]).toEqual([500005, 500015, 500025, 500035]);
    expect([...(dataset.coords.y ?? [])]).toEqual([4499995, 4499985, 4499975]);
  });

  it("is cut by positions: the stop is left out, negative ones count from the end, one position keeps its dimension", async () => {
    expect(await valuesOf(dataset.isel({ y: { start: 1, stop: 3 }, x: { start: 1, stop: 3 } }))).toEqual([
      6, 7, 10, 11,
    ]);
    expect(await valuesOf(dataset.isel({ y: -1, x: { start: -2 } }))).toEqual([11, 12]);
    expect(await valuesOf(dataset.isel({ x: { stop: -3 } }))).toEqual([1, 5, 9]);
    expect(dataset.isel({ y: 0 }).dims).toEqual({ time: 1, band: 1, y: 1, x: 4 });
    expect(await valuesOf(dataset.isel({ y: { start: 1 } }).isel({ y: { start: 1 }, x: 0 }))).toEqual([9]);
    expect(dataset.isel({ y: { start: 2, stop: 99 } }).dims.y).toBe(1);
    expect(dataset.isel({ y: { start: 2, stop: 1 } }).dims.y).toBe(0);
  });

  it("moves its grid with the cut", () => {
    const cut = dataset.isel({ y: { start: 1 }, x: { start: 2 } });
    expect(cut.geobox).toMatchObject({ transform: [10, 0, 500020, 0, -10, 4499990], width: 2, height: 2 });
    expect([...(cut.coords.x ?? [])]).toEqual([500025, 500035]);
  });

  it.each([[{ y: 3 }], [{ x: -5 }], [{ time: 1 }], [{ y: 0.5 }]])("has no position %o", (positions) => {
    expect(() => dataset.isel(positions)).toThrow(expect.objectContaining({ name: "SelectionError" }));
  });

  it("is cut by labels: both ends count, in either order, and may be open", async () => {
    expect(
      await valuesOf(dataset.sel({ x: { start: 500015, stop: 500025 }, y: { start: 4499975, stop: 4499985 } })),
    ).toEqual([6, 7, 10, 11]);
    expect(await valuesOf(dataset.sel({ y: { start: 4499990 } }))).toEqual([1, 2, 3, 4]);
    expect(await valuesOf(dataset.sel({ y: { stop: 4499976 }, x: { stop: 500016 } }))).toEqual([9, 10]);
    expect(() => dataset.sel({ x: { start: 500006, stop: 500014 } })).toThrow(
      expect.objectContaining({ name: "SelectionError" }),
    );
  });

  it("has no band of another name, and says which it has", () => {
    for (const ask of [
      () => dataset.band("bnad_1"),
      () => dataset.select(["bnad_1"]),
      () => dataset.sel({ band: "bnad_1" }),
    ]) {
      expect(ask).toThrow(/no band "bnad_1".*band_1/);
    }
  });
});

describe("scenes of three days", () => {
  const folder = createSharedTempDir();
  let dataset: Dataset;
  beforeAll(async () => {
    // Ingested in another order than that of time.
    writeFlatScene(folder, "cogs/a_2020-03-01.tif", 3);
    writeFlatScene(folder, "cogs/b_2020-01-01T101500.tif", 1);
    writeFlatScene(folder, "cogs/c_2020-02-01.tif", 2);
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
    dataset = await openDataset(`${folder}/w`);
  });

  it("are in the order of time", async () => {
    expect(names(dataset)).toEqual(["b_2020-01-01T101500", "c_2020-02-01", "a_2020-03-01"]);
    expect(await valuesOf(dataset.isel({ y: 0, x: 0 }))).toEqual([1, 2, 3]);
  });

  it("are selected by a date, a month, a period or a slice of them, ends included", () => {
    expect(names(dataset.sel({ time: "2020-01-01" }))).toEqual(["b_2020-01-01T101500"]);
    expect(names(dataset.sel({ time: "2020-02" }))).toEqual(["c_2020-02-01"]);
    expect(names(dataset.sel({ time: "2020-02-01/2020-03-01" }))).toEqual(["c_2020-02-01", "a_2020-03-01"]);
    expect(names(dataset.sel({ time: { stop: "2020-02" } }))).toEqual(["b_2020-01-01T101500", "c_2020-02-01"]);
    expect(names(dataset.sel({ time: { start: "2020-01-02" } }))).toEqual(["c_2020-02-01", "a_2020-03-01"]);
    expect(() => dataset.sel({ time: "2021" })).toThrow(expect.objectContaining({ name: "SelectionError" }));
  });

  it("are opened by time, bounds, product and bands", async () => {
    const open = async (options: Parameters<typeof openDataset>[1]) => names(await openDataset(`${folder}/w`, options));
    expect(await open({ timeRange: ["2020-01-15", "2020-02"] })).toEqual(["c_2020-02-01"]);
    expect(await open({ timeRange: "2020-02/.." })).toEqual(["c_2020-02-01", "a_2020-03-01"]);
    expect(await open({ bounds: [-75.1, 40.6, -74.9, 40.7] })).toHaveLength(3);
    expect(await open({ bounds: [-75.1, 41, -74.9, 42] })).toEqual([]);
    expect(await open({ bounds: [500000, 4499970, 500040, 4500000], boundsCrs: "EPSG:32618" })).toHaveLength(3);
    expect(await open({ bounds: [600000, 4499970, 600040, 4500000], boundsCrs: "EPSG:32618" })).toEqual([]);
    expect(await open({ productId: "p" })).toHaveLength(3);
    await expect(open({ productId: "q" })).rejects.toMatchObject({ name: "NotFoundError" });
    await expect(open({ bands: ["red"] })).rejects.toMatchObject({ name: "SelectionError" });
    await expect(open({ bounds: [0, 2, 1, 1] })).rejects.toMatchObject({ name: "InvalidInputError" });
    await expect(open({ timeRange: "2020-02/2020-01" })).rejects.toMatchObject({ name: "InvalidInputError" });
    await expect(open({ cloudMask: true })).rejects.toMatchObject({ name: "SelectionError" });
  });
});

describe("a warehouse at a snapshot", () => {
  it("shows what was there at an id, a branch and a time, and knows no other", async () => {
    const folder = createTempDir();
    const warehouse = `${folder}/w`;
    const before = new Date(Date.now() - 60_000).toISOString();
    writeFlatScene(`${folder}/cogs`, "2020-01-01.tif", 1);
    const first = await ingest(`${folder}/cogs`, { warehouse });
    writeFlatScene(`${folder}/cogs`, "2020-01-02.tif", 2);
    await ingest(`${folder}/cogs`, { warehouse });
    const count = async (at?: string) => (await openDataset(warehouse, at === undefined ? {} : { at })).dims.time;
    expect(await count()).toBe(2);
    expect(await count("main")).toBe(2);
    expect(await count(first.snapshot ?? "")).toBe(1);
    expect(await count(new Date(Date.now() + 60_000).toISOString())).toBe(2);
    await expect(count(before)).rejects.toMatchObject({ name: "NotFoundError" });
    await expect(count("v1")).rejects.toMatchObject({ name: "NotFoundError" });
    await expect(count("00000000000000000000")).rejects.toMatchObject({ name: "NotFoundError" });
  });
});
