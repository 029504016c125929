/**
 * `npm run bench [-- --reps N --scenes N]`: ingest, point series and opening beside GDAL and rasterio where installed.
 *
 * Every side works on the same files in one run, taking turns; the table is printed and written to `bench/results.md`.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { InflateFloor } from "./inflate-floor.mjs";
import { points, warmUpPoint } from "./points.mjs";
import { Report } from "./report.mjs";
import { firstLine, LineProgram, timeCommand } from "./runner.mjs";
import { windows } from "./windows.mjs";
import { makeManyScenes, makeStandardWorkload, workPath } from "./workload.mjs";

const { values: flags } = parseArgs({
  options: { reps: { type: "string", default: "5" }, scenes: { type: "string", default: "10000" } },
});
const reps = Number(flags.reps);
const manyScenes = Number(flags.scenes);

const cli = local("../dist/cli/main.js");
const peer = local("./peers/rasterio_peer.py");
const python = "/usr/bin/python3";
const report = new Report();
mkdirSync(workPath, { recursive: true });
const scratch = mkdtempSync(join(workPath, "run-"));

try {
  const source = await makeStandardWorkload();
  readAll(source);
  const rasterio = await openRasterio(source);
  describeMachine();
  await measureIngest(source, rasterio);
  await measurePoints(source, rasterio);
  await measureCube(source, rasterio);
  await measureWindows(source, rasterio);
  await rasterio?.close();
  for (const distinctExtents of [false, true]) await measureMany(distinctExtents);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const markdown = report.toMarkdown();
writeFileSync(local("./results.md"), markdown);
console.log(markdown);

/**
 * Ingest of 243 files into a new warehouse, headers read and one commit made: the first call of a process, the third
 * (warm), again with nothing new, and as a whole command.
 */
async function measureIngest(source, rasterio) {
  const operation = "ingest 243 COGs";
  const hasGdal = firstLine("gdalbuildvrt", ["--version"]) !== null;
  const count = listScenes(source).length;
  let warehouse = "";
  for (let rep = 0; rep < reps; rep++) {
    const ours = startOurs();
    for (const who of ["ours, first call", null, "ours, warm"]) {
      warehouse = newPath("warehouse");
      const answer = await ours.ask({ job: "ingest", source, warehouse });
      assertEqual(answer.added, count, "scenes added");
      if (who !== null) report.add(operation, who, answer.ms);
    }
    const again = await ours.ask({ job: "ingest", source, warehouse });
    assertEqual(again.skipped, count, "scenes skipped");
    report.add("ingest the same 243 again", "ours, warm", again.ms);
    await ours.close();
    const target = newPath("warehouse");
    report.add(operation, "ours, command", timeCommand(process.execPath, ingestCommand(source, target)));
    if (hasGdal) report.add(operation, "gdalbuildvrt", timeCommand("gdalbuildvrt", vrtCommand(source)));
    if (rasterio) report.add(operation, "rasterio, headers", (await rasterio.ask({ job: "headers" })).ms);
  }
  for (const who of ["ours, warm", "ours, first call", "ours, command"]) {
    report.goalFaster(operation, who, "gdalbuildvrt", 1.5);
  }
  report.goalAtMost("ingest, warm, each COG", report.median(operation, "ours, warm") / count, 0.5, "ms");
  report.goalAtMost("ingest, first call, each COG", report.median(operation, "ours, first call") / count, 0.5, "ms");
  report.goalAtMost("repository of 243 scenes", folderBytes(warehouse) / 1e6, 0.1, "MB");
}

function ingestCommand(source, warehouse) {
  return [cli, "ingest", source, "-w", warehouse, "--product", "bench", "--bands", "blue,green,red,nir", "--json"];
}

function vrtCommand(source) {
  return ["-q", "-separate", newPath("stack.vrt"), ...listScenes(source)];
}

/**
 * The series of four bands through 243 scenes, mean of five points: in a process that has answered one other point (no
 * block of the five is known), the same points once more, and as a whole command. Sums must equal rasterio's.
 */
