import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { BlockDecoder, type Compression } from "../../src/codec/index.js";
import type { ImageLevel } from "../../src/cog/cog-info.js";
import { openCogInfo } from "../../src/cog/open-cog-info.js";
import { isPixelQueryError } from "../../src/errors.js";
import { MemoryStore } from "../../src/store/index.js";
import { describeWithData } from "../support/data-path.js";
import { readOracle } from "./oracle.js";

/** Mutants of each run; they are the same every time. More: `PIXELQUERY_MUTANTS=100000`. */
const MUTANTS = Number(process.env.PIXELQUERY_MUTANTS ?? 5000);
/** Blocks decoded of one file. */
const MAX_BLOCKS = 8;
/** What one file may take, tens of times what any does. */
const MAX_MS = 2000;
const MAX_HELD_BYTES = 256 * 2 ** 20;

const compressions: Compression[] = [
  ...(["NONE", "DEFLATE", "LZW", "PACKBITS", "ZSTD", "LZMA"] as const),
  ...(["JPEG", "WEBP", "LERC", "LERC_DEFLATE", "LERC_ZSTD"] as const),
];

/** A generator of whole numbers below a limit (mulberry32). */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) % limit;
  };
}

/** Words that sizes and counts go wrong at. */
const extremes = [0, 1, 2, 255, 256, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A copy of a file with one to four faults: a byte or a word is another one, a part is moved, the end is missing. */
function mutate(file: Uint8Array, random: (limit: number) => number): Uint8Array {
  let mutant = file.slice();
  for (let faults = 1 + random(4); faults > 0; faults--) {
    const view = new DataView(mutant.buffer);
    const at = random(mutant.length);
    const kind = random(8);
    if (kind < 3) mutant[at] = random(256);
    else if (kind < 5) mutant[at]! ^= 1 << random(8);
    else if (kind === 5 && at + 4 <= mutant.length)
      view.setUint32(at, extremes[random(extremes.length)]!, random(2) === 0);
    else if (kind === 6) mutant.copyWithin(at, random(mutant.length), random(mutant.length));
    else if (kind === 7 && random(4) === 0 && at > 0) mutant = mutant.slice(0, at);
  }
  return mutant;
}

async function decodeLevel(decoder: BlockDecoder, file: Uint8Array, level: ImageLevel): Promise<void> {
  const { encoding, layout, height, blocksDown, blocksAcross } = level;
  const present = level.offsets.findIndex((offset) => offset !== 0);
  for (let block = Math.max(present, 0); block < Math.min(level.offsets.length, present + MAX_BLOCKS); block++) {
    const length = level.byteCounts[block] ?? 0;
    if (present < 0 || length === 0) continue;
    const offset = level.offsets[block] ?? 0;
    const row = Math.floor(block / blocksAcross) % blocksDown;
    const storedRows = layout === "striped" ? Math.min(encoding.rows, height - row * encoding.rows) : encoding.rows;
    const window = { rowStart: 0, rowStop: storedRows, colStart: 0, colStop: encoding.cols, samples: [0], storedRows };
    decoder.input(length).set(file.subarray(offset, offset + length));
    const pixels = decoder.decode(encoding, length, window);
    expect(pixels).toHaveLength(storedRows * encoding.cols);
  }
}

/** Reads header and blocks; an error of ours is an answer, any other one is not. */
async function readMutant(decoder: BlockDecoder, file: Uint8Array): Promise<"pixels" | "error"> {
  const store = new MemoryStore();
  await store.put("mutant.tif", file);
  try {
    const { info } = await openCogInfo(store, "mutant.tif", { sizeBytes: file.length });
    for (const level of [...info.levels, ...info.masks]) await decodeLevel(decoder, file, level);
    return "pixels";
  } catch (error) {
    if (isPixelQueryError(error, "CorruptDataError") || isPixelQueryError(error, "UnsupportedError")) return "error";
    throw error;
  }
}

async function readMutants(files: readonly { name: string; bytes: Uint8Array }[], seed: number) {
  const random = createRandom(seed);
  const decoder = await BlockDecoder.load(compressions);
  const seen = { pixels: 0, error: 0 };
  const slow: string[] = [];
  const heldBefore = process.memoryUsage.rss();
  for (let i = 0; i < MUTANTS; i++) {
    const { name, bytes } = files[i % files.length]!;
    const started = performance.now();
    try {
      seen[await readMutant(decoder, mutate(bytes, random))]++;
    } catch (cause) {
      throw new Error(`mutant ${i} of ${name}`, { cause });
    }
    if (performance.now() - started > MAX_MS) slow.push(`mutant ${i} of ${name}`);
  }
  return { seen, slow, heldBytes: process.memoryUsage.rss() - heldBefore };
}

function expectSound({ seen, slow, heldBytes }: Awaited<ReturnType<typeof readMutants>>): void {
  console.log(`${seen.pixels} gave pixels, ${seen.error} an error; ${Math.round(heldBytes / 2 ** 20)} MiB more held`);
  expect(slow).toEqual([]);
  expect(heldBytes).toBeLessThan(MAX_HELD_BYTES);
  // Where nearly all end alike, the mutants test nothing.
  expect(Math.min(seen.pixels, seen.error)).toBeGreaterThan(MUTANTS / 10);
}

describe("damaged files give pixels or an error of ours, quickly and in bounded memory", () => {
  it("with every width of samples and every colour", async () => {
    const cases: { name: string; tiff: string }[] = JSON.parse(
      readFileSync(new URL("../fixtures/codec/odd/odd-tiffs.json", import.meta.url), "utf8"),
    );
    const files = cases.map(({ name, tiff }) => ({ name, bytes: Uint8Array.from(Buffer.from(tiff, "base64")) }));
    expectSound(await readMutants(files, 1));
  });
});

describeWithData("damaged files of the data set give pixels or an error of ours", (dataPath) => {
  it("with every compression", async () => {
    const files = readOracle(dataPath).map(({ file: name }) => ({
      name,
      bytes: Uint8Array.from(readFileSync(resolve(dataPath, "odd-tiffs", name))),
    }));
    expectSound(
      await readMutants(
        files.filter(({ bytes }) => bytes.length > 100 && bytes.length < 100_000),
        2,
      ),
    );
  });
});
