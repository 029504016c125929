/** The fuzzer's own program, which is TypeScript beside the tests, bundled for Node. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");
const exported = `
  export * from "./test/fuzz/corpus.js";
  export * from "./test/fuzz/mutate.js";
  export * from "./test/fuzz/run-fuzz.js";
  export * from "./test/fuzz/reader-process.js";
`;

/** Bundle the fuzzer into `folder` and load it. */
export async function bundleFuzzer(folder) {
  const stdin = { contents: exported, resolveDir: root, sourcefile: "fuzzer.js" };
  const outfile = `${folder}/fuzzer.mjs`;
  // esbuild bundles the sources once more for each process that reads files: it stays outside.
  const external = [import.meta.resolve("esbuild")];
  const alias = { esbuild: external[0] };
  await build({ bundle: true, format: "esm", platform: "node", target: "node20", external, alias, stdin, outfile });
  return import(pathToFileURL(outfile).href);
}
