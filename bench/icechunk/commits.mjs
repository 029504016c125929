/**
 * What `docs/` says of the storage engine: 50,000 time steps of 28 references in 10 commits, appending one step, opening
 * cold, looking references up. Each measurement of a cold start runs in a process of its own.
 *
 * Usage: node bench/icechunk/commits.mjs
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const blocks = { rows: 7, cols: 4 };
const perStep = blocks.rows * blocks.cols;

function arrayOf(steps) {
  return {
    zarr_format: 3,
    node_type: "array",
    shape: [steps, 1, blocks.rows * 512, blocks.cols * 512],
    data_type: "uint16",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [1, 1, 512, 512] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: 0,
    codecs: [{ name: "bytes" }],
  };
}

/** References of the steps `from` to `to`, block after block in one file each, lengths as noisy as real ones. */
function addSteps(session, from, to) {
  const count = (to - from) * perStep;
  const indices = new Uint32Array(count * 4);
  const [offsets, lengths] = [new Float64Array(count), new Float64Array(count)];
  const locationIndex = new Uint32Array(count);
  const locations = [];
  let random = 1;
  for (let step = from, row = 0; step < to; step++) {
    locations.push(`vcc://scenes/LC08_${step % 233}/scene_${step}.tif`);
    for (let block = 0, offset = 8000; block < perStep; block++, row++) {
      random = (random * 16807) % 2147483647;
      indices.set([step, 0, Math.floor(block / blocks.cols), block % blocks.cols], row * 4);
      offsets[row] = offset;
      lengths[row] = 200_000 + (random % 90_000);
      offset += lengths[row];
      locationIndex[row] = step - from;
    }
  }
  const lastModifiedSeconds = new Uint32Array(to - from).fill(1_700_000_000);
  session.setArray("/scenes/0", arrayOf(to));
  session.setVirtualReferences("/scenes/0", {
    indices,
    offsets,
    lengths,
    locationIndex,
    locations,
    lastModifiedSeconds,
  });
}

function folderBytes(folder) {
  return fs
    .readdirSync(folder, { recursive: true })
    .reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
}

async function measure(task, folder, bundle) {
  const started = performance.now();
  const { FileStore, Repository } = await import(pathToFileURL(bundle));
  const imported = performance.now();
  const store = new FileStore(folder);
  const since = (start) => Math.round((performance.now() - start) * 100) / 100;
  if (task === "build") {
    const repository = await Repository.create(store, { splitting: [{ path: ".*", axis: 0, chunks: 250 }] });
    for (let commit = 0; commit < 10; commit++) {
      const change = async (session) => addSteps(session, commit * 5000, (commit + 1) * 5000);
      await repository.transact(change, { message: `commit ${commit}` });
    }
    const { maxRSS } = process.resourceUsage();
    return { totalMs: since(imported), maxRssMb: Math.round(maxRSS / 1024), repositoryMb: folderBytes(folder) / 1e6 };
  }
  const repository = await Repository.open(store);
  if (task === "append") {
    const append = async () => {
      const start = performance.now();
      const change = async (session) => {
        const steps = session.node("/scenes/0").zarr.shape[0];
        addSteps(session, steps, steps + 1);
      };
      await repository.transact(change, { message: "one more" });
      return since(start);
    };
    const cold = await append();
    return { coldMs: cold, warmMs: [await append(), await append(), await append(), await append()] };
  }
  const session = await repository.session();
  await session.chunkReference("/scenes/0", [777, 0, 3, 2]);
  const firstMs = since(imported);
  const lookups = 20_000;
  const start = performance.now();
  for (let i = 0; i < lookups; i++) await session.chunkReference("/scenes/0", [750 + (i % 250), 0, i % 7, i % 4]);
  const warmUs = (since(start) / lookups) * 1000;
  const series = Uint32Array.from({ length: 50_000 * 4 }, (_, i) => [i >> 2, 0, 3, 2][i % 4]);
  const bulkStart = performance.now();
  await session.chunkReferences("/scenes/0", series);
  return {
    importMs: Math.round(imported - started),
    firstReferenceMs: firstMs,
    warmLookupUs: warmUs,
    seriesOf50000Ms: since(bulkStart),
  };
}

/** The engine as one module, which is how it is published. */
async function bundleEngine(outdir) {
  const source = fileURLToPath(new URL("../../src/", import.meta.url));
  const contents = `export * from "./icechunk/index.js"; export * from "./store/file-store.js";`;
  await build({
    stdin: { contents, resolveDir: source },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    outdir,
    outExtension: { ".js": ".mjs" },
  });
  return path.join(outdir, "stdin.mjs");
}

const [task, ...rest] = process.argv.slice(2);
if (task) console.log(JSON.stringify(await measure(task, ...rest)));
else {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-bench-"));
  const bundle = await bundleEngine(path.join(folder, "engine"));
  const script = fileURLToPath(import.meta.url);
  for (const name of ["build", "append", "read", "read", "read"]) {
    const arguments_ = [script, name, path.join(folder, "repository"), bundle];
    process.stdout.write(`${name.padEnd(7)} ${execFileSync(process.execPath, arguments_, { encoding: "utf8" })}`);
  }
  fs.rmSync(folder, { recursive: true });
}
