import { beforeEach, describe, expect, it } from "vitest";
import { catalog, ingest, openDataset, timeseries } from "../../src/index.js";
import { fixturePath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";
import { firstPixel, writeFlatScene } from "./write-scene.js";

const slovenia = fixturePath("slovenia");

/**
 * Of each date the pixels that the mask leaves, and the sum of their NDVI, by numpy from the same files:
 * `keep = ~isnan(ndvi) & (clm != 1); keep.sum(), ndvi[keep].astype("f8").sum()`.
 */
const kept = [
  ["20150711", 10100, 7394.402555942535],
  ["20150929", 0, 0.0],
  ["20160117", 10100, 1864.674181428738],
  ["20160516", 8155, 4760.348663926125],
  ["20160804", 10100, 7184.780878230929],
  ["20161212", 10100, 4116.0671328022145],
  ["20170312", 7467, 2042.5795021280646],
  ["20170531", 0, 0.0],
  ["20170720", 10100, 6677.991612076759],
  ["20170829", 10100, 6858.978749766946],
  ["20171013", 10100, 5625.418626666069],
  ["20171217", 0, 0.0],
] as const;

let folder: string;
let warehouse: string;
beforeEach(() => {
  folder = createTempDir();
  warehouse = `${folder}/w`;
});

/** A dated scene of one value, and beside it in another folder its mask. */
function writePair(day: string, value: number, mask: number) {
  writeFlatScene(`${folder}/sr`, `drone_${day}_sr.tif`, value, { bandNames: ["red"] });
  writeFlatScene(`${folder}/masks`, `drone_${day}_cloudmask.tif`, mask);
}

describe("a folder of masks", () => {
  it("becomes a band of the scenes of its times, in the same commit, and needs no path when it is used", async () => {
    const report = await ingest(`${slovenia}/NDVI`, { warehouse, maskPath: `${slovenia}/CLM`, productId: "ndvi" });
    expect(report).toMatchObject({ sceneCount: 12, fileCount: 24, added: 12, failed: [] });
    const opened = await catalog(warehouse);
    expect(await opened.snapshots()).toHaveLength(2);
    const scenes = await opened.scenes();
    expect(scenes.map(({ bands, sources }) => [bands, sources.length])).toEqual(
      new Array(12).fill([["NDVI", "CLM"], 2]),
    );
    const dataset = await openDataset(warehouse, { cloudMask: true, bands: ["NDVI"] });
    for (const [time, [name, count, sum]] of kept.entries()) {
      const { data, status } = await dataset.isel({ time }).band("NDVI").compute({ threads: 0 });
      const values = Array.from(data as Float32Array).filter((_, i) => (status?.[i] ?? 0) === 0);
      expect([name, values.length]).toEqual([name, count]);
      expect(values.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 6);
    }
  });

  it("that comes later, or changes, joins the scenes that are there", async () => {
    writePair("20200101", 7, 1);
    writePair("20200102", 8, 0);
    await ingest(`${folder}/sr`, { warehouse });
    const again = { warehouse, maskPath: `${folder}/masks` };
    expect(await ingest(`${folder}/sr`, again)).toMatchObject({ added: 0, updated: 2, skipped: 0 });
    expect(await ingest(`${folder}/sr`, again)).toMatchObject({ added: 0, updated: 0, skipped: 2 });
    const rule = { band: "mask", values: [1] };
    const masked = () => timeseries(warehouse, { ...firstPixel, bands: ["red"], cloudMask: rule });
    expect((await masked()).rows.map(({ scene, values, status }) => [scene, values.red, status.red])).toEqual([
      ["drone_20200101_sr", null, "masked"],
      ["drone_20200102_sr", 8, "valid"],
    ]);
    writePair("20200102", 8, 1);
    expect(await ingest(`${folder}/sr`, again)).toMatchObject({ added: 0, updated: 1, skipped: 1 });
    expect((await masked()).rows.map(({ status }) => status.red)).toEqual(["masked", "masked"]);
  });

  it("inside of the source is not taken for scenes", async () => {
    writeFlatScene(`${folder}/sr`, "2020-01-01.tif", 7);
    writeFlatScene(`${folder}/sr/udm2`, "2020-01-01.tif", 1);
    expect(await ingest(`${folder}/sr`, { warehouse, maskPath: `${folder}/sr/udm2` })).toMatchObject({ sceneCount: 1 });
    expect((await (await catalog(warehouse)).scenes()).map(({ bands }) => bands)).toEqual([["band_1", "udm2"]]);
  });

  it("tells two scenes of one time apart by their names, and says which mask belongs to none", async () => {
    for (const tile of ["west", "east"]) {
      const transform = [10, 0, tile === "west" ? 500000 : 600000, 0, -10, 4500000] as const;
      writeFlatScene(`${folder}/sr`, `${tile}_20200101.tif`, 1, { transform });
      writeFlatScene(`${folder}/masks`, `${tile}_20200101_clm.tif`, 1, { transform });
    }
    writeFlatScene(`${folder}/masks`, "west_20200202_clm.tif", 1);
    const warnings: unknown[] = [];
    await ingest(`${folder}/sr`, {
      warehouse,
      maskPath: `${folder}/masks`,
      onWarning: (warning) => warnings.push(warning),
    });
    expect(warnings).toEqual([
      { path: `${folder}/masks/west_20200202_clm.tif`, message: "mask left out: no scene has its time or name" },
    ]);
    const scenes = await (await catalog(warehouse)).scenes();
    expect(scenes.map(({ id, sources }) => [id, sources.map((path) => path.replace(/.*\//, ""))])).toEqual([
      ["east_20200101", ["east_20200101.tif", "east_20200101_clm.tif"]],
      ["west_20200101", ["west_20200101.tif", "west_20200101_clm.tif"]],
    ]);
  });

  it("of a product whose names tell them needs no option: they lie beside their scenes", async () => {
    const item = "20200812_101530_12_2277_3B";
    const bandNames = ["blue", "green", "red", "nir"];
    const four = (values: readonly number[]) => values.map((value) => new Uint16Array(12).fill(value));
    writeFlatScene(`${folder}/planet`, `${item}_AnalyticMS_SR_clip.tif`, 0, {
      dtype: "uint16",
      bands: four([100, 200, 300, 400]),
    });
    const flags = [1, 0, 0, 0, 0, 0, 99, 0].map((value) => new Uint8Array(12).fill(value));
    writeFlatScene(`${folder}/planet`, `${item}_udm2_clip.tif`, 0, { bands: flags });
    const report = await ingest(`${folder}/planet`, { warehouse });
    expect(report).toMatchObject({ productId: "planet_sr", sceneCount: 1, fileCount: 2, added: 1 });
    const { rows } = await timeseries(warehouse, { ...firstPixel, bands: bandNames, cloudMask: true });
    expect(rows.map(({ values }) => values)).toEqual([{ blue: 100, green: 200, red: 300, nir: 400 }]);
    expect((await openDataset(warehouse)).bands.slice(0, 5)).toEqual([...bandNames, "clear"]);
  });
});
