import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { catalog, ingest, isPixelQueryError, openDataset, timeseries } from "../../src/index.js";
import { createTempDir } from "../support/temp-dir.js";
import { firstPixel, hashFolder, writeFlatScene } from "./write-scene.js";

let folder: string;
let cogs: string;
let warehouse: string;
const run = () => ingest(cogs, { warehouse, productId: "p" });
const series = async (at?: string) => {
  const { rows } = await timeseries(warehouse, { ...firstPixel, threads: 0, ...(at === undefined ? {} : { at }) });
  return rows.map(({ scene, values }) => [scene, values.band_1]);
};
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

/** Replace a file's bytes so that no listing shows it: same length, same times. */
function garbleUnseen(path: string) {
  const { atimeMs, mtimeMs, size } = statSync(path);
  writeFileSync(path, Buffer.alloc(size, 0x5a));
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
}

beforeEach(() => {
  folder = createTempDir();
  cogs = `${folder}/cogs`;
  warehouse = `${folder}/w`;
  for (const day of [1, 2, 3]) {
    const path = writeFlatScene(cogs, `2020-01-0${day}.tif`, day);
    utimesSync(path, 1600000000, 1600000000);
  }
});

describe("ingesting the same again", () => {
  it("opens no file, adds nothing and commits nothing", async () => {
    const first = await run();
    // What is no TIFF any more would fail if anything but the listing were read.
    for (const day of [1, 2, 3]) garbleUnseen(`${cogs}/2020-01-0${day}.tif`);
    const before = hashFolder(warehouse);
    const again = await run();
    expect(again).toMatchObject({
      sceneCount: 3,
      added: 0,
      updated: 0,
      skipped: 3,
      failed: [],
      snapshot: first.snapshot,
    });
    expect(hashFolder(warehouse)).toEqual(before);
  });

  it("opens only what is new", async () => {
    const first = await run();
    for (const day of [1, 2, 3]) garbleUnseen(`${cogs}/2020-01-0${day}.tif`);
    writeFlatScene(cogs, "2020-01-04.tif", 4);
    const again = await run();
    expect(again).toMatchObject({ sceneCount: 4, added: 1, updated: 0, skipped: 3, failed: [] });
    expect(again.snapshot).not.toBe(first.snapshot);
  });

  it("under another product is another scene", async () => {
    await run();
    const other = await ingest(cogs, { warehouse, productId: "q" });
    expect(other).toMatchObject({ added: 3, skipped: 0 });
    const products = (await catalog(warehouse)).products();
    expect(products.map(({ productId, scenes }) => [productId, scenes])).toEqual([
      ["p", 3],
      ["q", 3],
    ]);
  });
});

