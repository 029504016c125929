import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { catalog, ingest, inspectDirectory, timeseries } from "../../src/index.js";
import { FileStore } from "../../src/store/index.js";
import { createTempDir } from "../support/temp-dir.js";
import { firstPixel, writeFlatScene } from "./write-scene.js";

const oddNames = [
  "2020-01-01 with spaces.tif",
  "2020-01-02#hash.tif",
  "2020-01-03?question.tif",
  "2020-01-04 100%.tif",
  "2020-01-05%20.tif",
  "2020-01-06 été-日本-🛰.tif",
  "2020-01-07[1]{2}(3).tif",
  "2020-01-08'quote\"double.tif",
  "2020-01-09&a=b;c+d,e.tif",
  "2020-01-10~$x^`.tif",
  "2020-01-11.TIFF",
  "deeper & deeper/#1/2020-01-12.tif",
];

async function seriesOf(warehouse: string) {
  const { rows } = await timeseries(warehouse, firstPixel);
  return rows.map(({ scene, values }) => [scene, values.band_1]);
}

describe("names of files and folders", () => {
  it("may hold anything that a file system takes: all are ingested, read, and known again", async () => {
    const folder = createTempDir();
    const cogs = `${folder}/c o#g?s 50%25 ü`;
    oddNames.forEach((name, i) => {
      writeFlatScene(cogs, name, i + 1);
    });
    const warehouse = `${folder}/w a#r?e 100%`;
    expect(await ingest(cogs, { warehouse, productId: "p" })).toMatchObject({ added: 12, failed: [] });
    const ids = oddNames.map((name) => name.replace(/\.tiff?$/i, ""));
    expect(await seriesOf(warehouse)).toEqual(ids.map((id, i) => [id, i + 1]));
    const scenes = await (await catalog(warehouse)).scenes();
    expect(scenes.map(({ sources }) => sources)).toEqual(oddNames.map((name) => [`${cogs}/${name}`]));
    expect(await ingest(cogs, { warehouse, productId: "p" })).toMatchObject({ added: 0, skipped: 12 });
  });

  it("with a backslash, which other systems take for a folder, are listed as failed and not lost", async () => {
    const folder = createTempDir();
    const path = writeFlatScene(`${folder}/a`, "2020-01-01\\b.tif", 1);
    const report = await ingest(`${folder}/a`, { warehouse: `${folder}/w` });
    expect(report).toMatchObject({ sceneCount: 1, added: 0, failed: [{ path, error: { name: "InvalidInputError" } }] });
  });

  it("give scenes of one name, in two folders or with two endings, ids that tell them apart", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/a`, "2020-01-01.tif", 1);
    writeFlatScene(`${folder}/a`, "2020-01-01.tiff", 2);
    writeFlatScene(`${folder}/b`, "2020-01-01.tif", 3);
    const warehouse = `${folder}/w`;
    await ingest([`${folder}/a`, `${folder}/b`], { warehouse, productId: "p" });
    const ids = (await (await catalog(warehouse)).scenes()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect((await seriesOf(warehouse)).map(([, value]) => value).sort()).toEqual([1, 2, 3]);
  });
});

describe("sources", () => {
  it("reached through a symbolic link are the folder behind it", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/real`, "2020-01-01.tif", 1);
    symlinkSync(`${folder}/real`, `${folder}/link`);
    const warehouse = `${folder}/w`;
    await ingest(`${folder}/real`, { warehouse, productId: "p" });
    expect(await ingest(`${folder}/link`, { warehouse, productId: "p" })).toMatchObject({ added: 0, skipped: 1 });
    const [scene] = await (await catalog(warehouse)).scenes();
    expect(scene?.sources).toEqual([`${realpathSync(`${folder}/real`)}/2020-01-01.tif`]);
  });

  it("may be several, and a file named twice counts once", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/a`, "2020-01-01.tif", 1);
    writeFlatScene(`${folder}/b`, "2020-01-02.tif", 2);
    const warehouse = `${folder}/w`;
    const sources = [`${folder}/a`, `${folder}/b`, `${folder}/a/2020-01-01.tif`, folder];
    expect(await ingest(sources, { warehouse, productId: "p" })).toMatchObject({ sceneCount: 2, added: 2 });
    expect((await seriesOf(warehouse)).map(([, value]) => value)).toEqual([1, 2]);
  });

  it("may be one file, and the folder later finds it known", async () => {
    const folder = createTempDir();
    const path = writeFlatScene(`${folder}/a`, "2020-01-01.tif", 1);
    writeFlatScene(`${folder}/a`, "2020-01-02.tif", 2);
    const warehouse = `${folder}/w`;
    expect(await ingest(path, { warehouse })).toMatchObject({ sceneCount: 1, added: 1 });
    expect((await catalog(warehouse)).products().map(({ productId }) => productId)).toEqual(["a"]);
    expect(await ingest(`${folder}/a`, { warehouse })).toMatchObject({ sceneCount: 2, added: 1, skipped: 1 });
  });

  it("may be many files by name, as a shell's pattern gives them, and their folder is not searched for each", async () => {
    const folder = createTempDir();
    const paths = [1, 2, 3].map((day) => writeFlatScene(`${folder}/a`, `2020-01-0${day}.tif`, day));
    const listed: string[] = [];
    const list = FileStore.prototype.list;
    FileStore.prototype.list = function (prefix, options) {
      listed.push(this.url);
      return list.call(this, prefix, options);
    };
    onTestFinished(() => {
      FileStore.prototype.list = list;
    });
    expect(await ingest(paths, { warehouse: `${folder}/w`, productId: "p" })).toMatchObject({
      sceneCount: 3,
      added: 3,
    });
    expect(listed.filter((url) => url.endsWith("/a"))).toEqual([]);
    expect((await seriesOf(`${folder}/w`)).map(([, value]) => value)).toEqual([1, 2, 3]);
  });

  it("below a folder that is known keep the identity they have", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/all/2020`, "2020-01-01.tif", 1);
    const warehouse = `${folder}/w`;
    await ingest(`${folder}/all`, { warehouse, productId: "p" });
    expect(await ingest(`${folder}/all/2020`, { warehouse, productId: "p" })).toMatchObject({ added: 0, skipped: 1 });
  });

  it("above a folder that is known keep the identity they have", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/all/2020`, "2020-01-01.tif", 1);
    writeFlatScene(`${folder}/all/2021`, "2021-01-01.tif", 2);
    const warehouse = `${folder}/w`;
    await ingest(`${folder}/all/2020`, { warehouse, productId: "p" });
    expect(await ingest(`${folder}/all`, { warehouse, productId: "p" })).toMatchObject({ added: 1, skipped: 1 });
    expect((await seriesOf(warehouse)).map(([, value]) => value)).toEqual([1, 2]);
  });

  it("may be a pattern, or a folder with one", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/a`, "2020-01-01_red.tif", 1);
    writeFlatScene(`${folder}/a`, "2020-01-01_mask.tif", 2);
    writeFlatScene(`${folder}/a/deep`, "2020-01-02_red.tif", 3);
    const count = async (source: string, globPattern?: string) =>
      (await ingest(source, { warehouse: `${createTempDir()}/w`, productId: "p", ...(globPattern && { globPattern }) }))
        .added;
    expect(await count(`${folder}/a/*_red.tif`)).toBe(1);
    expect(await count(`${folder}/a/**/*_red.tif`)).toBe(2);
    expect(await count(`${folder}/a`, "**/*_mask.tif")).toBe(1);
    expect(await count(`${folder}/a`, "*.tif")).toBe(2);
    expect(await count(`${folder}/a`)).toBe(3);
  });

  it("of other endings and hidden files are left alone", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/a`, "2020-01-01.tif", 1);
    writeFlatScene(`${folder}/a`, "2020-01-02.jpg", 2);
    writeFlatScene(`${folder}/a`, ".2020-01-03.tif", 3);
    expect(await ingest(`${folder}/a`, { warehouse: `${folder}/w` })).toMatchObject({ sceneCount: 1, added: 1 });
    expect((await inspectDirectory(`${folder}/a`)).map(({ path }) => path)).toEqual([`${folder}/a/2020-01-01.tif`]);
  });

  it.each([
    ["a folder that is not there", "/nowhere", "NotFoundError"],
    ["a pattern that matches nothing", "/*.tif", "NotFoundError"],
    ["a folder without a TIFF", "/empty", "NotFoundError"],
    ["a kind of URL that is not known", "ftp://server/cogs", "InvalidInputError"],
    ["a pattern on the web", "https://localhost/cogs/*.tif", "UnsupportedError"],
  ])("such as %s are errors that make no warehouse", async (_, source, name) => {
    const folder = createTempDir();
    mkdirSync(`${folder}/empty`);
    const path = source.startsWith("/") ? `${folder}${source}` : source;
    await expect(ingest(path, { warehouse: `${folder}/w`, productId: "p" })).rejects.toMatchObject({ name });
    await expect(catalog(`${folder}/w`)).rejects.toMatchObject({ name: "NotFoundError" });
  });
});
