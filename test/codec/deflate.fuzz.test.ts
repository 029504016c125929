import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { inflateWasm } from "../../src/codec/deflate/inflate-wasm.js";

/** For long runs: PIXELQUERY_FUZZ_TRIALS=5000 PIXELQUERY_FUZZ_SEED=7 npx vitest run test/codec/deflate.fuzz */
const trials = Number(process.env.PIXELQUERY_FUZZ_TRIALS ?? 150);
const seed = Number(process.env.PIXELQUERY_FUZZ_SEED ?? 20240229);
const limitMs = 30_000 + trials * 100;

interface FuzzReport {
  counts: Record<string, number>;
  faults: string[];
}

/** Runs the fuzzer in a thread that is ended when it takes too long: a hang fails the test instead of hanging it. */
function fuzz(): Promise<FuzzReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./deflate-fuzz-worker.mjs", import.meta.url), {
      workerData: { wasm: Buffer.from(inflateWasm, "base64"), seed, trials, garbageTrials: trials * 10 },
    });
    const timer = setTimeout(() => {
      void worker.terminate();
      reject(new Error(`the inflater hangs: seed ${seed}, ${limitMs} ms`));
    }, limitMs);
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => clearTimeout(timer));
  });
}

test(
  "the inflater accepts what zlib accepts, with the same bytes, and stops where it is told",
  async () => {
    const { counts, faults } = await fuzz();
    expect(faults).toEqual([]);
    expect(counts).toMatchObject({
      roundTrips: trials,
      truncations: trials * 2,
      corruptions: trials * 3,
      garbage: trials * 10,
    });
    expect(counts.partialStops).toBe(trials * 3);
    expect(counts.corruptionsNoticed).toBeGreaterThan(trials * 2);
  },
  limitMs + 5_000,
);