describe("a file that changed", () => {
  it("becomes a new version of its scene, and the old snapshot says that the file is not the one it knew", async () => {
    const old = await run();
    expect(await series()).toEqual([
      ["2020-01-01", 1],
      ["2020-01-02", 2],
      ["2020-01-03", 3],
    ]);
    const path = writeFlatScene(cogs, "2020-01-02.tif", 22);
    const report = await run();
    expect(report).toMatchObject({ sceneCount: 3, added: 0, updated: 1, skipped: 2, failed: [] });
    expect(await series()).toEqual([
      ["2020-01-01", 1],
      ["2020-01-02", 22],
      ["2020-01-03", 3],
    ]);
    const error = await caught(series(old.snapshot ?? ""));
    expect(isPixelQueryError(error, "SourceChangedError")).toBe(true);
    expect(String(error)).toContain(path);
    expect(String(error)).toContain("2020-09-13T12:26:40.000Z");
  });

  it("is noticed by its time alone", async () => {
    await run();
    utimesSync(`${cogs}/2020-01-03.tif`, 1600000000, 1600000000.0015);
    const error = await caught(series());
    expect(isPixelQueryError(error, "SourceChangedError")).toBe(true);
    expect(await run()).toMatchObject({ updated: 1, skipped: 2 });
    expect(await series()).toEqual([
      ["2020-01-01", 1],
      ["2020-01-02", 2],
      ["2020-01-03", 3],
    ]);
  });

  it("is noticed by its size alone", async () => {
    await run();
    const path = `${cogs}/2020-01-03.tif`;
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.of(0)]));
    utimesSync(path, 1600000000, 1600000000);
    expect(isPixelQueryError(await caught(series()), "SourceChangedError")).toBe(true);
    expect(await run()).toMatchObject({ updated: 1, skipped: 2 });
  });

  it("moves to another stack with its new grid, and back, and stays one scene", async () => {
    await run();
    const shifted = { transform: [10, 0, 500000, 0, -10, 4600000] } as const;
    writeFlatScene(cogs, "2020-01-02.tif", 22, shifted);
    expect(await run()).toMatchObject({ added: 0, updated: 1 });
    expect(await series()).toEqual([
      ["2020-01-01", 1],
      ["2020-01-03", 3],
    ]);
    const scenes = await (await catalog(warehouse)).scenes();
    expect(scenes.map(({ id, bounds }) => [id, bounds])).toEqual([
      ["2020-01-01", [500000, 4499970, 500040, 4500000]],
      ["2020-01-02", [500000, 4599970, 500040, 4600000]],
      ["2020-01-03", [500000, 4499970, 500040, 4500000]],
    ]);
    writeFlatScene(cogs, "2020-01-02.tif", 222);
    expect(await run()).toMatchObject({ added: 0, updated: 1 });
    expect(await series()).toEqual([
      ["2020-01-01", 1],
      ["2020-01-02", 222],
      ["2020-01-03", 3],
    ]);
    expect(await run()).toMatchObject({ added: 0, updated: 0, skipped: 3 });
  });

  it("that is now broken stays as it was in the warehouse, is listed, and its pixels are refused", async () => {
    const old = await run();
    writeFileSync(`${cogs}/2020-01-02.tif`, "no longer a picture");
    const report = await run();
    expect(report).toMatchObject({ added: 0, updated: 0, skipped: 2, snapshot: old.snapshot });
    expect(report.failed.map(({ path, error }) => [path, error.name])).toEqual([
      [`${cogs}/2020-01-02.tif`, "CorruptDataError"],
    ]);
    expect(isPixelQueryError(await caught(series()), "SourceChangedError")).toBe(true);
  });

  it("with fewer blocks than before leaves no reference of the old version behind", async () => {
    const big = { width: 32, height: 32, block: { kind: "tile", width: 16, height: 16 } } as const;
    const path = writeFlatScene(cogs, "2020-02-01.tif", 0, { ...big, bands: [new Uint8Array(1024).fill(9)] });
    await run();
    // The same grid, but now the file leaves all of its blocks out.
    writeFlatScene(cogs, "2020-02-01.tif", 0, { ...big, bands: [new Uint8Array(1024)], sparse: true });
    expect(await run()).toMatchObject({ updated: 1 });
    const dataset = await openDataset(warehouse, { timeRange: "2020-02-01" });
    const { data, status } = await dataset.band("band_1").compute();
    expect(path).toContain("2020-02-01");
    expect([...new Set(data as Uint8Array)]).toEqual([0]);
    expect([...new Set(status ?? [])]).toEqual([2]);
  });
});

describe("a file that is gone", () => {
  it("is an error that names it when its pixels are asked for; what is still there is read", async () => {
    await run();
    rmSync(`${cogs}/2020-01-02.tif`);
    const error = await caught(series());
    expect(isPixelQueryError(error, "SourceChangedError")).toBe(true);
    expect(String(error)).toContain(`${cogs}/2020-01-02.tif`);
    expect(String(error)).toContain("is gone");
    const { rows } = await timeseries(warehouse, { ...firstPixel, onReadError: "mark" });
    expect(rows.map(({ values, status }) => [values.band_1, status.band_1])).toEqual([
      [1, "valid"],
      [null, "failed"],
      [3, "valid"],
    ]);
  });

  it("does not end an ingest of the others", async () => {
    await run();
    rmSync(`${cogs}/2020-01-02.tif`);
    writeFlatScene(cogs, "2020-01-04.tif", 4);
    expect(await run()).toMatchObject({ sceneCount: 3, added: 1, skipped: 2, failed: [] });
  });
});
