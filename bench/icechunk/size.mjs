/**
 * How much code a program loads that only reads, one that also writes, and one that does everything: minified by esbuild,
 * gzipped, as one file each, without what is imported later and by others.
 *
 * Usage: node bench/icechunk/size.mjs [--modules] [--chunks] [--json]
 *   --modules  what each module adds to each program
 *   --chunks   the files that esbuild makes of it, and what is in them
 */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const source = fileURLToPath(new URL("../../src", import.meta.url));

/** What each program imports, and what it loads besides once it gets there. */
const programs = {
  reading: `export { Repository } from "./icechunk/index.js";`,
  writing: `export { Repository } from "./icechunk/index.js"; export * from "./icechunk/writing.js";`,
  administering: `export { Repository } from "./icechunk/index.js"; export * from "./icechunk/administration.js";`,
  "reading a public repository with zarrita": `export { createZarrStore, HttpStore, Repository, withRetries } from "./icechunk/index.js";`,
  "importing all that is public": `export * from "./icechunk/index.js";`,
  everything: ["index", "writing", "administration", "v1-refs"]
    .map((name) => `export * from "./icechunk/${name}.js";`)
    .join("\n"),
};

const decoder = `export { decompressZstd } from "./icechunk/zstd/decompress.js";`;

/** As bundlers do that know that a module nobody imports from can be left out. Packages stay outside. */
const withoutSideEffects = {
  name: "without-side-effects",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path: specifier, resolveDir }) => ({
      path: path.resolve(resolveDir, specifier).replace(/\.js$/, ".ts"),
      sideEffects: false,
    }));
    onResolve({ filter: /^[^.]/ }, ({ path: specifier }) => ({ path: specifier, external: true }));
  },
};

const withoutWhatIsLoadedLater = {
  name: "without-what-is-loaded-later",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path: specifier, kind }) =>
      kind === "dynamic-import" ? { path: specifier, external: true } : undefined,
    );
  },
};

const withoutZstd = {
  name: "without-zstd",
  setup({ onResolve }) {
    onResolve({ filter: /\/zstd\/(de)?compress\.js$/ }, ({ path: specifier }) => ({ path: specifier, external: true }));
  },
};

function bundle(contents, plugins, options) {
  return build({
    stdin: { contents, resolveDir: source, loader: "ts" },
    plugins: [...plugins, withoutSideEffects],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    absWorkingDir: path.dirname(source),
    ...options,
  });
}

const gzippedLength = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** Modules of a file by what they add to it. */
function modulesOf(metafile, file) {
  return Object.entries(metafile.outputs[file].inputs)
    .map(([name, { bytesInOutput }]) => ({ name, bytes: bytesInOutput }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
}

async function measure(contents, plugins = []) {
  const outfile = "program.js";
  const { outputFiles, metafile } = await bundle(contents, [...plugins, withoutWhatIsLoadedLater], { outfile });
  return { gzippedBytes: gzippedLength(outputFiles[0].contents), modules: modulesOf(metafile, outfile) };
}

async function listChunks() {
  const { outputFiles, metafile } = await bundle(programs.reading, [], { splitting: true, outdir: "out" });
  const root = path.dirname(source);
  return outputFiles.map(({ path: file, contents }) => {
    const name = path.relative(root, file);
    const modules = modulesOf(metafile, name).map((each) => path.basename(each.name, ".ts"));
    return { name: path.basename(file), gzippedBytes: gzippedLength(contents), modules };
  });
}

const figures = { decoder: (await measure(decoder)).gzippedBytes, programs: {} };
for (const [name, contents] of Object.entries(programs)) {
  const [whole, code] = [await measure(contents), await measure(contents, [withoutZstd])];
  figures.programs[name] = { code: code.gzippedBytes, withZstd: whole.gzippedBytes, modules: whole.modules };
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
if (process.argv.includes("--json")) console.log(JSON.stringify(figures));
else {
  console.log("| gzipped, KB | without zstd | with it |\n|---|---|---|");
  for (const [name, { code, withZstd }] of Object.entries(figures.programs)) {
    console.log(`| ${name} | ${kilobytes(code)} | ${kilobytes(withZstd)} |`);
  }
  console.log(`| the zstd decoder alone | – | ${kilobytes(figures.decoder)} |`);
}
if (process.argv.includes("--modules")) {
  for (const [name, { modules }] of Object.entries(figures.programs)) {
    console.log(`\n${name}, minified bytes:`);
    for (const each of modules) console.log(`${String(each.bytes).padStart(6)} ${each.name}`);
  }
}
if (process.argv.includes("--chunks")) {
  for (const { name, gzippedBytes, modules } of await listChunks()) {
    console.log(`\n${kilobytes(gzippedBytes)} KB ${name}: ${modules.join(", ")}`);
  }
}
