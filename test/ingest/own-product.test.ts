import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import {
  catalog,
  type IngestWarning,
  ingest,
  openDataset,
  type ProductProfileInput,
  registerProduct,
  timeseries,
} from "../../src/index.js";
import { readText } from "../guards/source-files.js";
import { createTempDir } from "../support/temp-dir.js";
import { firstPixel, row1Col1, sceneDefaults, writeFlatScene, writeScene } from "./write-scene.js";

/** The example of the page about products. */
const vineyardText = /```json\n([\s\S]*?)```/.exec(readText("docs/products.md"))?.[1] ?? "";
const vineyard = JSON.parse(vineyardText) as ProductProfileInput;

let folder: string;
let warehouse: string;
let profilePath: string;
let warnings: IngestWarning[];
const onWarning = (warning: IngestWarning) => warnings.push(warning);

beforeEach(() => {
  folder = createTempDir();
  warehouse = `${folder}/w`;
  profilePath = `${folder}/vineyard.json`;
  writeFileSync(profilePath, vineyardText);
  warnings = [];
});

/** Three bands of one value each, and the shade of a plot: 1 in its first pixel, 0 in the others. */
function writePlot(plot: number, day: string, [blue, red, nir]: readonly [number, number, number]): void {
  const name = (band: string) => `plot${plot}_${day}_${band}.tif`;
  const flat = (value: number) => ({ dtype: "uint16" as const, bands: [new Uint16Array(12).fill(value)] });
  for (const [band, value] of Object.entries({ B: blue, R: red, N: nir })) {
    writeFlatScene(`${folder}/in`, name(band), value, flat(value));
  }
  const shade = new Uint8Array(12);
  shade[0] = 1;
  writeScene(`${folder}/in`, name("shade"), { ...sceneDefaults, bands: [shade] });
}

const productOf = async (id: string) => (await catalog(warehouse)).products().find(({ productId }) => productId === id);

describe("a product of one's own, as the page about products has it", () => {
  beforeEach(async () => {
    writePlot(12, "20240512", [400, 700, 3100]);
    const report = await ingest(`${folder}/in`, { warehouse, profile: profilePath, onWarning });
    expect(report).toMatchObject({ productId: "vineyard", sceneCount: 1, fileCount: 4, added: 1, failed: [] });
    expect(warnings).toEqual([]);
  });

  it("is stored in the commit of its first scenes, and says what its bands are", async () => {
    const opened = await catalog(warehouse);
    expect(await opened.snapshots()).toHaveLength(2);
    expect(await productOf("vineyard")).toMatchObject({
      ...{ title: "Vineyard camera, five bands", provider: "us", scenes: 1, hasProfile: true },
      bands: ["B", "R", "N", "shade"],
      cloudRules: [{ band: "shade", values: [1] }],
    });
    const attrs = (await openDataset(warehouse)).band("N").attrs;
    expect(attrs).toMatchObject({ commonName: "nir", wavelengthNm: 842, fwhmNm: 57 });
    expect(Object.keys((await openDataset(warehouse)).band("shade").attrs)).not.toContain("wavelengthNm");
  });

  it("is known by the next ingest, which is not told of it", async () => {
    writePlot(12, "20240601", [410, 710, 3200]);
    writePlot(7, "20240601", [420, 720, 3300]);
    const report = await ingest(`${folder}/in`, { warehouse, onWarning });
    expect(report).toMatchObject({ productId: "vineyard", sceneCount: 3, added: 2, updated: 0, skipped: 1 });
    expect(warnings).toEqual([]);
    const scenes = await (await catalog(warehouse)).scenes();
    expect(scenes.map(({ id, bands }) => [id, bands])).toEqual([
      ["plot12_20240512", ["B", "R", "N", "shade"]],
      ["plot12_20240601", ["B", "R", "N", "shade"]],
      ["plot7_20240601", ["B", "R", "N", "shade"]],
    ]);
  });

  it("is masked by its own rule, and scaled by its own scale", async () => {
    writePlot(12, "20240601", [410, 710, 3200]);
    await ingest(`${folder}/in`, { warehouse });
    const clear = await openDataset(warehouse, { cloudMask: true });
    expect(clear.attrs.masks).toEqual([{ band: "shade", values: [1] }]);
    const red = await clear.band("red").compute({ threads: 0 });
    expect([...(red.data as Uint16Array)].filter((_, i) => red.status?.[i] === 0)).toEqual([
      ...new Array(11).fill(700),
      ...new Array(11).fill(710),
    ]);
    expect([red.status?.[0], red.status?.[12], red.status?.[1]]).toEqual([3, 3, 0]);
    const scaled = await openDataset(warehouse, { scaled: true });
    // (0.31 - 0.07) / (0.31 + 0.07), (0.32 - 0.071) / (0.32 + 0.071)
    const ndvi = await scaled.index("NDVI").isel({ y: 1, x: 1 }).compute({ threads: 0 });
    expect([...(ndvi.data as Float32Array)].map((value) => value.toFixed(6))).toEqual(["0.631579", "0.636829"]);
    const at = (place: typeof row1Col1 | typeof firstPixel) => timeseries(warehouse, { ...place, cloudMask: true });
    expect((await at(row1Col1)).rows.map(({ values }) => values)).toEqual([
      { B: 400, R: 700, N: 3100, shade: 0 },
      { B: 410, R: 710, N: 3200, shade: 0 },
    ]);
    expect((await at(firstPixel)).rows.map(({ status }) => status.N)).toEqual(["masked", "masked"]);
  });

  it("adds nothing when it is named again, and is replaced by another profile of its id", async () => {
    const again = await ingest(`${folder}/in`, { warehouse, profile: vineyard });
    expect(again).toMatchObject({ added: 0, skipped: 1 });
    expect(await (await catalog(warehouse)).snapshots()).toHaveLength(2);
    const changed = { ...vineyard, title: "Vineyard, without shade", cloudRules: [] };
    await ingest(`${folder}/in`, { warehouse, profile: changed });
    const opened = await catalog(warehouse);
    expect((await opened.snapshots()).map(({ message }) => message).slice(0, 2)).toEqual([
      "update product vineyard",
      "ingest 1 scene of vineyard",
    ]);
    expect(await productOf("vineyard")).toMatchObject({ title: changed.title, cloudRules: [], scenes: 1 });
    await expect(openDataset(warehouse, { cloudMask: true })).rejects.toMatchObject({
      name: "SelectionError",
      message: expect.stringContaining("nothing is known to find clouds in vineyard, whose bands are B, R, N, shade"),
    });
    const [, before] = await opened.snapshots();
    expect((await openDataset(warehouse, { cloudMask: true, at: before?.id ?? "" })).attrs.masks).toHaveLength(1);
  });
});

