import { rmSync, utimesSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { branches, catalog, deleteBranch, ingest, isPixelQueryError, merge, timeseries } from "../../src/index.js";
import { openRepository, openWarehouseStore } from "../../src/warehouse/open-repository.js";
import { writeBand, writeLandsat } from "../ingest/write-landsat.js";
import { firstPixel, hashFolder, writeFlatScene } from "../ingest/write-scene.js";
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

/** A file's modification time in seconds: later than any other of a test. */
const touch = (path: string, seconds: number) => utimesSync(path, seconds, seconds);

async function values(at?: string, productId?: string) {
  const options = { ...firstPixel, threads: 0, ...(at && { at }), ...(productId && { productId }) };
  const { rows } = await timeseries(warehouse, options);
  return rows.map(({ values: own }) => own.band_1);
}

const toMain = (source: string) => ingest(source, { warehouse, productId: "p" });
const toStaging = (source: string) => ingest(source, { warehouse, productId: "p", branch: "staging" });
const messages = async () => (await (await catalog(warehouse)).snapshots()).map(({ message }) => message);
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe("an ingest to a branch", () => {
  it("leaves main as it is, and the branch has both", async () => {
    const { snapshot } = await toMain(writeDays("a", 1));
    const staged = await toStaging(writeDays("b", 2, 3));
    expect(staged).toMatchObject({ branch: "staging", isNewBranch: true, added: 2 });
    expect((await catalog(warehouse)).products()).toMatchObject([{ scenes: 1 }]);
    expect(await (await catalog(warehouse)).snapshots()).toHaveLength(2);
    expect(await values()).toEqual([1]);
    expect(await values("staging")).toEqual([1, 2, 3]);
    expect(await branches(warehouse)).toMatchObject([
      { name: "main", snapshot, ahead: 0 },
      { name: "staging", snapshot: staged.snapshot, ahead: 2, message: "ingest 2 scenes of p" },
    ]);
  });

  it("knows what the branch has: files of main and of the branch are not opened again", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2));
    expect(await toStaging(writeDays("a", 4))).toMatchObject({ isNewBranch: false, added: 1, skipped: 1 });
    expect(await toStaging(`${folder}/b`)).toMatchObject({ added: 0, skipped: 1 });
  });

  it("makes a warehouse with an empty main where there is none", async () => {
    expect(await toStaging(writeDays("a", 1))).toMatchObject({ isNewBranch: true, added: 1 });
    expect((await catalog(warehouse, { at: "staging" })).products()).toMatchObject([{ scenes: 1 }]);
    const repository = await openRepository(openWarehouseStore(warehouse));
    expect((await repository.session()).nodes()).toEqual([]);
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "fast-forward", added: 1 });
    expect(await values()).toEqual([1]);
  });

  it("writes nothing in a dry run, and says that the branch would be made", async () => {
    await toMain(writeDays("a", 1));
    const before = hashFolder(warehouse);
    const report = await ingest(writeDays("b", 2), { warehouse, productId: "p", branch: "staging", dryRun: true });
    expect(report).toMatchObject({ branch: "staging", isNewBranch: true, added: 1, snapshots: [] });
    expect(hashFolder(warehouse)).toEqual(before);
  });

  it("called main is an ingest as any other", async () => {
    const report = await ingest(writeDays("a", 1), { warehouse, branch: "main" });
    expect(report).toMatchObject({ branch: "main", isNewBranch: false, added: 1 });
  });

  it.each(["", "a/b", "a b", "..", "2024-01-01", "1CECHNKREP0F1RSTCMT0"])(
    "under the name %j is an error that says what a name takes",
    async (branch) => {
      const error = await caught(ingest(writeDays("a", 1), { warehouse, branch }));
      expect(isPixelQueryError(error, "InvalidInputError")).toBe(true);
      expect(hashFolder(warehouse)).toEqual({});
    },
  );

  it("under the name of a tag is an error: --at could mean either", async () => {
    const { snapshot } = await toMain(writeDays("a", 1));
    await (await openRepository(openWarehouseStore(warehouse))).createTag("v1", snapshot ?? "");
    expect(String(await caught(ingest(writeDays("b", 2), { warehouse, branch: "v1" })))).toContain("there is a tag");
  });
});

