import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Dataset, GridMismatchError, ingest, openDataset } from "../../src/index.js";
import { writeFlatScene } from "../ingest/write-scene.js";
import { createTempDir } from "../support/temp-dir.js";
import { type TiffOptions, writeTiff } from "../support/write-tiff.js";

/** Scenes of 4 × 3 pixels of 10 m, full of 1, 2, …: one on each of some days. */
async function open(...scenes: Partial<TiffOptions>[]): Promise<Dataset> {
  const folder = createTempDir();
  scenes.forEach((scene, i) => {
    writeFlatScene(`${folder}/cogs`, `2020-01-0${i + 1}.tif`, i + 1, scene);
  });
  await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
  return openDataset(`${folder}/w`);
}

const at = (x: number, y: number): Partial<TiffOptions> => ({ transform: [10, 0, x, 0, -10, y] });

describe("scenes of different extent on one lattice of pixels", () => {
  it("are joined; where a scene has no pixel, the status says uncovered", async () => {
    // The second lies two columns right of and one row above the first.
    const dataset = await open(at(500000, 4500000), at(500020, 4500010));
    expect(dataset.dims).toEqual({ time: 2, band: 1, y: 4, x: 6 });
    expect(dataset.geobox?.transform).toEqual([10, 0, 500000, 0, -10, 4500010]);
    const { data, status } = await dataset.band("band_1").compute();
    // biome-ignore format: one row of pixels a line
    expect([...(data as Uint8Array)]).toEqual([
      0, 0, 0, 0, 0, 0,
      1, 1, 1, 1, 0, 0,
      1, 1, 1, 1, 0, 0,
      1, 1, 1, 1, 0, 0,

      0, 0, 2, 2, 2, 2,
      0, 0, 2, 2, 2, 2,
      0, 0, 2, 2, 2, 2,
      0, 0, 0, 0, 0, 0,
    ]);
    expect([...(status ?? [])]).toEqual([...(data as Uint8Array)].map((value) => (value === 0 ? 1 : 0)));
  });

  it("give the same pixels through a window, which reads only the scenes that it touches", async () => {
    const dataset = await open(at(500000, 4500000), at(500020, 4500010));
    const corner = dataset.isel({ y: 0, x: { start: 1, stop: 4 } });
    const { data, status } = await corner.band("band_1").compute();
    expect([...(data as Uint8Array)]).toEqual([0, 0, 0, 0, 2, 2]);
    expect([...(status ?? [])]).toEqual([1, 1, 1, 1, 0, 0]);
    expect(await corner.explain()).toMatchObject({ files: 1, requests: 1 });
  });

  it("are joined where headers differ by rounding alone", async () => {
    const dataset = await open(at(500000, 4500000), { transform: [10.0000000001, 0, 500010.000001, 0, -10, 4500000] });
    expect(dataset.dims).toMatchObject({ y: 3, x: 5 });
  });
});

describe("scenes that lie on different lattices", () => {
  it.each([
    ["half a pixel apart", at(500005, 4500000), "500005"],
    ["of another pixel size", { transform: [20, 0, 500000, 0, -20, 4500000] } as const, "20, 0, 500000"],
    ["in another CRS", { crs: { epsg: 32617, model: "projected" } } as const, "EPSG:32617"],
    ["turned", { transform: [10, 1, 500000, 1, -10, 4500000] } as const, "10, 1, 500000"],
  ])("such as those %s are not mixed: the error names both grids", async (_, second, named) => {
    const dataset = await open(at(500000, 4500000), second);
    expect(dataset.dims).toEqual({ time: 2, band: 1 });
    expect([dataset.geobox, dataset.coords.x]).toEqual([null, null]);
    const error = await dataset
      .band("band_1")
      .compute()
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(GridMismatchError);
    expect(error.message).toContain("EPSG:32618 4×3 [10, 0, 500000, 0, -10, 4500000]");
    expect(error.message).toContain(named);
    for (const ask of [
      () => dataset.toArray().shape,
      () => dataset.isel({ x: 0 }),
      () => dataset.band("band_1").shape,
    ]) {
      expect(ask).toThrow(GridMismatchError);
    }
    await expect(dataset.explain()).rejects.toBeInstanceOf(GridMismatchError);
  });

  it("are a cube again as soon as a selection leaves one lattice, whatever way it is made", async () => {
    const dataset = await open(at(500000, 4500000), at(500005, 4500000), at(500000, 4500000));
    const second = { time: 1, band: 1, y: 3, x: 4 };
    expect(dataset.isel({ time: 1 }).dims).toEqual(second);
    expect(dataset.sel({ time: "2020-01-02" }).dims).toEqual(second);
    expect([...(dataset.sel({ time: "2020-01-02", x: { stop: 500011 } }).coords.x ?? [])]).toEqual([500010]);
    expect(dataset.isel({ time: 2, x: { start: 3 } }).geobox?.transform).toEqual([10, 0, 500030, 0, -10, 4500000]);
    const { data } = await dataset.isel({ time: 1, y: 0 }).band("band_1").compute();
    expect([...(data as Uint8Array)]).toEqual([2, 2, 2, 2]);
    expect(() => dataset.isel({ time: { start: 0, stop: 2 } }).toArray().shape).toThrow(GridMismatchError);
  });
});

describe("scenes without georeference", () => {
  it("are joined at their first pixels, without coordinates", async () => {
    const folder = createTempDir();
    mkdirSync(`${folder}/cogs`);
    for (const value of [1, 2]) {
      const bands = [new Uint8Array(4).fill(value)];
      writeFileSync(`${folder}/cogs/2020-01-0${value}.tif`, writeTiff({ width: 2, height: 2, dtype: "uint8", bands }));
    }
    const warnings: string[] = [];
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, onWarning: ({ message }) => warnings.push(message) });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain("no CRS");
    const dataset = await openDataset(`${folder}/w`);
    expect(dataset.dims).toEqual({ time: 2, band: 1, y: 2, x: 2 });
    expect([dataset.geobox, dataset.crs, dataset.coords.x]).toEqual([null, null, null]);
    const { data } = await dataset.band("band_1").compute();
    expect([...(data as Uint8Array)]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect((await dataset.timeseries({ lon: 0, lat: 0 })).rows).toEqual([]);
  });
});
