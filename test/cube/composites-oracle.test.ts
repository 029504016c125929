import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Dataset, ingest, openDataset } from "../../src/index.js";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { expectAnswer, type OracleAnswer, type OracleMask } from "./xarray-oracle.js";

const sixBands = ["blue", "green", "red", "nir", "swir1", "swir2"];

interface CompositeCase extends OracleAnswer {
  name: string;
  band?: string;
  percentiles?: readonly [number, number];
  of?: string;
  bins?: number;
  range?: readonly [number, number];
  counts?: readonly number[];
  edges?: readonly number[];
}
const composites = JSON.parse(readFileSync(new URL("./oracle/composites.json", import.meta.url), "utf8")) as {
  mask: readonly OracleMask[];
  cases: readonly CompositeCase[];
};

const location = join(createSharedTempDir(), "landsat");
let dataset: Dataset;
beforeAll(async () => {
  await ingest(oneGridPath, { warehouse: location, productId: "landsat" });
  dataset = await openDataset(location);
});

const made = (name: string) => {
  const clear = dataset.mask(composites.mask).select(sixBands);
  if (name.startsWith("median")) return clear.composite("median");
  if (name.startsWith("medoid")) return clear.composite("medoid");
  return name.startsWith("max-NDVI") ? clear.composite("max", "NDVI") : clear.composite("min", "blue");
};
const namesOf = (kind: string) =>
  composites.cases.filter(({ name }) => name.includes(kind)).map((asked, i) => [`${asked.name} ${i}`, asked] as const);
const budgets = [{ threads: 0 }, { threads: 2 }, { threads: 0, memoryBytes: 4 * 2 ** 20 }];

describe.each(budgets)("its composites with %o", (options) => {
  it.each(namesOf("composite").filter(([, { band }]) => band === undefined))("%s", async (_, asked) => {
    const { pixels, scene } = made(asked.name);
    const wanted = asked.name.endsWith("scene") ? scene : pixels;
    expectAnswer(await wanted!.compute(options), asked);
  });

  it.each(namesOf("stretch"))("%s of 100", async (_, asked) => {
    const { pixels } = made("median");
    const stretched = pixels.sel({ band: asked.band! }).stretch({ percentiles: asked.percentiles! });
    expectAnswer(await stretched.compute(options), asked);
  });
});

it.each(namesOf("histogram"))("counts values as numpy: %s", async (_, { of, bins, range, counts, edges }) => {
  const expression = of === "NDVI" ? "(nir - red) / (nir + red)" : of!;
  const values = dataset.mask(composites.mask).bandmath(expression);
  const { data, dims, coords, status } = await values.histogram({ bins: bins!, range: range! }).compute();
  expect([dims, [...(data as Float64Array)], status]).toEqual([["bin"], counts, null]);
  const left = [...(coords.bin!.values as Float64Array)];
  left.forEach((edge, i) => {
    expect(edge).toBeCloseTo(edges![i]!, 12);
  });
  const given = await values.histogram({ edges: edges! }).compute();
  expect([...(given.data as Float64Array)]).toEqual(counts);
});