describe("merging into a main that has not moved", () => {
  it("moves main to the branch's snapshots, says so in the history, and deletes the branch", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2, 3));
    const report = await merge(warehouse, "staging");
    expect(report).toMatchObject({ how: "fast-forward", added: 2, updated: 0, pruned: 0, isBranchDeleted: true });
    expect(report.products).toEqual([{ productId: "p", added: 2, updated: 0, pruned: 0 }]);
    expect(await values()).toEqual([1, 2, 3]);
    expect((await messages()).slice(0, 2)).toEqual(["merge staging: 2 new of p", "ingest 2 scenes of p"]);
    expect((await branches(warehouse)).map(({ name, snapshot }) => [name, snapshot])).toEqual([
      ["main", report.snapshot],
    ]);
    expect(await toMain(`${folder}/b`)).toMatchObject({ added: 0, skipped: 2 });
  });

  it("takes a message, and keeps the branch when it is told: merging it again then does nothing", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2));
    await merge(warehouse, "staging", { deleteBranch: false, message: "checked by eye" });
    expect((await messages())[0]).toBe("checked by eye");
    expect((await branches(warehouse))[1]).toMatchObject({ name: "staging", ahead: 0 });
    const before = hashFolder(warehouse);
    expect(await merge(warehouse, "staging", { deleteBranch: false })).toMatchObject({ how: "nothing", added: 0 });
    expect(hashFolder(warehouse)).toEqual(before);
    await toStaging(writeDays("c", 3));
    expect(await merge(warehouse, "staging")).toMatchObject({ added: 1, isBranchDeleted: true });
    expect(await values()).toEqual([1, 2, 3]);
  });

  it("in a dry run counts, and writes nothing", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2));
    const before = hashFolder(warehouse);
    expect(await merge(warehouse, "staging", { dryRun: true })).toMatchObject({ added: 1, isBranchDeleted: false });
    expect(hashFolder(warehouse)).toEqual(before);
  });
});

