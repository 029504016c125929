import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import {
  branches,
  catalog,
  type IngestOptions,
  ingest,
  merge,
  registerProduct,
  stagedReport,
  timeseries,
} from "../../src/index.js";
import { readText } from "../guards/source-files.js";
import { writeBand, writeLandsat } from "../ingest/write-landsat.js";
import { firstPixel, writeFlatScene } from "../ingest/write-scene.js";
import { createTempDir } from "../support/temp-dir.js";

let folder: string;
let warehouse: string;
beforeEach(() => {
  folder = createTempDir();
  warehouse = `${folder}/w`;
});

/** A folder with a scene of one value for each day of January 2020. */
function writeDays(name: string, ...days: number[]): string {
  for (const day of days) writeFlatScene(`${folder}/${name}`, `2020-01-${String(day).padStart(2, "0")}.tif`, day);
  return `${folder}/${name}`;
}

const toMain = (source: string, options: IngestOptions = {}) =>
  ingest(source, { warehouse, productId: "p", ...options });
const toStaging = (source: string, options: IngestOptions = {}) => toMain(source, { ...options, branch: "staging" });
const onlyProduct = async () => (await catalog(warehouse)).products()[0];

async function values() {
  const { rows } = await timeseries(warehouse, { ...firstPixel, threads: 0 });
  return rows.map(({ values: own }) => own.band_1);
}

describe("what both branches say of a product", () => {
  it("keeps the provider that main got, where the branch only brings a band", async () => {
    await toMain(writeDays("a", 1), { provider: "first" });
    writeFlatScene(`${folder}/b`, "2020-01-02.tif", 2, { bandNames: ["red"] });
    await toStaging(`${folder}/b`);
    await toMain(writeDays("c", 3), { provider: "second" });
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 1 });
    expect(await onlyProduct()).toMatchObject({ provider: "second", bands: ["band_1", "red"] });
  });

  it("keeps the profile that main got, where the branch has the earlier one and says something else", async () => {
    const profile = /```json\n([\s\S]*?)```/.exec(readText("docs/products.md"))?.[1] ?? "";
    writeFileSync(`${folder}/first.json`, profile);
    writeFileSync(`${folder}/second.json`, JSON.stringify({ ...JSON.parse(profile), title: "Another title" }));
    const writePlot = (day: string) => {
      const bands = [new Uint16Array(12).fill(4)];
      for (const band of ["B", "R", "N"]) {
        writeFlatScene(`${folder}/${day}`, `plot1_${day}_${band}.tif`, 4, { dtype: "uint16", bands });
      }
      return `${folder}/${day}`;
    };
    await ingest(writePlot("20240512"), { warehouse, profile: `${folder}/first.json` });
    await ingest(writePlot("20240613"), { warehouse, productId: "vineyard", provider: "staged", branch: "staging" });
    await registerProduct(warehouse, `${folder}/second.json`);
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 1 });
    expect(await onlyProduct()).toMatchObject({ title: "Another title", provider: "staged", scenes: 2 });
  });
});

describe("a branch that main was merged into", () => {
  it("does not bring back what main forgot since", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2));
    const c = writeDays("c", 3, 4);
    await toMain(c);
    expect(await merge(warehouse, "main", { into: "staging" })).toMatchObject({ how: "applied", added: 2 });
    rmSync(`${c}/2020-01-03.tif`);
    await toMain(c, { prune: true });
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 1 });
    expect(await values()).toEqual([1, 2, 4]);
  });
});

describe("main merged into a branch that has nothing else", () => {
  it("moves the branch, and writes nothing to main", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(`${folder}/a`);
    const { snapshot } = await toMain(writeDays("b", 2));
    expect(await merge(warehouse, "main", { into: "staging" })).toMatchObject({
      how: "fast-forward",
      snapshot,
      added: 1,
    });
    expect((await branches(warehouse)).map((branch) => [branch.name, branch.snapshot, branch.ahead])).toEqual([
      ["main", snapshot, 0],
      ["staging", snapshot, 0],
    ]);
  });
});

