import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { catalog, type IngestOptions, ingest, openDataset, timeseries } from "../../src/index.js";
import { openWarehouse } from "../../src/warehouse/warehouse.js";
import { createTempDir } from "../support/temp-dir.js";
import { fineGrid, writeBand, writeLandsat } from "./write-landsat.js";
import { firstPixel, writeFlatScene } from "./write-scene.js";

let folder: string;
let archive: string;
let warehouse: string;

async function run(options: IngestOptions = {}) {
  const warnings: string[] = [];
  const report = await ingest(archive, {
    warehouse,
    onWarning: ({ path, message }) => warnings.push(`${basename(path)}: ${message}`),
    ...options,
  });
  return { ...report, warnings };
}

/** Value and status of bands at the first pixel, scene by scene. */
async function series(bands = ["B4", "B5", "B8", "BQA"], at?: string) {
  const { rows } = await timeseries(warehouse, { ...firstPixel, bands, threads: 0, ...(at && { at }) });
  return rows.map(({ scene, values, status }) => [
    scene,
    ...bands.map((band) => (status[band] === "valid" ? values[band] : status[band])),
  ]);
}

async function stacks() {
  const opened = await openWarehouse(warehouse);
  return opened.scenes.stacks.map((_, index) => {
    const { kind, bands, slots, fileOf } = opened.stack(index);
    return [kind, fileOf, bands.join(" "), slots];
  });
}

/** Replace a file's bytes so that no listing shows it: what is read of it then is no TIFF. */
function garbleUnseen(path: string) {
  const { atimeMs, mtimeMs, size } = statSync(path);
  writeFileSync(path, Buffer.alloc(size, 0x5a));
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
}

beforeEach(() => {
  folder = createTempDir();
  archive = `${folder}/archive`;
  warehouse = `${folder}/w`;
});

