import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type ComputeOptions, type DataArray, type Dataset, type NdArray, openDataset } from "../../../src/index.js";
import { createSharedTempDir } from "../../support/temp-dir.js";
import type { Pixel } from "../kernel/scalar-interpreter.js";
import { dimsOf, type EagerArray, pixelsOf } from "./eager-array.js";
import { type BlockFormName, blockForms, writeMadeCube } from "./made-cube.js";
import { eagerOrigin, lazyOrigin, masks, origins } from "./question.js";
import { applies, applyEager, applyLazy, verbs } from "./verbs.js";

const forms = Object.keys(blockForms) as BlockFormName[];
const folder = createSharedTempDir();
const datasets = new Map<string, Dataset>();

beforeAll(async () => {
  for (const form of forms) {
    const warehouse = await writeMadeCube(folder, form);
    for (const scaled of [false, true]) datasets.set(`${form} ${scaled}`, await openDataset(warehouse, { scaled }));
  }
});

const questions = fc.record({
  origin: origins,
  mask: masks,
  isScaled: fc.boolean(),
  chain: fc.array(verbs, { maxLength: 4 }),
});

const runs = fc.record({
  form: fc.constantFrom(...forms),
  threads: fc.constantFrom(0, 1, 3),
  /** Of a pixel's own: some hundred pixels to a block, or all of them in one. */
  isTight: fc.boolean(),
  dtype: fc.constantFrom("float32" as const, "float64" as const),
});

type Question = typeof questions extends fc.Arbitrary<infer T> ? T : never;
type Run = typeof runs extends fc.Arbitrary<infer T> ? T : never;

function ask({ origin, mask, isScaled, chain }: Question, { form }: Run): { lazy: DataArray; wanted: EagerArray } {
  let lazy = lazyOrigin(datasets.get(`${form} ${isScaled}`)!, origin, mask);
  let wanted = eagerOrigin(origin, mask, isScaled);
  for (const verb of chain) {
    if (!applies(wanted, verb)) continue;
    lazy = applyLazy(lazy, verb);
    wanted = applyEager(wanted, verb);
  }
  return { lazy, wanted };
}

/** Sorting over y or x needs all values of a time step at once, or of all steps. */
const sorts = ({ chain }: Question) =>
  chain.some((verb) => {
    if (verb.verb === "compare") return verb.reducer === "median" && verb.dim !== "time";
    const dims = verb.verb === "reduce" || verb.verb === "reduceIf" || verb.verb === "quantile" ? verb.dims : [];
    return dims.some((dim) => dim === "y" || dim === "x");
  });

function optionsOf(question: Question, { threads, isTight, dtype }: Run): ComputeOptions {
  const memoryBytes = sorts(question) ? 400_000 : 40_000 * Math.max(1, threads);
  return { threads, dtype, ...(isTight && { memoryBytes }) };
}

/** A pixel as the answer's type holds it: what float32 cannot is undefined. */
function stored({ value, status }: Pixel, dtype: string): string {
  const kept = dtype === "float32" ? Math.fround(value) : value;
  if (status !== 0) return `missing ${status}`;
  return Number.isFinite(kept) ? String(Object.is(kept, -0) ? 0 : kept) : "missing 4";
}

function expectPixels({ data, status, dtype }: NdArray, wanted: readonly Pixel[]) {
  const got = Array.from(data as Float64Array, (value, i) => stored({ value, status: status?.[i] ?? 0 }, dtype));
  expect(got).toEqual(wanted.map((pixel) => stored(pixel, dtype)));
  const isFloat = dtype.startsWith("float");
  for (let i = 0; isFloat && status !== null && i < status.length; i++) {
    expect(Number.isNaN(data[i])).toBe(status[i] !== 0);
  }
}

/** The parts of an answer put together again. */
async function assemble(array: DataArray, options: ComputeOptions): Promise<Pixel[]> {
  const { y = 1, x = 1, ...others } = array.sizes;
  const planes = Object.values(others).reduce((product, length) => product * length, 1);
  const pixels: Pixel[] = [];
  for await (const { row, col, array: part } of array.parts(options)) {
    const sizes = Object.fromEntries(part.dims.map((dim, i) => [dim, part.shape[i]!]));
    const { y: rows = 1, x: cols = 1 } = sizes;
    expect(part.data.length).toBe(planes * rows * cols);
    for (const [i, value] of (part.data as Float64Array).entries()) {
      const [plane, inside] = [Math.floor(i / (rows * cols)), i % (rows * cols)];
      const at = (plane * y + row + Math.floor(inside / cols)) * x + col + (inside % cols);
      expect(pixels[at]).toBeUndefined();
      pixels[at] = { value, status: part.status?.[i] ?? 0 };
    }
  }
  return pixels;
}

describe("any question of a cube of several types, extents and gaps", () => {
  it("is answered as loops over its pixels answer it, whatever the blocks, the budget and the threads", async () => {
    const law = fc.asyncProperty(questions, runs, async (question, run) => {
      const { lazy, wanted } = ask(question, run);
      const answer = await lazy.compute(optionsOf(question, run));
      expect(answer.dims).toEqual(dimsOf(wanted));
      expectPixels(answer, pixelsOf(wanted));
    });
    await fc.assert(law, { numRuns: 60 });
  });

  it("has the same pixels part by part, each of them once", async () => {
    const law = fc.asyncProperty(questions, runs, async (question, run) => {
      const { lazy, wanted } = ask(question, run);
      const pixels = await assemble(lazy, optionsOf(question, run));
      expect(pixels.map((pixel) => stored(pixel, lazy.dtype === "float32" ? run.dtype : lazy.dtype))).toEqual(
        pixelsOf(wanted).map((pixel) => stored(pixel, lazy.dtype === "float32" ? run.dtype : lazy.dtype)),
      );
    });
    await fc.assert(law, { numRuns: 25 });
  });

  it.each(["std", "variance"] as const)(
    "has the same %s over y and x to the last bit, however it is cut",
    async (name) => {
      const answers = new Set<string>();
      for (const form of forms) {
        const cube = datasets.get(`${form} true`)!.bandmath("nir / (red + 3)");
        for (const options of [{ threads: 0 }, { threads: 3 }, { threads: 0, memoryBytes: 10_000 }]) {
          for (const dims of [["y", "x"], ["x"], ["time", "y", "x"]]) {
            const { data } = await cube[name](dims).compute({ dtype: "float64", ...options });
            answers.add(`${dims}: ${[...(data as Float64Array)]}`);
          }
        }
      }
      expect(answers.size).toBe(3);
    },
  );
});
