/**
 * What `docs/` says of the storage engine, beside the official engine in the same run: 50,000 time steps of 28 references
 * in 10 commits, appending one step, opening cold, looking references up. Each task runs in a process of its own; of
 * several runs the median is told.
 *
 * Usage: node bench/icechunk/commits.mjs
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundleEngine } from "./bundle.mjs";
import { loadOfficialEngine } from "./official.mjs";

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

/** References of the steps `from` to `to` as the official engine takes them: an object each. */
async function addStepsOfficial(store, from, to) {
  const collected = { setArray: () => {}, setVirtualReferences: (_, columns) => Object.assign(collected, columns) };
  addSteps(collected, from, to);
  const { indices, offsets, lengths, locationIndex, locations } = collected;
  await store.set("scenes/0/zarr.json", Buffer.from(JSON.stringify(arrayOf(to))));
  const chunks = Array.from(offsets, (offset, i) => ({
    index: [...indices.subarray(i * 4, i * 4 + 4)],
    location: locations[locationIndex[i]].replace("vcc://scenes/", "file:///scenes/"),
    offset,
    length: lengths[i],
    lastModified: new Date(1_700_000_000_000),
  }));
  await store.setVirtualRefs("/scenes/0", chunks, false);
}

/** The same tasks by the official engine. It cannot give a reference back, so looking up is left out. */
async function measureOfficial(task, folder) {
  const engine = loadOfficialEngine();
  const since = (start) => Math.round((performance.now() - start) * 100) / 100;
  const start = performance.now();
  const storage = await engine.Storage.newLocalFilesystem(folder);
  if (task === "build") {
    const splitting = {
      split_sizes: [[{ path_matches: { regex: ".*" } }, [{ condition: { Axis: 0 }, num_chunks: 250 }]]],
    };
    const repository = await engine.Repository.create(storage, { manifest: { splitting } });
    await repository.saveConfig();
    for (let commit = 0; commit < 10; commit++) {
      const session = await repository.writableSession("main");
      if (commit === 0) await session.store.set("zarr.json", Buffer.from('{"zarr_format":3,"node_type":"group"}'));
      if (commit === 0)
        await session.store.set("scenes/zarr.json", Buffer.from('{"zarr_format":3,"node_type":"group"}'));
      await addStepsOfficial(session.store, commit * 5000, (commit + 1) * 5000);
      await session.commit(`commit ${commit}`);
    }
    const { maxRSS } = process.resourceUsage();
    return { totalMs: since(start), maxRssMb: Math.round(maxRSS / 1024), repositoryMb: folderBytes(folder) / 1e6 };
  }
  const repository = await engine.Repository.open(storage);
  if (task === "append") {
    const append = async () => {
      const appending = performance.now();
      const session = await repository.writableSession("main");
      const steps = JSON.parse(Buffer.from(await session.store.get("scenes/0/zarr.json")).toString()).shape[0];
      await addStepsOfficial(session.store, steps, steps + 1);
      await session.commit("one more");
      return since(appending);
    };
    const cold = await append();
    return { coldMs: cold, warmMs: [await append(), await append(), await append(), await append()] };
  }
  const { store } = await repository.readonlySession({ branch: "main" });
  await store.exists("scenes/0/c/777/0/3/2");
  return { firstReferenceMs: since(start) };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const rounded = (value, digits) => (value === undefined ? "–" : value.toFixed(digits));

function runTask(name, folder, bundle, engine) {
  const script = fileURLToPath(import.meta.url);
  const output = execFileSync(process.execPath, [script, name, folder, bundle, engine], { encoding: "utf8" });
  return JSON.parse(output);
}

/** Every task in a process of its own, cold starts several times. */
function runAll(folder, bundle, engine) {
  const built = runTask("build", folder, bundle, engine);
  const reads = Array.from({ length: 9 }, () => runTask("read", folder, bundle, engine));
  const appends = Array.from({ length: 3 }, () => runTask("append", folder, bundle, engine));
  const of = (results, name) =>
    results[0][name] === undefined ? undefined : median(results.map((each) => each[name]));
  return {
    "50,000 steps in 10 commits, s": rounded(built.totalMs / 1000, 1),
    "… memory at most, MB": rounded(built.maxRssMb, 0),
    "… repository, MB": rounded(built.repositoryMb, 1),
    "append one step, cold process, ms": rounded(of(appends, "coldMs"), 0),
    "append one step, warm, ms": rounded(median(appends.flatMap(({ warmMs }) => warmMs)), 0),
    "open and first reference, cold, ms": rounded(of(reads, "firstReferenceMs"), 1),
    "reference lookup, warm, µs": rounded(of(reads, "warmLookupUs"), 1),
    "a series of 50,000 references, ms": rounded(of(reads, "seriesOf50000Ms"), 0),
  };
}

/** What docs ask for, by the same names. */
const goals = {
  "50,000 steps in 10 commits, s": "5.3",
  "… memory at most, MB": "390",
  "… repository, MB": "23",
  "append one step, cold process, ms": "–",
  "append one step, warm, ms": "15–39",
  "open and first reference, cold, ms": "10–25",
  "reference lookup, warm, µs": "7",
  "a series of 50,000 references, ms": "–",
};

const [task, repositoryFolder, bundlePath, engineName] = process.argv.slice(2);
if (task && engineName === "official") console.log(JSON.stringify(await measureOfficial(task, repositoryFolder)));
else if (task) console.log(JSON.stringify(await measure(task, repositoryFolder, bundlePath)));
else {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-bench-"));
  const bundle = await bundleEngine(path.join(folder, "engine"));
  const ours = runAll(path.join(folder, "ours"), bundle, "ours");
  const official = loadOfficialEngine() ? runAll(path.join(folder, "official"), bundle, "official") : {};
  console.log("| | goal | PixelQuery | official engine |\n|---|---|---|---|");
  for (const [name, value] of Object.entries(ours)) {
    console.log(`| ${name} | ${goals[name]} | ${value} | ${official[name] ?? "–"} |`);
  }
  fs.rmSync(folder, { recursive: true });
}
