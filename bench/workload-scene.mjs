/** A thread that makes scenes of the standard workload: see `makeStandardWorkload`. */
import { writeFileSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { createRandom } from "./random.mjs";
import { cogOptions, loadTiffWriter } from "./workload.mjs";

const WIDTH = 3519;
const HEIGHT = 874;
const NOISE = 18;
/** Cells across the scene and strength of each octave. */
const OCTAVES = [
  [4, 1],
  [16, 0.6],
  [64, 0.35],
  [256, 0.2],
];

/** Normal numbers, drawn from a table of 65,536 of them. */
function createNormal(seed) {
  const random = createRandom(seed);
  return () => normalTable[random() >>> 16];
}

const normalTable = makeNormalTable();

/** Box and Muller's transform of uniform numbers. */
function makeNormalTable() {
  const random = createRandom(5);
  const table = new Float32Array(65_536);
  for (let index = 0; index < table.length; index++) {
    const radius = Math.sqrt(-2 * Math.log((random() + 1) / 4294967297));
    table[index] = radius * Math.cos((2 * Math.PI * random()) / 4294967296);
  }
  return table;
}

/** A smooth random field: octaves of normal numbers on coarse lattices, interpolated linearly. */
function makeField(seed) {
  const field = new Float32Array(WIDTH * HEIGHT);
  const normal = createNormal(seed);
  for (const [cells, strength] of OCTAVES) {
    const cellSize = WIDTH / cells;
    const latticeWidth = cells + 2;
    const lattice = Float32Array.from({ length: latticeWidth * (Math.ceil(HEIGHT / cellSize) + 2) }, normal);
    for (let row = 0, at = 0; row < HEIGHT; row++) {
      const y = Math.floor(row / cellSize);
      const down = row / cellSize - y;
      for (let col = 0; col < WIDTH; col++, at++) {
        const x = Math.floor(col / cellSize);
        const right = col / cellSize - x;
        const corner = y * latticeWidth + x;
        const above = lattice[corner] * (1 - right) + lattice[corner + 1] * right;
        const below = lattice[corner + latticeWidth] * (1 - right) + lattice[corner + latticeWidth + 1] * right;
        field[at] += strength * (above * (1 - down) + below * down);
      }
    }
  }
  return field;
}

const ground = makeField(7);
const vegetation = makeField(8);

/** Four bands of one date: ground, vegetation by season, illumination, noise, and a slanted collar of nodata. */
function makeScene(index, sceneCount) {
  const normal = createNormal(100 + index);
  const season = Math.sin((2 * Math.PI * index) / sceneCount);
  const light = 1 + 0.05 * normal();
  const collar = 200 + 150 * (createRandom(100 + index)() / 4294967296);
  const bands = Array.from({ length: 4 }, () => new Uint16Array(WIDTH * HEIGHT));
  for (let row = 0, at = 0; row < HEIGHT; row++) {
    const left = collar - row * 0.2;
    const right = WIDTH - collar + row * 0.2;
    for (let col = 0; col < WIDTH; col++, at++) {
      if (col < left || col > right) continue;
      const base = ground[at];
      const green = 1 / (1 + Math.exp(-(vegetation[at] + season)));
      bands[0][at] = toSample(light * (500 + 150 * base - 100 * green) + NOISE * normal());
      bands[1][at] = toSample(light * (700 + 180 * base + 120 * green) + NOISE * normal());
      bands[2][at] = toSample(light * (1200 + 250 * base - 500 * green) + NOISE * normal());
      bands[3][at] = toSample(light * (1500 + 250 * base + 2500 * green) + NOISE * normal());
    }
  }
  return { width: WIDTH, height: HEIGHT, bands };
}

function toSample(value) {
  return Math.min(10_000, Math.max(1, Math.floor(value)));
}

/** Half the size, rounded down as GDAL's COG driver does: the mean of the valid pixels among each four. */
function halve({ width, height, bands }) {
  const halfWidth = Math.floor(width / 2);
  const halfHeight = Math.floor(height / 2);
  const halves = bands.map((band) => {
    const half = new Uint16Array(halfWidth * halfHeight);
    for (let row = 0, at = 0; row < halfHeight; row++) {
      for (let col = 0; col < halfWidth; col++, at++) half[at] = meanOfFour(band, 2 * row * width + 2 * col, width);
    }
    return half;
  });
  return { width: halfWidth, height: halfHeight, bands: halves };
}

function meanOfFour(band, corner, width) {
  let sum = 0;
  let count = 0;
  for (const at of [corner, corner + 1, corner + width, corner + width + 1]) {
    sum += band[at];
    if (band[at] !== 0) count++;
  }
  return count === 0 ? 0 : Math.round(sum / count);
}

const { writeTiff } = await loadTiffWriter();
for (const { path, index, sceneCount } of workerData) {
  const full = makeScene(index, sceneCount);
  const overviews = [halve(full)];
  while (overviews.at(-1).width > 512) overviews.push(halve(overviews.at(-1)));
  const options = { ...full, ...cogOptions, overviews, block: { kind: "tile", width: 512, height: 512 } };
  writeFileSync(path, writeTiff({ ...options, transform: [3, 0, 500_000, 0, -3, 4_600_000] }));
}
