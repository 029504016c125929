import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { catalog, type Dataset, type IngestReport, ingest, openDataset, timeseries } from "../../src/index.js";
import { describeWithData } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";

interface Figures {
  shape: number[];
  count: number;
  sum: number;
}

/** As `scripts/oracle/landsat_bands.py` describes it. */
interface OracleScene {
  scene: string;
  ndvi: Figures & { samples: { row: number; col: number; value: number | null }[] };
  pan: Figures;
  /** Null outside of the scene. */
  point: Record<string, number> | null;
}

const oraclePath = new URL("./oracle/landsat-bands.json", import.meta.url);
const oracle: { lonLat: number[]; scenes: OracleScene[] } = JSON.parse(readFileSync(oraclePath, "utf8"));

/** Id of the scene in the warehouse: without what says how it was processed. */
const idOf = (name: string) => {
  const [, , pathRow = "", date = ""] = name.split("_");
  return `LC08_${pathRow}_${date}`;
};

const figuresOf = (array: { shape: readonly number[]; data: ArrayLike<unknown>; status: Uint8Array | null }) => {
  const values = Array.from(array.data, Number).filter((_, i) => (array.status?.[i] ?? 0) === 0);
  const sum = values.reduce((total, value) => total + value, 0);
  return { shape: array.shape.slice(1), count: values.length, sum };
};

describeWithData("Landsat scenes as delivered, a file for each band", (dataPath) => {
  const warehouse = `${createSharedTempDir()}/w`;
  const warnings: unknown[] = [];
  let report: IngestReport;
  let dataset: Dataset;
  const scene = async (id: string) => {
    const time = dataset.coords.scene.indexOf(idOf(id));
    expect(time).toBeGreaterThanOrEqual(0);
    return dataset.isel({ time });
  };
  beforeAll(async () => {
    const onWarning = (warning: unknown) => warnings.push(warning);
    report = await ingest(`${dataPath}/landsat8-new-york/LC08_*/*.TIF`, { warehouse, onWarning });
    dataset = await openDataset(warehouse, { cloudMask: true });
  });

  it("are 19 scenes of 12 bands after one ingest without options", async () => {
    expect(report).toMatchObject({ productId: "landsat_c1", sceneCount: 19, fileCount: 228, added: 19, failed: [] });
    expect(warnings).toEqual([]);
    const scenes = await (await catalog(warehouse)).scenes();
    expect(scenes.map(({ bands, sources }) => [bands.length, sources.length])).toEqual(new Array(19).fill([12, 12]));
    expect(dataset.bands).toEqual(["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "BQA"]);
  });

  it.each(oracle.scenes)("$scene: NDVI without clouds is numpy's", async ({ scene: id, ndvi }) => {
    const computed = await (await scene(id))
      .bandmath("(B5 - B4) / (B5 + B4)")
      .compute({ dtype: "float64", threads: 0 });
    const { shape, count, sum } = figuresOf(computed);
    expect([shape, count]).toEqual([ndvi.shape, ndvi.count]);
    expect(sum).toBeCloseTo(ndvi.sum, 9);
    for (const { row, col, value } of ndvi.samples) {
      const at = row * (ndvi.shape[1] ?? 0) + col;
      const isValid = (computed.status?.[at] ?? 0) === 0;
      expect([row, col, isValid ? computed.data[at] : null]).toEqual([row, col, value]);
    }
  });

  it.each(oracle.scenes)(
    "$scene: band 8 on its finer grid, masked by the coarser flags, is GDAL's",
    async (expected) => {
      const computed = await (await scene(expected.scene)).band("B8").compute({ threads: 0 });
      expect(figuresOf(computed)).toEqual(expected.pan);
    },
  );

  it("have no grid in common with their finer band, and say which bands have which pixels", async () => {
    const one = dataset.isel({ time: 0 });
    expect(one.dims).toEqual({ time: 1, band: 12 });
    await expect(one.toArray().compute()).rejects.toMatchObject({
      name: "GridMismatchError",
      message: expect.stringContaining("B8 (1505.94); B1, B2, B3, B4, B5, B6, B7, B9, B10, B11, BQA (3012.08)"),
    });
    expect(one.select(["B4", "B5"]).dims).toEqual({ time: 1, band: 2, y: 78, x: 77 });
    expect(one.select(["B8"]).dims).toEqual({ time: 1, band: 1, y: 157, x: 154 });
  });

  it("answer for a point with one row a scene, each band in its own pixels", async () => {
    const [lon = 0, lat = 0] = oracle.lonLat;
    const { rows } = await timeseries(warehouse, { lon, lat, bands: ["B4", "B5", "B8", "BQA"], threads: 0 });
    const expected = oracle.scenes.flatMap(({ scene: id, point }) => (point === null ? [] : [{ id: idOf(id), point }]));
    const found = rows.map(({ scene: id, values, status }) => ({
      id,
      // A file's zeros are fill by the product's own word, and 1 is the quality band's.
      point: Object.fromEntries(
        Object.entries(values).map(([band, value]) => [
          band,
          status[band] === "nodata" ? (band === "BQA" ? 1 : 0) : value,
        ]),
      ),
    }));
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect(found.sort(byId)).toEqual(expected.sort(byId));
    expect(found.filter(({ point }) => point.B4 !== 0).length).toBeGreaterThan(5);
  });
});
