import { describe, expect, it } from "vitest";
import type { DataArray, Dataset } from "../../../src/index.js";
import { ingest } from "../../../src/index.js";
import { writeScene } from "../../ingest/write-scene.js";
import { createTempDir } from "../../support/temp-dir.js";
import { openRecorded } from "../open-recorded.js";

/** Two bands of 2 × 3 tiles of 16 × 16 bytes; a band is a plane of its own. */
const sixTiles = {
  width: 48,
  height: 32,
  block: { kind: "tile", width: 16, height: 16 },
  interleave: "band",
  bandNames: ["red", "nir"],
} as const;

const [SCENES, TILES, TILE_BYTES] = [4, 6, 256];

async function record() {
  const folder = createTempDir();
  for (let day = 1; day <= SCENES; day++) {
    const bands = [1, 2].map((band) => Uint8Array.from({ length: 48 * 32 }, (_, i) => 1 + ((i * band * day) % 50)));
    writeScene(`${folder}/cogs`, `2020-0${Math.ceil(day / 2)}-0${day}.tif`, { ...sixTiles, bands });
  }
  await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
  return openRecorded(`${folder}/w`);
}

const ndvi = (dataset: Dataset) => dataset.bandmath("(nir - red) / (nir + red)");

/** Each with the number of bands that it has to read. */
const questions: [string, (dataset: Dataset) => DataArray, number][] = [
  ["one band", (dataset) => dataset.band("nir"), 1],
  ["all bands", (dataset) => dataset.toArray(), 2],
  ["band math", ndvi, 2],
  ["a mean over time", (dataset) => ndvi(dataset).mean("time"), 2],
  ["a median over time", (dataset) => ndvi(dataset).median("time"), 2],
  ["a mean over y and x", (dataset) => ndvi(dataset).mean(["y", "x"]), 2],
  ["one number for everything", (dataset) => dataset.toArray().std(), 2],
  ["a histogram", (dataset) => dataset.band("red").histogram({ bins: 8, range: [0, 64] }), 1],
  ["months", (dataset) => ndvi(dataset).groupby("time.month").mean(), 2],
  [
    "anomalies, whose scenes serve the means and the differences",
    (dataset) => {
      const months = ndvi(dataset).groupby("time.month");
      return months.sub(months.mean());
    },
    2,
  ],
  ["a window that moves along time", (dataset) => ndvi(dataset).rolling({ time: 3 }).mean(), 2],
  ["a composite by a score of the same bands", (dataset) => dataset.composite("max", "NDVI").pixels, 2],
  ["a medoid", (dataset) => dataset.composite("medoid").pixels, 2],
  ["a mask of one band over another", (dataset) => dataset.mask({ band: "red", values: [1] }).band("nir"), 2],
];

describe("explain of whole blocks", () => {
  it.each(questions)("is what %s then reads: files, requests and bytes, no block twice", async (_, ask, bands) => {
    const { dataset, takeReads } = await record();
    const array = ask(dataset);
    const explained = await array.explain({ threads: 0 });
    expect(takeReads()).toEqual([]);
    await array.compute({ threads: 0 });
    const reads = takeReads();
    const requests = SCENES * TILES * bands;
    expect({
      files: new Set(reads.map(([key]) => key)).size,
      requests: reads.length,
      bytes: reads.reduce((sum, [, , length]) => sum + length, 0),
    }).toEqual({ files: explained.files, requests: explained.requests, bytes: explained.bytes });
    expect([explained.files, explained.scenes, explained.requests]).toEqual([SCENES, SCENES, requests]);
    expect([explained.bytes, explained.decodedBytes]).toEqual([requests * TILE_BYTES, requests * TILE_BYTES]);
    expect(new Set(reads.map(([key, offset]) => `${key} ${offset}`)).size).toBe(reads.length);
  });

  it("counts the scenes and blocks that are left of a selection, and no other", async () => {
    const { dataset, takeReads } = await record();
    const part = ndvi(dataset.isel({ time: { start: 1, stop: 3 }, x: { start: 16, stop: 48 } })).max("time");
    expect(await part.explain()).toMatchObject({ files: 2, scenes: 2, requests: 2 * 4 * 2, bytes: 16 * TILE_BYTES });
    await part.compute({ threads: 0 });
    expect(takeReads()).toHaveLength(16);
  });

  it("reads the very same in parts as at once", async () => {
    const { dataset, takeReads } = await record();
    const mean = ndvi(dataset).mean("time");
    let pixels = 0;
    for await (const { array } of mean.parts({ threads: 0 })) pixels += array.data.length;
    expect([pixels, takeReads().length]).toEqual([48 * 32, SCENES * TILES * 2]);
  });

  it("counts twice what is needed before and after a value of all pixels, where memory may hold it and may not", async () => {
    const { dataset, takeReads } = await record();
    const stretched = dataset.band("red").stretch();
    expect((await stretched.explain()).requests).toBe(2 * SCENES * TILES);
    await stretched.compute({ threads: 0 });
    expect(takeReads()).toHaveLength(SCENES * TILES);
  });
});

describe("explain of sorted values", () => {
  const median = (dataset: Dataset) => dataset.band("red").median(["y", "x"]);
  /** Half of it holds one and a half of the steps of 32 × 48 values. */
  const memoryBytes = 3 * 8 * 32 * 48;

  it("sorts a step at a time where memory holds no more, and reads no block twice for it", async () => {
    const [roomy, tight] = [await record(), await record()];
    const expected = await median(roomy.dataset).compute({ threads: 0 });
    expect(roomy.takeReads()).toHaveLength(SCENES * TILES);
    const { requests } = await median(tight.dataset).explain({ threads: 0, memoryBytes });
    expect(await median(tight.dataset).compute({ threads: 0, memoryBytes })).toEqual(expected);
    expect(tight.takeReads()).toHaveLength(requests);
    expect(requests).toBe(SCENES * TILES);
  });

  it("refuses beforehand where the values of one answer would not fit, and names the way out", async () => {
    const { dataset, takeReads } = await record();
    await expect(dataset.band("red").median().compute({ threads: 0, memoryBytes })).rejects.toThrow(
      /^median over time, y, x sorts \d+ bytes of values, more than \d+, half of the memory .*: give more memoryBytes/,
    );
    expect(takeReads()).toEqual([]);
  });
});

describe("explain of parts of blocks", () => {
  it("is right in files, requests and bytes: of each block the rows down to the last one wanted", async () => {
    const { dataset, takeReads } = await record();
    const corner = ndvi(dataset.isel({ y: { start: 0, stop: 5 }, x: { start: 0, stop: 10 } })).mean("time");
    const explained = await corner.explain();
    expect(explained).toMatchObject({ files: SCENES, requests: SCENES * 2, bytes: SCENES * 2 * 80 });
    await corner.compute({ threads: 0 });
    const reads = takeReads();
    expect(reads).toHaveLength(explained.requests);
    // Five rows of sixteen bytes each.
    expect(reads.map(([, , length]) => length)).toEqual(Array(SCENES * 2).fill(80));
  });

  it("decodes blocks again where memory does not hold one, and says so", async () => {
    const { dataset, takeReads } = await record();
    const mean = dataset.band("red").mean("time");
    const options = { threads: 0, memoryBytes: 4096 };
    const { blocks, requests, memoryBytes } = await mean.explain(options);
    expect(blocks).toBeGreaterThan(TILES);
    expect(memoryBytes).toBeLessThanOrEqual(options.memoryBytes);
    expect(requests).toBe(SCENES * blocks);
    for await (const _ of mean.parts(options));
    expect(takeReads()).toHaveLength(requests);
  });
});
