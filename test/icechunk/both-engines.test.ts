import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadOfficialEngine, type OfficialEngine } from "./oracle/official-engine.js";
import { type ProgramFigures, ProgramRunner, randomProgram } from "./oracle/random-program.js";

const engine = loadOfficialEngine();

/** Programs, and turns in each, unless the environment asks for more. */
const runs = Number(process.env.ICECHUNK_FUZZ_RUNS ?? 10);
const turns = Number(process.env.ICECHUNK_FUZZ_TURNS ?? 20);
const seed = process.env.ICECHUNK_FUZZ_SEED;
/** A program of a hundred turns takes two seconds; the whole of them hours where millions are asked for. */
const timeoutMs = 120_000 + runs * turns * 200;

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-both-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!engine)("both engines in turn", () => {
  test("agree after every turn of random programs", { timeout: timeoutMs }, async () => {
    const figures: ProgramFigures = { commits: 0, amends: 0, moves: 0, rebased: 0, conflicts: 0 };
    await fc.assert(
      fc.asyncProperty(randomProgram(turns), async (program) => {
        const runner = await ProgramRunner.create(engine as OfficialEngine, path.join(folder, "repository"), figures);
        await runner.run(program);
      }),
      // Making a failing program shorter takes minutes; with its seed it can be asked for.
      { numRuns: runs, endOnFailure: seed === undefined, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
    if (process.env.ICECHUNK_FUZZ_RUNS) console.info(`${runs} programs: ${JSON.stringify(figures)}`);
    for (const count of Object.values(figures)) expect(count).toBeGreaterThan(0);
  });
});
