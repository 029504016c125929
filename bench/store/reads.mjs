/**
 * Questions to 243 COGs in a bucket, beside rasterio: time, requests and bytes, with milliseconds added to each request.
 *
 *   npm run build && node bench/store/reads.mjs [--reps N] [--latencies 0,10,50]
 *
 * Each question is the first of its process, so that nobody has anything in a cache; the warehouse is on disk.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { points } from "../points.mjs";
import { firstLine, LineProgram } from "../runner.mjs";
import { makeStandardWorkload, workPath } from "../workload.mjs";
import { startBucket } from "./bucket.mjs";
import { countsText, median, printTable } from "./table.mjs";

const { values: flags } = parseArgs({
  options: { reps: { type: "string", default: "3" }, latencies: { type: "string", default: "0,10,50" } },
});
const reps = Number(flags.reps);
const python = "/usr/bin/python3";
const ours = fileURLToPath(new URL("../ours.mjs", import.meta.url));
const peer = fileURLToPath(new URL("./rasterio_s3.py", import.meta.url));
const hasRasterio = firstLine(python, ["-c", "import rasterio; print(rasterio.__version__)"]) !== null;
const standard = await makeStandardWorkload();
const names = readdirSync(standard)
  .filter((name) => name.endsWith(".tif"))
  .sort();
const bucket = await startBucket("bench-reads");
const scratch = mkdtempSync(join(workPath, "run-"));
const { lon, lat } = points[1];

try {
  await bucket.upload(standard, "cogs");
  const warehouse = join(scratch, "w");
  await askOnce(() => new LineProgram(process.execPath, [ours]), {
    job: "ingest",
    source: `${bucket.url}/cogs`,
    warehouse,
  });
  const rows = [];
  for (const latency of flags.latencies.split(",").map(Number)) {
    await bucket.setLatency(latency);
    rows.push(...(await measure(latency, "one point, 4 bands", { job: "point", warehouse, lon, lat }, "sum")));
    rows.push(...(await measure(latency, "NDVI of 64 × 64 pixels", { job: "windowSeries", warehouse }, "check")));
  }
  console.log(`\n${names.length} COGs in a bucket, each question the first of a process, median of ${reps}\n`);
  printTable(["latency added, ms", "question", "who", "ms", "requests", "MB received"], rows, 3);
} finally {
  rmSync(scratch, { recursive: true, force: true });
  await bucket.stop();
}

/** One question, asked of us and of rasterio with 1, 4 and 32 threads. Answers must be equal. */
async function measure(latency, what, question, answerKey) {
  const sides = [{ who: "ours", start: () => new LineProgram(process.execPath, [ours]), question }];
  const { warehouse: _, ...same } = question;
  for (const threads of hasRasterio ? [1, 4, 32] : []) {
    const start = () => new LineProgram(python, [peer, `${bucket.url}/cogs`, ...names]);
    sides.push({ who: `rasterio, ${threads} thread${threads > 1 ? "s" : ""}`, start, question: { ...same, threads } });
  }
  const answers = new Set();
  const rows = [];
  for (const { who, start, question: asked } of sides) {
    const times = [];
    let counted = {};
    // One thread with latency is slow and hardly varies.
    for (let rep = 0; rep < (asked.threads === 1 && latency > 0 ? 1 : reps); rep++) {
      const answer = await askOnce(start, asked);
      times.push(answer.ms);
      counted = answer.counted;
      answers.add(String(answer.check ?? answer[answerKey]));
    }
    const megabytes = (counted.receivedBytes / 1e6).toFixed(1);
    rows.push([`${latency}`, what, who, median(times).toFixed(0), countsText(counted), megabytes]);
  }
  if (answers.size !== 1) throw new Error(`${what}: answers differ: ${[...answers].join(", ")}`);
  return rows;
}

/** A question to a new process, which has loaded its code before the clock starts. */
async function askOnce(start, question) {
  const program = start();
  await program.ask({ job: "ready" });
  await bucket.count();
  const answer = await program.ask(question);
  const counted = await bucket.count();
  await program.close();
  return { ...answer, counted };
}
