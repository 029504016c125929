import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type DataArray, type Dataset, ingest, openDataset } from "../../src/index.js";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { describeCases } from "./describe-cases.js";
import { expectAnswer, type OracleCase, readSeriesOracle } from "./xarray-oracle.js";

const sixBands = ["blue", "green", "red", "nir", "swir1", "swir2"];

function landsatArray(dataset: Dataset, { of, mask }: Pick<OracleCase, "of" | "mask">): DataArray {
  const clear = mask.length === 0 ? dataset : dataset.mask(mask);
  return of === "bands" ? clear.select(sixBands).toArray() : clear.bandmath(of);
}

describe("the Landsat series, beside xarray", () => {
  const landsat = readSeriesOracle("landsat");
  const location = join(createSharedTempDir(), "landsat");
  let dataset: Dataset;
  let days: Dataset;
  beforeAll(async () => {
    await ingest(oneGridPath, { warehouse: location, productId: "landsat" });
    dataset = await openDataset(location);
    days = await openDataset(location, { groupby: "solar_day" });
  });

  it("is of the same scenes in the same order", () => {
    const { files, times, size } = landsat;
    expect(dataset.coords.scene.map((id) => `${id}.tif`)).toEqual(files);
    expect(dataset.coords.time).toEqual(times.map((time) => new Date(time)));
    expect([dataset.coords.y?.length, dataset.coords.x?.length]).toEqual(size);
  });

  const isByDay = ({ steps }: OracleCase) => steps.some(({ verb }) => verb === "solarDay");
  describeCases(landsat, (asked) => landsatArray(isByDay(asked) ? days : dataset, asked));
});

describe("the oracle's comparison", () => {
  const answer = {
    dims: ["time"],
    shape: [3],
    values: [1, null, 3],
    sum: 4,
    absSum: 4,
    valid: 2,
    missing: 1,
    // SHA-256 of the bytes 0 1 0.
    missingSha256: "faee935763044f124d7526755a5058a33f9402a595994d59eddd4be8546ff201",
  };
  const array = (data: number[], status: number[]) => ({
    dims: ["time"],
    shape: [3],
    dtype: "float32" as const,
    data: Float32Array.from(data),
    status: Uint8Array.from(status),
    coords: {},
  });

  it.each([
    ["a value off by one in ten thousand", [1, Number.NaN, 3.0003], [0, 2, 0]],
    ["another pixel missing", [Number.NaN, 1, 3], [2, 0, 0]],
    ["nothing missing", [1, 0, 3], [0, 0, 0]],
  ])("sees %s", (_, data, status) => {
    expect(() => expectAnswer(array(data, status), answer)).toThrow();
  });

  it("accepts the same within one in a hundred thousand", () => {
    expectAnswer(array([1, Number.NaN, 3.00001], [0, 2, 0]), answer);
  });
});
