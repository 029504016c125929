/**
 * Compile the AssemblyScript of src/codec/deflate/assembly and write it as a TypeScript module: the WebAssembly in
 * base64, so that it loads in Node and in browsers without a file to fetch.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = `${root}src/codec/deflate/inflate-wasm.ts`;

/** @returns {Promise<Uint8Array>} the compiled module */
async function compile() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      "src/codec/deflate/assembly/index.ts",
      ...["--baseDir", root, "--outFile", "inflate.wasm"],
      ...["-O3", "--converge", "--runtime", "stub", "--initialMemory", "4"],
      // The code keeps its own bounds, as the comments of inflate.ts say: checks of the compiler would be paid twice.
      ...["--noAssert", "--uncheckedBehavior", "always"],
      ...["--enable", "simd", "--enable", "bulk-memory"],
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

const module = await compile();
const base64 = Buffer.from(module).toString("base64");
writeFileSync(
  target,
  `// Made by scripts/build-wasm.mjs from src/codec/deflate/assembly; not under version control.

/** The decoder's WebAssembly (${module.length} bytes), in base64. */
export const inflateWasm =
  "${base64}";
`,
);
