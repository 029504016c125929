/**
 * One block at a time, ours beside Node's zlib: 512 × 512 pixels of four uint16 bands with predictor 2, noise on smooth
 * ground that compresses to about 60 %.
 *
 * Usage: npm run build:wasm && node bench/codec/codec.mjs [FILE.tif BLOCKS.json [COMPRESSION]]
 * With arguments, the blocks of a TIFF of that shape: BLOCKS.json lists [offset, length] of each.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { constants, deflateSync, inflateSync } from "node:zlib";
import { bundleDecoder } from "./decode-file.mjs";

const SIZE = 512;
const BANDS = 4;
const RAW_BYTES = SIZE * SIZE * BANDS * 2;
const ROUNDS = 20;
const [file, list, compression = "DEFLATE"] = process.argv.slice(2);

/** Normally distributed, from a fixed seed. */
function noise(seed) {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function makeBlock(seed) {
  const random = noise(seed);
  const samples = new Uint16Array(SIZE * SIZE * BANDS);
  for (let row = 0; row < SIZE; row++) {
    const last = new Uint16Array(BANDS);
    for (let col = 0; col < SIZE; col++) {
      for (let band = 0; band < BANDS; band++) {
        const value = 1500 + 400 * band + 300 * Math.sin((col + seed) / 90) + 200 * Math.cos(row / 70) + 18 * random();
        samples[(row * SIZE + col) * BANDS + band] = value - last[band];
        last[band] = value;
      }
    }
  }
  return deflateSync(samples, { level: 6 });
}

function blocksOf() {
  if (!file) return Array.from({ length: 8 }, (_, seed) => makeBlock(seed + 1));
  const bytes = readFileSync(file);
  return JSON.parse(readFileSync(list, "utf8")).map(([offset, length]) => bytes.subarray(offset, offset + length));
}

function unpackInJavaScript(raw) {
  const samples = new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2);
  const planes = new Uint16Array(samples.length);
  const planeLength = SIZE * SIZE;
  for (let row = 0, from = 0; row < SIZE; row++) {
    const sums = new Uint16Array(BANDS);
    for (let col = 0, to = row * SIZE; col < SIZE; col++, to++) {
      for (let band = 0; band < BANDS; band++) {
        sums[band] += samples[from++];
        planes[band * planeLength + to] = sums[band];
      }
    }
  }
  return planes;
}

const { BlockDecoder } = await bundleDecoder(fileURLToPath(new URL("../.work/codec/decoder", import.meta.url)));
const blocks = blocksOf();
const decoder = await BlockDecoder.load([compression]);
const encoding = {
  dtype: "uint16",
  byteOrder: "little",
  rows: SIZE,
  cols: SIZE,
  samples: BANDS,
  compression,
  predictor: 2,
};
const every = { rowStart: 0, rowStop: SIZE, colStart: 0, colStop: SIZE, samples: [0, 1, 2, 3], storedRows: SIZE };
const pixelAt = (row) => ({ ...every, rowStart: row, rowStop: row + 1, colStart: 100, colStop: 101 });

function decode(block, window) {
  decoder.input(block.length).set(block);
  return decoder.decode(encoding, block.length, window);
}

const zlibOptions = { chunkSize: RAW_BYTES, finishFlush: constants.Z_SYNC_FLUSH };
const contenders = {
  "ours: block to planes": (block) => decode(block, every),
  "ours: one band of four": (block) => decode(block, { ...every, samples: [2] }),
  "ours: pixel in row 8": (block) => decode(block, pixelAt(8)),
  "ours: pixel in row 256": (block) => decode(block, pixelAt(256)),
};
if (compression === "DEFLATE") {
  contenders["zlib: inflate alone"] = (block) => inflateSync(block, zlibOptions);
  contenders["zlib + JavaScript: block to planes"] = (block) => unpackInJavaScript(inflateSync(block, zlibOptions));
}

const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(contenders)) {
    const start = performance.now();
    for (const block of blocks) run(block);
    times[name].push((performance.now() - start) / blocks.length);
  }
}
const share = blocks.reduce((sum, block) => sum + block.length, 0) / (blocks.length * RAW_BYTES);
console.log(
  `${compression}, ${blocks.length} blocks of ${RAW_BYTES / 2 ** 20} MiB, compressed to ${(100 * share).toFixed(0)} %`,
);
for (const [name, all] of Object.entries(times)) {
  const median = all.sort((a, b) => a - b)[all.length >> 1];
  const best = all[0];
  const speed = (RAW_BYTES / 1e3 / median).toFixed(0).padStart(6);
  console.log(`${name.padEnd(36)} ${median.toFixed(2).padStart(7)} ms (best ${best.toFixed(2)}) ${speed} MB/s`);
}
