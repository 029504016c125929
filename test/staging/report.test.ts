import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ingest, type StagedProduct, stagedReport } from "../../src/index.js";
import { writeFlatScene, writeScene } from "../ingest/write-scene.js";
import { oneGridPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";
import type { TiffOptions } from "../support/write-tiff.js";

let folder: string;
let warehouse: string;
beforeEach(() => {
  folder = createTempDir();
  warehouse = `${folder}/w`;
});

const toMain = (source: string) => ingest(`${folder}/${source}`, { warehouse, productId: "p" });
const toStaging = (source: string) => ingest(`${folder}/${source}`, { warehouse, productId: "p", branch: "staging" });
async function reportOf(options = {}): Promise<StagedProduct> {
  const { products } = await stagedReport(warehouse, "staging", options);
  expect(products).toHaveLength(1);
  return products[0] as StagedProduct;
}

/** A scene whose twelve pixels lie around a value: its median is the value plus a half. */
function write(source: string, day: number, value: number, options: Partial<TiffOptions> = {}): string {
  const bands = [Uint8Array.from({ length: 12 }, (_, i) => value - 5 + i)];
  return writeScene(`${folder}/${source}`, `2020-01-${String(day).padStart(2, "0")}.tif`, { bands, ...options });
}

function copyScenes(source: string, names: readonly string[]): void {
  mkdirSync(`${folder}/${source}`, { recursive: true });
  for (const name of names) copyFileSync(join(oneGridPath, name), join(folder, source, name));
}

describe("a report on what is staged", () => {
  it("counts scenes that are new, changed and dropped, and those before them", async () => {
    for (const day of [1, 2, 3, 4]) write("a", day, 20 + day);
    await toMain("a");
    rmSync(`${folder}/a/2020-01-01.tif`);
    write("a", 2, 30, { dtype: "uint16", bands: [Uint16Array.from({ length: 12 }, (_, i) => 300 + i)] });
    write("a", 5, 25);
    await ingest(`${folder}/a`, { warehouse, productId: "p", branch: "staging", prune: true });
    const { added, updated, dropped, earlier, isNew, bands } = await reportOf();
    expect({ added, updated, dropped, earlier, isNew }).toEqual({
      added: ["2020-01-05"],
      updated: ["2020-01-02"],
      dropped: ["2020-01-01"],
      earlier: 2,
      isNew: false,
    });
    expect(bands.map(({ staged, earlier: before }) => [staged.dtypes, before.dtypes])).toEqual([
      [["uint16", "uint8"], ["uint8"]],
    ]);
  });

  it("says which grids no earlier scene has", async () => {
    write("a", 1, 20);
    await toMain("a");
    write("b", 2, 21);
    write("b", 3, 22, { transform: [10, 0, 500_030, 0, -10, 4_500_020] });
    write("b", 4, 23, { transform: [10, 0, 500_005, 0, -10, 4_500_000] });
    write("b", 5, 24, { crs: { epsg: 32617, model: "projected" } });
    await toStaging("b");
    const { grids, stacks } = await reportOf({ pixels: false });
    expect(
      grids.map(({ crs, pixelSize, scenes, earlier, newGrids }) => [crs, pixelSize, scenes, earlier, newGrids]),
    ).toEqual([
      ["EPSG:32618", [10, 10], 2, 1, 1],
      ["EPSG:32618", [10, 10], 1, 0, 1],
      ["EPSG:32617", [10, 10], 1, 0, 1],
    ]);
    expect(stacks.map(({ name, isNew, scenes }) => [name, isNew, scenes])).toEqual([
      ["exact-00", false, 1],
      ["exact-01", true, 1],
      ["exact-02", true, 1],
      ["exact-03", true, 1],
    ]);
  });

  it("compares dates: outside of the earlier ones, and equal times", async () => {
    for (const day of [5, 10]) write("a", day, 20);
    await toMain("a");
    for (const day of [4, 7, 11]) write("b", day, 20);
    writeFlatScene(`${folder}/b`, "other_2020-01-10.tif", 3, { transform: [10, 0, 600_000, 0, -10, 4_500_000] });
    await toStaging("b");
    expect((await reportOf({ pixels: false })).dates).toEqual({
      range: ["2020-01-04T00:00:00.000Z", "2020-01-11T00:00:00.000Z"],
      earlierRange: ["2020-01-05T00:00:00.000Z", "2020-01-10T00:00:00.000Z"],
      outside: ["2020-01-04", "2020-01-11"],
      equalTimes: ["other_2020-01-10"],
    });
  });

  it("names duplicates: one acquisition under another id, and one content in another file", async () => {
    for (const day of [1, 2, 3]) write("a", day, 20 + day);
    await toMain("a");
    mkdirSync(`${folder}/b`);
    write("b", 9, 50);
    // The same time and place, other pixels; a copy under another date; a file that only has the same length.
    writeFlatScene(`${folder}/b`, "again_2020-01-01.tif", 90);
    copyFileSync(`${folder}/a/2020-01-02.tif`, `${folder}/b/copy_2020-01-08.tif`);
    writeFlatScene(`${folder}/b`, "neighbour_2020-01-03.tif", 4, { transform: [10, 0, 500_040, 0, -10, 4_500_000] });
    await toStaging("b");
    const { duplicates } = await reportOf({ pixels: false });
    expect(duplicates).toEqual([
      { scene: "copy_2020-01-08", other: "2020-01-02", kind: "content" },
      { scene: "again_2020-01-01", other: "2020-01-01", kind: "place" },
    ]);
  });

  it("does not take files of one header for one content", async () => {
    // 64 KiB without compression: what differs lies behind the first 16 KiB, which the fingerprint is of.
    const size = { width: 256, height: 256 };
    const pixels = (value: number) => Uint8Array.from({ length: 65_536 }, (_, i) => (i < 32_768 ? 1 : value));
    write("a", 1, 0, { ...size, bands: [pixels(2)] });
    await toMain("a");
    write("b", 2, 0, { ...size, bands: [pixels(3)] });
    write("b", 3, 0, { ...size, bands: [pixels(2)] });
    await toStaging("b");
    expect((await reportOf({ pixels: false })).duplicates).toEqual([
      { scene: "2020-01-03", other: "2020-01-01", kind: "content" },
    ]);
  });

  it("gives values of bands as GDAL reads them, beside those of earlier scenes", async () => {
    const names = readdirSync(oneGridPath).sort();
    copyScenes("a", names.slice(0, -3));
    copyScenes("b", names.slice(-3));
    await toMain("a");
    await toStaging("b");
    const { bands, odd } = await reportOf();
    const red = bands.find(({ band }) => band === "red");
    // By rasterio from the same files: min of v.min(), median of np.median(v), max of v.max(), mean of 1 - v.size / a.size,
    // where v is d.read(3, masked=True).compressed() and a is all of the image.
    expect(red?.staged).toMatchObject({ scenes: 3, dtypes: ["uint16"], min: 5677, median: 6717, max: 50631 });
    expect(red?.staged.missing).toBeCloseTo(0.7463455695163012, 12);
    expect(red?.earlier).toMatchObject({ scenes: 16, min: 5623, median: 7380.75, max: 53002 });
    expect(red?.earlier.missing).toBeCloseTo(0.746054292929293, 12);
    expect(bands.find(({ band }) => band === "nir")?.staged).toMatchObject({ min: 5311, median: 9001.5, max: 56045 });
    expect(odd).toEqual([]);
  });

  it("names scenes that look odd: far from others, constant, empty, unreadable", async () => {
    for (let day = 1; day <= 8; day++) write("a", day, 50 + day);
    await toMain("a");
    write("b", 11, 56);
    write("b", 12, 200);
    writeFlatScene(`${folder}/b`, "2020-01-13.tif", 55);
    writeFlatScene(`${folder}/b`, "2020-01-14.tif", 0, { nodata: "0" });
    const lost = write("b", 15, 55);
    await toStaging("b");
    rmSync(lost);
    const { odd } = await reportOf();
    expect(odd).toMatchObject([
      { scene: "2020-01-12", band: "band_1", kind: "far", reason: expect.stringMatching(/median is 200\.5; .* 55/) },
      { scene: "2020-01-13", band: "band_1", kind: "constant", reason: "every pixel is 55" },
      { scene: "2020-01-14", band: "band_1", kind: "empty" },
      { scene: "2020-01-15", band: null, kind: "unreadable", reason: expect.stringContaining("2020-01-15.tif") },
    ]);
  });

  it("does not compare values of bands of flags: that all are the same is usual there", async () => {
    for (let day = 1; day <= 8; day++) writeFlatScene(`${folder}/a`, `2020-01-0${day}.tif`, 4, { bandNames: ["SCL"] });
    await toMain("a");
    writeFlatScene(`${folder}/b`, "2020-01-11.tif", 9, { bandNames: ["SCL"] });
    writeFlatScene(`${folder}/b`, "2020-01-12.tif", 0, { bandNames: ["SCL"], nodata: "0" });
    await toStaging("b");
    expect((await reportOf()).odd).toMatchObject([{ scene: "2020-01-12", band: "SCL", kind: "empty" }]);
  });

  it("applies scale and offset, so that a change of both is not odd", async () => {
    const bands = (values: (i: number) => number) => [Uint16Array.from({ length: 12 }, (_, i) => values(i))];
    for (let day = 1; day <= 8; day++) {
      write("a", day, 0, { dtype: "uint16", bands: bands((i) => 1000 + 10 * day + i), scale: [0.001], offset: [0] });
    }
    await toMain("a");
    write("b", 9, 0, { dtype: "uint16", bands: bands((i) => 2050 + i), scale: [0.001], offset: [-1] });
    await toStaging("b");
    const { odd, bands: compared } = await reportOf();
    expect(odd).toEqual([]);
    expect(compared[0]?.staged.median).toBeCloseTo(1.0555, 5);
  });

  it("compares cloud cover, as far as it is known", async () => {
    const clouds = (percent: number) => ({ items: { CLOUD_COVER: String(percent) } });
    for (const [day, percent] of [
      [1, 10],
      [2, 20],
      [3, 60],
    ] as const)
      write("a", day, 20, clouds(percent));
    await toMain("a");
    write("b", 4, 20, clouds(80));
    write("b", 5, 20);
    await toStaging("b");
    expect((await reportOf({ pixels: false })).cloudCover).toEqual({
      staged: { scenes: 2, known: 1, min: 80, median: 80, max: 80 },
      earlier: { scenes: 3, known: 3, min: 10, median: 20, max: 60 },
    });
  });

  it("says whether main has moved, and is empty where nothing is staged", async () => {
    write("a", 1, 20);
    await toMain("a");
    write("b", 2, 21);
    await toStaging("b");
    expect(await stagedReport(warehouse, "staging", { pixels: false })).toMatchObject({ isFastForward: true });
    write("c", 3, 22);
    await toMain("c");
    const report = await stagedReport(warehouse, "staging", { pixels: false });
    expect(report).toMatchObject({ isFastForward: false, products: [{ added: ["2020-01-02"], earlier: 2 }] });
    await toMain("b");
    expect((await stagedReport(warehouse, "staging")).products).toEqual([]);
  });

  it("looks at a large image without overviews in nine places", async () => {
    const size = { width: 900, height: 900, block: { kind: "tile", width: 128, height: 128 } as const };
    const bands = [Uint8Array.from({ length: 810_000 }, (_, i) => Math.floor(i / 900 / 4.5))];
    write("a", 1, 0, { ...size, bands });
    await toStaging("a");
    const { bands: compared } = await reportOf();
    // Rows 107 to 191, 407 to 491 and 707 to 791, by numpy: r = np.r_[107:192, 407:492, 707:792] // 4.5.
    expect(compared[0]?.staged).toMatchObject({ min: 23, median: 99, max: 175, missing: 0 });
  });
});
