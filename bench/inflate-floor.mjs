import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { bundleDecoder } from "./codec/decode-file.mjs";

/** Bytes that hold the header of a COG of the workload. */
const HEADER_BYTES = 65_536;

/**
 * What no reader of these files can do without: inflating each block that a window touches, from its start to the last
 * byte that the window needs. Bytes lie in memory and nothing is made of them; one thread, our own inflater.
 */
export class InflateFloor {
  #engine;
  #rowLengthBytes;
  #files;

  /** @param scratch a folder for the bundled code */
  static async open(folder, scratch) {
    const { WasmEngine, parseCog, rowLengthBytes } = await bundleDecoder(scratch);
    const names = readdirSync(folder).filter((name) => name.endsWith(".tif"));
    const files = names.map((name) => openFile(join(folder, name), parseCog));
    return new InflateFloor(await WasmEngine.load(), rowLengthBytes, files);
  }

  constructor(engine, rowLengthBytes, files) {
    this.#engine = engine;
    this.#rowLengthBytes = rowLengthBytes;
    this.#files = files;
  }

  /** Milliseconds of inflating for one window through all files, and the share of the touched blocks that is inflated. */
  measure(window) {
    let [ms, inflated, whole] = [0, 0, 0];
    for (const { descriptor, level } of this.#files) {
      const rowBytes = this.#rowLengthBytes(level.encoding);
      for (const { block, rowStop } of blocksOf(level, window)) {
        const lengthBytes = level.byteCounts[block];
        readSync(descriptor, this.#engine.input(lengthBytes), 0, lengthBytes, level.offsets[block]);
        const blockBytes = level.encoding.rows * rowBytes;
        const start = performance.now();
        const reached = this.#engine.inflate(lengthBytes, rowStop * rowBytes, blockBytes);
        ms += performance.now() - start;
        if (reached.lengthBytes !== rowStop * rowBytes) throw new Error(`inflated ${reached.lengthBytes} bytes`);
        inflated += rowStop * rowBytes;
        whole += blockBytes;
      }
    }
    return { ms, share: inflated / whole };
  }

  close() {
    for (const { descriptor } of this.#files) closeSync(descriptor);
  }
}

function openFile(path, parseCog) {
  const descriptor = openSync(path, "r");
  const data = new Uint8Array(HEADER_BYTES);
  readSync(descriptor, data, 0, HEADER_BYTES, 0);
  const [level] = parseCog({ parts: [{ offset: 0, data }], sizeBytes: fstatSync(descriptor).size }).levels;
  return { descriptor, level };
}

/** The blocks that a window touches, and the first row of each that it does not need. */
function blocksOf({ encoding, blocksAcross }, { row, col, rows, cols }) {
  const blocks = [];
  for (let down = Math.floor(row / encoding.rows); down * encoding.rows < row + rows; down++) {
    for (let across = Math.floor(col / encoding.cols); across * encoding.cols < col + cols; across++) {
      const rowStop = Math.min(encoding.rows, row + rows - down * encoding.rows);
      blocks.push({ block: down * blocksAcross + across, rowStop });
    }
  }
  return blocks;
}
