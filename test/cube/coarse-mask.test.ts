import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ingest, openDataset } from "../../src/index.js";
import { writeFlatScene } from "../ingest/write-scene.js";
import { createTempDir } from "../support/temp-dir.js";

/** As `coarse_mask_cases` in `scripts/oracle/cube.py` describes it. */
interface CoarseMask {
  data: number[][];
  mask: number[][];
  times: number;
  up: number;
  left: number;
  masked: (number | null)[][];
}

const oraclePath = new URL("./oracle/coarse-mask.json", import.meta.url);
const { cases }: { cases: CoarseMask[] } = JSON.parse(readFileSync(oraclePath, "utf8"));

const name = "S2B_10SEG_20230512_0_L2A";
const [x, y] = [500000, 4500000];

/** Band 4 at 10 m and the classes of a scene as the oracle has them: classes `times` coarser, some pixels up and left. */
async function openMasked({ data, mask, times, up, left }: CoarseMask) {
  const folder = createTempDir();
  const [height, width] = [data.length, data[0]?.length ?? 0];
  const bands = [Uint16Array.from(data.flat())];
  writeFlatScene(`${folder}/in`, `${name}/B04.tif`, 0, {
    width,
    height,
    dtype: "uint16",
    bands,
    transform: [10, 0, x, 0, -10, y],
  });
  const size = 10 * times;
  writeFlatScene(`${folder}/in`, `${name}/SCL.tif`, 0, {
    width: mask[0]?.length ?? 0,
    height: mask.length,
    // 9 is cloud, 4 is vegetation.
    bands: [Uint8Array.from(mask.flat(), (cloud) => (cloud === 1 ? 9 : 4))],
    transform: [size, 0, x - 10 * left, 0, -size, y + 10 * up],
  });
  await ingest(`${folder}/in`, { warehouse: `${folder}/w` });
  return `${folder}/w`;
}

describe("a mask of coarser pixels", () => {
  it.each(cases)("$times times coarser, $up up and $left left, takes what xarray's nearest takes", async (oracle) => {
    const dataset = await openDataset(await openMasked(oracle), { cloudMask: true, bands: ["B04"] });
    const { data, status } = await dataset.band("B04").compute({ threads: 0 });
    const values = Array.from(data as Uint16Array, (value, i) => (status?.[i] === 3 ? null : value));
    expect(values).toEqual(oracle.masked.flat());
    expect([...new Set(status ?? [])].filter((code) => code !== 0 && code !== 3)).toEqual([]);
  });

  it("masks a window as it masks the whole", async () => {
    const [oracle] = cases as [CoarseMask];
    const dataset = await openDataset(await openMasked(oracle), { cloudMask: true, bands: ["B04"] });
    const { data, status } = await dataset
      .isel({ y: { start: 3, stop: 7 }, x: { start: 2, stop: 9 } })
      .band("B04")
      .compute();
    const values = Array.from(data as Uint16Array, (value, i) => (status?.[i] === 3 ? null : value));
    expect(values).toEqual(oracle.masked.slice(3, 7).flatMap((row) => row.slice(2, 9)));
  });

  it("that does not reach a pixel leaves it without a value: what no flag says is not known", async () => {
    const [oracle] = cases as [CoarseMask];
    const short = { ...oracle, mask: oracle.mask.slice(0, 2) };
    const dataset = await openDataset(await openMasked(short), { cloudMask: true, bands: ["B04"] });
    const { status } = await dataset.band("B04").compute();
    // Two rows of the mask cover six of the data's twelve.
    expect(new Set(status?.subarray(60))).toEqual(new Set([1]));
    expect(new Set(status?.subarray(0, 60))).toEqual(new Set([0, 3]));
  });

  it("in another CRS is refused by name, and points are still read", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/in`, `${name}/B04.tif`, 7);
    writeFlatScene(`${folder}/in`, `${name}/SCL.tif`, 9, {
      crs: { epsg: 4326, model: "geographic" },
      transform: [0.001, 0, -75.002, 0, -0.001, 40.652],
    });
    await ingest(`${folder}/in`, { warehouse: `${folder}/w` });
    const dataset = await openDataset(`${folder}/w`, { cloudMask: true, bands: ["B04"] });
    await expect(dataset.band("B04").compute()).rejects.toMatchObject({
      name: "GridMismatchError",
      message: expect.stringContaining("SCL"),
    });
    const { rows } = await dataset.timeseries({ lon: -74.9999408590669, lat: 40.6508114716258 });
    expect(rows.map(({ status }) => status.B04)).toEqual(["masked"]);
  });
});
