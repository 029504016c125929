import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ingest } from "../../src/index.js";
import { writeScene } from "../ingest/write-scene.js";
import { createTempDir } from "../support/temp-dir.js";
import type { TiffOptions } from "../support/write-tiff.js";
import { openRecorded } from "./open-recorded.js";

/** Numbers without a pattern that deflate could use; the same at every run. */
function noise(length: number): Uint16Array {
  let state = 1;
  return Uint16Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 16;
  });
}

async function record(...scenes: Partial<TiffOptions>[]) {
  const folder = createTempDir();
  scenes.forEach((scene, i) => {
    writeScene(`${folder}/cogs`, `2020-01-0${i + 1}.tif`, scene);
  });
  await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
  const recorded = await openRecorded(`${folder}/w`);
  const sizeOf = (i: number) => statSync(`${folder}/cogs/2020-01-0${i + 1}.tif`).size;
  return { ...recorded, sizeOf };
}

/** 4 × 4 tiles of 16 × 16 bytes, each tile full of its number from 0. */
const sixteenTiles = {
  width: 64,
  height: 64,
  block: { kind: "tile", width: 16, height: 16 },
  bands: [Uint8Array.from({ length: 4096 }, (_, i) => (i >> 10) * 4 + ((i % 64) >> 4))],
} as const satisfies Partial<TiffOptions>;

describe("what is read for a point", () => {
  // Middle of row 5, column 3 by gdaltransform: (500035, 4499945) of EPSG:32618.
  const row5col3 = { lon: -74.999586016252, lat: 40.6503610315728 };

  it("is one part of one block a scene: the rows down to the point", async () => {
    const { dataset, takeReads, sizeOf } = await record(sixteenTiles, sixteenTiles);
    const { rows } = await dataset.timeseries(row5col3);
    expect(rows.map(({ values }) => values.band_1)).toEqual([0, 0]);
    // Tile 0 is the first of the blocks at the file's end; six rows of sixteen bytes reach row 5.
    expect(takeReads().sort()).toEqual([
      ["2020-01-01.tif", sizeOf(0) - 4096, 96],
      ["2020-01-02.tif", sizeOf(1) - 4096, 96],
    ]);
  });

  it("is nothing where no scene covers it", async () => {
    const { dataset, takeReads } = await record(sixteenTiles);
    expect((await dataset.timeseries({ lon: -70, lat: 40 })).rows).toEqual([]);
    expect(takeReads()).toEqual([]);
  });

  it("is a small part of a compressed block, for a point in its first rows", async () => {
    const bands = [noise(512 * 512)];
    const block = { kind: "tile", width: 512, height: 512 } as const;
    const big = {
      width: 512,
      height: 512,
      dtype: "uint16",
      bands,
      block,
      compression: "deflate",
      predictor: 2,
    } as const;
    const { dataset, takeReads, sizeOf } = await record(big);
    expect(sizeOf(0)).toBeGreaterThan(500_000);
    const { rows } = await dataset.timeseries(row5col3);
    expect(rows[0]?.values.band_1).toBe(bands[0]?.[5 * 512 + 3]);
    const reads = takeReads();
    expect(reads).toHaveLength(1);
    expect(reads[0]?.[2]).toBeLessThan(30_000);
  });

  it("is the rest of the block too where its first part runs dry", async () => {
    // All that is hard to compress lies in the upper half: row 255 needs nearly all of the block's bytes.
    const pixels = noise(512 * 512).fill(0, 256 * 512);
    const block = { kind: "tile", width: 512, height: 512 } as const;
    const big = { width: 512, height: 512, dtype: "uint16", bands: [pixels], block, compression: "deflate" } as const;
    const { dataset, takeReads } = await record(big);
    const { data } = await dataset.isel({ y: 255, x: 511 }).band("band_1").compute();
    expect([...(data as Uint16Array)]).toEqual([pixels[255 * 512 + 511]]);
    const reads = takeReads();
    expect(reads).toHaveLength(2);
    expect(reads[0]?.[2]).toBeLessThan(reads[1]?.[2] ?? 0);
  });

  it("leaves out the planes of bands that are not asked for", async () => {
    const bands = [1, 2, 3].map((value) => new Uint8Array(256).fill(value));
    const block = { kind: "tile", width: 16, height: 16 } as const;
    const planar = { width: 16, height: 16, bands, block, interleave: "band" } as const;
    const { dataset, takeReads, sizeOf } = await record(planar);
    const { rows } = await dataset.timeseries({ ...row5col3, bands: ["band_3", "band_1"] });
    expect(rows[0]?.values).toEqual({ band_3: 3, band_1: 1 });
    const size = sizeOf(0);
    expect(takeReads().sort((a, b) => a[1] - b[1])).toEqual([
      ["2020-01-01.tif", size - 768, 96],
      ["2020-01-01.tif", size - 256, 96],
    ]);
  });
});

