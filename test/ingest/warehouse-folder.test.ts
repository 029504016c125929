import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { catalog, ingest, openDataset, registerProduct, timeseries } from "../../src/index.js";
import { createRepository, openWarehouseStore } from "../../src/warehouse/open-repository.js";
import { createTempDir } from "../support/temp-dir.js";
import { firstPixel, hashFolder, writeFlatScene } from "./write-scene.js";

let folder: string;
let cogs: string;
let warehouse: string;
const run = (options = {}) => ingest(cogs, { warehouse, productId: "p", ...options });

beforeEach(() => {
  folder = createTempDir();
  cogs = `${folder}/cogs`;
  warehouse = `${folder}/w`;
  writeFlatScene(cogs, "2020-01-01.tif", 1);
});

describe("a warehouse", () => {
  it("is made in a folder that is absent, with the folders above it", async () => {
    warehouse = `${folder}/a/b/w`;
    await run();
    expect((await openDataset(warehouse)).dims.time).toBe(1);
  });

  it("is made in a folder that is empty", async () => {
    mkdirSync(warehouse);
    await run();
    expect((await openDataset(warehouse)).dims.time).toBe(1);
  });

  it("is never made in a folder that holds something else", async () => {
    mkdirSync(warehouse);
    writeFileSync(`${warehouse}/thesis.txt`, "three years of work");
    const error = await run().catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "InvalidInputError" });
    expect(error.message).toContain("thesis.txt");
    expect(readdirSync(warehouse)).toEqual(["thesis.txt"]);
  });

  it("is never made where a file is", async () => {
    writeFileSync(warehouse, "three years of work");
    const message = expect.stringMatching(/^Cannot write .*: a part of the path is a file, not a folder/);
    await expect(run()).rejects.toMatchObject({ name: "InvalidInputError", message });
    await expect(catalog(warehouse)).rejects.toMatchObject({ name: "NotFoundError" });
    expect(readFileSync(warehouse, "utf8")).toBe("three years of work");
  });

  it.each([
    ["gone", (path: string) => rmSync(path)],
    ["garbage", (path: string) => writeFileSync(path, "garbage, garbage, garbage, garbage, garbage")],
    ["empty", (path: string) => writeFileSync(path, "")],
    ["cut short", (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 60))],
  ])("whose object repo is %s is an error for everyone and left as it is", async (_, damage) => {
    await run();
    damage(`${warehouse}/repo`);
    const before = hashFolder(warehouse);
    writeFlatScene(cogs, "2020-01-02.tif", 2);
    const corrupt = { name: "CorruptDataError" };
    await expect(run()).rejects.toMatchObject(corrupt);
    await expect(openDataset(warehouse)).rejects.toMatchObject(corrupt);
    await expect(timeseries(warehouse, firstPixel)).rejects.toMatchObject(corrupt);
    await expect(catalog(warehouse)).rejects.toMatchObject(corrupt);
    await expect(registerProduct(warehouse, { productId: "q", bands: ["a"] })).rejects.toMatchObject(corrupt);
    expect(hashFolder(warehouse)).toEqual(before);
  });

  it("that is not there is not made by looking for it", async () => {
    const missing = { name: "NotFoundError" };
    await expect(openDataset(warehouse)).rejects.toMatchObject(missing);
    await expect(timeseries(warehouse, firstPixel)).rejects.toMatchObject(missing);
    await expect(catalog(warehouse)).rejects.toMatchObject(missing);
    await expect(registerProduct(warehouse, { productId: "q", bands: ["a"] })).rejects.toMatchObject(missing);
    expect(existsSync(warehouse)).toBe(false);
  });
});

describe("a warehouse whose first ingest ended before its commit", () => {
  it("opens as an empty one", async () => {
    await createRepository(openWarehouseStore(warehouse));
    expect((await openDataset(warehouse)).dims).toMatchObject({ time: 0, band: 0 });
    expect((await timeseries(warehouse, firstPixel)).rows).toEqual([]);
    const opened = await catalog(warehouse);
    expect(opened.products()).toEqual([]);
    expect(await opened.scenes()).toEqual([]);
    expect(await run()).toMatchObject({ added: 1 });
  });
});

describe("a dry run", () => {
  it("says what would happen and makes no warehouse", async () => {
    expect(await run({ dryRun: true })).toMatchObject({
      sceneCount: 1,
      added: 1,
      updated: 0,
      skipped: 0,
      snapshot: null,
    });
    expect(existsSync(warehouse)).toBe(false);
  });

  it("tells new, changed and known files apart, and changes nothing", async () => {
    writeFlatScene(cogs, "2020-01-02.tif", 2);
    const first = await run();
    writeFlatScene(cogs, "2020-01-02.tif", 2, { bandNames: ["other"] });
    writeFlatScene(cogs, "2020-01-03.tif", 3);
    writeFileSync(`${cogs}/2020-01-04.tif`, "");
    const before = hashFolder(warehouse);
    const report = await run({ dryRun: true });
    expect(report).toMatchObject({ sceneCount: 4, added: 1, updated: 1, skipped: 1, snapshot: first.snapshot });
    expect(report.failed.map(({ path }) => path)).toEqual([`${cogs}/2020-01-04.tif`]);
    expect(hashFolder(warehouse)).toEqual(before);
  });
});

describe("an ingest", () => {
  it("tells its progress: scan, every header, the commit", async () => {
    writeFlatScene(cogs, "2020-01-02.tif", 2);
    const seen: string[] = [];
    await run({
      onProgress: ({ phase, done, total }: { phase: string; done: number; total: number | null }) =>
        seen.push(`${phase} ${done}/${total}`),
    });
    expect(seen).toEqual(["scan 0/null", "scan 2/2", "headers 1/2", "headers 2/2", "commit 0/1", "commit 1/1"]);
  });

  it("that is aborted commits nothing", async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    await expect(run({ signal: controller.signal, onProgress })).rejects.toThrow("enough");
    await expect(openDataset(warehouse)).rejects.toMatchObject({ name: "NotFoundError" });
  });

  it("takes the message it is given", async () => {
    await run({ message: "first light" });
    const [newest] = await (await catalog(warehouse)).snapshots();
    expect(newest?.message).toBe("first light");
  });

  it.each(["a/b", "scenes", "", ".hidden", "a b"])(
    'refuses the product id "%s" before anything is written',
    async (productId) => {
      await expect(run({ productId })).rejects.toMatchObject({ name: "InvalidInputError" });
      expect(existsSync(warehouse)).toBe(false);
    },
  );

  it("refuses a kind of URL that it does not know", async () => {
    await expect(run({ warehouse: "ftp://server/w" })).rejects.toMatchObject({ name: "InvalidInputError" });
  });
});
