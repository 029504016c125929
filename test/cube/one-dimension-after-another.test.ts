import { beforeAll, describe, expect, it } from "vitest";
import { type Dataset, ingest, openDataset } from "../../src/index.js";
import { writeScene } from "../ingest/write-scene.js";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";

const run = { threads: 0 };

describe("a dimension that is reduced away", () => {
  const folder = createSharedTempDir();
  let dataset: Dataset;
  beforeAll(async () => {
    // Three rows of four: 1 to 12.
    writeScene(`${folder}/cogs`, "2020-01-01.tif");
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
    dataset = await openDataset(`${folder}/w`);
  });

  it("counts as one place in the next reduction: means of columns 5, 6, 7, 8, of rows 2.5, 6.5, 10.5", async () => {
    const band = dataset.band("band_1");
    const columns = band.mean("y");
    const rows = band.mean("x");
    const [sum, count, ofRows, countOfRows] = await Promise.all([
      columns.sum("x").compute(run),
      columns.count("x").compute(run),
      rows.sum("y").compute(run),
      rows.count("y").compute(run),
    ]);
    expect([sum.data[0], count.data[0], ofRows.data[0], countOfRows.data[0]]).toEqual([26, 4, 19.5, 3]);
    const enough = await columns.mean("x", { minCount: 4 }).compute(run);
    const tooFew = await columns.mean("x", { minCount: 5 }).compute(run);
    expect([enough.data[0], tooFew.data[0]]).toEqual([6.5, Number.NaN]);
  });

  it("counts columns and rows of a real scene as numpy does", async () => {
    const warehouse = `${folder}/landsat`;
    await ingest(`${oneGridPath}/LC08_L1TP_014031_20180106.tif`, { warehouse });
    const red = (await openDataset(warehouse)).band("red");
    const columns = await red.mean("y").count("x").compute(run);
    const rows = await red.mean("x").count("y").compute(run);
    // (rasterio.open(path).read(3) > 0).any(axis=0).sum(), and axis=1.
    expect([columns.data[0], rows.data[0]]).toEqual([77, 78]);
  });
});
