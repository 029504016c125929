/**
 * `npm run build:wasm && node bench/codec/beside-gdal.mjs [--reps N] [--only TEXT]`: every codec decodes the same blocks
 * as GDAL.
 *
 * The files are real scenes, written by GDAL into `bench/.work`: 984 × 1188 pixels in blocks of 256 × 256. Each side holds
 * the file in memory and has it open, and decodes its blocks, each into an array [bands, rows, cols], in one thread. They take
 * turns. The table is printed and written to `bench/codec/results.md`, unless only some files were measured.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "../report.mjs";
import { LineProgram } from "../runner.mjs";
import { cases } from "./cases.mjs";
import { bundleDecoder, openFile } from "./decode-file.mjs";

const { values: flags } = parseArgs({
  options: { reps: { type: "string", default: "7" }, only: { type: "string", default: "" } },
});
const local = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = local("../.work/codec");
mkdirSync(folder, { recursive: true });

const decoder = await bundleDecoder(join(folder, "decoder"));
const scenes = local("../../data/landsat8-new-york/one-grid");
const gdal = new LineProgram("/usr/bin/python3", [local("./gdal_peer.py"), scenes, folder]);
const { version } = await gdal.ask({ job: "version" });
const rows = [];
for (const file of cases.filter(({ name }) => name.includes(flags.only))) {
  rows.push(await measure(file));
  console.log(rows.at(-1).join("  "));
}
await gdal.close();

const markdown = `# Decoding speed of every codec

Written by \`node bench/codec/beside-gdal.mjs\`, which says what is measured. MB/s of decoded samples, medians of ${flags.reps}
readings a side, in turns. A ratio above 1 means that ours is faster.

- GDAL ${version}, one thread
- Node.js ${process.version}, ${cpus()[0].model.trim()}

| file | compressed | ours MB/s | GDAL MB/s | ratio | pixels |
|---|--:|--:|--:|--:|---|
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
console.log(`\n${markdown}`);
if (flags.only === "") writeFileSync(local("./results.md"), markdown);

/** One row of the table. */
async function measure({ kind, name, compression, options, isExact }) {
  const { path } = await gdal.ask({ job: "make", kind, name, options });
  const theirs = await gdal.ask({ job: "read", path });
  const ours = await openOrSay(path);
  if (typeof ours === "string") return [name, "", "", "", "", ours];
  const times = { ours: [], gdal: [] };
  warmUp(ours);
  for (let rep = 0; rep < Number(flags.reps); rep++) {
    const started = performance.now();
    ours.decode();
    times.ours.push(performance.now() - started);
    times.gdal.push((await gdal.ask({ job: "read", path })).ms);
  }
  const blocks = ours.decode();
  const bytes = blocks.reduce((sum, block) => sum + block.byteLength, 0);
  const speed = (samples) => bytes / 1e3 / median(samples);
  const hash = createHash("sha256");
  for (const block of blocks) hash.update(block);
  const isEqual = hash.digest("hex") === theirs.sha256;
  if (isExact && !isEqual) throw new Error(`${name}: the pixels are not GDAL's`);
  return [
    name,
    `${((100 * ours.sizeBytes) / bytes).toFixed(0)} %`,
    speed(times.ours).toFixed(0),
    speed(times.gdal).toFixed(0),
    (median(times.gdal) / median(times.ours)).toFixed(2),
    isEqual ? "equal" : `${compression} rounds differently`,
  ];
}

/** The first readings find out what is worth compiling: half a second of them, a few at least. */
function warmUp(ours) {
  const started = performance.now();
  for (let run = 0; run < 5 || performance.now() - started < 500; run++) ours.decode();
}

/** Our side of a file, or why it cannot be measured. */
async function openOrSay(path) {
  try {
    const ours = await openFile(decoder, path);
    ours.decode();
    return ours;
  } catch (error) {
    if (error.name === "UnsupportedError") return `not read: ${error.message}`;
    throw error;
  }
}
