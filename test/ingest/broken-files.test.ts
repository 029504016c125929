import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalog, ingest, openCog, timeseries } from "../../src/index.js";
import { createTempDir } from "../support/temp-dir.js";
import { FieldType } from "../support/write-tiff.js";
import { firstPixel, writeFlatScene, writeScene } from "./write-scene.js";

describe("files that cannot become scenes", () => {
  it("are listed with the reason, and the good ones are committed", async () => {
    const folder = createTempDir();
    const cogs = `${folder}/cogs`;
    const good = writeFlatScene(cogs, "2020-01-01.tif", 1);
    writeFlatScene(cogs, "2020-01-09.tif", 9);
    writeFileSync(`${cogs}/2020-01-02.tif`, "");
    writeFileSync(`${cogs}/2020-01-03.tif`, "These are words, not pixels, although the name says otherwise.");
    writeFileSync(`${cogs}/2020-01-04.tif`, readFileSync(good).subarray(0, 100));
    writeFileSync(`${cogs}/2020-01-05.tif`, readFileSync(good).subarray(0, 6));
    writeFileSync(`${cogs}/2020-01-06.tif`, readFileSync(good).subarray(0, -1));
    const report = await ingest(cogs, { warehouse: `${folder}/w`, productId: "p" });
    expect(report).toMatchObject({ sceneCount: 7, added: 2, updated: 0, skipped: 0 });
    expect(report.failed.map(({ path, error }) => [path, error.name])).toEqual([
      [`${cogs}/2020-01-02.tif`, "CorruptDataError"],
      [`${cogs}/2020-01-03.tif`, "CorruptDataError"],
      [`${cogs}/2020-01-04.tif`, "CorruptDataError"],
      [`${cogs}/2020-01-05.tif`, "CorruptDataError"],
      [`${cogs}/2020-01-06.tif`, "CorruptDataError"],
    ]);
    const { rows } = await timeseries(`${folder}/w`, firstPixel);
    expect(rows.map(({ values }) => values.band_1)).toEqual([1, 9]);
  });

  it("are tried again by the next run", async () => {
    const folder = createTempDir();
    const cogs = `${folder}/cogs`;
    writeFlatScene(cogs, "2020-01-01.tif", 1);
    writeFileSync(`${cogs}/2020-01-02.tif`, "");
    await ingest(cogs, { warehouse: `${folder}/w` });
    writeFlatScene(cogs, "2020-01-02.tif", 2);
    expect(await ingest(cogs, { warehouse: `${folder}/w` })).toMatchObject({ added: 1, skipped: 1, failed: [] });
  });

  it.each([
    ["CCITTFAX4", 4],
    ["OJPEG", 6],
    ["SGILOG", 34676],
    ["JXL", 50002],
  ])("in %s compression are listed by its name, and openCog refuses them alike", async (name, code) => {
    const folder = createTempDir();
    const cogs = `${folder}/cogs`;
    writeFlatScene(cogs, "2020-01-01.tif", 1);
    const extraTags = [{ tag: 259, type: FieldType.SHORT, values: [code] }];
    const path = writeScene(cogs, "2020-01-02.tif", { extraTags });
    const report = await ingest(cogs, { warehouse: `${folder}/w` });
    expect(report).toMatchObject({ added: 1, failed: [{ path, error: { name: "UnsupportedError" } }] });
    expect(report.failed[0]?.error.message).toContain(name);
    expect(report.failed[0]?.error.message).toContain(path);
    await expect(openCog(path)).rejects.toMatchObject({ name: "UnsupportedError" });
  });

  it("leave no warehouse behind where there is nothing else", async () => {
    const folder = createTempDir();
    mkdirSync(`${folder}/cogs`);
    writeFileSync(`${folder}/cogs/2020-01-02.tif`, "");
    const report = await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
    expect(report).toMatchObject({ snapshot: null, added: 0 });
    await expect(catalog(`${folder}/w`)).rejects.toMatchObject({ name: "NotFoundError" });
  });

  it("for their number of bands fail alone: names that fit the others are taken", async () => {
    const folder = createTempDir();
    const cogs = `${folder}/cogs`;
    const twoBands = [new Uint8Array(12).fill(1), new Uint8Array(12).fill(2)];
    writeScene(cogs, "2020-01-01.tif", { bands: twoBands });
    const path = writeFlatScene(cogs, "2020-01-02.tif", 1);
    const report = await ingest(cogs, { warehouse: `${folder}/w`, bandNames: ["red", "nir"] });
    expect(report).toMatchObject({ added: 1, failed: [{ path, error: { name: "InvalidInputError" } }] });
    expect(report.failed[0]?.error.message).toContain("1 band");
    expect(report.failed[0]?.error.message).toContain("red, nir");
    const { rows } = await timeseries(`${folder}/w`, firstPixel);
    expect(rows.map(({ values }) => values)).toEqual([{ red: 1, nir: 2 }]);
  });
});

describe("band names", () => {
  const bands = [new Uint8Array(12).fill(1), new Uint8Array(12).fill(2)];
  async function namesOf(tiff: Parameters<typeof writeScene>[2], bandNames?: string[]) {
    const folder = createTempDir();
    writeScene(`${folder}/cogs`, "2020-01-01.tif", { bands, ...tiff });
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, ...(bandNames && { bandNames }) });
    const { rows } = await timeseries(`${folder}/w`, firstPixel);
    return rows[0]?.values;
  }

  it("are the caller's before the file's, the file's before numbers", async () => {
    expect(await namesOf({})).toEqual({ band_1: 1, band_2: 2 });
    expect(await namesOf({ bandNames: ["blue", "green"] })).toEqual({ blue: 1, green: 2 });
    expect(await namesOf({ bandNames: ["blue", "green"] }, ["b2", "b3"])).toEqual({ b2: 1, b3: 2 });
  });

  it("that a file says twice get a number, so that each selects one band", async () => {
    expect(await namesOf({ bandNames: ["gray", "gray"] })).toEqual({ gray: 1, gray_2: 2 });
  });

  it("come from the product where the file has none", async () => {
    const folder = createTempDir();
    writeScene(`${folder}/first`, "2020-01-01.tif", { bands });
    writeScene(`${folder}/second`, "2020-01-02.tif", { bands });
    const warehouse = `${folder}/w`;
    await ingest(`${folder}/first`, { warehouse, productId: "p", bandNames: ["red", "nir"] });
    await ingest(`${folder}/second`, { warehouse, productId: "p" });
    const { rows } = await timeseries(warehouse, firstPixel);
    expect(rows.map(({ values }) => values)).toEqual([
      { red: 1, nir: 2 },
      { red: 1, nir: 2 },
    ]);
  });
});
