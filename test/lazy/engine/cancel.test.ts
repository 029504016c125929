import { readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { CorruptDataError, type Dataset, ingest, openDataset } from "../../../src/index.js";
import { sharedPool } from "../../../src/lazy/thread-pool.js";
import { writeScene } from "../../ingest/write-scene.js";
import { createSharedTempDir, createTempDir } from "../../support/temp-dir.js";
import { openGated } from "./open-gated.js";

const [SIZE, TILE, SCENES] = [512, 128, 12];

/** Tiles of a ramp: 16 for each of twelve scenes, 6 MiB in all. */
const ramp = {
  width: SIZE,
  height: SIZE,
  dtype: "uint16",
  block: { kind: "tile", width: TILE, height: TILE },
  compression: "deflate",
  bands: [Uint16Array.from({ length: SIZE * SIZE }, (_, i) => 1 + (i % 977))],
} as const;

const lost: unknown[] = [];
const remember = (reason: unknown) => lost.push(reason);
process.on("unhandledRejection", remember);

/** Long enough for a rejection that nobody handles to be reported. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 50));

afterEach(async () => {
  await settle();
  expect(lost.splice(0)).toEqual([]);
});

describe.each([0, 2])("a long computation that is cancelled, with %i threads", (threads) => {
  const folder = createSharedTempDir();
  let dataset: Dataset;
  beforeAll(async () => {
    for (let day = 10; day < 10 + SCENES; day++) writeScene(`${folder}/cogs`, `2020-01-${day}.tif`, ramp);
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
    dataset = await openDataset(`${folder}/w`);
  });

  /** Aborts as soon as the first reads are reported. */
  function abortedEarly() {
    const controller = new AbortController();
    const reason = new Error("enough");
    const seen = { done: 0, total: 0 };
    const onProgress = (done: number, total: number) => {
      Object.assign(seen, { done, total });
      controller.abort(reason);
    };
    // Little memory for a block, so that many blocks wait.
    const options = { threads, memoryBytes: 2 ** 21, onProgress, signal: controller.signal };
    return { reason, seen, options };
  }

  it.each([
    ["a median over time", (cube: Dataset) => cube.band("band_1").median("time")],
    ["a mean over y and x", (cube: Dataset) => cube.band("band_1").mean(["y", "x"])],
    ["all pixels", (cube: Dataset) => cube.bandmath("band_1 * 2")],
  ])("rejects with the signal's reason: %s", async (_, ask) => {
    const { reason, seen, options } = abortedEarly();
    await expect(ask(dataset).compute(options)).rejects.toBe(reason);
    await settle();
    // Other threads may have been quicker than the news of their first reads.
    if (threads === 0) expect(seen.done).toBeLessThan(seen.total);
  });

  it("stops an iteration over parts, and one that nobody goes on with", async () => {
    const { reason, options } = abortedEarly();
    const iterate = async () => {
      for await (const part of dataset.band("band_1").parts(options)) expect(part.array.data.length).toBeGreaterThan(0);
    };
    await expect(iterate()).rejects.toBe(reason);
    let parts = 0;
    const { signal: _, onProgress: __, ...others } = options;
    for await (const part of dataset.band("band_1").parts(others)) {
      parts += part.array.shape.length > 0 ? 1 : 0;
      break;
    }
    expect(parts).toBe(1);
  });

  it("reads nothing where it was cancelled before", async () => {
    const reason = { anything: "at all" };
    const options = { threads, signal: AbortSignal.abort(reason), onProgress: () => expect.unreachable() };
    await expect(dataset.band("band_1").mean("time").compute(options)).rejects.toBe(reason);
  });
});

