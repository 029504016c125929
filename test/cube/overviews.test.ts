import { beforeAll, describe, expect, it } from "vitest";
import { ingest, openCog, openDataset } from "../../src/index.js";
import { writeScene } from "../ingest/write-scene.js";
import { createSharedTempDir } from "../support/temp-dir.js";

/** 8 × 4 pixels of 10 m holding 1, overviews of 4 × 2 holding 2 and of 2 × 1 holding 3: what is read says its level. */
const scene = {
  width: 8,
  height: 4,
  bands: [new Uint8Array(32).fill(1)],
  overviews: [
    { width: 4, height: 2, bands: [new Uint8Array(8).fill(2)] },
    { width: 2, height: 1, bands: [new Uint8Array(2).fill(3)] },
  ],
};

describe("questions that may be coarser", () => {
  const folder = createSharedTempDir();
  const open = (options: Parameters<typeof openDataset>[1]) => openDataset(`${folder}/w`, options);
  beforeAll(async () => {
    for (const day of ["2020-01-01", "2020-01-02"]) writeScene(`${folder}/files`, `${day}.tif`, scene);
    await ingest(`${folder}/files`, { warehouse: `${folder}/w` });
  });

  it.each([
    [{}, 1, 10],
    [{ resolution: 10 }, 1, 10],
    [{ resolution: 19 }, 1, 10],
    [{ resolution: 20 }, 2, 20],
    [{ resolution: 39 }, 2, 20],
    [{ resolution: 1000 }, 3, 40],
    [{ maxPixels: 32 }, 1, 10],
    [{ maxPixels: 31 }, 2, 20],
    [{ maxPixels: 1 }, 3, 40],
  ])("%o are answered from the level that holds %d, with pixels of %d m", async (options, value, size) => {
    const dataset = await open(options);
    const { data, shape } = await dataset.band("band_1").compute();
    expect([...new Set(data as Uint8Array)]).toEqual([value]);
    expect(shape).toEqual([2, 40 / size, 80 / size]);
    expect(dataset.geobox?.transform).toEqual([size, 0, 500000, 0, -size, 4500000]);
    expect(dataset.coords.x?.[0]).toBe(500000 + size / 2);
  });

  it("are refused where both limits are given, or one is no size", async () => {
    await expect(open({ resolution: 20, maxPixels: 8 })).rejects.toMatchObject({ name: "InvalidInputError" });
    await expect(open({ resolution: 0 })).rejects.toMatchObject({ name: "InvalidInputError" });
    await expect(open({ maxPixels: Number.NaN })).rejects.toMatchObject({ name: "InvalidInputError" });
  });

  it("read an overview of one file by its number", async () => {
    const path = writeScene(`${folder}/one`, "2020-01-01.tif", scene);
    for (const [overview, value] of [1, 2, 3].entries()) {
      const { data, shape } = await (await openCog(path, { overview })).band("band_1").compute();
      expect([[...new Set(data as Uint8Array)], shape]).toEqual([[value], [1, 4 >> overview, 8 >> overview]]);
    }
    await expect(openCog(path, { overview: 3 })).rejects.toMatchObject({ name: "SelectionError" });
  });
});