describe("files of one band each", () => {
  it("are scenes by their names, of the product that the names tell; bands of one grid share a stack", async () => {
    writeLandsat(archive, [400, 500, 800, 2720]);
    writeLandsat(archive, [401, 501, 801, 2720], { date: "20180216" });
    const report = await run();
    expect(report).toMatchObject({ productId: "landsat_c1", sceneCount: 2, fileCount: 8, added: 2, failed: [] });
    // What the quality band calls fill, 1, is another number than that of the others, 0.
    expect(await stacks()).toEqual([
      ["exact", "band", "B4 B5", 2],
      ["exact", "band", "B8", 2],
      ["exact", "band", "BQA", 2],
    ]);
    expect(await series()).toEqual([
      ["LC08_013032_20180131", 400, 500, 800, 2720],
      ["LC08_013032_20180216", 401, 501, 801, 2720],
    ]);
  });

  it("are one entry of the catalog, with all bands and all files", async () => {
    writeLandsat(archive, [400, 500, 800, 2720]);
    await run();
    const opened = await catalog(warehouse);
    expect(opened.products()).toMatchObject([{ productId: "landsat_c1", scenes: 1, bands: ["B4", "B5", "B8", "BQA"] }]);
    const [scene, ...others] = await opened.scenes();
    expect(others).toEqual([]);
    expect(scene).toMatchObject({
      id: "LC08_013032_20180131",
      acquisitionTime: "2018-01-31T00:00:00.000Z",
      bounds: [500000, 4499970, 500040, 4500000],
      bands: ["B4", "B5", "B8", "BQA"],
    });
    expect(scene?.sources.map((path) => path.replace(/.*_/, ""))).toEqual(["B4.TIF", "B5.TIF", "B8.TIF", "BQA.TIF"]);
  });

  it("that are not there leave their band uncovered, and are named", async () => {
    writeBand(archive, "B4", 400);
    writeLandsat(archive, [401, 501, 801, 2720], { date: "20180216" });
    const { warnings } = await run();
    expect(warnings).toContain(
      "LC08_L1TP_013032_20180131_20180207_01_T1: LC08_L1TP_013032_20180131_20180207_01_T1 has no " +
        "B1, B2, B3, B5, B6, B7, B8, B9, BQA: uncovered, until a file comes",
    );
    expect(await series()).toEqual([
      ["LC08_013032_20180131", 400, "uncovered", "uncovered", "uncovered"],
      ["LC08_013032_20180216", 401, 501, 801, 2720],
    ]);
    const { status } = await (await openDataset(warehouse)).band("B5").compute();
    expect([...(status ?? [])]).toEqual([...new Array(12).fill(1), ...new Array(12).fill(0)]);
  });

  it("with scales of their own by product keep them, band by band", async () => {
    const name = "LC08_L2SP_013032_20180131_20200902_02_T1";
    for (const band of ["SR_B4", "SR_B5", "ST_B10"]) {
      const bands = [new Uint16Array(12).fill(10000)];
      writeFlatScene(archive, `${name}/${name}_${band}.TIF`, 0, { dtype: "uint16", bands });
    }
    expect(await run()).toMatchObject({ productId: "landsat_c2_l2", added: 1 });
    const { rows } = await timeseries(warehouse, { ...firstPixel, scaled: true });
    // USGS: 0.0000275 · 10000 − 0.2 and 0.00341802 · 10000 + 149.
    expect(rows[0]?.values.SR_B4).toBeCloseTo(0.075, 12);
    expect(rows[0]?.values.SR_B5).toBeCloseTo(0.075, 12);
    expect(rows[0]?.values.ST_B10).toBeCloseTo(183.1802, 12);
  });

  it("of three pixel sizes lie in three stacks, with the offset of their baseline", async () => {
    const scene = "S2B_10SEG_20230512_0_L2A";
    const sizes = { B02: 10, B04: 10, B05: 20, B8A: 20, B01: 60 };
    for (const [band, size] of Object.entries(sizes)) {
      const bands = [new Uint16Array(12).fill(3000)];
      const transform = [size, 0, 500000, 0, -size, 4500000] as const;
      writeFlatScene(archive, `${scene}/${band}.tif`, 0, { dtype: "uint16", bands, transform });
    }
    writeFlatScene(archive, `${scene}/SCL.tif`, 4, { transform: [20, 0, 500000, 0, -20, 4500000] });
    expect(await run()).toMatchObject({ productId: "sentinel2_l2a", sceneCount: 1, fileCount: 6, added: 1 });
    expect((await stacks()).map(([, , bands]) => bands).sort()).toEqual(["B01", "B02 B04", "B05 B8A", "SCL"]);
    const clear = await openDataset(warehouse, { cloudMask: true, bands: ["B05", "B8A"], scaled: true });
    expect(clear.dims).toEqual({ time: 1, band: 2, y: 3, x: 4 });
    expect(clear.geobox?.transform).toEqual([20, 0, 500000, 0, -20, 4500000]);
    // Earth Search adds the offset of baseline 04.00 to the pixels before it delivers them.
    const { data } = await clear.band("B05").compute({ threads: 0 });
    expect(data[0]).toBeCloseTo(0.3, 6);
  });

  it("one of which is broken are a scene without it, until it is mended", async () => {
    writeBand(archive, "B4", 400);
    const broken = writeBand(archive, "B5", 500);
    writeFileSync(broken, "no TIFF");
    const report = await run();
    expect(report).toMatchObject({ added: 1, failed: [{ path: broken, error: { name: "CorruptDataError" } }] });
    expect(await series(["B4"])).toEqual([["LC08_013032_20180131", 400]]);
    writeBand(archive, "B5", 500);
    expect(await run()).toMatchObject({ added: 0, updated: 1, failed: [] });
    expect(await series(["B4", "B5"])).toEqual([["LC08_013032_20180131", 400, 500]]);
  });

  it("keep the masks inside of them, each its own", async () => {
    const masked = (pixel: number) => new Uint8Array(12).fill(1).fill(0, pixel, pixel + 1);
    writeBand(archive, "B4", 400, { options: { mask: masked(0) } });
    await run();
    writeBand(archive, "B5", 500, { options: { mask: masked(1) } });
    await run();
    expect(await stacks()).toEqual([["exact", "band", "B4 B5", 1]]);
    const dataset = await openDataset(warehouse);
    const statusOf = async (band: string) => [...((await dataset.band(band).compute({ threads: 0 })).status ?? [])];
    expect(await statusOf("B4")).toEqual([2, ...new Array(11).fill(0)]);
    expect(await statusOf("B5")).toEqual([0, 2, ...new Array(10).fill(0)]);
    expect(await series(["B4", "B5"])).toEqual([["LC08_013032_20180131", "nodata", 500]]);
  });

  it("whose product has more scenes than exact stacks share free ones, bands of each size their own", async () => {
    for (let i = 0; i < 9; i++) {
      const date = `2018010${i + 1}`;
      const shift = 5000 * i;
      writeBand(archive, "B4", 400 + i, { date, options: { transform: [10, 0, 500000 + shift, 0, -10, 4500000] } });
      writeBand(archive, "B8", 800 + i, {
        date,
        options: { ...fineGrid, width: 4, height: 3, transform: [5, 0, 500000 + shift, 0, -5, 4500000] },
      });
    }
    await run();
    expect((await stacks()).slice(16)).toEqual([
      ["free", "band", "B4", 1],
      ["free", "band", "B8", 1],
    ]);
    const last = (await openDataset(warehouse)).isel({ time: 8 });
    expect(Array.from((await last.band("B4").compute()).data as Uint16Array)).toEqual(new Array(12).fill(408));
    expect(Array.from((await last.band("B8").compute()).data as Uint16Array)).toEqual(new Array(12).fill(808));
  });
});