describe("threads whose sources have not answered yet", () => {
  it("are left at once, ask for nothing more, and take new work", async () => {
    const folder = createTempDir();
    for (let day = 10; day < 10 + SCENES; day++) writeScene(`${folder}/cogs`, `2020-01-${day}.tif`, ramp);
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
    await sharedPool(2).decode({ sources: [], encodings: [], reads: [] });
    const { dataset, asked, waiting, open } = await openGated(`${folder}/w`);
    const controller = new AbortController();
    const reason = new Error("enough");
    const options = { threads: 2, memoryBytes: 2 ** 21, signal: controller.signal };
    const median = dataset.band("band_1").median("time");
    const { requests, blocks } = await median.explain(options);
    expect(blocks).toBeGreaterThan(4);
    const cancelled = median.compute(options);
    await waiting(2);
    controller.abort(reason);
    await expect(cancelled).rejects.toBe(reason);
    await settle();
    const before = asked();
    expect(before).toBeLessThan(requests);
    open();
    const half = dataset.isel({ time: [0], y: { start: 0, stop: 256 } }).band("band_1");
    const { data } = await half.max("time").compute({ threads: 2, memoryBytes: 2 ** 21 });
    expect((data as Uint16Array)[5]).toBe(6);
    expect(asked() - before).toBe(8);
  });
});

/** Two tiles side by side, in two scenes; the left one of the second cannot be decoded. */
async function openBroken(): Promise<{ dataset: Dataset; path: string }> {
  const folder = createTempDir();
  const tiff = {
    width: 32,
    height: 16,
    bands: [Uint8Array.from({ length: 512 }, (_, i) => i % 200)],
    block: { kind: "tile", width: 16, height: 16 },
    compression: "deflate",
  } as const;
  const [first = "", path = ""] = ["2020-01-01", "2020-01-02"].map((day) =>
    writeScene(`${folder}/cogs`, `${day}.tif`, tiff),
  );
  for (const scene of [first, path]) utimesSync(scene, 1_600_000_000, 1_600_000_000);
  await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
  const bytes = readFileSync(path);
  // A zlib stream of a small block begins so; the left tile's is the first.
  const start = bytes.indexOf(Buffer.of(0x78, 0x9c));
  bytes.fill(0xff, start, start + 6);
  writeFileSync(path, bytes);
  utimesSync(path, 1_600_000_000, 1_600_000_000);
  expect(statSync(path).size).toBe(bytes.length);
  return { dataset: await openDataset(`${folder}/w`), path };
}

describe.each([0, 2])("a block that cannot be decoded, with %i threads", (threads) => {
  beforeAll(async () => {
    if (threads > 0) await sharedPool(threads).decode({ sources: [], encodings: [], reads: [] });
  });

  it.each([
    ["a mean over time", (cube: Dataset) => cube.band("band_1").mean("time")],
    ["a median over time", (cube: Dataset) => cube.band("band_1").median("time")],
    ["a sum over everything", (cube: Dataset) => cube.band("band_1").sum()],
  ])("ends %s with an error of its own class that names the file", async (_, ask) => {
    const { dataset, path } = await openBroken();
    const error = await ask(dataset)
      .compute({ threads })
      .then(
        () => null,
        (thrown: unknown) => thrown,
      );
    expect(error).toBeInstanceOf(CorruptDataError);
    expect(error).toMatchObject({ name: "CorruptDataError", details: { path } });
  });

  it("is left out of reductions where failures are marked, and fails alone where nothing else is there", async () => {
    const { dataset } = await openBroken();
    const edge = dataset.isel({ y: 0, x: { start: 15, stop: 17 } }).band("band_1");
    const options = { threads, onReadError: "mark" as const };
    const mean = await edge.mean("time").compute(options);
    expect([[...(mean.data as Float32Array)], mean.status]).toEqual([[15, 16], null]);
    const counts = await edge.count("time").compute(options);
    expect([...(counts.data as Int32Array)]).toEqual([1, 2]);
    const second = await edge
      .isel({ time: [1] })
      .mean("time")
      .compute(options);
    expect([[...(second.data as Float32Array)], [...(second.status ?? [])]]).toEqual([
      [Number.NaN, 16],
      [5, 0],
    ]);
    const filled = await edge.isel({ time: 1 }).fillna(0).compute(options);
    expect([...(filled.status ?? [])]).toEqual([5, 0]);
  });
});
