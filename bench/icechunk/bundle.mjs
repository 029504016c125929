import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The engine and its file store as one module with the encoder beside it, which is how it is published. */
export async function bundleEngine(outdir) {
  const source = fileURLToPath(new URL("../../src/", import.meta.url));
  await build({
    stdin: {
      contents: `export * from "./icechunk/index.js"; export * from "./store/file-store.js";`,
      resolveDir: source,
    },
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
