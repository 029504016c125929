import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ruleArray } from "../../src/cube/verbs/mask.js";
import { DataArray, ingest, openDataset } from "../../src/index.js";
import { describeWithData, fixturePath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { describeCases } from "./describe-cases.js";
import { type OracleCase, readSeriesOracle } from "./xarray-oracle.js";

/** NDVI and its clouds lie in products of their own, joined by time and pixel. */
async function openSlovenia(source: string, folder: string) {
  const open = async (product: string) => {
    const warehouse = join(folder, product);
    await ingest(join(source, product), { warehouse, productId: product, bandNames: [product] });
    return openDataset(warehouse);
  };
  const [ndvi, clouds] = [await open("NDVI"), await open("CLM")];
  const arrayOf = ({ of, mask }: OracleCase) =>
    mask.reduce((array, rule) => {
      const cloudy = new DataArray(ruleArray(rule, clouds.band(rule.band).lazy));
      return array.where(cloudy.not());
    }, ndvi.bandmath(of));
  return { ndvi, arrayOf };
}

describe("the Slovenian series, beside xarray", () => {
  const slovenia = readSeriesOracle("slovenia");
  const folder = createSharedTempDir();
  let series: Awaited<ReturnType<typeof openSlovenia>>;
  beforeAll(async () => {
    series = await openSlovenia(fixturePath("slovenia"), folder);
  });

  it("is of the same scenes in the same order", () => {
    expect(series.ndvi.coords.scene.map((id) => `${id}.tif`)).toEqual(slovenia.files);
    expect(series.ndvi.coords.time).toEqual(slovenia.times.map((time) => new Date(time)));
  });

  describeCases(slovenia, (asked) => series.arrayOf(asked));
});

describeWithData("all 68 dates of the Slovenian series, beside xarray", (dataPath) => {
  const folder = createSharedTempDir();
  let series: Awaited<ReturnType<typeof openSlovenia>>;
  beforeAll(async () => {
    series = await openSlovenia(join(dataPath, "sentinel2-slovenia"), folder);
  });

  describeCases(readSeriesOracle("slovenia-68"), (asked) => series.arrayOf(asked));
});
