import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { pixelAt } from "../../src/geo/geo-box.js";
import { type Dataset, openCog, openDataset, timeseries } from "../../src/index.js";
import { ingest } from "../../src/ingest/ingest.js";
import { sharedPool } from "../../src/lazy/thread-pool.js";
import type { TypedArray } from "../../src/ndarray/dtype.js";
import { type OraclePoint, type OracleScene, readPointOracle } from "../support/point-oracle.js";
import { createSharedTempDir } from "../support/temp-dir.js";

const sceneId = (scene: OracleScene) => basename(scene.name).replace(/\.tif$/, "");

const sha256 = (values: TypedArray) =>
  createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");

/** What a time series holds of one scene at one point, in the oracle's words; null where it has no row of the scene. */
async function readPoint(dataset: Dataset, id: string, { at }: OraclePoint, threads: number) {
  const [lon, lat] = at;
  const { rows, bands } = await dataset.timeseries({ lon, lat, threads });
  const row = rows.find(({ scene }) => scene === id);
  if (row === undefined) return null;
  return { values: bands.map((band) => row.values[band]), status: bands.map((band) => row.status[band]) };
}

function expectedPoint({ pixel, values }: OraclePoint) {
  if (pixel === null) return null;
  return { values, status: values.map((value) => (value === null ? "nodata" : "valid")) };
}

/** Little work stays on this thread until others run. */
async function startThreads(threads: number) {
  const pool = sharedPool(threads);
  await pool.decode({ sources: [], encodings: [], reads: [] });
  expect(pool.isRunning).toBe(true);
}

const readCases = [
  { set: "one-grid", count: 19 },
  { set: "stacked", count: 19 },
  { set: "slovenia", count: 12 },
  { set: "openeo", count: 3 },
] as const;

// Where the large data set is at hand, the oracle offers all 68 scenes of Slovenia, else the 12 of the checkout.
describe.each(readCases)("the scenes of $set, beside GDAL", ({ set, count }) => {
  const warehouse = `${createSharedTempDir()}/warehouse`;
  const scenes = readPointOracle(set);
  let dataset: Dataset;
  const alone = (scene: OracleScene) => {
    const at = dataset.coords.scene.indexOf(sceneId(scene));
    return dataset.isel({ time: { start: at, stop: at + 1 } });
  };

  beforeAll(async () => {
    const files = scenes.map(({ path }) => path);
    const { added, failed } = await ingest(files, { warehouse, productId: "oracle" });
    expect({ added, failed }).toEqual({ added: files.length, failed: [] });
    dataset = await openDataset(warehouse);
  });

  it("are all there", () => {
    expect(scenes.length).toBeGreaterThanOrEqual(count);
    expect([...dataset.coords.scene].sort()).toEqual(scenes.map(sceneId).sort());
  });

  it("hold GDAL's pixels in every band, read in the warehouse and file by file", async () => {
    for (const scene of scenes) {
      for (const one of [alone(scene), await openCog(scene.path)]) {
        const { data, shape } = await one.toArray().compute({ threads: 2 });
        expect(shape).toEqual([1, scene.count, scene.height, scene.width]);
        const plane = scene.height * scene.width;
        const hashes = scene.bandSha256.map((_, band) => sha256(data.slice(band * plane, (band + 1) * plane)));
        expect({ scene: scene.name, hashes }).toEqual({ scene: scene.name, hashes: scene.bandSha256 });
      }
    }
  });

  it.each([0, 2])("give GDAL's values at every point, and no row outside, with %i threads", async (threads) => {
    if (threads > 0) await startThreads(threads);
    for (const scene of scenes) {
      const one = alone(scene);
      const points = [...scene.random, ...scene.nearEdge, ...scene.outside];
      const got = [];
      for (const point of points)
        got.push({ at: point.at, read: await readPoint(one, sceneId(scene), point, threads) });
      const expected = points.map((point) => ({ at: point.at, read: expectedPoint(point) }));
      expect({ scene: scene.name, got }).toEqual({ scene: scene.name, got: expected });
    }
  });

  it("are found by the warehouse's own index at points inside and near edges, and by no point outside", async () => {
    for (const scene of scenes) {
      const points = [scene.random[0], ...scene.nearEdge.slice(0, 2), scene.outside[0]];
      for (const point of points) {
        if (point === undefined) continue;
        const [lon, lat] = point.at;
        const day = alone(scene).coords.time[0]?.toISOString().slice(0, 10) ?? "";
        const { rows, bands } = await timeseries(warehouse, { lon, lat, timeRange: day, threads: 0 });
        const row = rows.find((candidate) => candidate.scene === sceneId(scene));
        const values = row === undefined ? null : bands.map((band) => row.values[band]);
        expect({ at: point.at, values }).toEqual({ at: point.at, values: expectedPoint(point)?.values ?? null });
      }
    }
  });

  it("put a point that lies exactly on a pixel's corner into the pixel that the definition names", async () => {
    for (const scene of scenes) {
      const box = (await openCog(scene.path)).geobox;
      const found = scene.edge.map(({ at }) => ({ at, pixel: box && pixelAt(box, at[0], at[1]) }));
      const expected = scene.edge.map(({ at, pixel }) => ({ at, pixel }));
      expect({ scene: scene.name, found }).toEqual({ scene: scene.name, found: expected });
    }
  });
});

describe("NDVI of the scenes on one grid, beside numpy", () => {
  const warehouse = `${createSharedTempDir()}/warehouse`;
  const scenes = readPointOracle("one-grid");
  const expr = "(nir - red) / (nir + red)";
  let dataset: Dataset;

  beforeAll(async () => {
    await ingest(dirname(scenes[0]?.path ?? ""), { warehouse });
    dataset = await openDataset(warehouse);
  });

  it.each([0, 2])("is numpy's at every random point, with %i threads", async (threads) => {
    if (threads > 0) await startThreads(threads);
    for (const scene of scenes) {
      const time = dataset.coords.scene.indexOf(sceneId(scene));
      const one = dataset.isel({ time });
      const got: (number | null)[] = [];
      for (const { at } of scene.random) {
        const { rows } = await one.timeseries({ lon: at[0], lat: at[1], expr, threads });
        const value = rows[0]?.values.expr ?? null;
        got.push(value === null ? null : Math.fround(value));
      }
      expect(got).toEqual(scene.ndvi);
    }
  });

  it("is numpy's in the computed plane, whether written as text or as arithmetic of bands", async () => {
    const [nir, red] = [dataset.band("nir"), dataset.band("red")];
    for (const ndvi of [dataset.bandmath(expr), nir.sub(red).div(nir.add(red))]) {
      const { data, status, shape, dtype } = await ndvi.compute();
      expect([shape, dtype]).toEqual([[19, 132, 123], "float32"]);
      for (const scene of scenes) {
        const start = dataset.coords.scene.indexOf(sceneId(scene)) * 132 * 123;
        const got = scene.random.map(({ pixel }) => {
          const at = start + (pixel?.row ?? 0) * 123 + (pixel?.col ?? 0);
          return status?.[at] === 0 ? data[at] : null;
        });
        expect(got).toEqual(scene.ndvi);
      }
    }
  });
});
