/**
 * The whole ingest of files in a bucket: time and requests, over loopback and with milliseconds added to each request.
 *
 *   npm run build && node bench/store/ingest.mjs [--reps N] [--latencies 0,10,50]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { LineProgram } from "../runner.mjs";
import { makeManyScenes, makeStandardWorkload, workPath } from "../workload.mjs";
import { startBucket } from "./bucket.mjs";
import { countsText, median, printTable } from "./table.mjs";

const { values: flags } = parseArgs({
  options: {
    reps: { type: "string", default: "3" },
    latencies: { type: "string", default: "0,10,50" },
    many: { type: "string", default: "10000" },
  },
});
const reps = Number(flags.reps);
const ours = fileURLToPath(new URL("../ours.mjs", import.meta.url));
const standard = await makeStandardWorkload();
const bucket = await startBucket("bench-ingest");
const scratch = mkdtempSync(join(workPath, "run-"));
let warehouses = 0;

try {
  await measureStandard(await bucket.upload(standard, "cogs"));
  if (Number(flags.many) > 0) await measureMany();
} finally {
  rmSync(scratch, { recursive: true, force: true });
  await bucket.stop();
}

/** New files into a new warehouse, and the same again, in processes of their own. */
async function measureStandard(count) {
  const rows = [];
  for (const latency of flags.latencies.split(",").map(Number)) {
    await bucket.setLatency(latency);
    for (const place of ["on disk", "in the bucket"]) {
      const runs = { "new files": [], "known files": [] };
      let counts = {};
      for (let rep = 0; rep < reps; rep++) {
        const warehouse = place === "on disk" ? join(scratch, `w${rep}-${latency}`) : newWarehouse();
        for (const [what, wanted] of [
          ["new files", { added: count }],
          ["known files", { skipped: count }],
        ]) {
          const { ms, counted } = await ingestOnce(`${bucket.url}/cogs`, warehouse, wanted);
          runs[what].push(ms);
          counts = { ...counts, [what]: counted };
        }
      }
      for (const [what, times] of Object.entries(runs)) {
        const ms = median(times);
        rows.push([`${latency}`, place, what, ms.toFixed(0), (ms / count).toFixed(2), countsText(counts[what])]);
      }
    }
  }
  console.log(`\n${count} COGs in a bucket, each ingest the first call of a process, median of ${reps}\n`);
  printTable(["latency added, ms", "warehouse", "ingest of", "ms", "ms a file", "requests"], rows, 3);
}

/** Many known files: what an ingest takes beyond the listing. */
async function measureMany() {
  const many = Number(flags.many);
  await bucket.setLatency(0);
  await bucket.upload(await makeManyScenes(many), "many");
  const warehouse = join(scratch, "many");
  const first = await ingestOnce(`${bucket.url}/many`, warehouse, { added: many });
  const [listings, again] = [[], []];
  let counted = {};
  for (let rep = 0; rep < reps; rep++) {
    const listing = await askOnce({ job: "list", source: `${bucket.url}/many` }, { files: many });
    listings.push(listing.ms);
    const run = await ingestOnce(`${bucket.url}/many`, warehouse, { skipped: many });
    again.push(run.ms);
    counted = run.counted;
  }
  console.log(`\n${many} small COGs in a bucket, warehouse on disk\n`);
  printTable(
    ["what", "ms", "requests"],
    [
      ["ingest, all new", first.ms.toFixed(0), countsText(first.counted)],
      ["ingest, all known", median(again).toFixed(0), countsText(counted)],
      ["the listing alone", median(listings).toFixed(0), ""],
      ["beyond the listing", (median(again) - median(listings)).toFixed(0), ""],
    ],
    1,
  );
}

function ingestOnce(source, warehouse, wanted) {
  return askOnce({ job: "ingest", source, warehouse }, wanted);
}

/** A question to a new process, which has loaded its code before the clock starts. */
async function askOnce(question, wanted) {
  const program = new LineProgram(process.execPath, [ours]);
  await program.ask({ job: "ready" });
  await bucket.count();
  const answer = await program.ask(question);
  const counted = await bucket.count();
  await program.close();
  for (const [name, value] of Object.entries(wanted)) {
    if (answer[name] !== value) throw new Error(`${name}: ${answer[name]}, expected ${value}`);
  }
  return { ms: answer.ms, counted };
}

function newWarehouse() {
  return `${bucket.url}/warehouses/${warehouses++}`;
}
