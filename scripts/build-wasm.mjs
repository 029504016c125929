/**
 * Compile the AssemblyScript of `src/` and write each module as a TypeScript one: the WebAssembly in base64, so that it
 * loads in Node and in browsers without a file to fetch.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));

const modules = [
  {
    source: "src/codec/deflate/assembly",
    target: "src/codec/deflate/inflate-wasm.ts",
    name: "inflateWasm",
    options: ["--enable", "simd"],
  },
  {
    source: "src/icechunk/zstd/assembly",
    target: "src/icechunk/zstd/zstd-wasm.ts",
    name: "zstdWasm",
    // STATIC_DATA of assembly/memory-map.ts.
    options: ["--memoryBase", String(0x24400)],
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

for (const { source, target, name, options } of modules) {
  const module = await compile(source, options);
  writeFileSync(
    `${root}${target}`,
    `// Made by scripts/build-wasm.mjs from ${source}; not under version control.

/** The decoder's WebAssembly (${module.length} bytes), in base64. */
export const ${name} =
  "${Buffer.from(module).toString("base64")}";
`,
  );
}
