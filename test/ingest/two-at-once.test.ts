import { describe, expect, it } from "vitest";
import { catalog, ingest, timeseries } from "../../src/index.js";
import { createTempDir } from "../support/temp-dir.js";
import { startIngest } from "./start-ingest.js";
import { firstPixel, writeFlatScene } from "./write-scene.js";

/** Folders of three scenes each; scene `day` of January 2020 in folder `n` holds 10 n + day. */
function writeFolders(folder: string, names: readonly string[]): string[] {
  return names.map((name, n) => {
    for (const day of [1, 2, 3]) writeFlatScene(`${folder}/${name}`, `2020-01-0${day}.tif`, 10 * n + day);
    return `${folder}/${name}`;
  });
}

async function valuesIn(warehouse: string) {
  const { rows } = await timeseries(warehouse, firstPixel);
  return rows.map(({ values }) => values.band_1).sort((a, b) => (a ?? 0) - (b ?? 0));
}

const fourFolders = [1, 2, 3, 11, 12, 13, 21, 22, 23, 31, 32, 33];

describe("several ingests at once", () => {
  it.each(["into a new warehouse", "into one that is there"])("in one process %s lose nothing", async (where) => {
    const folder = createTempDir();
    const warehouse = `${folder}/w`;
    const [first = "", ...others] = writeFolders(folder, ["a", "b", "c", "d"]);
    if (where === "into one that is there") await ingest(first, { warehouse, productId: "p" });
    const sources = where === "into one that is there" ? others : [first, ...others];
    const reports = await Promise.all(sources.map((source) => ingest(source, { warehouse, productId: "p" })));
    expect(reports.map(({ added }) => added)).toEqual(sources.map(() => 3));
    expect(await valuesIn(warehouse)).toEqual(fourFolders);
  });

  it("of one folder add every scene once", async () => {
    const folder = createTempDir();
    const warehouse = `${folder}/w`;
    const [source = ""] = writeFolders(folder, ["a"]);
    const reports = await Promise.all([1, 2, 3].map(() => ingest(source, { warehouse, productId: "p" })));
    expect(reports.reduce((sum, { added }) => sum + added, 0)).toBe(3);
    expect(reports.reduce((sum, { skipped }) => sum + skipped, 0)).toBe(6);
    const [newest] = await (await catalog(warehouse)).snapshots();
    expect(reports.map(({ snapshot }) => snapshot)).toEqual(reports.map(() => newest?.id));
    expect(await valuesIn(warehouse)).toEqual([1, 2, 3]);
  });

  it("in four processes lose nothing, whoever makes the warehouse", async () => {
    for (let round = 0; round < 2; round++) {
      const folder = createTempDir();
      const warehouse = `${folder}/w`;
      const sources = writeFolders(folder, ["a", "b", "c", "d"]);
      const processes = await Promise.all(sources.map((source) => startIngest(source, warehouse)));
      try {
        const reports = await Promise.all(processes.map((process) => process.run()));
        expect(reports.map(({ added, failed }) => [added, failed])).toEqual(sources.map(() => [3, []]));
      } finally {
        await Promise.all(processes.map((process) => process.kill()));
      }
      expect(await valuesIn(warehouse)).toEqual(fourFolders);
      const snapshots = await (await catalog(warehouse)).snapshots();
      expect(snapshots).toHaveLength(5);
    }
  });

  it("in twelve processes lose nothing, and each makes one commit", { timeout: 60_000 }, async () => {
    const folder = createTempDir();
    const warehouse = `${folder}/w`;
    const names = Array.from({ length: 12 }, (_, n) => `folder-${n}`);
    const sources = writeFolders(folder, names);
    const processes = await Promise.all(sources.map((source) => startIngest(source, warehouse)));
    try {
      const reports = await Promise.all(processes.map((process) => process.run()));
      expect(reports.map(({ added, failed }) => [added, failed])).toEqual(sources.map(() => [3, []]));
      expect(new Set(reports.flatMap(({ snapshots }) => snapshots)).size).toBe(12);
    } finally {
      await Promise.all(processes.map((process) => process.kill()));
    }
    const expected = names.flatMap((_, n) => [10 * n + 1, 10 * n + 2, 10 * n + 3]);
    expect(await valuesIn(warehouse)).toEqual(expected);
    expect(await (await catalog(warehouse)).snapshots()).toHaveLength(13);
  });

  it("in two processes of one folder add every scene once", async () => {
    const folder = createTempDir();
    const warehouse = `${folder}/w`;
    const [source = ""] = writeFolders(folder, ["a"]);
    const processes = await Promise.all([startIngest(source, warehouse), startIngest(source, warehouse)]);
    try {
      const reports = await Promise.all(processes.map((process) => process.run()));
      expect(reports.map(({ added }) => added).sort()).toEqual([0, 3]);
    } finally {
      await Promise.all(processes.map((process) => process.kill()));
    }
    expect(await valuesIn(warehouse)).toEqual([1, 2, 3]);
  });
});
