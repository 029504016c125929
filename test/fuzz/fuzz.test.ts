import { beforeAll, describe, expect, it } from "vitest";
import { rootPath } from "../support/data-path.js";
import { bundledSeeds } from "./corpus.js";
import { mutate, mutationNames } from "./mutate.js";
import { caseSeed, type FuzzCase, findingOf, runFuzz } from "./run-fuzz.js";

/** Other cases: PIXELQUERY_FUZZ_SEED=7 npx vitest run test/fuzz; thousands of them: node bench/fuzz/fuzz.mjs. */
const SEED = Number(process.env.PIXELQUERY_FUZZ_SEED ?? 20240405);
const CASES = Number(process.env.PIXELQUERY_FUZZ_CASES ?? 1500);

const seeds = bundledSeeds(rootPath);

function countOf<T>(items: readonly T[], isCounted: (item: T) => boolean): number {
  return items.filter(isCounted).length;
}

describe(`${CASES} broken TIFFs, seed ${SEED}`, () => {
  let done: FuzzCase[];
  beforeAll(async () => {
    done = await runFuzz({ root: rootPath, seeds, cases: CASES, seed: SEED, processes: 3 });
    const of = (kind: string) => countOf(done, ({ outcome }) => outcome.kind === kind);
    console.log(`seed ${SEED}: ${of("pixels")} gave pixels, ${of("refused")} an error that names the file`);
  }, 120_000);

  it("give pixels or an error of ours that names the file, quickly and in bounded memory", () => {
    const findings = done.flatMap((fuzzCase) => {
      const finding = findingOf(fuzzCase);
      return finding === null
        ? []
        : [`case ${fuzzCase.number} of ${fuzzCase.file} (${fuzzCase.mutations}): ${finding}`];
    });
    expect(findings).toEqual([]);
    expect(done).toHaveLength(CASES);
  });

  it("are broken in every way, and neither all refused nor all read", () => {
    expect([...new Set(done.flatMap(({ mutations }) => mutations))].sort()).toEqual([...mutationNames].sort());
    expect(countOf(done, ({ outcome }) => outcome.kind === "pixels")).toBeGreaterThan(CASES / 5);
    expect(countOf(done, ({ outcome }) => outcome.kind === "refused")).toBeGreaterThan(CASES / 5);
  });

  it("say where the fault lies: a tag, an offset, or what was expected", () => {
    const vague = done.flatMap(({ outcome }) => {
      if (outcome.kind !== "refused") return [];
      const said = outcome.message.replace(/^.*case-\d+\.tif/, "");
      return /\d|Not a TIFF|not supported|is not read|is read for/.test(said) ? [] : [said];
    });
    expect([...new Set(vague)]).toEqual([]);
  });
});

describe("a case", () => {
  it("is the same file for the same seed, name and number, and another for another", () => {
    const file = seeds[0]!;
    const make = (number: number) => mutate(file.bytes, caseSeed(1, file.name, number));
    expect(make(5)).toEqual(make(5));
    expect(make(5).bytes).not.toEqual(make(6).bytes);
    expect(make(5).bytes).not.toEqual(file.bytes);
  });
});
