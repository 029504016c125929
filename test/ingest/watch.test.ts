import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  catalog,
  ingest,
  isPixelQueryError,
  timeseries,
  type WatchOptions,
  type WatchReport,
  watchIngest,
} from "../../src/index.js";
import { createTempDir } from "../support/temp-dir.js";
import { writeBand } from "./write-landsat.js";
import { firstPixel, writeFlatScene } from "./write-scene.js";

let folder: string;
let warehouse: string;
let incoming: string;
beforeEach(() => {
  folder = createTempDir();
  warehouse = `${folder}/w`;
  incoming = `${folder}/incoming`;
  mkdirSync(incoming);
});

const interval = 0.05;

/** Watching that ends with the test. `next` waits for a report; `idle` for so many listings without one. */
function watch(options: WatchOptions = {}) {
  const abort = new AbortController();
  const errors: unknown[] = [];
  const waits: number[] = [];
  const warnings: string[] = [];
  let listings = 0;
  const reports = watchIngest(incoming, {
    warehouse,
    productId: "p",
    intervalSeconds: interval,
    signal: abort.signal,
    onWarning: ({ message }) => warnings.push(message),
    onError: (error, retryInMs) => {
      errors.push(error);
      waits.push(retryInMs);
    },
    onProgress: ({ phase, total }) => {
      if (phase === "scan" && total === null) listings++;
    },
    ...options,
  });
  let pending: Promise<IteratorResult<WatchReport, void>> | null = null;
  onTestFinished(async () => {
    abort.abort();
    await pending;
  });
  return {
    abort,
    errors,
    waits,
    warnings,
    async next(): Promise<WatchReport> {
      pending ??= reports.next();
      const { value } = await pending;
      pending = null;
      if (value === undefined) throw new Error("watching ended");
      return value;
    },
    async ended(): Promise<boolean> {
      pending ??= reports.next();
      return (await pending).done === true;
    },
    /** Let `count` listings begin, and see that none of them led to a report. */
    async idle(count: number): Promise<void> {
      const until = listings + count;
      pending ??= reports.next();
      let reported = false;
      void pending.then(() => {
        reported = true;
      });
      while (listings < until && !reported) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(reported).toBe(false);
    },
  };
}

const write = (day: number, value = day) => writeFlatScene(incoming, `2020-01-0${day}.tif`, value);
const values = async () => {
  const { rows } = await timeseries(warehouse, { ...firstPixel, threads: 0 });
  return rows.map(({ values: own }) => own.band_1);
};

