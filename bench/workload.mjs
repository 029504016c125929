/**
 * The files that are measured, made without GDAL and kept in `bench/.work` for the next run.
 *
 * `node bench/workload.mjs` makes them all and prints where they are.
 */
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { runnerImport } from "vite";

export const workPath = fileURLToPath(new URL("./.work", import.meta.url));

/** Part of the folder names: raise it when what is made changes, so that old files are not taken for new ones. */
const RECIPE = 1;
const DISTINCT_SCENES = 20;
const DATED_SCENES = 243;
const DAY_MS = 86_400_000;

/** What all scenes of the workloads have in common. */
export const cogOptions = {
  dtype: "uint16",
  compression: "deflate",
  predictor: 2,
  layout: "cog",
  nodata: "0",
  crs: { epsg: 32633, model: "projected" },
  bandNames: ["blue", "green", "red", "nir"],
};

/**
 * The standard workload: 20 different COGs of 3519 × 874 pixels under 243 dated names (hard links), each 4 bands uint16,
 * deflate, predictor 2, 512-pixel blocks, overviews, nodata 0, EPSG:32633, 3 m.
 *
 * @returns {Promise<string>} the folder that holds `scene_YYYYMMDD.tif`
 */
export async function makeStandardWorkload() {
  return makeOnce(`standard-${RECIPE}`, async (folder) => {
    const distinct = join(folder, ".distinct");
    mkdirSync(distinct);
    const paths = Array.from({ length: DISTINCT_SCENES }, (_, index) => join(distinct, `${index}.tif`));
    const scenes = paths.map((path, index) => ({ path, index, sceneCount: DISTINCT_SCENES }));
    await runInThreads("./workload-scene.mjs", scenes);
    for (let index = 0; index < DATED_SCENES; index++) {
      const day = new Date(Date.UTC(2023, 0, 1) + 3 * index * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");
      linkSync(paths[index % DISTINCT_SCENES], join(folder, `scene_${day}.tif`));
    }
  });
}

/**
 * Many small files of 21 blocks each, as many as a scene of the standard workload has, six hours apart. No two are
 * alike: the lengths of their blocks differ. With `distinctExtents` every one has its own origin, and sizes differ.
 *
 * @returns {Promise<string>} the folder that holds `scene_YYYYMMDDTHHMMSS.tif`
 */
export async function makeManyScenes(count, { distinctExtents = false } = {}) {
  const name = `many-${count}-${distinctExtents ? "extents" : "one-grid"}-${RECIPE}`;
  return makeOnce(name, async (folder) => {
    const scenes = Array.from({ length: count }, (_, index) => {
      const time = new Date(Date.UTC(2000, 0, 1) + index * (DAY_MS / 4)).toISOString();
      const path = join(folder, `scene_${time.slice(0, 19).replaceAll(/[-:]/g, "")}.tif`);
      return { path, index, distinctExtents };
    });
    await runInThreads("./workload-small-scene.mjs", scenes);
  });
}

/** Runs `make` on an empty folder unless an earlier run completed it; an interrupted one starts again. */
async function makeOnce(name, make) {
  const folder = join(workPath, name);
  const complete = join(workPath, `${name}.complete`);
  if (existsSync(complete)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make(folder);
  writeFileSync(complete, "");
  return folder;
}

/** Share the scenes among as many threads as there are processors. */
async function runInThreads(script, scenes) {
  const threads = Math.min(scenes.length, availableParallelism());
  const shares = Array.from({ length: threads }, (_, thread) =>
    scenes.filter((_, index) => index % threads === thread),
  );
  await Promise.all(shares.map((share) => runThread(new URL(script, import.meta.url), share)));
}

function runThread(script, workerData) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData });
    worker.once("error", reject);
    worker.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${script} ended with code ${code}`))));
  });
}

/** The tests' TIFF writer. It is TypeScript, which Node 20 does not run by itself. */
export async function loadTiffWriter() {
  const path = fileURLToPath(new URL("../test/support/write-tiff.ts", import.meta.url));
  const { module } = await runnerImport(path, { configFile: false, logLevel: "error" });
  return module;
}

async function main() {
  for (const make of [
    () => makeStandardWorkload(),
    () => makeManyScenes(10_000),
    () => makeManyScenes(10_000, { distinctExtents: true }),
  ]) {
    const started = performance.now();
    const folder = await make();
    const names = readdirSync(folder).filter((name) => name.endsWith(".tif"));
    const bytes = names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${folder}: ${names.length} files, ${(bytes / 1e6).toFixed(1)} MB by name, ${seconds} s`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
