import { readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ingest, isPixelQueryError, openDataset, timeseries } from "../../src/index.js";
import { sharedPool } from "../../src/lazy/thread-pool.js";
import { firstPixel, writeScene } from "../ingest/write-scene.js";
import { createTempDir } from "../support/temp-dir.js";

/** Two tiles side by side, the left full of 1, the right full of 2. */
const twoTiles = {
  width: 32,
  height: 16,
  bands: [Uint8Array.from({ length: 512 }, (_, i) => (i % 32 < 16 ? 1 : 2))],
  block: { kind: "tile", width: 16, height: 16 },
  compression: "deflate",
} as const;

/** Compressed length of each of those tiles. */
const tileBytes = [1, 2].map((value) => deflateSync(new Uint8Array(256).fill(value), { level: 6 }).length);

/** Turn over the bits of bytes of a file without a trace in its listing. */
function flip(path: string, offset: number, count: number) {
  const { atimeMs, mtimeMs } = statSync(path);
  const bytes = readFileSync(path);
  for (let i = offset; i < offset + count; i++) bytes[i]! ^= 0xff;
  writeFileSync(path, bytes);
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe.each([0, 2])("one corrupt block among three scenes, with %i threads", (threads) => {
  let warehouse: string;
  let broken: string;
  let offset: number;

  beforeAll(async () => {
    if (threads > 0) await sharedPool(threads).decode({ sources: [], encodings: [], reads: [] });
  });

  beforeEach(async () => {
    const folder = createTempDir();
    warehouse = `${folder}/w`;
    const paths = [1, 2, 3].map((day) => writeScene(`${folder}/cogs`, `2020-01-0${day}.tif`, twoTiles));
    for (const path of paths) utimesSync(path, 1600000000, 1600000000);
    broken = paths[1] ?? "";
    // The tiles are the file's last bytes, the left one first.
    offset = statSync(broken).size - (tileBytes[0] ?? 0) - (tileBytes[1] ?? 0);
    await ingest(`${folder}/cogs`, { warehouse });
    flip(broken, offset, 6);
  });

  it("is an error that names the file and the byte", async () => {
    for (const question of [
      async () => timeseries(warehouse, { ...firstPixel, threads }),
      async () => (await openDataset(warehouse)).band("band_1").compute({ threads }),
    ]) {
      const error = await caught(question());
      expect(isPixelQueryError(error, "CorruptDataError")).toBe(true);
      expect(String(error)).toContain(broken);
      expect(error).toMatchObject({ details: { path: broken, offset, length: tileBytes[0] } });
    }
  });

  it("fails its own scene alone in a series that marks failures", async () => {
    const { rows } = await timeseries(warehouse, { ...firstPixel, threads, onReadError: "mark" });
    expect(rows.map(({ values, status }) => [values.band_1, status.band_1])).toEqual([
      [1, "valid"],
      [null, "failed"],
      [1, "valid"],
    ]);
  });

  it("fails its own pixels alone in a cube that marks failures, and what is computed from them", async () => {
    const dataset = (await openDataset(warehouse)).isel({ y: 0, x: { start: 15, stop: 17 } });
    const band = await dataset.band("band_1").compute({ threads, onReadError: "mark" });
    expect([...(band.data as Uint8Array)]).toEqual([1, 2, 0, 2, 1, 2]);
    expect([...(band.status ?? [])]).toEqual([0, 0, 5, 0, 0, 0]);
    const sum = await dataset.bandmath("band_1 + 0.5").compute({ threads, onReadError: "mark" });
    expect([...(sum.data as Float32Array)]).toEqual([1.5, 2.5, Number.NaN, 2.5, 1.5, 2.5]);
    expect([...(sum.status ?? [])]).toEqual([0, 0, 5, 0, 0, 0]);
  });

  it("does not trouble a question that does not need it", async () => {
    const dataset = (await openDataset(warehouse)).isel({ x: { start: 16, stop: 32 } });
    const { data, status } = await dataset.band("band_1").compute({ threads });
    expect(status).toBeNull();
    expect([...new Set(data as Uint8Array)]).toEqual([2]);
  });
});

describe("a file that was cut after it was ingested", () => {
  it("is a changed source, not zeros", async () => {
    const folder = createTempDir();
    const path = writeScene(`${folder}/cogs`, "2020-01-01.tif", { ...twoTiles, compression: "none" });
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    const error = await caught((await openDataset(`${folder}/w`)).band("band_1").compute());
    expect(isPixelQueryError(error, "SourceChangedError")).toBe(true);
    expect(String(error)).toContain(path);
  });
});
