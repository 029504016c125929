/** A thread that makes small scenes: see `makeManyScenes`. */
import { writeFileSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { createRandom } from "./random.mjs";
import { cogOptions, loadTiffWriter } from "./workload.mjs";

const BLOCK = 32;
/** Full resolution, then overviews: 14 + 4 + 2 + 1 blocks. */
const LEVELS = [1, 2, 4, 8];
const BACKGROUND = [410, 720, 930, 2600];
/** One pixel in so many differs from the background: blocks compress to about a kilobyte, each to its own length. */
const RARITY = 16;

/** The whole pixels by which a scene's extent differs: its origin, and what it is smaller than the largest. */
function extentOf(index, distinctExtents) {
  if (!distinctExtents) return { right: 0, down: 0, narrower: 0, lower: 0 };
  return { right: 7 * (index % 1000), down: 11 * Math.floor(index / 1000), narrower: index % 24, lower: index % 15 };
}

function makeLevel(width, height, random) {
  const bands = BACKGROUND.map((value) => {
    const band = new Uint16Array(width * height).fill(value);
    for (let at = random() % RARITY; at < band.length; at += 1 + (random() % (2 * RARITY))) band[at] += random() % 64;
    return band;
  });
  return { width, height, bands };
}

const { writeTiff } = await loadTiffWriter();
for (const { path, index, distinctExtents } of workerData) {
  const { right, down, narrower, lower } = extentOf(index, distinctExtents);
  const random = createRandom(index + 1);
  const [full, ...overviews] = LEVELS.map((factor) =>
    makeLevel(Math.floor((220 - narrower) / factor), Math.floor((56 - lower) / factor), random),
  );
  const options = { ...full, ...cogOptions, overviews, level: 1, block: { kind: "tile", width: BLOCK, height: BLOCK } };
  writeFileSync(path, writeTiff({ ...options, transform: [3, 0, 500_000 + 3 * right, 0, -3, 4_600_000 - 3 * down] }));
}