describe("a profile that comes with an ingest", () => {
  it("is refused with the places of its faults, before anything is made", async () => {
    writePlot(12, "20240512", [400, 700, 3100]);
    writeFileSync(profilePath, vineyardText.replace('"wavelengthNm"', '"wavelenghtNm"'));
    await expect(ingest(`${folder}/in`, { warehouse, profile: profilePath })).rejects.toMatchObject({
      name: "InvalidInputError",
      message: expect.stringMatching(/vineyard\.json: bandSets\.camera\[0\]\.wavelenghtNm: unknown key/),
    });
    await expect(ingest(`${folder}/in`, { warehouse, profile: `${folder}/none.json` })).rejects.toMatchObject({
      name: "NotFoundError",
    });
    const both = ingest(`${folder}/in`, { warehouse, profile: vineyard, productId: "orchard" });
    await expect(both).rejects.toMatchObject({ name: "InvalidInputError" });
    expect(existsSync(warehouse)).toBe(false);
  });

  it("with another scale than before says that files which are there keep theirs", async () => {
    writePlot(12, "20240512", [400, 700, 3100]);
    await ingest(`${folder}/in`, { warehouse, profile: profilePath, onWarning });
    const [red, others] = [{ name: "R", scale: 0.001 }, vineyard.bandSets.camera?.filter(({ name }) => name !== "R")];
    const changed = { ...vineyard, bandSets: { camera: [...(others ?? []), red] } };
    expect(warnings).toEqual([]);
    const warning = { path: "vineyard", message: expect.stringMatching(/^other scale, offset or nodata of R than /) };
    await ingest(`${folder}/in`, { warehouse, profile: changed, onWarning, dryRun: true });
    expect(warnings).toEqual([warning]);
    await registerProduct(warehouse, changed, { onWarning });
    expect(warnings).toEqual([warning, warning]);
    await ingest(`${folder}/in`, { warehouse, profile: changed, onWarning });
    expect(warnings).toHaveLength(2);
    const { rows } = await timeseries(warehouse, { ...row1Col1, bands: ["R"], scaled: true });
    expect(rows.map(({ values }) => values.R)).toEqual([expect.closeTo(0.07, 12)]);
  });

  it("that knows none of the files says so", async () => {
    writeFlatScene(`${folder}/in`, "2020-01-01.tif", 7);
    await ingest(`${folder}/in`, { warehouse, profile: profilePath, onWarning });
    expect(warnings).toEqual([
      { path: `${folder}/in`, message: expect.stringContaining("most names are none of vineyard") },
    ]);
    expect(await productOf("vineyard")).toMatchObject({ scenes: 1, bands: ["B", "R", "N", "shade", "band_1"] });
  });

  it("is not stored by a dry run", async () => {
    writePlot(12, "20240512", [400, 700, 3100]);
    const report = await ingest(`${folder}/in`, { warehouse, profile: profilePath, dryRun: true });
    expect(report).toMatchObject({ productId: "vineyard", added: 1, snapshot: null });
    expect(existsSync(warehouse)).toBe(false);
  });
});

