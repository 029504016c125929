import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { ingest } from "../../src/ingest/ingest.js";
import { ingestIntoMemory } from "../../src/ingest/ingest-into-memory.js";
import { inspectCog, inspectDirectory } from "../../src/ingest/inspect.js";
import { catalog } from "../../src/warehouse/catalog.js";
import { readHeaderOracle } from "../support/header-oracle.js";
import { createTempDir } from "../support/temp-dir.js";
import { sceneDefaults, writeScene } from "./write-scene.js";

let folder: string;
beforeEach(() => {
  folder = createTempDir();
});

describe("inspecting a file with others beside it", () => {
  const cases = Object.entries(readHeaderOracle().georeferences);

  it.each(cases)("finds the transform that GDAL finds: %s", async (_, { file, name, beside, gdal }) => {
    writeFileSync(`${folder}/${name}`, Buffer.from(file, "base64"));
    for (const [path, text] of Object.entries(beside)) writeFileSync(`${folder}/${path}`, text);
    const { transform } = await inspectCog(`${folder}/${name}`);
    expect(transform).toEqual(gdal.transform);
    expect(await inspectDirectory(folder)).toEqual([expect.objectContaining({ transform: gdal.transform })]);
  });
});

/** A scene without a transform of its own; GDAL: gdal_translate -co PROFILE=BASELINE. */
const plain = { ...sceneDefaults, transform: undefined } as never;
const worldFile = (x: number) => `10\n0\n0\n-10\n${x + 5}\n4499995\n`;
const run = (options = {}) => ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p", ...options });
const boundsOf = async () => (await (await catalog(`${folder}/w`)).scenes()).map(({ bounds }) => bounds);

describe("ingesting a file with a world file", () => {
  it("takes the transform of the file beside it, also without a warehouse on disk", async () => {
    const path = writeScene(`${folder}/cogs`, "2020-01-01.tif", plain);
    writeFileSync(`${folder}/cogs/2020-01-01.tfw`, worldFile(500000));
    expect(await run()).toMatchObject({ added: 1, failed: [] });
    expect(await boundsOf()).toEqual([[500000, 4499970, 500040, 4500000]]);
    const inMemory = await ingestIntoMemory(path, {});
    expect(inMemory.stack(0).transform).toEqual([10, 0, 500000, 0, -10, 4500000]);
  });

  it("does not open a file again while neither it nor its world file changed", async () => {
    writeScene(`${folder}/cogs`, "2020-01-01.tif", plain);
    writeFileSync(`${folder}/cogs/2020-01-01.tfw`, worldFile(500000));
    await run();
    expect(await run()).toMatchObject({ added: 0, updated: 0, skipped: 1 });
    expect(await run({ dryRun: true })).toMatchObject({ added: 0, updated: 0, skipped: 1 });
  });

  it("sees a world file that changed, went or came", async () => {
    writeScene(`${folder}/cogs`, "2020-01-01.tif", plain);
    writeScene(`${folder}/cogs`, "2020-01-02.tif", plain);
    writeFileSync(`${folder}/cogs/2020-01-01.tfw`, worldFile(500000));
    await run();
    expect(await boundsOf()).toEqual([[500000, 4499970, 500040, 4500000], null]);

    writeFileSync(`${folder}/cogs/2020-01-01.tfw`, worldFile(600000));
    utimesSync(`${folder}/cogs/2020-01-01.tfw`, 1, 1);
    expect(await run()).toMatchObject({ added: 0, updated: 1, skipped: 1 });
    expect(await boundsOf()).toEqual([[600000, 4499970, 600040, 4500000], null]);

    renameSync(`${folder}/cogs/2020-01-01.tfw`, `${folder}/cogs/2020-01-02.wld`);
    expect(await run()).toMatchObject({ added: 0, updated: 2, skipped: 0 });
    expect(await boundsOf()).toEqual([null, [600000, 4499970, 600040, 4500000]]);
    expect(await run()).toMatchObject({ added: 0, updated: 0, skipped: 2 });
  });

  it("knows world files that came after many scenes without one", async () => {
    for (let day = 1; day <= 9; day++) writeScene(`${folder}/cogs`, `2020-01-0${day}.tif`);
    await run();
    writeScene(`${folder}/cogs`, "2020-02-01.tif");
    writeFileSync(`${folder}/cogs/2020-02-01.tfw`, worldFile(1));
    expect(await run()).toMatchObject({ added: 1, skipped: 9 });
    expect(await run()).toMatchObject({ added: 0, updated: 0, skipped: 10 });
    rmSync(`${folder}/cogs/2020-02-01.tfw`);
    expect(await run()).toMatchObject({ added: 0, updated: 1, skipped: 9 });
  });

  it("is not the georeference of a file that has its own", async () => {
    writeScene(`${folder}/cogs`, "2020-01-01.tif");
    writeFileSync(`${folder}/cogs/2020-01-01.tfw`, worldFile(1));
    await run();
    expect(await boundsOf()).toEqual([[500000, 4499970, 500040, 4500000]]);
  });

  it("is found where a folder above the ingested one is ingested later", async () => {
    mkdirSync(`${folder}/cogs/inner`, { recursive: true });
    writeScene(`${folder}/cogs/inner`, "2020-01-01.tif", plain);
    writeFileSync(`${folder}/cogs/inner/2020-01-01.tfw`, worldFile(500000));
    await ingest(`${folder}/cogs/inner`, { warehouse: `${folder}/w`, productId: "p" });
    writeScene(`${folder}/cogs/inner`, "2020-01-02.tif", plain);
    writeFileSync(`${folder}/cogs/inner/2020-01-02.tfw`, readFileSync(`${folder}/cogs/inner/2020-01-01.tfw`));
    expect(await run()).toMatchObject({ added: 1, updated: 0, skipped: 1 });
    expect(await boundsOf()).toEqual(Array(2).fill([500000, 4499970, 500040, 4500000]));
  });
});