describe("the metadata of a scene", () => {
  const landsat = "LC08_L1TP_013032_20180131_20180207_01_T1";
  const writeMetadata = (cover: number, elevation: number) =>
    writeFileSync(
      `${folder}/archive/${landsat}/${landsat}_MTL.txt`,
      `GROUP = L1_METADATA_FILE
  GROUP = METADATA_FILE_INFO
    LANDSAT_PRODUCT_ID = "${landsat}"
  END_GROUP = METADATA_FILE_INFO
  GROUP = PRODUCT_METADATA
    DATE_ACQUIRED = 2018-01-31
    SCENE_CENTER_TIME = "15:39:52.5021570Z"
  END_GROUP = PRODUCT_METADATA
  GROUP = IMAGE_ATTRIBUTES
    CLOUD_COVER = ${cover}
    SUN_AZIMUTH = 155.75
    SUN_ELEVATION = ${elevation}
  END_GROUP = IMAGE_ATTRIBUTES
END_GROUP = L1_METADATA_FILE
END
`,
    );
  const onlyScene = async () => (await (await catalog(warehouse)).scenes()).find(({ id }) => id.includes("20180131"));
  const moveMain = async () => {
    writeLandsat(`${folder}/other`, [401, 501, 801, 2720], { date: "20180216" });
    await ingest(`${folder}/other`, { warehouse });
  };
  const archive = () => `${folder}/archive`;

  it("comes with the branch where it came there, or changed there", async () => {
    writeBand(archive(), "B4", 400);
    await ingest(archive(), { warehouse });
    expect(await onlyScene()).toMatchObject({ cloudCover: null, acquisitionTime: "2018-01-31T00:00:00.000Z" });
    writeMetadata(12.34, 28.5);
    await ingest(archive(), { warehouse, branch: "staging" });
    await moveMain();
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 0, updated: 1 });
    const told = { cloudCover: 12.34, sunAzimuth: 155.75, sunElevation: 28.5, baseline: null };
    expect(await onlyScene()).toMatchObject({ ...told, acquisitionTime: "2018-01-31T15:39:52.502Z" });
    expect(await ingest(archive(), { warehouse })).toMatchObject({ updated: 0, skipped: 1 });
  });

  it("stays what main read since, where the branch only brings a band", async () => {
    writeBand(archive(), "B4", 400);
    writeMetadata(10, 28.5);
    await ingest(archive(), { warehouse });
    writeBand(archive(), "B5", 500);
    await ingest(archive(), { warehouse, branch: "staging" });
    writeMetadata(77.25, 29.25);
    const band = readFileSync(`${archive()}/${landsat}/${landsat}_B5.TIF`);
    rmSync(`${archive()}/${landsat}/${landsat}_B5.TIF`);
    expect(await ingest(archive(), { warehouse })).toMatchObject({ updated: 1 });
    writeFileSync(`${archive()}/${landsat}/${landsat}_B5.TIF`, band);
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 0, updated: 1 });
    expect(await onlyScene()).toMatchObject({ cloudCover: 77.25, sunElevation: 29.25, bands: ["B4", "B5"] });
  });
});

describe("two products of the same files", () => {
  it("come in each with its own bands", async () => {
    await toMain(writeDays("a", 1));
    const b = writeDays("b", 2);
    await ingest(b, { warehouse, productId: "q", bandNames: ["red"], branch: "staging" });
    await ingest(b, { warehouse, productId: "r", bandNames: ["nir"], branch: "staging" });
    await toMain(writeDays("c", 3));
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 2 });
    const bands = (await (await catalog(warehouse)).scenes()).map((scene) => [scene.productId, ...scene.bands]);
    expect(bands).toContainEqual(["q", "red"]);
    expect(bands).toContainEqual(["r", "nir"]);
  });
});

describe("the report on what is staged", () => {
  const counts = async () => {
    const { how, added, updated, pruned, leftOut } = await merge(warehouse, "staging", { dryRun: true });
    const { products } = await stagedReport(warehouse, "staging", { pixels: false });
    const sum = (lengthOf: (product: (typeof products)[number]) => number) =>
      products.reduce((total, product) => total + lengthOf(product), 0);
    const reported = {
      added: sum((product) => product.added.length),
      updated: sum((product) => product.updated.length),
      leftOut: products.flatMap((product) => product.leftOut),
    };
    const merged = await merge(warehouse, "staging");
    expect(merged).toMatchObject({ how, added, updated, pruned, leftOut });
    expect(reported).toEqual({ added, updated, leftOut });
    return merged;
  };

  it("is what a merge does with scenes of one name, from other files on each side", async () => {
    await toMain(writeDays("z", 20));
    await toStaging(writeDays("a", 1));
    await toMain(writeDays("b", 1));
    expect(await counts()).toMatchObject({ how: "applied", added: 1, updated: 0, leftOut: [] });
    expect(await values()).toEqual([1, 1, 20]);
  });

  it("is what a merge does with a band that main has from another file", async () => {
    await toMain(writeDays("z", 20));
    writeBand(`${folder}/x`, "B4", 400);
    await ingest(`${folder}/x`, { warehouse, branch: "staging" });
    writeBand(`${folder}/y`, "B4", 401);
    await ingest(`${folder}/y`, { warehouse });
    const { how, leftOut } = await counts();
    expect(how).toBe("nothing");
    expect(leftOut).toMatchObject([{ reason: expect.stringMatching(/^LC08_013032_20180131 has B4 from vcc:.*y-/) }]);
  });

  it("is what a merge does with an older processing, and names its files", async () => {
    await toMain(writeDays("z", 20));
    writeBand(`${folder}/older`, "B4", 400);
    await ingest(`${folder}/older`, { warehouse, branch: "staging" });
    writeBand(`${folder}/newer`, "B4", 410, { processed: "20180301" });
    await ingest(`${folder}/newer`, { warehouse });
    const { how, leftOut } = await counts();
    expect(how).toBe("nothing");
    expect(leftOut).toMatchObject([{ reason: "the other branch has a newer processing of LC08_013032_20180131" }]);
  });
});