describe("what is read for a window", () => {
  it("is one range for every block that it touches", async () => {
    const { dataset, takeReads } = await record(sixteenTiles, sixteenTiles, sixteenTiles);
    const window = dataset.isel({ y: { start: 12, stop: 20 }, x: { start: 30, stop: 34 } });
    const { data, shape } = await window.band("band_1").compute();
    expect(shape).toEqual([3, 8, 4]);
    // Four tiles meet in the window's middle: 1 and 2 above 5 and 6.
    const [above, below] = [
      [1, 1, 2, 2],
      [5, 5, 6, 6],
    ];
    const scene = [above, above, above, above, below, below, below, below].flat();
    expect([...(data as Uint8Array)]).toEqual([...scene, ...scene, ...scene]);
    expect(takeReads()).toHaveLength(12);
  });

  it("is what explain said, request for request", async () => {
    const { dataset, takeReads } = await record(sixteenTiles, sixteenTiles);
    const window = dataset.isel({ y: { start: 16, stop: 48 }, x: { start: 0, stop: 32 } });
    const array = window.bandmath("band_1 * 2");
    const explained = await array.explain();
    expect(takeReads()).toEqual([]);
    expect(explained).toMatchObject({
      expression: "band_1 * 2",
      dims: { time: 2, y: 32, x: 32 },
      files: 2,
      requests: 8,
      bytes: 8 * 256,
      decodedBytes: 8 * 256,
      resultBytes: 2 * 32 * 32 * 4,
    });
    await array.compute();
    const reads = takeReads();
    expect(reads).toHaveLength(8);
    expect(new Set(reads.map(([key]) => key)).size).toBe(2);
    expect(reads.reduce((sum, [, , length]) => sum + length, 0)).toBe(8 * 256);
  });

  it("is read once: asked again, whole blocks come from memory, and so do windows inside of them", async () => {
    const { dataset, takeReads } = await record(sixteenTiles);
    const tiles = dataset.isel({ y: { start: 0, stop: 16 }, x: { start: 0, stop: 32 } });
    const first = await tiles.band("band_1").compute();
    expect(takeReads()).toHaveLength(2);
    const second = await tiles.band("band_1").compute();
    expect(second.data).toEqual(first.data);
    const inside = await tiles
      .isel({ y: { start: 15, stop: 16 }, x: { start: 15, stop: 17 } })
      .band("band_1")
      .compute();
    expect([...(inside.data as Uint8Array)]).toEqual([0, 1]);
    expect(takeReads()).toEqual([]);
  });

  it("takes a quarter of a block as reason enough to keep all of it, and less as none", async () => {
    const { dataset, takeReads } = await record(sixteenTiles);
    const corner = (size: number) =>
      dataset.isel({ y: { start: 0, stop: size }, x: { start: 0, stop: size } }).band("band_1");
    await corner(7).compute();
    await corner(7).compute();
    expect(takeReads().map(([, , length]) => length)).toEqual([112, 112]);
    await corner(8).compute();
    expect(takeReads().map(([, , length]) => length)).toEqual([256]);
    await corner(7).compute();
    await corner(16).compute();
    expect(takeReads()).toEqual([]);
  });

  it("ends with the reason when its signal is aborted: before anything is read, or between two reads", async () => {
    // More blocks than are asked for ahead.
    const { dataset, takeReads } = await record({ ...sixteenTiles, width: 256, height: 256, bands: [noise(65_536)] });
    const reason = new Error("enough");
    await expect(dataset.band("band_1").compute({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(takeReads()).toEqual([]);
    const controller = new AbortController();
    const onProgress = (done: number) => done === 1 && controller.abort(reason);
    const options = { signal: controller.signal, onProgress, threads: 0 };
    await expect(dataset.band("band_1").compute(options)).rejects.toBe(reason);
    expect(takeReads().length).toBeLessThan(256);
    const point = { lon: -74.9999408590669, lat: 40.6508114716258 };
    await expect(dataset.timeseries({ ...point, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("tells how many of its blocks are done", async () => {
    const { dataset } = await record(sixteenTiles);
    const seen: string[] = [];
    await dataset.band("band_1").compute({ onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(seen).toEqual(Array.from({ length: 16 }, (_, i) => `${i + 1}/16`));
  });
});