describe("registerProduct with a whole profile", () => {
  it("makes the warehouse, and the first ingest knows the files", async () => {
    const registered = await registerProduct(warehouse, vineyard, { onWarning });
    expect([registered.productId, warnings]).toEqual(["vineyard", []]);
    expect((await catalog(warehouse)).products()).toMatchObject([
      { productId: "vineyard", scenes: 0, timeRange: null },
    ]);
    expect((await openDataset(warehouse)).dims.time).toBe(0);
    writePlot(3, "20240512", [1, 2, 3]);
    expect(await ingest(`${folder}/in`, { warehouse })).toMatchObject({ productId: "vineyard", added: 1 });
    expect((await openDataset(warehouse, { cloudMask: true })).attrs.masks).toEqual(vineyard.cloudRules);
  });

  it("says with an ingest of it the same as an ingest with it", async () => {
    writePlot(3, "20240512", [1, 2, 3]);
    await registerProduct(warehouse, profilePath);
    await ingest(`${folder}/in`, { warehouse });
    const first = await productOf("vineyard");
    warehouse = `${folder}/other`;
    await ingest(`${folder}/in`, { warehouse, profile: vineyard });
    expect(await productOf("vineyard")).toEqual(first);
  });

  it("lists the faults, and leaves a folder alone that holds something else", async () => {
    const faulty = { ...vineyard, namings: [{ file: "x", scene: "{y}" }], cloudRules: [{ band: "Q", values: [1] }] };
    await expect(registerProduct(warehouse, faulty)).rejects.toMatchObject({
      name: "InvalidInputError",
      details: { faults: [{ path: "namings[0].scene" }, { path: "cloudRules[0].band" }] },
    });
    expect(existsSync(warehouse)).toBe(false);
    mkdirSync(warehouse);
    writeFileSync(`${warehouse}/thesis.txt`, "three years of work");
    await expect(registerProduct(warehouse, vineyard)).rejects.toMatchObject({ name: "InvalidInputError" });
    expect(readdirSync(warehouse)).toEqual(["thesis.txt"]);
  });

  it("of a built-in product's id goes before the built-in one, and says that it does", async () => {
    writeFlatScene(`${folder}/in`, "S2B_10SEG_20230512_0_L2A/B04.tif", 7);
    writePlot(1, "20240512", [1, 2, 3]);
    await registerProduct(warehouse, { ...vineyard, id: "sentinel2_l2a" }, { onWarning });
    expect(warnings).toEqual([
      { path: "sentinel2_l2a", message: "replaces the built-in profile sentinel2_l2a in this warehouse" },
    ]);
    const report = await ingest(`${folder}/in`, { warehouse, onWarning });
    expect(report).toMatchObject({ productId: "sentinel2_l2a", sceneCount: 1, fileCount: 4 });
    expect(warnings[1]).toMatchObject({ message: expect.stringContaining("its name is not one of sentinel2_l2a") });
  });

  it("keeps the profile where band names are registered later", async () => {
    await registerProduct(warehouse, vineyard);
    await registerProduct(warehouse, { productId: "vineyard", bands: ["R", "G"], provider: "them" });
    expect(await productOf("vineyard")).toMatchObject({
      ...{ bands: ["R", "G"], provider: "them", hasProfile: true, cloudRules: vineyard.cloudRules },
      bandFacts: [{ name: "R", commonName: "red" }, { name: "G" }],
    });
  });
});