describe("merging into a main that has moved", () => {
  it("applies the scenes to it in one commit, without opening a file", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2, 3));
    await toMain(writeDays("c", 4));
    rmSync(`${folder}/b`, { recursive: true });
    const report = await merge(warehouse, "staging");
    expect(report).toMatchObject({ how: "applied", added: 2, updated: 0, leftOut: [], isBranchDeleted: true });
    expect(await messages()).toHaveLength(4);
    expect((await messages())[0]).toBe("merge staging: 2 new of p");
    writeDays("b", 2, 3);
    const scenes = await (await catalog(warehouse)).scenes();
    expect(scenes.map(({ acquisitionTime }) => acquisitionTime.slice(8, 10))).toEqual(["01", "02", "03", "04"]);
  });

  it("reads the same pixels as one ingest of all", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2, 3));
    await toMain(writeDays("c", 4));
    await merge(warehouse, "staging");
    expect(await values()).toEqual([1, 2, 3, 4]);
  });

  it("takes files that both have once", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2, 3));
    await toMain(writeDays("b", 2, 3));
    expect(await merge(warehouse, "staging")).toMatchObject({
      how: "nothing",
      added: 0,
      updated: 0,
      isBranchDeleted: true,
    });
    expect(await values()).toEqual([1, 2, 3]);
  });

  it("of a file that changed in both keeps the newer state, and says which it left out", async () => {
    const a = writeDays("a", 1);
    await toMain(a);
    writeFlatScene(a, "2020-01-01.tif", 50);
    touch(`${a}/2020-01-01.tif`, 1_800_000_000);
    await toStaging(a);
    writeFlatScene(a, "2020-01-01.tif", 60);
    touch(`${a}/2020-01-01.tif`, 1_900_000_000);
    await toMain(a);
    const report = await merge(warehouse, "staging");
    expect(report).toMatchObject({ how: "nothing", updated: 0 });
    expect(report.leftOut).toMatchObject([{ source: expect.stringMatching(/2020-01-01\.tif$/), reason: /newer/ }]);
    expect(await values()).toEqual([60]);
  });

  it("brings a changed file in where main still has the old one", async () => {
    const a = writeDays("a", 1);
    await toMain(a);
    writeFlatScene(a, "2020-01-01.tif", 50);
    touch(`${a}/2020-01-01.tif`, 1_800_000_000);
    await toStaging(a);
    await toMain(writeDays("b", 2));
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 0, updated: 1 });
    expect(await values()).toEqual([50, 2]);
  });

  it("forgets what the branch forgot, unless main has it anew", async () => {
    const a = writeDays("a", 1, 2, 3);
    await toMain(a);
    rmSync(`${a}/2020-01-01.tif`);
    rmSync(`${a}/2020-01-02.tif`);
    const staged = await ingest(a, { warehouse, productId: "p", branch: "staging", prune: true });
    expect(staged).toMatchObject({ pruned: 2 });
    writeFlatScene(a, "2020-01-02.tif", 70);
    touch(`${a}/2020-01-02.tif`, 1_900_000_000);
    await toMain(a);
    const report = await merge(warehouse, "staging");
    expect(report).toMatchObject({ how: "applied", pruned: 1 });
    expect(report.leftOut).toMatchObject([{ source: expect.stringMatching(/2020-01-02\.tif$/) }]);
    expect(await values()).toEqual([70, 3]);
  });

  it("does not bring back what main forgot", async () => {
    const a = writeDays("a", 1, 2);
    await toMain(a);
    await toStaging(writeDays("b", 3));
    rmSync(`${a}/2020-01-01.tif`);
    await ingest(a, { warehouse, productId: "p", prune: true });
    await merge(warehouse, "staging");
    expect(await values()).toEqual([2, 3]);
  });

  it("puts bands beside those that main got of the same scene", async () => {
    const archive = `${folder}/archive`;
    writeBand(archive, "B4", 400);
    await ingest(archive, { warehouse });
    writeBand(archive, "B5", 500);
    await ingest(archive, { warehouse, branch: "staging" });
    writeLandsat(`${folder}/other`, [401, 501, 801, 2720], { date: "20180216" });
    await ingest(`${folder}/other`, { warehouse });
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 0, updated: 1, leftOut: [] });
    const { rows } = await timeseries(warehouse, { ...firstPixel, bands: ["B4", "B5"], threads: 0 });
    expect(rows.map(({ values: own }) => [own.B4, own.B5])).toEqual([
      [400, 500],
      [401, 501],
    ]);
  });

  it("lets the newer processing win, whichever side it came from", async () => {
    const [older, newer] = [`${folder}/older`, `${folder}/newer`];
    writeLandsat(older, [400, 500, 800, 2720]);
    writeLandsat(newer, [410, 510, 810, 2720], { processed: "20180301" });
    const read = async () => {
      const { rows } = await timeseries(warehouse, { ...firstPixel, bands: ["B4", "B8"], threads: 0 });
      return rows.map(({ values: own }) => [own.B4, own.B8]);
    };
    await ingest(older, { warehouse });
    await ingest(newer, { warehouse, branch: "staging" });
    writeLandsat(`${folder}/other`, [401, 501, 801, 2720], { date: "20180216" });
    await ingest(`${folder}/other`, { warehouse });
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 0, updated: 1, pruned: 0 });
    expect(await read()).toEqual([
      [410, 810],
      [401, 801],
    ]);

    warehouse = `${folder}/w2`;
    await ingest(`${folder}/other`, { warehouse });
    await ingest(older, { warehouse, branch: "staging" });
    await ingest(newer, { warehouse });
    expect(await merge(warehouse, "staging")).toMatchObject({ added: 0, updated: 0 });
    expect(await read()).toEqual([
      [410, 810],
      [401, 801],
    ]);
  });

  it("brings masks to the scenes they stand beside", async () => {
    writeFlatScene(`${folder}/sr`, "drone_20200101_sr.tif", 3, { bandNames: ["red"] });
    writeFlatScene(`${folder}/masks`, "drone_20200101_cloudmask.tif", 1);
    await ingest(`${folder}/sr`, { warehouse, productId: "p" });
    await ingest(`${folder}/sr`, { warehouse, productId: "p", maskPath: `${folder}/masks`, branch: "staging" });
    await toMain(writeDays("b", 5));
    expect(await merge(warehouse, "staging")).toMatchObject({ how: "applied", added: 0, updated: 1 });
    const [scene] = await (await catalog(warehouse)).scenes();
    expect(scene).toMatchObject({ id: "drone_20200101_sr", bands: ["red", "mask"] });
  });

  it("brings what the branch knows of a product, and leaves what only main learned", async () => {
    await toMain(writeDays("a", 1));
    await ingest(writeDays("b", 2), { warehouse, productId: "p", provider: "staged", branch: "staging" });
    await toMain(writeDays("c", 3));
    await merge(warehouse, "staging");
    expect((await catalog(warehouse)).products()).toMatchObject([{ productId: "p", provider: "staged", scenes: 3 }]);
    await toStaging(writeDays("d", 4));
    await ingest(writeDays("e", 5), { warehouse, productId: "p", provider: "main" });
    await merge(warehouse, "staging");
    expect((await catalog(warehouse)).products()).toMatchObject([{ provider: "main", scenes: 5 }]);
  });

  it("brings every product in the same commit", async () => {
    await ingest(writeDays("a", 1), { warehouse, productId: "p" });
    await ingest(writeDays("b", 2), { warehouse, productId: "p", branch: "staging" });
    await ingest(writeDays("c", 3), { warehouse, productId: "q", branch: "staging" });
    await ingest(writeDays("d", 4), { warehouse, productId: "p" });
    const report = await merge(warehouse, "staging");
    expect(report.products).toEqual([
      { productId: "p", added: 1, updated: 0, pruned: 0 },
      { productId: "q", added: 1, updated: 0, pruned: 0 },
    ]);
    expect((await messages())[0]).toBe("merge staging: 1 new of p; 1 new of q");
    expect(await values(undefined, "q")).toEqual([3]);
  });
});

