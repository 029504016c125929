import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Seed } from "./corpus.js";
import { mutate } from "./mutate.js";
import { bundleChild, type ProcessOutcome, ReaderProcess } from "./reader-process.js";

/** One broken file and what became of it. */
export interface FuzzCase {
  number: number;
  /** The file that was broken. */
  file: string;
  mutations: readonly string[];
  bytes: Uint8Array;
  outcome: ProcessOutcome;
}

export interface FuzzOptions {
  /** The checkout, whose sources are run. */
  root: string;
  seeds: readonly Seed[];
  /** Cases are numbered from here on. */
  first?: number;
  cases: number;
  /** The same seed breaks the same files in the same ways. */
  seed: number;
  /** Processes at once. */
  processes: number;
  /** Give the pixels' values, too. */
  withValues?: boolean;
  /** Told of each case while its file still lies at `path`. */
  onCase?: (fuzzCase: FuzzCase, path: string) => void | Promise<void>;
}

/** Processor time that a broken file may take: measured by the benchmark; tests have the watchdog alone. */
export const LIMIT_MS = 1000;
/** Memory that a broken file may take beyond what was held. */
export const LIMIT_BYTES = 256 * 2 ** 20;

/**
 * Break files, one case after another, and have each read in a process of its own. A case depends on the seed, its number
 * and the file alone: `mutate(file, caseSeed(seed, file, number))` makes it again.
 */
export async function runFuzz(options: FuzzOptions): Promise<FuzzCase[]> {
  const folder = mkdtempSync(join(tmpdir(), "pixelquery-fuzz-"));
  try {
    const program = await bundleChild(options.root, join(folder, "program"));
    const { first = 0, processes, cases } = options;
    let next = first;
    const done: FuzzCase[] = [];
    const work = async (_: unknown, index: number) => {
      const reader = new ReaderProcess(program);
      const own = join(folder, `files-${index}`);
      mkdirSync(own);
      while (next < first + cases) done.push(await runCase(options, next++, own, reader));
      reader.close();
    };
    await Promise.all(Array.from({ length: processes }, work));
    return done.sort((a, b) => a.number - b.number);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The seed of one case. */
export function caseSeed(seed: number, file: string, number: number): string {
  return `${seed}/${file}/${number}`;
}

async function runCase(options: FuzzOptions, number: number, folder: string, reader: ReaderProcess): Promise<FuzzCase> {
  const seed = options.seeds[number % options.seeds.length]!;
  const { bytes, mutations } = mutate(seed.bytes, caseSeed(options.seed, seed.name, number));
  const path = join(folder, `case-${number}.tif`);
  writeFileSync(path, bytes);
  const outcome = await reader.read({ path, withValues: options.withValues === true });
  const fuzzCase = { number, file: seed.name, mutations, bytes, outcome };
  await options.onCase?.(fuzzCase, path);
  rmSync(path);
  return fuzzCase;
}

/** What is wrong with the way a broken file was met; null where nothing is. */
export function findingOf({ outcome }: FuzzCase, limitMs = Number.POSITIVE_INFINITY): string | null {
  if (outcome.kind !== "pixels" && outcome.kind !== "refused") return `${outcome.kind}: ${outcome.message}`;
  if (outcome.cpuMs > limitMs) return `slow: ${Math.round(outcome.cpuMs)} ms, ${outcome.message || "pixels"}`;
  if (outcome.grownBytes <= LIMIT_BYTES) return null;
  return `memory: ${Math.round(outcome.grownBytes / 2 ** 20)} MiB, ${outcome.message || "pixels"}`;
}