describe("ingesting scenes of several files again", () => {
  it("opens none that is known and unchanged", async () => {
    writeLandsat(archive, [400, 500, 800, 2720]);
    const first = await run();
    for (const source of (await (await catalog(warehouse)).scenes())[0]?.sources ?? []) garbleUnseen(source);
    expect(await run()).toMatchObject({ added: 0, updated: 0, skipped: 1, failed: [], snapshot: first.snapshot });
  });

  it("takes a changed band alone, and leaves the references of the others", async () => {
    writeLandsat(archive, [400, 500, 800, 2720]);
    const first = await run();
    const path = writeBand(archive, "B5", 555);
    garbleUnseen(path.replace("B5", "B4"));
    const again = await run();
    expect(again).toMatchObject({ added: 0, updated: 1, skipped: 0, failed: [] });
    expect(await series(["B5", "B8", "BQA"])).toEqual([["LC08_013032_20180131", 555, 800, 2720]]);
    await expect(series(["B5"], first.snapshot ?? "")).rejects.toMatchObject({ name: "SourceChangedError" });
    expect((await stacks()).map(([, , , slots]) => slots)).toEqual([1, 1, 1]);
  });

  it("lets a band that comes later join its scene, in the stack of its grid", async () => {
    writeBand(archive, "B4", 400);
    writeBand(archive, "B4", 401, { date: "20180216" });
    await run();
    writeBand(archive, "B5", 501, { date: "20180216" });
    expect(await run()).toMatchObject({ added: 0, updated: 1, skipped: 1 });
    expect(await stacks()).toEqual([["exact", "band", "B4 B5", 2]]);
    expect(await series(["B4", "B5"])).toEqual([
      ["LC08_013032_20180131", 400, "uncovered"],
      ["LC08_013032_20180216", 401, 501],
    ]);
    writeBand(archive, "B5", 500);
    writeBand(archive, "B5", 502, { date: "20180304" });
    expect(await run()).toMatchObject({ added: 1, updated: 1, skipped: 1 });
    expect(await series(["B4", "B5"])).toEqual([
      ["LC08_013032_20180131", 400, 500],
      ["LC08_013032_20180216", 401, 501],
      ["LC08_013032_20180304", "uncovered", 502],
    ]);
    expect((await catalog(warehouse)).products()[0]?.scenes).toBe(3);
  });

  it("moves a band whose file has another grid now, and the scene stays one", async () => {
    writeBand(archive, "B4", 400);
    writeBand(archive, "B5", 500);
    await run();
    writeBand(archive, "B5", 505, { options: fineGrid });
    expect(await run()).toMatchObject({ added: 0, updated: 1 });
    expect(await series(["B4", "B5"])).toEqual([["LC08_013032_20180131", 400, 505]]);
    expect(await stacks()).toEqual([
      ["exact", "band", "B4 B5", 1],
      ["exact", "band", "B5", 1],
    ]);
    writeBand(archive, "B5", 506);
    await run();
    expect(await series(["B4", "B5"])).toEqual([["LC08_013032_20180131", 400, 506]]);
    expect((await (await catalog(warehouse)).scenes()).map(({ bands }) => bands)).toEqual([["B4", "B5"]]);
  });

  it("of two processings shows the newer, and the older snapshot the older", async () => {
    writeLandsat(archive, [400, 500, 800, 2720]);
    const first = await run();
    writeBand(archive, "B4", 440, { processed: "20180301" });
    writeBand(archive, "B5", 550, { processed: "20180301" });
    const { warnings, ...report } = await run();
    expect(report).toMatchObject({ sceneCount: 1, added: 0, updated: 1 });
    expect(warnings).toContain(
      "LC08_L1TP_013032_20180131_20180207_01_T1_B4.TIF: left out: LC08_L1TP_013032_20180131_20180301_01_T1 is a newer processing of it",
    );
    expect(await series()).toEqual([["LC08_013032_20180131", 440, 550, "uncovered", "uncovered"]]);
    expect(await series(undefined, first.snapshot ?? "")).toEqual([["LC08_013032_20180131", 400, 500, 800, 2720]]);
    expect(await run()).toMatchObject({ added: 0, updated: 0, skipped: 1 });
  });

  it("does not go back to an older processing that lies elsewhere, and opens none of it", async () => {
    writeBand(`${folder}/new`, "B4", 440, { processed: "20180301" });
    await ingest(`${folder}/new`, { warehouse });
    writeBand(archive, "B4", 400);
    const report = await run({ onProgress: ({ phase }) => expect(phase).not.toBe("headers") });
    expect(report).toMatchObject({ sceneCount: 1, added: 0, updated: 0, skipped: 1 });
    expect(await series(["B4"])).toEqual([["LC08_013032_20180131", 440]]);
  });

  it("keeps the band it has where another file of the same processing comes, and names both", async () => {
    writeBand(archive, "B4", 400);
    await run();
    const copy = writeBand(`${folder}/copy`, "B4", 499);
    const warnings: string[] = [];
    const report = await ingest(`${folder}/copy`, { warehouse, onWarning: ({ message }) => warnings.push(message) });
    expect(report).toMatchObject({ added: 0, updated: 0, skipped: 1 });
    expect(warnings.at(-1)).toMatch(/^left out: LC08_013032_20180131 has B4 from vcc:\/\/archive-/);
    expect(copy).toContain("copy");
    expect(await series(["B4"])).toEqual([["LC08_013032_20180131", 400]]);
  });

  it("in two runs at once loses no band", async () => {
    writeBand(`${folder}/a`, "B4", 400);
    writeBand(`${folder}/b`, "B5", 500);
    writeBand(`${folder}/c`, "B8", 800, { options: fineGrid });
    const reports = await Promise.all(["a", "b", "c"].map((name) => ingest(`${folder}/${name}`, { warehouse })));
    expect(reports.map(({ added, updated }) => added + updated)).toEqual([1, 1, 1]);
    expect(await series(["B4", "B5", "B8"])).toEqual([["LC08_013032_20180131", 400, 500, 800]]);
    expect((await (await catalog(warehouse)).scenes()).length).toBe(1);
  });
});

