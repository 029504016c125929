import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ingest } from "../../src/index.js";
import { readScenes } from "../../src/ingest/headers/read-scenes.js";
import { listSources } from "../../src/ingest/list-sources.js";
import { planIngest } from "../../src/ingest/plan-ingest.js";
import type { FileDraft } from "../../src/warehouse/file-draft.js";
import { openWarehouseStore } from "../../src/warehouse/open-repository.js";
import { writeLandsat } from "../ingest/write-landsat.js";
import { writeFlatScene, writeScene } from "../ingest/write-scene.js";
import { describeWithData, fixturePath, oneGridPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";
import { writeTiff } from "../support/write-tiff.js";
import { draftsOf } from "./open-session.js";

let folder: string;
beforeEach(() => {
  folder = createTempDir();
});

/** What an ingest reads of files, before any of it is stored. */
async function readFiles(source: string, maskPath?: string): Promise<FileDraft[]> {
  const store = openWarehouseStore(`${folder}/nowhere`);
  const options = { productId: "p", warehouse: `${folder}/nowhere`, ...(maskPath !== undefined && { maskPath }) };
  const plan = await planIngest(await listSources(store, [source], options), options);
  return (await readScenes(plan.fresh.flat(), null, {})).drafts;
}

/**
 * A draft in the parts that count: a block that is left out has no place, and images no encoding beside the profile's. Of
 * colours only alpha tells files apart: others share a stack, which has the labels of its first file.
 */
function comparable({ levels, masks, ...draft }: FileDraft) {
  const alphas = draft.profile.colorInterpretation.map((name) => name === "Alpha");
  const blocks = [...levels, ...masks].map(({ width, height, blocksAcross, blocksDown, offsets, byteCounts }) => {
    const places = [...offsets].map((offset, i) => (byteCounts[i] === 0 ? 0 : offset));
    return { width, height, blocksAcross, blocksDown, places, byteCounts: [...byteCounts] };
  });
  const plain = JSON.parse(JSON.stringify(draft)) as { profile: object };
  return { ...plain, profile: { ...plain.profile, colorInterpretation: alphas }, blocks };
}

const bySource = (a: FileDraft, b: FileDraft) => (a.source < b.source ? -1 : 1);

async function expectSame(source: string, maskPath?: string): Promise<number> {
  const read = await readFiles(source, maskPath);
  const warehouse = `${folder}/w`;
  await ingest(source, { warehouse, productId: "p", ...(maskPath !== undefined && { maskPath }) });
  const back = await draftsOf(warehouse, "p");
  expect(back.sort(bySource).map(comparable)).toEqual(read.sort(bySource).map(comparable));
  return back.length;
}

describe("drafts read back from a snapshot", () => {
  it("are those that were read from the files: scenes on one grid", async () => {
    expect(await expectSame(oneGridPath)).toBe(19);
  });

  it("are those that were read from the files: each on a grid of its own, some in a free stack", async () => {
    for (let i = 0; i < 20; i++) {
      const day = String(i + 1).padStart(2, "0");
      writeScene(`${folder}/in`, `scene_202001${day}.tif`, { transform: [10, 0, 500_000 + 10 * i, 0, -10, 4_500_000] });
    }
    expect(await expectSame(`${folder}/in`)).toBe(20);
  });

  it("of scenes of one file for each band", async () => {
    writeLandsat(`${folder}/in`, [400, 500, 800, 2720]);
    writeLandsat(`${folder}/in`, [401, 501, 801, 2720], { date: "20180216" });
    writeLandsat(`${folder}/in`, [402, 502, 802, 2720], { date: "20180302", processed: "20180310" });
    expect(await expectSame(`${folder}/in`)).toBe(12);
  });

  it("of scenes with masks beside them", async () => {
    for (const day of ["20200101", "20200102"]) {
      writeFlatScene(`${folder}/sr`, `drone_${day}_sr.tif`, 3, { bandNames: ["red"] });
      writeFlatScene(`${folder}/masks`, `drone_${day}_cloudmask.tif`, 1);
    }
    expect(await expectSame(`${folder}/sr`, `${folder}/masks`)).toBe(4);
  });

  it("of real scenes with cloud masks", async () => {
    expect(await expectSame(fixturePath("slovenia", "NDVI"), fixturePath("slovenia", "CLM"))).toBeGreaterThan(4);
  });

  it("of files with blocks left out, planes apart, and no georeference", async () => {
    const bands = [Uint8Array.from({ length: 48 * 48 }, (_, i) => (i < 900 ? 0 : 1)), new Uint8Array(48 * 48).fill(2)];
    const size = { width: 48, height: 48, bands, block: { kind: "tile", width: 16, height: 16 } as const };
    writeScene(`${folder}/in`, "planar_20200101.tif", { ...size, interleave: "band", sparse: true });
    writeScene(`${folder}/in`, "strips_20200102.tif", { ...size, block: { kind: "strip", rows: 7 } });
    writeFileSync(`${folder}/in/nowhere_20200103.tif`, writeTiff({ ...size, dtype: "uint8" }));
    expect(await expectSame(`${folder}/in`)).toBe(3);
  });
});

describeWithData("drafts read back of files as odd as they come", (data) => {
  it("are those that were read from them", async () => {
    const odd = join(data, "odd-tiffs");
    expect(readdirSync(odd).length).toBeGreaterThan(0);
    expect(await expectSame(odd)).toBeGreaterThan(50);
  });
});
