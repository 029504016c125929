import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExpression } from "../../../src/lazy/expression/parse.js";
import { accumulatorsOf } from "../../../src/lazy/kernel/fold-sink.js";
import { FoldKernel, type FoldName, STRIP } from "../../../src/lazy/kernel/kernel.js";
import { accumulators } from "../../../src/lazy/kernel/linear-memory.js";
import { type SettleName, settleAccumulators } from "../../../src/lazy/kernel/settle-kernel.js";
import { type ReducerName, reducePixels } from "../engine/eager-reduce.js";
import { type ArbitraryPlane, planes } from "./arbitrary-plane.js";
import { interpret, type Pixel, readPixel } from "./scalar-interpreter.js";

/** A reduction by the two kernels that make it, and its name in plain loops. */
type Reduction = readonly [fold: FoldName, settle: SettleName, name: ReducerName];

const reductions: readonly Reduction[] = [
  ["sum", "sum", "sum"],
  ["sum", "mean", "mean"],
  ["count", "count", "count"],
  ["min", "plane", "min"],
  ["max", "plane", "max"],
  ["argmin", "plane", "argmin"],
  ["argmax", "plane", "argmax"],
  ["first", "plane", "first"],
  ["last", "plane", "last"],
  ["moments", "var", "variance"],
  ["moments", "std", "std"],
];

const expressions = ["a", "1 / (a - 2)", "where(a > 2, a)", "sqrt(a)", "a + 0.1"].map((text) =>
  parseExpression(text, ["a"]),
);
type Expression = (typeof expressions)[number];

function begin(fold: FoldName): void {
  const { planes: all, why } = accumulators();
  for (const [i, value] of accumulatorsOf(fold).initial.entries()) all[i]?.fill(value);
  why.fill(0);
}

/** Results of steps folded in the kernels' memory. */
function reduce(expr: Expression, steps: readonly ArbitraryPlane[], [fold, settle]: Reduction, simd: boolean): Pixel[] {
  const length = steps[0]?.plane.data.length ?? 0;
  begin(fold);
  for (const [step, { input, plane }] of steps.entries()) {
    accumulators().numbers[0] = step;
    FoldKernel.compile(fold, expr, [input], { simd }).fold([plane], [0], length);
  }
  const missing = settleAccumulators(settle, length, { given: steps.length, ddof: 0 }, simd);
  const { planes: all, why } = accumulators();
  expect(missing).toBe(why.subarray(0, length).filter((code) => code !== 0).length);
  return Array.from({ length }, (_, i) => ({ value: all[0]?.[i] ?? 0, status: why[i] ?? 0 }));
}

const shown = ({ value, status }: Pixel) => (status === 0 ? value + 0 : `missing ${status}`);

describe.each([
  { way: "in vectors", simd: true },
  { way: "pixel by pixel", simd: false },
])("folding $way", ({ simd }) => {
  it.each(reductions)("%s, settled as %s, is what loops over the values of a pixel make", (...reduction) => {
    const question = fc.record({
      expr: fc.constantFrom(...expressions),
      steps: fc
        .integer({ min: 1, max: 70 })
        .chain((length) => fc.array(planes("a", length), { minLength: 1, maxLength: 5 })),
    });
    const law = fc.property(question, ({ expr, steps }) => {
      const wanted = Array.from({ length: steps[0]?.plane.data.length ?? 0 }, (_, at) =>
        reducePixels(
          reduction[2],
          steps.map(({ plane }) => interpret(expr, () => readPixel(plane, at))),
          false,
        ),
      );
      expect(reduce(expr, steps, reduction, simd).map(shown)).toEqual(wanted.map(shown));
    });
    fc.assert(law, { numRuns: 60 });
  });

  it("takes a whole strip, and the accumulators stay when the memory grows", () => {
    const ramp = Uint16Array.from({ length: STRIP }, (_, i) => i);
    const plane = { data: ramp, status: null, nodata: 7, scale: 1, offset: 0 };
    const step = { input: { name: "a", dtype: "uint16" as const, hasStatus: false }, plane };
    const names = Array.from({ length: simd ? 500 : 700 }, (_, i) => `w${i}`);
    begin("sum");
    FoldKernel.compile("sum", parseExpression("a", ["a"]), [step.input], { simd }).fold([plane], [0], STRIP);
    const before = accumulators().buffer.byteLength;
    const wide = names.map((name) => ({ name, dtype: "uint16" as const, hasStatus: false }));
    FoldKernel.compile("sum", parseExpression(names.join(" + "), names), wide, { simd }).fold(
      names.map(() => plane),
      names.map(() => 0),
      STRIP,
    );
    expect(accumulators().buffer.byteLength).toBeGreaterThan(before);
    expect(settleAccumulators("sum", STRIP, { given: 2, ddof: 0 }, simd)).toBe(1);
    const { planes: all, why } = accumulators();
    expect([...(all[0] as Float64Array)].slice(5, 9)).toEqual([5, 6, Number.NaN, 8].map((x) => x * (names.length + 1)));
    expect([...why.subarray(5, 9)]).toEqual([0, 0, 2, 0]);
  });
});
