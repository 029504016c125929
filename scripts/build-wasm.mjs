/**
 * Compile the AssemblyScript of `src/` and write each module as a TypeScript one: the WebAssembly as text, so that it
 * loads in Node and in browsers without a file to fetch. In base64, which is shortest as it lies there; in hexadecimal
 * where what counts is how long it is once gzipped, a seventh less, since repetitions stay repetitions.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { packaged } from "./packaged-wasm.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const modules = [
  {
    source: "src/codec/deflate/assembly",
    target: "src/codec/deflate/inflate-wasm.ts",
    name: "inflateWasm",
    options: ["--enable", "simd"],
  },
  {
    source: "src/codec/lzma/assembly",
    target: "src/codec/lzma/lzma-wasm.ts",
    name: "lzmaWasm",
    options: [],
  },
  {
    source: "src/codec/jpeg/assembly",
    target: "src/codec/jpeg/jpeg-wasm.ts",
    name: "jpegWasm",
    options: ["--enable", "simd"],
  },
  {
    source: "src/icechunk/zstd/assembly",
    target: "src/icechunk/zstd/zstd-wasm.ts",
    name: "zstdWasm",
    // STATIC_DATA of assembly/memory-map.ts.
    options: ["--memoryBase", String(0x24400)],
    encoding: "hex",
  },
  {
    source: "src/icechunk/zstd/assembly/encoder",
    target: "src/icechunk/zstd/encoder-wasm.ts",
    name: "encoderWasm",
    // STATIC_DATA of assembly/encoder/memory-map.ts.
    options: ["--memoryBase", String(0x7400)],
    encoding: "hex",
  },
];

/** @returns {Promise<Uint8Array>} the compiled module */
async function compile(source, options) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      `${source}/index.ts`,
      ...["--baseDir", root, "--outFile", "module.wasm"],
      ...["-O3", "--converge", "--runtime", "stub", "--initialMemory", "4"],
      // The code keeps its own bounds, as its comments say: checks of the compiler would be paid twice.
      ...["--noAssert", "--uncheckedBehavior", "always"],
      ...["--enable", "bulk-memory", ...options],
    ],
    {
      writeFile(_name, contents) {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`AssemblyScript: ${error.message}\n${stderr.toString()}`);
  if (!(binary instanceof Uint8Array)) throw new Error("AssemblyScript wrote no module");
  return binary;
}

/** Write a module as TypeScript that exports it as text. */
function writeModule(target, name, source, module, encoding = "base64") {
  writeFileSync(
    `${root}${target}`,
    `// Made by scripts/build-wasm.mjs from ${source}; not under version control.

/** The WebAssembly (${module.length} bytes), in ${encoding}. */
export const ${name} =
  "${Buffer.from(module).toString(encoding)}";
`,
  );
}

for (const { source, target, name, options, encoding } of modules) {
  writeModule(target, name, source, await compile(source, options), encoding);
}
for (const { package: from, file, target, name } of packaged) {
  const source = `${from}/${file}`;
  writeModule(target, name, source, readFileSync(fileURLToPath(import.meta.resolve(source))));
}