describe("ingest with --prune", () => {
  it("drops a scene whose files are gone, and a band whose file is; the older snapshot has them", async () => {
    writeLandsat(archive, [400, 500, 800, 2720]);
    writeLandsat(archive, [401, 501, 801, 2720], { date: "20180216" });
    const first = await run();
    rmSync(`${archive}/LC08_L1TP_013032_20180131_20180207_01_T1`, { recursive: true });
    const scene = "LC08_L1TP_013032_20180216_20180207_01_T1";
    rmSync(`${archive}/${scene}/${scene}_B5.TIF`);
    expect(await run()).toMatchObject({ pruned: 0, snapshot: first.snapshot });
    expect(await run({ prune: true, dryRun: true })).toMatchObject({ pruned: 2, snapshot: first.snapshot });
    expect(await run({ prune: true })).toMatchObject({ added: 0, updated: 0, pruned: 2 });
    expect(await series()).toEqual([["LC08_013032_20180216", 401, "uncovered", 801, 2720]]);
    const [newest] = await (await catalog(warehouse)).snapshots();
    expect(newest?.message).toBe("ingest 0 scenes of landsat_c1, forget 5 files");
    const older = await catalog(warehouse, { at: first.snapshot ?? "" });
    expect((await older.scenes()).map(({ id }) => id)).toEqual(["LC08_013032_20180131", "LC08_013032_20180216"]);
  });

  it("forgets nothing that lies elsewhere, or that a pattern left out", async () => {
    const path = writeBand(archive, "B4", 400);
    writeBand(archive, "B5", 500);
    const elsewhere = writeBand(`${folder}/elsewhere`, "B8", 800, { options: fineGrid });
    await run();
    await ingest(`${folder}/elsewhere`, { warehouse });
    rmSync(elsewhere);
    expect(await run({ prune: true, globPattern: "**/*_B5.TIF" })).toMatchObject({ pruned: 0 });
    expect(readFileSync(path).length).toBeGreaterThan(0);
    expect((await (await catalog(warehouse)).scenes())[0]?.bands).toEqual(["B4", "B5", "B8"]);
  });

  it("lets the same scene be taken from where its files are now", async () => {
    writeBand(archive, "B4", 400);
    await run();
    rmSync(archive, { recursive: true });
    writeBand(archive, "B8", 800, { options: fineGrid, date: "20180216" });
    writeBand(`${archive}/moved`, "B4", 400);
    expect(await run({ prune: true })).toMatchObject({ added: 1, updated: 1, pruned: 1 });
    expect(await series(["B4"])).toEqual([
      ["LC08_013032_20180131", 400],
      ["LC08_013032_20180216", "uncovered"],
    ]);
  });
});

