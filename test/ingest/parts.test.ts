import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { catalog, type IngestOptions, ingest, merge, timeseries } from "../../src/index.js";
import { rootPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";
import { writeLandsat } from "./write-landsat.js";
import { firstPixel, hashFolder, writeFlatScene } from "./write-scene.js";

const cliPath = join(rootPath, "dist/cli/main.js");
let folder: string;
let warehouse: string;
beforeEach(() => {
  folder = createTempDir();
  warehouse = `${folder}/w`;
});

const days = Array.from({ length: 40 }, (_, i) => i + 1);
const nameOf = (day: number) => new Date(Date.UTC(2020, 0, day)).toISOString().slice(0, 10);

function writeDays(): string {
  for (const day of days) writeFlatScene(`${folder}/cogs`, `${nameOf(day)}.tif`, day);
  return `${folder}/cogs`;
}

const run = (source: string, options: IngestOptions = {}) => ingest(source, { warehouse, productId: "p", ...options });
const values = async () => {
  const { rows } = await timeseries(warehouse, { ...firstPixel, threads: 0 });
  return rows.map(({ values: own }) => own.band_1);
};

/** Room for ten drafts of small files. */
const tenDrafts = 10 * 6 * 1024 + 1000;

describe("a batch that is too large for memory", () => {
  it("is committed in parts, which together are what one commit would be", async () => {
    const report = await run(writeDays(), { maxDraftBytes: tenDrafts });
    expect(report).toMatchObject({ added: 40, updated: 0, skipped: 0, sceneCount: 40, failed: [] });
    expect(report.snapshots.length).toBeGreaterThanOrEqual(4);
    expect(report.snapshot).toBe(report.snapshots.at(-1));
    expect(report.stacks).toMatchObject([{ name: "exact-00", isNew: true, scenes: 40 }]);
    expect(await values()).toEqual(days);
    const history = await (await catalog(warehouse)).snapshots();
    expect(history.slice(0, -1).map(({ id }) => id)).toEqual([...report.snapshots].reverse());
    expect(history.at(-2)?.message).toMatch(/^ingest \d+ scenes of p \(part 1\)$/);
    expect(history[0]?.message).toMatch(new RegExp(`\\(part ${report.snapshots.length}\\)$`));
    expect(await run(`${folder}/cogs`)).toMatchObject({ added: 0, skipped: 40, snapshots: [] });
  });

  it("that fits is one commit with a plain message", async () => {
    const { snapshots } = await run(writeDays());
    expect(snapshots).toHaveLength(1);
    expect((await (await catalog(warehouse)).snapshots())[0]?.message).toBe("ingest 40 scenes of p");
  });

  it("has every file of a scene in one part", async () => {
    for (let month = 1; month <= 12; month++) {
      const date = `2018${String(month).padStart(2, "0")}10`;
      writeLandsat(`${folder}/archive`, [400 + month, 500, 800, 2720], { date });
    }
    // Less than the four files of one scene: a part is one scene all the same, or a few.
    const report = await ingest(`${folder}/archive`, { warehouse, maxDraftBytes: 3 * 6 * 1024 });
    expect(report.added).toBe(12);
    expect(report.updated).toBe(0);
    expect(report.snapshots.length).toBeGreaterThanOrEqual(3);
    for (const at of report.snapshots) {
      for (const { bands } of await (await catalog(warehouse, { at })).scenes()) {
        expect(bands).toEqual(["B4", "B5", "B8", "BQA"]);
      }
    }
  });

  it("goes on where it was interrupted", async () => {
    const source = writeDays();
    const interrupt = new AbortController();
    let commits = 0;
    const onProgress: IngestOptions["onProgress"] = ({ phase, done }) => {
      if (phase === "commit" && done === 1 && ++commits === 2) interrupt.abort();
    };
    const options = { maxDraftBytes: tenDrafts, onProgress, signal: interrupt.signal };
    await expect(run(source, options)).rejects.toThrow(/abort/i);
    const [{ scenes = 0 } = {}] = (await catalog(warehouse)).products();
    expect(scenes).toBeGreaterThan(10);
    expect(scenes).toBeLessThan(40);
    expect(await run(source)).toMatchObject({ added: 40 - scenes, skipped: scenes });
    expect(await values()).toEqual(days);
  });

  it("says so where its branch was deleted between two parts, and then takes all of it again", async () => {
    await run(writeDays().replace(/cogs$/, "cogs/2020-01-01.tif"));
    let isDeleted = false;
    const options: IngestOptions = { branch: "staging", maxDraftBytes: tenDrafts };
    const interrupted = run(`${folder}/cogs`, {
      ...options,
      onProgress: ({ phase, done }) => {
        if (phase !== "commit" || done === 0 || isDeleted) return;
        execFileSync(process.execPath, [cliPath, "branches", "-w", warehouse, "--delete", "staging"]);
        isDeleted = true;
      },
    });
    await expect(interrupted).rejects.toThrow(/^branch "staging" was deleted while this ingest wrote to it/);
    await run(`${folder}/cogs`, options);
    expect((await (await catalog(warehouse, { at: "staging" })).scenes()).length).toBe(40);
  });

  it("goes on where its branch was merged between two parts", async () => {
    await run(writeDays().replace(/cogs$/, "cogs/2020-01-01.tif"));
    let isMerged = false;
    const report = await run(`${folder}/cogs`, {
      branch: "staging",
      maxDraftBytes: tenDrafts,
      onProgress: ({ phase, done }) => {
        if (phase !== "commit" || done === 0 || isMerged) return;
        execFileSync(process.execPath, [cliPath, "merge", "staging", "-w", warehouse]);
        isMerged = true;
      },
    });
    expect(report.added).toBe(39);
    expect((await merge(warehouse, "staging")).added).toBeLessThan(39);
    expect(await values()).toEqual(days);
  });

  it("tells progress over all parts", async () => {
    const told: number[] = [];
    await run(writeDays(), {
      maxDraftBytes: tenDrafts,
      onProgress: ({ phase, done, total }) => {
        if (phase !== "headers") return;
        expect(total).toBe(40);
        told.push(done);
      },
    });
    expect(told).toEqual(days);
  });

  it("in a dry run counts all of it, and writes nothing", async () => {
    const source = writeDays();
    const report = await run(source, { maxDraftBytes: tenDrafts, dryRun: true });
    expect(report).toMatchObject({ added: 40, snapshots: [], snapshot: null });
    expect(report.stacks).toMatchObject([{ isNew: true, scenes: 40, width: 4, height: 3 }]);
    expect(hashFolder(warehouse)).toEqual({});
  });
});
