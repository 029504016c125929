/**
 * The zstd encoder beside libzstd (the `zstd` command, where it is installed) over the files of the repository of
 * commits.mjs: sizes by kind of file, speed when warm, the first frame of a process, and the size of its code.
 *
 * Usage: node bench/icechunk/zstd.mjs
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundleEngine } from "./bundle.mjs";

const local = (name) => fileURLToPath(new URL(name, import.meta.url));
const envelopeBytes = 39;
const kinds = ["manifests", "snapshots", "transactions", "overwritten"];
const level = 3;

async function bundleZstd(outdir) {
  await build({
    stdin: {
      contents: `export * from "./compress.js"; export * from "./decompress.js";`,
      resolveDir: local("../../src/icechunk/zstd"),
    },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "node20",
    outdir,
    outExtension: { ".js": ".mjs" },
  });
  return path.join(outdir, "stdin.mjs");
}

/** At most 20 payloads of each kind. */
function readPayloads(folder, decompressZstd) {
  const read = (file) => {
    const key = path.basename(file);
    return decompressZstd(new Uint8Array(fs.readFileSync(file).subarray(envelopeBytes)), { key, limitBytes: 2 ** 30 });
  };
  return Promise.all(
    kinds.map(async (kind) => {
      const names = fs.readdirSync(path.join(folder, kind)).sort().slice(0, 20);
      return { kind, payloads: await Promise.all(names.map((name) => read(path.join(folder, kind, name)))) };
    }),
  );
}

/** Bytes of the frames that the command makes; null where it is not installed. */
function libzstdBytes(payloads) {
  try {
    const frames = payloads.map((input) => execFileSync("zstd", [`-${level}`, "--no-check", "-c"], { input }));
    return sum(frames.map(({ length }) => length));
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

async function compressAll(payloads, compressZstd) {
  let bytes = 0;
  for (const payload of payloads) bytes += (await compressZstd(payload, level)).length;
  return bytes;
}

async function bestSeconds(repetitions, run) {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repetitions; i++) {
    const start = performance.now();
    await run();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const [bundlePath, payloadPath] = process.argv.slice(2);
if (bundlePath) {
  const payload = new Uint8Array(fs.readFileSync(payloadPath));
  const start = performance.now();
  const { compressZstd } = await import(pathToFileURL(bundlePath));
  await compressZstd(payload, level);
  console.log(performance.now() - start);
} else {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "zstd-bench-"));
  const repository = path.join(folder, "repository");
  const engine = await bundleEngine(path.join(folder, "engine"));
  execFileSync(process.execPath, [local("commits.mjs"), "build", repository, engine, "ours"]);
  const bundle = await bundleZstd(path.join(folder, "zstd"));
  const { compressZstd, decompressZstd } = await import(pathToFileURL(bundle));
  console.log("| | files | bytes | PixelQuery | libzstd 3 | ratio | MB/s, warm |\n|---|---|---|---|---|---|---|");
  for (const { kind, payloads } of await readPayloads(repository, decompressZstd)) {
    const bytes = sum(payloads.map(({ length }) => length));
    const [ours, theirs] = [await compressAll(payloads, compressZstd), libzstdBytes(payloads)];
    const seconds = await bestSeconds(5, () => compressAll(payloads, compressZstd));
    const ratio = theirs === null ? "–" : (ours / theirs).toFixed(3);
    const speed = Math.round(bytes / seconds / 1e6);
    console.log(`| ${kind} | ${payloads.length} | ${bytes} | ${ours} | ${theirs ?? "–"} | ${ratio} | ${speed} |`);
    const sample = path.join(folder, kind);
    fs.writeFileSync(sample, payloads[0]);
    const cold = () =>
      Number(execFileSync(process.execPath, [local("zstd.mjs"), bundle, sample], { encoding: "utf8" }));
    const coldMs = median(Array.from({ length: 9 }, cold)).toFixed(1);
    console.log(`| … first of a process, ${payloads[0].length} bytes | | | ${coldMs} ms | | | |`);
  }
  const code = fs.readFileSync(
    path.join(
      folder,
      "zstd",
      fs.readdirSync(path.join(folder, "zstd")).find((name) => name.startsWith("wasm-encoder")),
    ),
  );
  console.log(`\nCode that only writers load: ${code.length} bytes, ${gzipSync(code, { level: 9 }).length} gzipped.`);
  fs.rmSync(folder, { recursive: true });
}
