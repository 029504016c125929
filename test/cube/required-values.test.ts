import { beforeAll, describe, expect, it } from "vitest";
import { type DataArray, ingest, openDataset } from "../../src/index.js";
import { Status } from "../../src/ndarray/status.js";
import { writeScene } from "../ingest/write-scene.js";
import { createSharedTempDir } from "../support/temp-dir.js";

const { valid, uncovered, nodata, masked, undefined: undefined_ } = Status;
const NAN = Number.NaN;

/**
 * Six pixels in three scenes, nodata 255; the third scene is one pixel narrower. The values are 1 over these, a 9 is
 * masked. The pixels: all there; nodata; 1/0 and nodata; the same; masked and 1/0; nodata and uncovered. The order of
 * `combineStatus`, what explains most first: failed, masked, undefined, nodata, uncovered.
 */
const samples = [
  Uint8Array.of(2, 2, 0, 255, 9, 2),
  Uint8Array.of(4, 255, 255, 0, 4, 255),
  Uint8Array.of(8, 4, 8, 8, 0),
];

describe("results that need more values than are there", () => {
  const folder = createSharedTempDir();
  let inverse: DataArray;
  beforeAll(async () => {
    for (const [i, band] of samples.entries()) {
      writeScene(`${folder}/cogs`, `2020-01-0${i + 1}.tif`, {
        width: band.length,
        height: 1,
        bands: [band],
        nodata: "255",
      });
    }
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
    const band = (await openDataset(`${folder}/w`)).band("band_1");
    inverse = band.where(band.ne(9)).pow(-1);
  });

  const answer = async (array: DataArray) => {
    const { data, status } = await array.compute();
    return [[...(data as Float32Array)], status && [...status]];
  };

  it("are missing without skipna, with the status that explains most of what is missing", async () => {
    expect(await answer(inverse.sum("time", { skipna: false }))).toEqual([
      [0.875, NAN, NAN, NAN, NAN, NAN],
      [valid, nodata, undefined_, undefined_, masked, nodata],
    ]);
  });

  it("are missing below minCount in the same way, and else there", async () => {
    expect(await answer(inverse.sum("time", { minCount: 2 }))).toEqual([
      [0.875, 0.75, NAN, NAN, NAN, NAN],
      [valid, valid, undefined_, undefined_, masked, nodata],
    ]);
    expect(await answer(inverse.max("time", { minCount: 1 }))).toEqual([[0.5, 0.5, 0.125, 0.125, 0.25, 0.5], null]);
  });

  it("are uncovered where there are too few values and none of them is missing", async () => {
    expect(await answer(inverse.isel({ x: 0 }).mean("time", { minCount: 4 }))).toEqual([[NAN], [uncovered]]);
  });

  it("say why over y and x, and over several dimensions, as well", async () => {
    expect(await answer(inverse.mean(["y", "x"], { skipna: false }))).toEqual([
      [NAN, NAN, NAN],
      [masked, undefined_, undefined_],
    ]);
    const left = inverse.isel({ x: { start: 0, stop: 2 } });
    expect(await answer(left.median(["y", "x"], { skipna: false }))).toEqual([
      [0.5, NAN, 0.1875],
      [valid, nodata, valid],
    ]);
    expect(await answer(left.max(["time", "y", "x"], { minCount: 6 }))).toEqual([[NAN], [nodata]]);
    expect(await answer(left.max(["time", "y", "x"], { minCount: 5 }))).toEqual([[0.5], null]);
    expect(await answer(inverse.isel({ x: 5, time: [1, 2] }).sum("time", { skipna: false }))).toEqual([
      [NAN],
      [nodata],
    ]);
    expect(await answer(inverse.isel({ x: 5, time: [0, 2] }).sum("time", { skipna: false }))).toEqual([
      [NAN],
      [uncovered],
    ]);
  });
});