async function measurePoints(source, rasterio) {
  const operation = "point series 243 × 4, mean of five";
  const warehouse = newPath("warehouse");
  await once({ job: "ingest", source, warehouse });
  for (let rep = 0; rep < reps; rep++) {
    const ours = startOurs();
    const first = await ours.ask({ job: "point", warehouse, ...lonLat(warmUpPoint) });
    report.add("point series 243 × 4, one point", "ours, first call", first.ms);
    const fresh = await askPoints(ours, { warehouse });
    report.add(operation, "ours", fresh.meanMs);
    report.add(operation, "ours, same point again", (await askPoints(ours, { warehouse })).meanMs);
    await ours.close();
    report.add(operation, "ours, command", meanOf(points.map((point) => timePointCommand(warehouse, point))));
    for (const threads of rasterio ? [1, 2] : []) {
      const theirs = await askPoints(rasterio, { threads });
      report.add(operation, `rasterio, ${threads} thread${threads > 1 ? "s" : ""}`, theirs.meanMs);
      assertEqual(fresh.sums.join(), theirs.sums.join(), "sums of the values at the five points");
    }
  }
  for (const who of ["ours", "ours, command"]) {
    report.goalFaster(operation, who, "rasterio, 1 thread", 5);
    report.goalFaster(operation, who, "rasterio, 2 threads", 2.5);
  }
}

async function askPoints(program, extra) {
  const answers = [];
  for (const point of points) answers.push(await program.ask({ job: "point", ...lonLat(point), ...extra }));
  return { meanMs: meanOf(answers.map(({ ms }) => ms)), sums: answers.map(({ rows, sum }) => `${rows} rows, ${sum}`) };
}

function timePointCommand(warehouse, { lon, lat }) {
  return timeCommand(process.execPath, [cli, "timeseries", "-w", warehouse, "--lon", lon, "--lat", lat, "--json"]);
}

/**
 * NDVI averaged over full scenes, memory, and cancelling. Warm: the first answer of a process, in which threads start and
 * code is compiled, is a line of its own.
 */
async function measureCube(source, rasterio) {
  const warehouse = newPath("warehouse");
  await once({ job: "ingest", source, warehouse });
  const mean = "NDVI mean of 6 full scenes";
  for (let rep = 0; rep < reps; rep++) {
    const ours = startOurs();
    const first = await ours.ask({ job: "ndviMean", warehouse, scenes: 6, threads: 2 });
    report.add(mean, "ours, 2 threads, first call", first.ms);
    await ours.ask({ job: "ndviMean", warehouse, scenes: 6, threads: 2 });
    const warm = await ours.ask({ job: "ndviMean", warehouse, scenes: 6, threads: 2 });
    report.add(mean, "ours, 2 threads", warm.ms);
    await ours.close();
    for (const threads of rasterio ? [1, 2] : []) {
      const who = `rasterio + numpy, ${threads} thread${threads > 1 ? "s" : ""}`;
      const theirs = await rasterio.ask({ job: "ndviMean", scenes: 6, threads });
      report.add(mean, who, theirs.ms);
      assertEqual(warm.check, theirs.check, "mean of the NDVI");
    }
  }
  report.goalFaster(mean, "ours, 2 threads", "rasterio + numpy, 1 thread", 2.5);
  report.goalFaster(mean, "ours, 2 threads", "rasterio + numpy, 2 threads", 1.5);
  for (const scenes of [6, 60]) {
    const { peakMegabytes } = await once({ job: "ndviMean", warehouse, scenes, threads: 2 });
    report.goalAtMost(`NDVI mean of ${scenes} full scenes, peak memory of the process`, peakMegabytes, 200, "MB");
  }
  const median = await once({ job: "median", warehouse, threads: 2 });
  report.add("median of 243 scenes × 4 bands, full size", "ours, 2 threads", median.ms);
  report.goalAtMost("median of 243 scenes × 4 bands, peak memory of the process", median.peakMegabytes, 1024, "MB");
  const cancel = await once({ job: "cancel", warehouse, threads: 2 });
  report.goalAtMost(
    "cancelling that median: until threads answer another question",
    Math.max(1, cancel.freedMs),
    100,
    "ms",
  );
}

/**
 * The NDVI of a small window, mean of each scene, mean of five windows: in a process that has answered another question
 * (threads run, no block of the windows is known), beside the time that inflating alone takes.
 */
