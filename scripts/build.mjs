// Builds dist/: the WebAssembly module, declarations by the TypeScript compiler, and JavaScript bundled with its
// dependencies. Bundled, because a command that lives for a fifth of a second must not spend half of it looking for a
// hundred and fifty small files.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packaged } from "./packaged-wasm.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const bin = (name) => join(root, "node_modules", ".bin", name);

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "scripts", "build-wasm.mjs")], { stdio: "inherit" });
execFileSync(bin("tsc"), ["-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/index.ts", "src/icechunk/index.ts", "src/store/index.ts", "src/cli/main.ts", "src/lazy/worker.ts"],
  outbase: "src",
  outdir: "dist",
  // Shared code lies one folder deep, as all of it does in src/, and beside the worker: paths relative to a module hold.
  chunkNames: "lazy/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // CommonJS that asks for Node's own modules cannot be bundled into ES modules: these stay dependencies.
  external: Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).dependencies),
  // ES modules where a package has them: those can be shaken.
  mainFields: ["module", "main"],
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

for (const entry of ["index.js", "icechunk/index.js", "store/index.js", "cli/main.js"]) {
  if (readFileSync(join(dist, entry), "utf8").includes('"./worker.js"')) {
    throw new Error(`dist/${entry} holds the thread pool, which looks for its worker in its own folder`);
  }
}

// What is bundled keeps its licence: one section a package, with the text that the package ships.
// Packages whose WebAssembly is taken as text come in by scripts/build-wasm.mjs, where the bundler does not see them.
const packages = new Set(packaged.map(({ package: name }) => `node_modules/${name}`));
for (const input of Object.keys(metafile.inputs)) {
  const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
  if (folder !== undefined) packages.add(folder);
}
const notices = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text =
    file === undefined ? `Licensed under ${license}.` : readFileSync(join(root, folder, file), "utf8").trim();
  return `## ${name} ${version}\n\n${text}\n`;
});
for (const { holds } of packaged) {
  if (holds !== undefined)
    notices.push(`## ${holds.name}\n\n${readFileSync(join(root, holds.licence), "utf8").trim()}\n`);
}
const preamble = "# Licences of the packages bundled in this folder\n\n";
writeFileSync(join(dist, "THIRD-PARTY-LICENSES.md"), preamble + notices.join("\n"));