describe("merging", () => {
  it("keeps a branch that got more scenes meanwhile", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2));
    const [merged] = await Promise.all([merge(warehouse, "staging"), toStaging(writeDays("c", 3))]);
    const rest = (await branches(warehouse)).length > 1 ? await merge(warehouse, "staging") : { added: 0 };
    expect(merged.added + rest.added).toBe(2);
    expect(await values()).toEqual([1, 2, 3]);
  });

  it("twice at once brings every scene in once", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2, 3));
    for (const round of [1, 2]) {
      const reports = await Promise.all([merge(warehouse, "staging"), merge(warehouse, "staging")]);
      expect(reports.reduce((sum, { added }) => sum + added, 0)).toBe(2);
      expect(reports.filter(({ isBranchDeleted }) => isBranchDeleted)).toHaveLength(1);
      if (round === 2) continue;
      // Now into a main that has moved.
      await toStaging(writeDays("c", 4, 5));
      await toMain(writeDays("d", 6));
    }
    expect(await values()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("beside eight ingests into main gives exactly the union", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2, 3));
    const sources = [10, 11, 12, 13, 14, 15, 16, 17].map((day) => writeDays(`s${day}`, day));
    const [report] = await Promise.all([merge(warehouse, "staging"), ...sources.map(toMain)]);
    expect(report).toMatchObject({ added: 2, isBranchDeleted: true });
    expect(await values()).toEqual([1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17]);
  });

  it("of what is not there, or into itself, is an error that says so", async () => {
    await toMain(writeDays("a", 1));
    expect(isPixelQueryError(await caught(merge(warehouse, "staging")), "NotFoundError")).toBe(true);
    expect(isPixelQueryError(await caught(merge(warehouse, "main")), "InvalidInputError")).toBe(true);
    expect(isPixelQueryError(await caught(merge(`${folder}/none`, "staging")), "NotFoundError")).toBe(true);
  });
});

describe("deleting a branch", () => {
  it("takes it away, and says what it was", async () => {
    await toMain(writeDays("a", 1));
    await toStaging(writeDays("b", 2));
    expect(await deleteBranch(warehouse, "staging")).toMatchObject({ name: "staging", ahead: 1 });
    expect((await branches(warehouse)).map(({ name }) => name)).toEqual(["main"]);
    expect(isPixelQueryError(await caught(deleteBranch(warehouse, "main")), "InvalidInputError")).toBe(true);
    expect(isPixelQueryError(await caught(deleteBranch(warehouse, "staging")), "NotFoundError")).toBe(true);
  });
});
