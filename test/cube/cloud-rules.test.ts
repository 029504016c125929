import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import { type Dataset, ingest, openDataset, timeseries } from "../../src/index.js";
import { FileStore } from "../../src/store/index.js";
import { writeBand } from "../ingest/write-landsat.js";
import { firstPixel, writeScene } from "../ingest/write-scene.js";
import { createSharedTempDir, createTempDir } from "../support/temp-dir.js";

const twelve = (...first: number[]) => Uint8Array.from({ length: 12 }, (_, i) => first[i] ?? 0);

/** Status of the first pixels of a band, step by step. */
async function statusOf(dataset: Dataset, band: string, pixels: number): Promise<number[][]> {
  const { shape, status } = await dataset.band(band).compute({ threads: 0 });
  const size = (shape[1] ?? 0) * (shape[2] ?? 0);
  return Array.from({ length: shape[0] ?? 0 }, (_, step) =>
    Array.from({ length: pixels }, (_, i) => status?.[step * size + i] ?? 0),
  );
}

describe("scenes of several products", () => {
  const folder = createSharedTempDir();
  const warehouse = `${folder}/w`;
  // The same band name, by the one product's word 1 is cloud, by the other's 0 is.
  beforeAll(async () => {
    const bandNames = ["red", "CLM"];
    writeScene(`${folder}/mask`, "2020-01-01.tif", { bands: [twelve(11, 12, 13), twelve(1, 0, 0)], bandNames });
    const profile = {
      profileVersion: 1,
      id: "inverse",
      title: "1 is clear",
      bandSets: { all: [{ name: "red" }, { name: "CLM" }] },
      namings: [{ file: "inv_(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)\\.tif", scene: "{stem}", bands: bandNames }],
      cloudRules: [{ band: "CLM", values: [0] }],
    } as const;
    const flagged = [twelve(21, 22, 23), twelve(1, 0, 9)];
    writeScene(`${folder}/inverse`, "inv_20200102.tif", { bands: flagged, bandNames, nodata: "9" });
    writeScene(`${folder}/bare`, "2020-01-03.tif", { bands: [twelve(31, 32, 33)], bandNames: ["red"] });
    await ingest(`${folder}/mask`, { warehouse });
    await ingest(`${folder}/inverse`, { warehouse, profile });
    await ingest(`${folder}/bare`, { warehouse });
  });

  it("are each masked by the rules of their own; without rules nobody knows that a pixel is clear", async () => {
    const clear = await openDataset(warehouse, { cloudMask: true });
    expect(clear.attrs.masks).toEqual([
      { band: "CLM", values: [1], products: ["mask"] },
      { band: "CLM", values: [0], products: ["inverse"] },
    ]);
    // Valid 0, uncovered 1, nodata 2, masked 3.
    expect(await statusOf(clear, "red", 3)).toEqual([
      [3, 0, 0],
      [0, 3, 2],
      [1, 1, 1],
    ]);
    expect(await statusOf(clear.isel({ time: { start: 0, stop: 2 } }), "red", 3)).toEqual([
      [3, 0, 0],
      [0, 3, 2],
    ]);
  });

  it("say which rule took a pixel away", async () => {
    const clear = await openDataset(warehouse, { cloudMask: true });
    const numbered = async (dataset: Dataset) => {
      const { data, status } = await dataset.maskedBy().compute({ threads: 0 });
      return [0, 12, 24].map((start) => [0, 1, 2].map((i) => (status?.[start + i] ? null : Number(data[start + i]))));
    };
    expect(await numbered(clear)).toEqual([
      [1, 0, 0],
      [0, 2, null],
      [null, null, null],
    ]);
    expect(await numbered(clear.mask({ band: "red", values: [12, 21] }))).toEqual([
      [1, 3, 0],
      [3, 2, null],
      [null, null, null],
    ]);
  });

  it("have the same answers at a point", async () => {
    const { rows } = await timeseries(warehouse, { ...firstPixel, bands: ["red"], cloudMask: true, threads: 0 });
    expect(rows.map(({ values, status }) => [values.red, status.red])).toEqual([
      [null, "masked"],
      [21, "valid"],
      [null, "uncovered"],
    ]);
  });

  it("make one step where they are of one day: of the flags there are, those of the first product", async () => {
    const transform = [10, 0, 500040, 0, -10, 4500000] as const;
    const beside = createTempDir();
    writeScene(`${beside}/a`, "2020-01-01.tif", { bands: [twelve(1, 2), twelve(1, 0)], bandNames: ["red", "CLM"] });
    writeScene(`${beside}/b`, "2020-01-01.tif", {
      ...{ dtype: "uint16", transform, bandNames: ["red", "SCL"] },
      bands: [Uint16Array.from(twelve(5, 6)), Uint16Array.from(twelve(4, 9))],
    });
    for (const name of ["a", "b"]) await ingest(`${beside}/${name}`, { warehouse: `${beside}/w` });
    const options = { cloudMask: true, groupby: "solar_day" } as const;
    const day = (await openDataset(`${beside}/w`, options)).select(["red"]);
    expect(day.dims).toEqual({ time: 1, band: 1, y: 3, x: 8 });
    const [first = []] = await statusOf(day, "red", 8);
    expect(first).toEqual([3, 0, 0, 0, 0, 3, 0, 0]);
  });

  it("of one product ask for its rules alone", async () => {
    const inverse = await openDataset(warehouse, { cloudMask: true, productId: "inverse" });
    expect(inverse.attrs.masks).toEqual([{ band: "CLM", values: [0] }]);
    await expect(openDataset(warehouse, { cloudMask: true, productId: "bare" })).rejects.toMatchObject({
      name: "SelectionError",
      message: expect.stringContaining("nothing is known to find clouds in bare, whose bands are red"),
      details: { products: ["bare"] },
    });
    // Where no scene is, there is nothing to mask.
    const { rows } = await timeseries(warehouse, { lon: 10, lat: 10, cloudMask: true });
    expect(rows).toEqual([]);
  });
});

