/** Our side: answers lines of JSON on stdin (`job` and its inputs) with `{ ms, … }`. Only the job itself is timed. */
import { createInterface } from "node:readline";
import { ingest, openDataset, timeseries } from "../dist/index.js";
import { openStore } from "../dist/store/index.js";

const bandNames = ["blue", "green", "red", "nir"];

const jobs = {
  /** Nothing: the code is loaded. */
  async ready() {
    return {};
  },
  async ingest({ source, warehouse }) {
    const report = await ingest(source, { warehouse, bandNames, productId: "bench" });
    const { sceneCount, added, skipped, failed } = report;
    return { sceneCount, added, skipped, failed: failed.length };
  },
  /** A listing alone. */
  async list({ source }) {
    let files = 0;
    for await (const _ of openStore(source).list("")) files++;
    return { files };
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
  /** NDVI of the first `scenes`, mean over time, the whole frame: the mean of all its pixels, and memory at its peak. */
  async ndviMean({ warehouse, scenes, threads }) {
    const dataset = (await openDataset(warehouse)).isel({ time: { start: 0, stop: scenes } });
    const { data, status } = await dataset.bandmath(NDVI).mean("time").compute({ threads });
    return { check: meanOfValid(data, status), peakMegabytes: process.resourceUsage().maxRSS / 1024 };
  },
  /** NDVI of a window, mean of each scene. */
  async windowSeries({ warehouse, window: { row, col, rows, cols }, threads }) {
    const { data } = await (await openDataset(warehouse))
      .isel({ y: { start: row, stop: row + rows }, x: { start: col, stop: col + cols } })
      .bandmath(NDVI)
      .mean(["y", "x"])
      .compute({ threads });
    return { check: meanOfValid(data, null) };
  },
  /** The median of all scenes and bands at full size. */
  async median({ warehouse, threads }) {
    const { data, status } = await (await openDataset(warehouse)).toArray().median("time").compute({ threads });
    return { check: meanOfValid(data, status), peakMegabytes: process.resourceUsage().maxRSS / 1024 };
  },
  /** From cancelling a long question until the threads have answered another one, beside that other one alone. */
  async cancel({ warehouse, threads }) {
    const dataset = await openDataset(warehouse);
    const small = () =>
      dataset
        .isel({ time: 0, y: { start: 0, stop: 512 } })
        .bandmath(NDVI)
        .mean("time")
        .compute({ threads });
    await small();
    const alone = performance.now();
    await small();
    const aloneMs = performance.now() - alone;
    const abort = new AbortController();
    const long = dataset.toArray().median("time").compute({ threads, signal: abort.signal });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    abort.abort();
    const aborted = performance.now();
    await long.catch(() => undefined);
    const rejectedMs = performance.now() - aborted;
    await small();
    return { rejectedMs, freedMs: performance.now() - aborted - aloneMs };
  },
};

const NDVI = "(nir - red) / (nir + red)";

function meanOfValid(data, status) {
  let [sum, count] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    if (status !== null && status[i] !== 0) continue;
    sum += data[i];
    count++;
  }
  return (sum / count).toFixed(6);
}

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