async function measureWindows(source, rasterio) {
  const series = "NDVI series of a 64 × 64 window, 243 scenes, mean of five";
  const warehouse = newPath("warehouse");
  await once({ job: "ingest", source, warehouse });
  const floor = await InflateFloor.open(source, newPath("floor"));
  let share = 0;
  for (let rep = 0; rep < reps; rep++) {
    const ours = startOurs();
    await ours.ask({ job: "ndviMean", warehouse, scenes: 2, threads: 2 });
    const answers = await askWindows(ours, { warehouse, threads: 2 });
    report.add(series, "ours, 2 threads", answers.meanMs);
    await ours.close();
    const inflating = windows.map((window) => floor.measure(window));
    share = meanOf(inflating.map((part) => part.share));
    report.add(series, "inflating alone, 1 thread", meanOf(inflating.map(({ ms }) => ms)));
    for (const threads of rasterio ? [1, 2] : []) {
      const theirs = await askWindows(rasterio, { threads });
      report.add(series, `rasterio + numpy, ${threads} thread${threads > 1 ? "s" : ""}`, theirs.meanMs);
      assertEqual(answers.checks.join(), theirs.checks.join(), "means of the series");
    }
  }
  floor.close();
  report.goalFaster(series, "ours, 2 threads", "rasterio + numpy, 2 threads", 4);
  const floorMs = report.median(series, "inflating alone, 1 thread") / 2;
  const times = (report.median(series, "ours, 2 threads") / floorMs).toFixed(2);
  report.note(
    `A window's series inflates ${Math.round(100 * share)} % of the blocks that it touches, which takes ` +
      `${floorMs.toFixed(0)} ms on two threads and cannot be left out; ours takes ${times} times that`,
  );
}

async function askWindows(program, extra) {
  const answers = [];
  for (const window of windows) answers.push(await program.ask({ job: "windowSeries", window, ...extra }));
  return { meanMs: meanOf(answers.map(({ ms }) => ms)), checks: answers.map(({ check }) => check) };
}

/** Many small scenes: their first ingest, the size of the repository, ingest again, and opening in a new process. */
async function measureMany(distinctExtents) {
  const kind = `${manyScenes} scenes of ${distinctExtents ? "different extents" : "one grid"}`;
  const source = await makeManyScenes(manyScenes, { distinctExtents });
  const warehouse = newPath("warehouse");
  const added = await once({ job: "ingest", source, warehouse });
  assertEqual(added.added, manyScenes, "scenes added");
  report.add(`ingest ${kind}`, "ours, first call", added.ms);
  for (let rep = 0; rep < reps; rep++) {
    const again = await once({ job: "ingest", source, warehouse });
    assertEqual(again.skipped, manyScenes, "scenes skipped");
    report.add(`ingest again ${kind}`, "ours, first call", again.ms);
    const ours = startOurs();
    for (const who of ["ours, first call", "ours, warm"]) {
      const opened = await ours.ask({ job: "open", warehouse });
      assertEqual(opened.scenes, manyScenes, "scenes opened");
      report.add(`open ${kind}`, who, opened.ms);
    }
    await ours.close();
  }
  report.goalAtMost(`open ${kind}, first call`, report.median(`open ${kind}`, "ours, first call"), 150, "ms");
  report.goalAtMost(`ingest again ${kind}`, report.median(`ingest again ${kind}`, "ours, first call"), 1000, "ms");
  report.goalAtMost(`repository of ${kind}, each`, folderBytes(warehouse) / manyScenes / 1e3, 1.5, "KB");
}

/** One question to a process of its own. */
async function once(request) {
  const ours = startOurs();
  const answer = await ours.ask(request);
  await ours.close();
  return answer;
}

function startOurs() {
  return new LineProgram(process.execPath, [local("./ours.mjs")]);
}

/** null, and a note, where rasterio is not installed. */
async function openRasterio(source) {
  if (firstLine(python, ["-c", "import rasterio; print(1)"]) === null) {
    report.note("rasterio is not installed: nothing to compare with (Debian: `python3-rasterio`)");
    return null;
  }
  const program = new LineProgram(python, [peer, source]);
  const { rasterio, gdal } = await program.ask({ job: "versions" });
  report.note(`rasterio ${rasterio} with GDAL ${gdal}`);
  return program;
}

function describeMachine() {
  report.note(firstLine("gdalbuildvrt", ["--version"]) ?? "gdalbuildvrt is not installed (Debian: `gdal-bin`)");
  report.note(
    `Node.js ${process.version}, ${cpus().length} processors (${cpus()[0]?.model.trim()}), ${reps} repetitions`,
  );
}

/** Brings the files into the page cache, so that nobody pays for being first. */
function readAll(folder) {
  for (const path of listScenes(folder)) readFileSync(path);
}

function listScenes(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".tif"));
  return names.sort().map((name) => join(folder, name));
}

function folderBytes(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function newPath(name) {
  return join(mkdtempSync(join(scratch, "job-")), name);
}

function lonLat({ lon, lat }) {
  return { lon, lat };
}

function meanOf(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function assertEqual(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${actual}, expected ${expected}`);
}

function local(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}
