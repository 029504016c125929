import { statSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Catalog, catalog, ingest, openDataset, registerProduct } from "../../src/index.js";
import { writeScene } from "../ingest/write-scene.js";
import { createSharedTempDir, createTempDir } from "../support/temp-dir.js";

describe("a catalog of two products", () => {
  const folder = createSharedTempDir();
  const warehouse = `${folder}/w`;
  let opened: Catalog;
  beforeAll(async () => {
    const bands = [new Uint8Array(12), new Uint8Array(12)];
    writeScene(`${folder}/drone`, "b_2020-02-01.tif", { bands, bandNames: ["red", "nir"] });
    writeScene(`${folder}/drone`, "a_2020-03-01T101112.tif", {
      bands,
      bandNames: ["red", "nir"],
      items: { CLOUD_COVER: "12.5" },
    });
    writeScene(`${folder}/fine`, "2020-01-01.tif", { transform: [0.5, 0, 600000, 0, -0.5, 4500000] });
    await ingest(`${folder}/drone`, { warehouse, provider: "us", message: "drone flights" });
    await ingest(`${folder}/fine`, { warehouse });
    opened = await catalog(warehouse);
  });

  it("lists the products by id", () => {
    expect(opened.products()).toEqual([
      {
        productId: "drone",
        provider: "us",
        scenes: 2,
        bands: ["red", "nir"],
        timeRange: ["2020-02-01T00:00:00.000Z", "2020-03-01T10:11:12.000Z"],
        resolution: 10,
        ...{ title: null, bandFacts: [{ name: "red" }, { name: "nir" }], cloudRules: [], hasProfile: false },
      },
      {
        productId: "fine",
        provider: null,
        scenes: 1,
        bands: ["band_1"],
        timeRange: ["2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"],
        resolution: 0.5,
        ...{ title: null, bandFacts: [{ name: "band_1" }], cloudRules: [], hasProfile: false },
      },
    ]);
  });

  it("lists the scenes in the order of time", async () => {
    const scenes = await opened.scenes();
    expect(scenes.map(({ id, productId }) => [id, productId])).toEqual([
      ["2020-01-01", "fine"],
      ["b_2020-02-01", "drone"],
      ["a_2020-03-01T101112", "drone"],
    ]);
    const last = scenes[2];
    expect(last).toMatchObject({
      acquisitionTime: "2020-03-01T10:11:12.000Z",
      bounds: [500000, 4499970, 500040, 4500000],
      crs: "EPSG:32618",
      bands: ["red", "nir"],
      sources: [`${folder}/drone/a_2020-03-01T101112.tif`],
      cloudCover: 12.5,
    });
    expect(scenes[1]?.cloudCover).toBeNull();
    // gdaltransform of (500000, 4499970) and (500040, 4500000) from EPSG:32618.
    const [west, south, east, north] = last?.bbox ?? [];
    expect(west).toBeCloseTo(-75, 9);
    expect(south).toBeCloseTo(40.6505862519823, 8);
    expect(east).toBeCloseTo(-74.999526872, 7);
    expect(north).toBeCloseTo(40.6508565155716, 8);
  });

  it("filters scenes by product, time and box, up to a limit", async () => {
    const ids = async (...args: Parameters<Catalog["scenes"]>) => (await opened.scenes(...args)).map(({ id }) => id);
    expect(await ids({ productId: "drone" })).toEqual(["b_2020-02-01", "a_2020-03-01T101112"]);
    expect(await ids({ timeMs: [Date.UTC(2020, 0, 1), Date.UTC(2020, 1, 1)] })).toEqual(["2020-01-01", "b_2020-02-01"]);
    expect(await ids({ bbox: [-73.9, 40, -73, 41] })).toEqual(["2020-01-01"]);
    expect(await ids({ bbox: [170, 40, -74.99, 41] })).toEqual(["b_2020-02-01", "a_2020-03-01T101112"]);
    expect(await ids({}, 1)).toEqual(["2020-01-01"]);
    await expect(ids({ productId: "dorne" })).rejects.toThrow(/dorne.*drone, fine/);
  });

  it("sums up what the index and what the files cost", async () => {
    const files = ["drone/b_2020-02-01.tif", "drone/a_2020-03-01T101112.tif", "fine/2020-01-01.tif"];
    const summary = await opened.summary();
    expect(summary.warehouse).toBe(warehouse);
    expect(summary.sourceBytes).toBe(files.reduce((sum, file) => sum + statSync(`${folder}/${file}`).size, 0));
    expect(summary.repositoryBytes).toBeGreaterThan(0);
    expect(summary.products).toHaveLength(2);
  });

  it("lists the commits, newest first, and shows the warehouse as it was", async () => {
    const snapshots = await opened.snapshots();
    expect(snapshots.map(({ message }) => message)).toEqual([
      "ingest 1 scene of fine",
      "drone flights",
      "Repository initialized",
    ]);
    const before = await catalog(warehouse, { at: snapshots[1]?.id });
    expect(before.products().map(({ productId }) => productId)).toEqual(["drone"]);
    expect(await before.snapshots()).toHaveLength(2);
  });
});

describe("registerProduct", () => {
  it("stores band names and resolution for later ingests, in a commit of its own", async () => {
    const folder = createTempDir();
    const warehouse = `${folder}/w`;
    const bands = [new Uint8Array(12), new Uint8Array(12).fill(1)];
    writeScene(`${folder}/other`, "2020-01-01.tif");
    writeScene(`${folder}/planet`, "2020-01-01.tif", { bands });
    await ingest(`${folder}/other`, { warehouse });
    const { snapshot } = await registerProduct(warehouse, {
      productId: "planet",
      bands: { nir: 1, red: 0 },
      resolution: 3,
      provider: "Planet",
    });
    const [newest] = await (await catalog(warehouse)).snapshots();
    expect([newest?.id, newest?.message]).toEqual([snapshot, "register product planet"]);
    await ingest(`${folder}/planet`, { warehouse });
    expect((await openDataset(warehouse, { productId: "planet" })).bands).toEqual(["red", "nir"]);
    expect((await catalog(warehouse)).products()[1]).toMatchObject({
      productId: "planet",
      provider: "Planet",
      resolution: 3,
      scenes: 1,
    });
  });

  it.each([
    ["bands that leave a gap", { productId: "p", bands: { red: 0, nir: 2 } }],
    ["two bands in one place", { productId: "p", bands: { red: 0, nir: 0 } }],
    ["an id that cannot name a group", { productId: "a/b", bands: ["red"] }],
    ["the id of the scene table", { productId: "scenes", bands: ["red"] }],
  ])("refuses %s", async (_, options) => {
    const folder = createTempDir();
    writeScene(`${folder}/cogs`, "2020-01-01.tif");
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
    await expect(registerProduct(`${folder}/w`, options)).rejects.toMatchObject({ name: "InvalidInputError" });
  });
});
