import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { catalog, ingest, openDataset, registerProduct, timeseries } from "../../src/index.js";
import { openWarehouse } from "../../src/warehouse/warehouse.js";
import { oneGridPath } from "../support/data-path.js";
import { readPointOracle } from "../support/point-oracle.js";
import { createTempDir } from "../support/temp-dir.js";
import { firstPixel, writeFlatScene, writeScene } from "./write-scene.js";

const stackedPath = dirname(readPointOracle("stacked")[0]?.path ?? "");

async function stacksOf(warehouse: string) {
  const opened = await openWarehouse(warehouse);
  return opened.scenes.stacks.map((_, index) => {
    const { name, kind, slots } = opened.stack(index);
    return [name, kind, slots];
  });
}

describe("scenes find their stacks", () => {
  it("19 scenes on one grid share one exact stack, made by one commit", async () => {
    const warehouse = `${createTempDir()}/w`;
    const report = await ingest(oneGridPath, { warehouse });
    expect(report).toMatchObject({ warehouse, sceneCount: 19, added: 19, updated: 0, skipped: 0, failed: [] });
    expect(await stacksOf(warehouse)).toEqual([["exact-00", "exact", 19]]);
    const snapshots = await (await catalog(warehouse)).snapshots();
    expect(snapshots.map(({ message }) => message)).toEqual(["ingest 19 scenes of one-grid", "Repository initialized"]);
    expect(snapshots[0]?.id).toBe(report.snapshot);
  });

  it("19 scenes on 19 grids fill 16 exact stacks, and the rest share a free one", async () => {
    const warehouse = `${createTempDir()}/w`;
    await ingest(stackedPath, { warehouse, globPattern: "*.tif" });
    const exact = Array.from({ length: 16 }, (_, i) => [`exact-${String(i).padStart(2, "0")}`, "exact", 1]);
    expect(await stacksOf(warehouse)).toEqual([...exact, ["free-16", "free", 3]]);
    expect((await openDataset(warehouse)).dims).toEqual({ time: 19, band: 7 });
  });

  it("a product that is registered as of fixed tiling has an exact stack for every grid", async () => {
    const warehouse = `${createTempDir()}/w`;
    const folder = createTempDir();
    writeScene(folder, "2020-01-01.tif");
    await ingest(folder, { warehouse, productId: "other" });
    await registerProduct(warehouse, {
      productId: "landsat",
      bands: ["b", "g", "r", "n", "s1", "s2", "qa"],
      tiling: "fixed",
    });
    await ingest(stackedPath, { warehouse, productId: "landsat", globPattern: "*.tif" });
    const kinds = (await stacksOf(warehouse)).map(([, kind]) => kind);
    expect(kinds).toEqual(new Array(20).fill("exact"));
  });

  it("files that differ only in nodata do not share a stack, and come back as one series", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/cogs`, "2020-01-01.tif", 7, { nodata: "7" });
    writeFlatScene(`${folder}/cogs`, "2020-01-02.tif", 7, { nodata: "0" });
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
    expect((await stacksOf(`${folder}/w`)).map(([, , slots]) => slots)).toEqual([1, 1]);
    const { rows } = await timeseries(`${folder}/w`, firstPixel);
    expect(rows.map(({ values, status }) => [values.band_1, status.band_1])).toEqual([
      [null, "nodata"],
      [7, "valid"],
    ]);
  });

  it("scenes of a free stack keep their own extents: each answers where it lies and nowhere else", async () => {
    const folder = createTempDir();
    // 18 grids, each 100 m (ten pixels) east of the one before: the last two land in the free stack.
    for (let i = 0; i < 18; i++) {
      const day = String(i + 1).padStart(2, "0");
      writeFlatScene(`${folder}/cogs`, `2020-01-${day}.tif`, 100 + i, {
        transform: [10, 0, 500000 + 100 * i, 0, -10, 4500000],
      });
    }
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
    const names = (await stacksOf(`${folder}/w`)).map(([name]) => name);
    expect(names.at(-1)).toBe("free-16");
    // Centres of each scene's first pixel: gdaltransform -s_srs EPSG:32618 -t_srs EPSG:4326 of (500005 + 100 i, 4499995).
    const places = [
      { lon: -74.9999408590669, lat: 40.6508114716258, expected: [["2020-01-01T00:00:00.000Z", 100]] },
      { lon: -74.9810157609681, lat: 40.6508099111503, expected: [["2020-01-17T00:00:00.000Z", 116]] },
      { lon: -74.9798329424045, lat: 40.6508097106389, expected: [["2020-01-18T00:00:00.000Z", 117]] },
      // Between two scenes: five pixels past the 17th one's first, where it has four.
      { lon: -74.9804243516848, lat: 40.650809812409, expected: [] },
    ];
    for (const { lon, lat, expected } of places) {
      const { rows } = await timeseries(`${folder}/w`, { lon, lat });
      expect(rows.map(({ time, values }) => [time, values.band_1])).toEqual(expected);
    }
  });
});