describe("names of another product", () => {
  it("among those of one are left out, and said what to do", async () => {
    writeLandsat(archive, [400, 500, 800, 2720]);
    writeFlatScene(archive, "overview.tif", 1);
    const { warnings, sceneCount } = await run();
    expect(sceneCount).toBe(1);
    expect(warnings).toContain(
      "overview.tif: left out: its name is not one of landsat_c1; ingest it by itself, with --product NAME",
    );
  });

  describe("as many as of any one", () => {
    const tile = "S2B_10SEG_20230512_0_L2A";
    beforeEach(() => {
      for (const band of ["B4", "B5"]) writeBand(archive, band, 400);
      for (const band of ["B04", "B08"]) writeFlatScene(`${archive}/${tile}`, `${band}.tif`, 1);
    });

    it("are scenes by themselves, and it is said how to take a product at a time", async () => {
      const { sceneCount, warnings } = await run();
      expect(sceneCount).toBe(4);
      expect(warnings).toContainEqual(
        expect.stringMatching(/names are 2 of landsat_c1, 2 of sentinel2_l2a, of 4: .*--product landsat_c1$/),
      );
    });

    it("are left out where one is named, which has its scenes", async () => {
      const first = await run({ productId: "sentinel2_l2a" });
      expect(first).toMatchObject({ productId: "sentinel2_l2a", sceneCount: 1, fileCount: 2 });
      expect(first.warnings.filter((text) => text.includes("it is of landsat_c1"))).toHaveLength(2);
      expect(await run({ productId: "landsat_c1" })).toMatchObject({ sceneCount: 1, fileCount: 2 });
      const scenes = await (await catalog(warehouse)).scenes();
      expect(scenes.map(({ id, bands }) => [id, bands])).toEqual([
        ["LC08_013032_20180131", ["B4", "B5"]],
        [tile, ["B04", "B08"]],
      ]);
    });
  });

  it("are said where they hold a band twice", async () => {
    writeLandsat(archive, [400, 500, 800, 2720]);
    for (const place of ["one", "two"]) writeFlatScene(`${archive}/${place}/S2B_10SEG_20230512_0_L2A`, "B04.tif", 1);
    const { warnings } = await run();
    expect(warnings.filter((text) => text.startsWith("B04.tif: left out: it is of sentinel2_l2a"))).toHaveLength(2);
  });
});