describe("watching", () => {
  it("begins with an ingest, and takes what comes and what changes", async () => {
    write(1);
    const watched = watch();
    const first = await watched.next();
    expect(first).toMatchObject({ added: 1, updated: 0, failed: [] });
    expect(Math.abs(Date.parse(first.time) - Date.now())).toBeLessThan(60_000);
    await watched.idle(3);
    write(2);
    expect(await watched.next()).toMatchObject({ added: 1, updated: 0, skipped: 1 });
    write(1, 7);
    expect(await watched.next()).toMatchObject({ added: 0, updated: 1 });
    expect(await values()).toEqual([7, 2]);
    // One commit for each change, and none for the rounds between.
    expect(await (await catalog(warehouse)).snapshots()).toHaveLength(4);
  });

  it("waits for the first file of an empty folder", async () => {
    const watched = watch();
    expect(await watched.next()).toMatchObject({ added: 0, snapshot: null, sceneCount: 0 });
    write(1);
    expect(await watched.next()).toMatchObject({ added: 1 });
  });

  it("leaves a file alone while it is written, and never calls it broken", async () => {
    const bytes = readFileSync(writeFlatScene(`${folder}/elsewhere`, "2020-01-02.tif", 9));
    write(1);
    const watched = watch({ intervalSeconds: 0.1 });
    await watched.next();
    const report = watched.next();
    const path = `${incoming}/2020-01-02.tif`;
    writeFileSync(path, bytes.subarray(0, 8));
    for (let at = 8; at < bytes.length; at += Math.ceil(bytes.length / 12)) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      appendFileSync(path, bytes.subarray(at, at + Math.ceil(bytes.length / 12)));
    }
    expect(await report).toMatchObject({ added: 1, failed: [] });
    expect(await values()).toEqual([1, 9]);
  });

  it("tells once what is broken, and takes it when it is whole", async () => {
    write(1);
    const path = write(2);
    const { size } = statSync(path);
    truncateSync(path, 20);
    const watched = watch();
    expect(await watched.next()).toMatchObject({ added: 1, failed: [{ path, error: { name: "CorruptDataError" } }] });
    await watched.idle(4);
    write(2);
    expect(statSync(path).size).toBe(size);
    expect(await watched.next()).toMatchObject({ added: 1, failed: [] });
  });

  it("takes a scene when all of its files are there whole, and bands that come later join it", async () => {
    const watched = watch({ productId: "landsat_c1" });
    await watched.next();
    writeBand(incoming, "B4", 400);
    writeBand(incoming, "B5", 500);
    expect(await watched.next()).toMatchObject({ added: 1, updated: 0 });
    writeBand(incoming, "B6", 600);
    expect(await watched.next()).toMatchObject({ added: 0, updated: 1 });
    const [scene] = await (await catalog(warehouse)).scenes();
    expect(scene?.bands).toEqual(["B4", "B5", "B6"]);
  });

  it("forgets with prune what is gone, the last file too", async () => {
    write(1);
    write(2);
    const watched = watch({ prune: true });
    await watched.next();
    rmSync(`${incoming}/2020-01-01.tif`);
    expect(await watched.next()).toMatchObject({ pruned: 1, added: 0 });
    expect(await values()).toEqual([2]);
    rmSync(`${incoming}/2020-01-02.tif`);
    expect(await watched.next()).toMatchObject({ pruned: 1, sceneCount: 0 });
  });

  it("writes to a branch", async () => {
    write(1);
    await ingest(incoming, { warehouse, productId: "p" });
    write(2);
    const watched = watch({ branch: "staging" });
    expect(await watched.next()).toMatchObject({ branch: "staging", isNewBranch: true, added: 1 });
    write(3);
    expect(await watched.next()).toMatchObject({ branch: "staging", isNewBranch: false, added: 1 });
    expect((await catalog(warehouse)).products()).toMatchObject([{ scenes: 1 }]);
  });

  it("beside another watcher and an ingest loses nothing, and adds nothing twice", async () => {
    const [one, other] = [watch(), watch()];
    await Promise.all([one.next(), other.next()]);
    write(1);
    writeFlatScene(`${folder}/more`, "2020-01-05.tif", 5);
    const [, report] = await Promise.all([
      Promise.race([one.next(), other.next()]),
      ingest(`${folder}/more`, { warehouse, productId: "p" }),
    ]);
    expect(report).toMatchObject({ added: 1 });
    expect(await values()).toEqual([1, 5]);
    const messages = (await (await catalog(warehouse)).snapshots()).map(({ message }) => message);
    expect(messages.filter((message) => message.startsWith("ingest"))).toHaveLength(2);
  });

  it("tells a warning once", async () => {
    const path = writeFlatScene(incoming, "undated.tif", 1);
    utimesSync(path, 1_600_000_000, 1_600_000_000);
    const watched = watch();
    await watched.next();
    write(2);
    await watched.next();
    expect(watched.warnings).toHaveLength(1);
  });
});

describe("a round of watching that fails", () => {
  it("is told and tried again after longer and longer waits, and later rounds go on", async () => {
    write(1);
    const watched = watch({ intervalSeconds: 0.02 });
    await watched.next();
    const report = watched.next();
    rmSync(incoming, { recursive: true });
    while (watched.errors.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(watched.waits.slice(0, 3)).toEqual([20, 40, 80]);
    expect(isPixelQueryError(watched.errors[0], "NotFoundError")).toBe(true);
    mkdirSync(incoming);
    write(3);
    expect(await report).toMatchObject({ added: 1 });
  });

  it("is thrown where it is the first one and the call is wrong", async () => {
    rmSync(incoming, { recursive: true });
    await expect(watchIngest(incoming, { warehouse }).next()).rejects.toThrow("no such file or folder");
    const backwards = watchIngest(folder, { warehouse, intervalSeconds: -1 });
    await expect(backwards.next()).rejects.toThrow("give a number above 0");
  });
});

describe("aborting the signal", () => {
  it("ends watching between rounds, without an error", async () => {
    write(1);
    const watched = watch({ intervalSeconds: 1000 });
    await watched.next();
    const ended = watched.ended();
    watched.abort.abort();
    expect(await ended).toBe(true);
  });

  it("before it began reads nothing", async () => {
    write(1);
    const watched = watch();
    watched.abort.abort();
    expect(await watched.ended()).toBe(true);
    await expect(catalog(warehouse)).rejects.toThrow("no warehouse here");
  });

  it("while a commit is under way lets it come to its end, and gives its report", async () => {
    write(1);
    const abort = new AbortController();
    const reports = watchIngest(incoming, {
      warehouse,
      productId: "p",
      signal: abort.signal,
      onProgress: ({ phase, done }) => {
        if (phase === "commit" && done === 0) abort.abort();
      },
    });
    const { value } = await reports.next();
    expect(value).toMatchObject({ added: 1, snapshots: [expect.any(String)] });
    expect((await reports.next()).done).toBe(true);
    expect(await values()).toEqual([1]);
  });
});
