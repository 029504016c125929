/** Our side: the decoder of `src/codec`, bundled as `npm run build` does, on files held in memory. */
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const exported = `
  export { BlockDecoder } from "./src/codec/index.js";
  export { rowLengthBytes } from "./src/codec/block-layout.js";
  export { WasmEngine } from "./src/codec/wasm-engine.js";
  export { parseCog } from "./src/cog/parse.js";
`;

/** Bundle the sources into `folder`. The WebAssembly in them is of the last `npm run build:wasm`. */
export async function bundleDecoder(folder) {
  const options = { bundle: true, splitting: true, format: "esm", platform: "node", target: "node20" };
  const stdin = { contents: exported, resolveDir: root, sourcefile: "decoder.js" };
  await build({ ...options, stdin, outdir: folder, outExtension: { ".js": ".mjs" }, logLevel: "warning" });
  return import(pathToFileURL(`${folder}/stdin.mjs`).href);
}

/**
 * A file whose `decode` decodes all of its blocks one after another, each to [bands, rows, cols].
 *
 * @throws UnsupportedError where the file's encoding is not read
 */
export async function openFile({ BlockDecoder, parseCog }, path) {
  const bytes = readFileSync(path);
  const [level] = parseCog({ parts: [{ offset: 0, data: bytes }], sizeBytes: bytes.length }).levels;
  const decoder = await BlockDecoder.load([level.encoding.compression]);
  return { sizeBytes: bytes.length, decode: () => decodeBlocks(decoder, bytes, level) };
}

function decodeBlocks(decoder, bytes, { width, height, encoding, blocksAcross, offsets, byteCounts }) {
  const samples = Array.from({ length: encoding.samples }, (_, index) => index);
  return Array.from(offsets, (offset, block) => {
    const lengthBytes = byteCounts[block];
    decoder.input(lengthBytes).set(bytes.subarray(offset, offset + lengthBytes));
    const rowStop = Math.min(encoding.rows, height - Math.floor(block / blocksAcross) * encoding.rows);
    const colStop = Math.min(encoding.cols, width - (block % blocksAcross) * encoding.cols);
    const window = { rowStart: 0, rowStop, colStart: 0, colStop, samples, storedRows: encoding.rows };
    return decoder.decode(encoding, lengthBytes, window);
  });
}
