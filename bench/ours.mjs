/** Our side: answers lines of JSON on stdin (`job` and its inputs) with `{ ms, … }`. Only the job itself is timed. */
import { createInterface } from "node:readline";
import { ingest, openDataset, timeseries } from "../dist/index.js";

const bandNames = ["blue", "green", "red", "nir"];

const jobs = {
  async ingest({ source, warehouse }) {
    const report = await ingest(source, { warehouse, bandNames, productId: "bench" });
    const { sceneCount, added, skipped, failed } = report;
    return { sceneCount, added, skipped, failed: failed.length };
  },
  async open({ warehouse }) {
    const dataset = await openDataset(warehouse);
    return { scenes: dataset.dims.time };
  },
  async point({ warehouse, lon, lat }) {
    const series = await timeseries(warehouse, { lon, lat, bands: bandNames });
    const values = series.rows.flatMap((row) => bandNames.map((name) => row.values[name]));
    return { rows: series.rows.length, sum: values.reduce((sum, value) => sum + Number(value), 0) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { job, ...input } = JSON.parse(line);
  console.log(JSON.stringify(await run(job, input)));
}
process.exit();

async function run(job, input) {
  const started = performance.now();
  try {
    const result = await jobs[job](input);
    return { ms: performance.now() - started, ...result };
  } catch (error) {
    return { error: String(error?.stack ?? error) };
  }
}
