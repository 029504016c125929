import fc from "fast-check";
import type { DataArray, Dataset } from "../../../src/index.js";
import type { BinaryOp, Expr } from "../../../src/lazy/expression/expr.js";
import { formatExpression } from "../../../src/lazy/expression/format-expression.js";
import { interpret, type Pixel } from "../kernel/scalar-interpreter.js";
import { type EagerArray, eager, missing, mostOf, zip } from "./eager-array.js";
import { type ReducerName, reduceArray } from "./eager-reduce.js";
import { eagerBand } from "./made-cube.js";

/** Which flags take pixels away, and how far around. */
export interface Mask {
  readonly values: readonly number[];
  readonly growMetres: number | null;
}

/** Where a question begins. */
export type Origin =
  | { readonly kind: "expression"; readonly expr: Expr }
  | { readonly kind: "bands" }
  | { readonly kind: "composite"; readonly method: "max" | "min" | "medoid" | "median"; readonly wantsScene: boolean };

const band = fc.constantFrom("red", "nir").map((name): Expr => ({ kind: "band", name }));

/** Arithmetic whose numbers stay small, so that sums can be held exactly. */
const expressions = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    band,
    fc.integer({ min: -3, max: 9 }).map((value): Expr => ({ kind: "number", value })),
    fc
      .tuple(fc.constantFrom<BinaryOp>("+", "-", "*", "/", "%", ">", "<=", "==", "or"), tie("expr"), tie("expr"))
      .map(([op, left, right]): Expr => ({ kind: "binary", op, left, right })),
    fc
      .tuple(fc.constantFrom("min" as const, "max" as const, "fillna" as const), tie("expr"), tie("expr"))
      .map(([name, ...args]): Expr => ({ kind: "call", name, args })),
    fc
      .tuple(fc.constantFrom("sqrt" as const, "abs" as const, "isnan" as const), tie("expr"))
      .map(([name, ...args]): Expr => ({ kind: "call", name, args })),
    fc.tuple(tie("expr"), tie("expr")).map((args): Expr => ({ kind: "call", name: "where", args })),
  ),
})).expr;

export const origins: fc.Arbitrary<Origin> = fc.oneof(
  { weight: 4, arbitrary: expressions.map((expr): Origin => ({ kind: "expression", expr })) },
  { weight: 2, arbitrary: fc.constant<Origin>({ kind: "bands" }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("composite" as const),
      method: fc.constantFrom("max", "min", "medoid", "median"),
      wantsScene: fc.boolean(),
    }),
  },
);

export const masks: fc.Arbitrary<Mask | null> = fc.option(
  fc.record({
    values: fc.constantFrom([3], [1, 2]),
    growMetres: fc.constantFrom(null, null, 0, 10, 14.2, 25),
  }),
);

/** The question's first array by methods. */
export function lazyOrigin(dataset: Dataset, origin: Origin, mask: Mask | null): DataArray {
  const clear = mask === null ? dataset : dataset.mask(ruleOf(mask));
  const two = clear.select(["red", "nir"]);
  if (origin.kind === "expression") return two.bandmath(formatExpression(origin.expr));
  if (origin.kind === "bands") return two.toArray();
  const score = origin.method === "max" || origin.method === "min" ? "nir - red" : undefined;
  const { pixels, scene } = two.composite(origin.method, score);
  return origin.wantsScene && scene !== null ? scene : pixels;
}

function ruleOf({ values, growMetres }: Mask) {
  return { band: "flags", values, ...(growMetres !== null && { growMetres }) };
}

/** The same, pixel by pixel. */
export function eagerOrigin(origin: Origin, mask: Mask | null, isScaled: boolean): EagerArray {
  const flags = mask && grownFlags(eagerBand("flags", false), mask);
  const clear = (name: string) => {
    const own = eagerBand(name, isScaled);
    return flags === null ? own : zip([own, flags], keep);
  };
  const [red, nir] = [clear("red"), clear("nir")];
  if (origin.kind === "expression") {
    const pixelOf = (a: Pixel, b: Pixel) => interpret(origin.expr, (name) => (name === "red" ? a : b));
    return zip([red, nir], pixelOf);
  }
  const both = eager({ ...red, bands: 2 }, (step, at, row, col) => (at === 0 ? red : nir).at(step, 0, row, col));
  if (origin.kind === "bands") return both;
  return compositeOf(both, origin);
}

