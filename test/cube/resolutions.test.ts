import { beforeAll, describe, expect, it } from "vitest";
import { type Dataset, ingest, openDataset, timeseries } from "../../src/index.js";
import { fineGrid, writeBand, writeLandsat } from "../ingest/write-landsat.js";
import { firstPixel, row1Col1, writeScene } from "../ingest/write-scene.js";
import { createSharedTempDir } from "../support/temp-dir.js";

/** Two scenes: B4 and B5 of 4 × 3 pixels of 10 m, B8 of 8 × 6 pixels of 5 m, clear flags (2720); the third without B8. */
describe("a dataset whose bands have pixels of two sizes", () => {
  const folder = createSharedTempDir();
  const warehouse = `${folder}/w`;
  let dataset: Dataset;
  beforeAll(async () => {
    writeLandsat(`${folder}/in`, [400, 500, 800, 2720]);
    // Bit 4 is cloud.
    writeLandsat(`${folder}/in`, [401, 501, 801, 2736], { date: "20180216" });
    writeBand(`${folder}/in`, "B4", 402, { date: "20180304" });
    writeBand(`${folder}/in`, "BQA", 2720, { date: "20180304" });
    await ingest(`${folder}/in`, { warehouse });
    dataset = await openDataset(warehouse);
  });

  it("has one time step a scene, all bands, and no grid in common", () => {
    expect(dataset.dims).toEqual({ time: 3, band: 4 });
    expect(dataset.bands).toEqual(["B4", "B5", "B8", "BQA"]);
    expect(dataset.coords.scene).toEqual(["LC08_013032_20180131", "LC08_013032_20180216", "LC08_013032_20180304"]);
    expect(dataset.geobox).toBeNull();
  });

  it("says which bands have which pixels, and the way out", async () => {
    await expect(dataset.toArray().compute()).rejects.toMatchObject({
      name: "GridMismatchError",
      message:
        "the bands have pixels of different sizes: B8 (5); B4, B5, BQA (10). Select bands of one size, or ask for points: " +
        "timeseries reads each band in its own pixels",
      details: {
        resolutions: [
          { pixelSize: 5, bands: ["B8"] },
          { pixelSize: 10, bands: ["B4", "B5", "BQA"] },
        ],
      },
    });
  });

  it("has a grid for bands of one size, however they are selected", async () => {
    const coarse = { time: 3, band: 2, y: 3, x: 4 };
    expect(dataset.select(["B4", "B5"]).dims).toEqual(coarse);
    expect(dataset.sel({ band: ["B4", "B5"] }).dims).toEqual(coarse);
    expect((await openDataset(warehouse, { bands: ["B4", "B5"] })).dims).toEqual(coarse);
    expect(dataset.select(["B8"]).dims).toEqual({ time: 3, band: 1, y: 6, x: 8 });
    expect(dataset.sel({ band: "B8", x: { start: 500000, stop: 500010 } }).dims).toMatchObject({ y: 6, x: 2 });
    expect(dataset.sel({ time: "2018-02" }).select(["B8"]).dims).toEqual({ time: 1, band: 1, y: 6, x: 8 });
    await expect(dataset.select(["B4", "B8"]).toArray().compute()).rejects.toMatchObject({ name: "GridMismatchError" });
  });

  it("computes with bands of one size as they are, a scene without the band uncovered", async () => {
    const sum = await dataset.bandmath("B4 + B5").compute({ threads: 0 });
    expect(sum.shape).toEqual([3, 3, 4]);
    expect([0, 12, 24].map((at) => [sum.data[at], sum.status?.[at]])).toEqual([
      [900, 0],
      [902, 0],
      [Number.NaN, 1],
    ]);
    const difference = await dataset.band("B5").sub(dataset.band("B4")).isel({ time: 0 }).compute({ threads: 0 });
    expect([...new Set(difference.data as Float32Array)]).toEqual([100]);
  });

  it("masks each band by flags of any size: what is cloudy is masked in fine pixels, too", async () => {
    const clear = await openDataset(warehouse, { cloudMask: true });
    const fine = await clear.band("B8").compute({ threads: 0 });
    expect(fine.shape).toEqual([3, 6, 8]);
    expect([0, 48, 96].map((start) => [...new Set(fine.status?.subarray(start, start + 48))])).toEqual([[0], [3], [1]]);
    const coarse = await clear.band("B4").compute({ threads: 0 });
    expect([0, 12, 24].map((start) => [...new Set(coarse.status?.subarray(start, start + 12))])).toEqual([
      [0],
      [3],
      [0],
    ]);
  });

  it("reads for fine pixels the flags' blocks and its own, and no other band's", async () => {
    const clear = await openDataset(warehouse, { cloudMask: true, bands: ["B8"] });
    const { files, requests } = await clear.isel({ time: 0 }).explain();
    expect([files, requests]).toEqual([2, 2]);
  });

  it("answers for a point with one row a scene", async () => {
    const { rows } = await timeseries(warehouse, { ...firstPixel, cloudMask: true, threads: 0 });
    expect(rows.map(({ values }) => values)).toEqual([
      { B4: 400, B5: 500, B8: 800, BQA: 2720 },
      { B4: null, B5: null, B8: null, BQA: null },
      { B4: 402, B5: null, B8: null, BQA: 2720 },
    ]);
    expect(rows[2]?.status).toEqual({ B4: "valid", B5: "uncovered", B8: "uncovered", BQA: "valid" });
  });

  it("groups scenes of one day to a step, with all rows of each", async () => {
    const grouped = await openDataset(warehouse, { groupby: "solar_day", bands: ["B8"] });
    expect(grouped.dims).toEqual({ time: 3, band: 1, y: 6, x: 8 });
  });

  it("finds bands by the common names that their product gives them, and calls them so", async () => {
    const selected = dataset.select(["red", "nir08"]);
    expect([selected.bands, selected.dims]).toEqual([["red", "nir08"], { time: 3, band: 2, y: 3, x: 4 }]);
    const ndvi = { first: (500 - 400) / (500 + 400) };
    const index = await dataset.index("NDVI").isel({ time: 0 }).compute({ dtype: "float64", threads: 0 });
    expect(index.data[0]).toBe(ndvi.first);
    const math = await selected.bandmath("nir08 - red").isel({ time: 0 }).compute({ threads: 0 });
    expect(math.data[0]).toBe(100);
    const { rows } = await timeseries(warehouse, { ...firstPixel, bands: ["red", "pan"], threads: 0 });
    expect(rows[0]?.values).toEqual({ red: 400, pan: 800 });
    expect(() => dataset.select(["green"])).toThrow(/no band "green"/);
  });

  it("reads a fine point in the pixel that holds it", async () => {
    const values = Uint16Array.from({ length: 48 }, (_, i) => i + 1);
    writeBand(`${folder}/point`, "B8", 0, { options: { ...fineGrid, bands: [values] } });
    writeBand(`${folder}/point`, "B4", 400);
    await ingest(`${folder}/point`, { warehouse: `${folder}/w2` });
    // The middle of a 10 m pixel is the corner of four of 5 m; the one right of it and below holds it: row 1, column 1.
    const { rows } = await timeseries(`${folder}/w2`, {
      ...firstPixel,
      lon: firstPixel.lon + 1e-6,
      lat: firstPixel.lat - 1e-6,
    });
    expect(rows.map(({ values: own }) => [own.B4, own.B8])).toEqual([[400, 10]]);
  });
});

describe("a dataset opened at an overview", () => {
  it("answers for a point with the overview's pixel that holds it", async () => {
    const folder = createSharedTempDir();
    const full = Uint8Array.from({ length: 48 }, (_, i) => i + 1);
    const overviews = [{ width: 4, height: 3, bands: [Uint8Array.from({ length: 12 }, (_, i) => 101 + i)] }];
    writeScene(`${folder}/in`, "2020-01-01.tif", { width: 8, height: 6, bands: [full], overviews });
    await ingest(`${folder}/in`, { warehouse: `${folder}/w` });
    const at = async (options: { resolution?: number }) => {
      const { rows } = await (await openDataset(`${folder}/w`, options)).timeseries({ ...row1Col1, threads: 0 });
      return rows.map(({ values }) => values.band_1);
    };
    // Row 1, column 1 of the full resolution is in row 0, column 0 of the overview.
    expect([await at({}), await at({ resolution: 20 })]).toEqual([[10], [101]]);
  });
});
