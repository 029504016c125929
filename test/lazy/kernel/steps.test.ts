import { describe, expect, it } from "vitest";
import { parseExpression } from "../../../src/lazy/expression/parse.js";
import { planCleanSteps } from "../../../src/lazy/kernel/clean-steps.js";
import { findFacts } from "../../../src/lazy/kernel/facts.js";
import { listSteps } from "../../../src/lazy/kernel/steps.js";

const bands = ["nir", "red"];

function stepsOf(text: string) {
  return listSteps(parseExpression(text, bands), (band) => bands.indexOf(band));
}

/** The steps that a clean loop notes, of inputs that are raw samples of a type. */
function notedSteps(text: string, dtype: "uint16" | "float32"): number[] {
  const list = stepsOf(text);
  const facts = findFacts(
    list.steps,
    bands.map(() => ({ dtype, isRaw: true })),
  );
  const { isNoted } = planCleanSteps(list, facts);
  return isNoted.flatMap((noted, number) => (noted ? [number] : []));
}

describe("listSteps", () => {
  it("computes equal parts once, and orders steps after what they read", () => {
    expect(stepsOf("(nir - red) / (nir + red) * (nir - red)")).toEqual({
      steps: [
        { kind: "input", input: 0, operands: [] },
        { kind: "input", input: 1, operands: [] },
        { kind: "binary", op: "sub", operands: [0, 1] },
        { kind: "binary", op: "add", operands: [0, 1] },
        { kind: "binary", op: "div", operands: [2, 3] },
        { kind: "binary", op: "mul", operands: [4, 2] },
      ],
      root: 5,
    });
  });

  it("squares by multiplying, clips by two comparisons, shifts by a factor", () => {
    expect(stepsOf("nir ** 2").steps.slice(1)).toEqual([{ kind: "binary", op: "mul", operands: [0, 0] }]);
    expect(stepsOf("clip(nir, 0, 1)").steps.slice(3)).toEqual([
      { kind: "binary", op: "max", operands: [0, 1] },
      { kind: "binary", op: "min", operands: [3, 2] },
    ]);
    expect(stepsOf("nir >> 3").steps.slice(1)).toEqual([{ kind: "shift", factor: 0.125, operands: [0] }]);
    expect(stepsOf("nir >> 64").steps.at(-1)).toEqual({ kind: "call", name: ">>", operands: [0, 1] });
  });

  it("tells -0 from 0", () => {
    const zero = { kind: "number", value: 0 } as const;
    const minus = { kind: "number", value: -0 } as const;
    const { steps } = listSteps({ kind: "binary", op: "+", left: zero, right: minus }, () => 0);
    expect(steps).toHaveLength(3);
  });
});

describe("planCleanSteps", () => {
  it("notes of an index of integers the answer alone: sums of them are finite", () => {
    expect(notedSteps("(nir - red) / (nir + red)", "uint16")).toEqual([4]);
  });

  it("notes the divisor too where it may be infinite, since a quotient would swallow it", () => {
    expect(notedSteps("(nir - red) / (nir + red)", "float32")).toEqual([3, 4]);
  });

  it("computes no fallback of fillna() while nothing is missing", () => {
    const list = stepsOf("fillna(nir, exp(red))");
    const facts = findFacts(
      list.steps,
      bands.map(() => ({ dtype: "float32", isRaw: true })),
    );
    // Steps: nir, red, exp, fillna.
    expect(planCleanSteps(list, facts)).toEqual({
      isNeeded: [true, false, false, true],
      isNoted: [true, false, false, false],
    });
  });
});