describe("a product whose quality band is not among the scenes asked for", () => {
  it("is an error that names the band", async () => {
    const folder = createTempDir();
    writeBand(`${folder}/in`, "B4", 400);
    await ingest(`${folder}/in`, { warehouse: `${folder}/w` });
    await expect(openDataset(`${folder}/w`, { cloudMask: true })).rejects.toMatchObject({
      name: "SelectionError",
      message: expect.stringContaining(
        "clouds of landsat_c1 are found by BQA, which these scenes do not have (they have B4)",
      ),
    });
  });
});

describe("a warehouse of before rules were stored", () => {
  let folder: string;
  let warehouse: string;
  /** What an earlier version stored of a product: all but what came later. */
  async function makeEarlier(productId: string): Promise<void> {
    const repository = await Repository.open(new FileStore(warehouse));
    const change = async (session: Awaited<ReturnType<Repository["writableSession"]>>) => {
      const attributes = session.node(`/${productId}`)?.zarr.attributes as {
        pixelquery: { product: { bands: { name: string }[] } & Record<string, unknown> };
      };
      const { provider, tiling, bands, resolution } = attributes.pixelquery.product;
      const product = { productId, provider, tiling, bands: bands.map(({ name }) => ({ name })), resolution };
      session.setGroup(`/${productId}`, { pixelquery: { product } } as never);
    };
    await repository.transact(change, { message: "as it was" });
  }
  beforeEach(async () => {
    folder = createTempDir();
    warehouse = `${folder}/w`;
    writeBand(`${folder}/in`, "B4", 400);
    // Bit 4 is cloud.
    writeBand(`${folder}/in`, "BQA", 2736);
    await ingest(`${folder}/in`, { warehouse });
    await makeEarlier("landsat_c1");
  });

  it("says what to do, and takes rules that are given", async () => {
    const error = await openDataset(warehouse, { cloudMask: true }).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "SelectionError", details: { products: ["landsat_c1"] } });
    expect(error.message).toContain("ingest its files again");
    expect(error.message).toContain("give the rules themselves");
    await expect(timeseries(warehouse, { ...firstPixel, cloudMask: true })).rejects.toMatchObject(error);
    const given = await openDataset(warehouse, { cloudMask: { band: "BQA", bits: [4] } });
    expect(await statusOf(given, "B4", 1)).toEqual([[3]]);
    expect(given.band("B4").attrs).not.toHaveProperty("wavelengthNm");
  });

  it("gets rules and facts by an ingest that reads no file, once", async () => {
    expect(await ingest(`${folder}/in`, { warehouse })).toMatchObject({ added: 0, updated: 0, skipped: 1 });
    const clear = await openDataset(warehouse, { cloudMask: true });
    expect(await statusOf(clear, "B4", 1)).toEqual([[3]]);
    expect(clear.band("B4").attrs).toMatchObject({ wavelengthNm: 654.59, fwhmNm: 37.47 });
    // An earlier version left common names out where bands of a product disagree: nobody knows why this one is not there.
    expect(clear.band("B4").attrs).not.toHaveProperty("commonName");
    const { snapshot } = clear;
    expect(await ingest(`${folder}/in`, { warehouse })).toMatchObject({ snapshot, skipped: 1 });
  });
});