/** Flags say whether a pixel goes, and are missing where it cannot be known. */
function keep(pixel: Pixel, flag: Pixel): Pixel {
  if (flag.status !== 0) return missing(flag.status);
  return flag.value === 0 ? pixel : missing(3);
}

const PIXEL_METRES = 10;

function grownFlags(flags: EagerArray, { values, growMetres }: Mask): EagerArray {
  const isFlagged = ({ value, status }: Pixel) => status === 0 && values.includes(value);
  return eager(flags, (step, at, row, col) => {
    const own = flags.at(step, at, row, col);
    if (own.status !== 0) return own;
    if (growMetres === null) return { value: Number(isFlagged(own)), status: 0 };
    const reach = Math.ceil(growMetres / PIXEL_METRES);
    for (let r = Math.max(0, row - reach); r <= Math.min(flags.rows - 1, row + reach); r++) {
      for (let c = Math.max(0, col - reach); c <= Math.min(flags.cols - 1, col + reach); c++) {
        const metres = Math.hypot(r - row, c - col) * PIXEL_METRES;
        if (metres <= growMetres && isFlagged(flags.at(step, at, r, c))) return { value: 1, status: 0 };
      }
    }
    return { value: 0, status: 0 };
  });
}

function compositeOf(both: EagerArray, { method, wantsScene }: Origin & { kind: "composite" }): EagerArray {
  const overTime = { outer: true, band: false, y: false, x: false };
  if (method === "median") return reduceArray(both, "median", overTime);
  const difference = zip([both], (pixel) => pixel);
  const score = eager({ ...difference, bands: null }, (step, _, row, col) => {
    const [red, nir] = [both.at(step, 0, row, col), both.at(step, 1, row, col)];
    const expr: Expr = {
      kind: "binary",
      op: "-",
      left: { kind: "band", name: "nir" },
      right: { kind: "band", name: "red" },
    };
    return interpret(expr, (name) => (name === "red" ? red : nir));
  });
  const reducer: ReducerName = method === "max" ? "argmax" : "argmin";
  const step = method === "medoid" ? medoidStep(both) : reduceArray(score, reducer, overTime);
  if (wantsScene) return step;
  const shape = { ...both, outer: null, outerName: null, times: null };
  return eager(shape, (_, at, row, col) => {
    const { value, status } = step.at(0, 0, row, col);
    return status === 0 ? both.at(value, at, row, col) : missing(status);
  });
}

/** The step whose two values lie closest to those of all others; the first of equals. */
function medoidStep(both: EagerArray): EagerArray {
  const shape = { ...both, outer: null, outerName: null, times: null, bands: null };
  return eager(shape, (_, __, row, col) => {
    const pairs = Array.from({ length: both.outer ?? 1 }, (___, step) => [
      both.at(step, 0, row, col),
      both.at(step, 1, row, col),
    ]) as [Pixel, Pixel][];
    const known = [...pairs.keys()].filter((step) => pairs[step]!.every(({ status }) => status === 0));
    if (known.length === 0) return missing(mostOf(pairs.flat().map(({ status }) => status)));
    const distances = known.map((step) => {
      const [red, nir] = pairs[step]!;
      return known
        .filter((other) => other !== step)
        .map((other) =>
          Math.sqrt((red.value - pairs[other]![0].value) ** 2 + (nir.value - pairs[other]![1].value) ** 2),
        )
        .reduce((sum, distance) => sum + distance, 0);
    });
    return { value: known[distances.indexOf(Math.min(...distances))]!, status: 0 };
  });
}
