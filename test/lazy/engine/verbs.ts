import fc from "fast-check";
import type { DataArray } from "../../../src/index.js";
import type { BinaryOp, Expr } from "../../../src/lazy/expression/expr.js";
import { interpret } from "../kernel/scalar-interpreter.js";
import { dimsOf, type EagerArray, eager, zip } from "./eager-array.js";
import { type ReducerName, reduceArray, reduceBins } from "./eager-reduce.js";
import { carry, cumulate, interpolateGaps, rollArray } from "./eager-time.js";

type Compared = "add" | "sub" | "mul" | "div" | "gt" | "le";

const compared: Readonly<Record<Compared, BinaryOp>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  gt: ">",
  le: "<=",
};

/** One verb with its arguments. Where an array does not have what it needs, it is left out on both sides. */
export type Verb =
  | { readonly verb: "number"; readonly op: Compared; readonly value: number }
  | {
      readonly verb: "compare";
      readonly op: Compared;
      readonly reducer: "mean" | "max" | "median";
      readonly dim: string;
    }
  | { readonly verb: "keepAbove" | "fillna"; readonly value: number }
  | { readonly verb: "clip"; readonly least: number; readonly most: number }
  | { readonly verb: "isnull" | "cumsum" }
  | { readonly verb: "reduce"; readonly reducer: ReducerName; readonly dims: readonly string[] }
  /** Without `least`: none may be missing. */
  | {
      readonly verb: "reduceIf";
      readonly reducer: "mean" | "sum" | "max" | "median";
      readonly dims: readonly string[];
      readonly least: number | null;
    }
  | { readonly verb: "quantile"; readonly q: number; readonly dims: readonly string[] }
  | { readonly verb: "groupby" | "anomaly"; readonly reducer: "mean" | "median" | "max" | "count" }
  | {
      readonly verb: "rolling";
      readonly reducer: "mean" | "median" | "sum" | "count" | "std";
      readonly size: number;
      readonly center: boolean;
      readonly least: number;
    }
  | { readonly verb: "diff"; readonly n: number }
  | { readonly verb: "ffill" | "bfill"; readonly limit: number | null }
  | { readonly verb: "interpolate"; readonly method: "linear" | "nearest"; readonly maxGapDays: number | null }
  | { readonly verb: "takeSteps"; readonly steps: readonly number[] }
  | { readonly verb: "window"; readonly start: number; readonly length: number; readonly dim: "y" | "x" };

const DAY_MS = 86_400_000;
const dimNames = fc.constantFrom("time", "band", "y", "x");
const someDims = fc.constantFrom(["time"], ["band"], ["time", "band"], ["y"], ["x"], ["y", "x"], ["time", "y", "x"]);
const op = fc.constantFrom<Compared>("add", "sub", "mul", "div", "gt", "le");
const small = fc.integer({ min: -2, max: 12 });

export const verbs: fc.Arbitrary<Verb> = fc.oneof(
  fc.record({ verb: fc.constant("number" as const), op, value: small }),
  fc.record({
    verb: fc.constant("compare" as const),
    op,
    reducer: fc.constantFrom("mean", "max", "median"),
    dim: dimNames,
  }),
  fc.record({ verb: fc.constantFrom("keepAbove" as const, "fillna" as const), value: small }),
  fc.record({ verb: fc.constant("clip" as const), least: fc.constant(1), most: fc.constant(9) }),
  fc.record({ verb: fc.constantFrom("isnull" as const, "cumsum" as const) }),
  fc.record({
    verb: fc.constant("reduce" as const),
    reducer: fc.constantFrom<ReducerName>(
      ...(["mean", "sum", "min", "max", "std", "variance", "count", "median", "first", "last", "argmin"] as const),
      "argmax",
    ),
    dims: someDims,
  }),
  fc.record({
    verb: fc.constant("reduceIf" as const),
    reducer: fc.constantFrom("mean", "sum", "max", "median"),
    dims: someDims,
    least: fc.constantFrom(null, 2, 3, 50),
  }),
  fc.record({ verb: fc.constant("quantile" as const), q: fc.constantFrom(0, 0.1, 0.37, 0.5, 0.9, 1), dims: someDims }),
  fc.record({
    verb: fc.constantFrom("groupby" as const, "anomaly" as const),
    reducer: fc.constantFrom("mean", "median", "max", "count"),
  }),
  fc.record({
    verb: fc.constant("rolling" as const),
    reducer: fc.constantFrom("mean", "median", "sum", "count", "std"),
    size: fc.integer({ min: 1, max: 4 }),
    center: fc.boolean(),
    least: fc.constantFrom(1, 1, 2),
  }),
  fc.record({ verb: fc.constant("diff" as const), n: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ verb: fc.constantFrom("ffill" as const, "bfill" as const), limit: fc.constantFrom(null, 1, 2) }),
  fc.record({
    verb: fc.constant("interpolate" as const),
    method: fc.constantFrom("linear", "nearest"),
    maxGapDays: fc.constantFrom(null, 40, 200),
  }),
  fc.record({
    verb: fc.constant("takeSteps" as const),
    steps: fc.uniqueArray(fc.nat({ max: 5 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    verb: fc.constant("window" as const),
    dim: fc.constantFrom("y", "x"),
    start: fc.nat({ max: 20 }),
    length: fc.integer({ min: 1, max: 20 }),
  }),
);

const positional: readonly string[] = ["first", "last", "argmin", "argmax"];
/** Held in twice double precision, where an interpreter by another road has other last bits. */
const inexact: readonly string[] = ["std", "variance"];

/** True where an array has all that a verb needs. */
export function applies(array: EagerArray, verb: Verb): boolean {
  const dims = dimsOf(array);
  switch (verb.verb) {
    case "compare":
      return dims.includes(verb.dim) && dims.length > 1;
    case "reduce": {
      const isSpatial = verb.dims.includes("y") || verb.dims.includes("x");
      if (!verb.dims.every((dim) => dims.includes(dim))) return false;
      if (verb.reducer.startsWith("arg") && verb.dims.length > 1) return false;
      return !isSpatial || !(positional.includes(verb.reducer) || inexact.includes(verb.reducer));
    }
    case "reduceIf":
    case "quantile":
      return verb.dims.every((dim) => dims.includes(dim));
    case "groupby":
    case "anomaly":
    case "interpolate":
      return isAscending(array.times);
    case "rolling":
      return array.outer !== null && verb.least <= verb.size;
    case "cumsum":
    case "ffill":
    case "bfill":
      return array.outer !== null;
    case "diff":
      return array.outer !== null && array.outer > verb.n;
    case "takeSteps":
      return array.times !== null && verb.steps.every((step) => step < (array.outer ?? 0));
    case "window":
      return dims.includes(verb.dim) && verb.start + verb.length <= (verb.dim === "y" ? array.rows : array.cols);
    default:
      return true;
  }
}

function isAscending(times: readonly number[] | null): boolean {
  return times?.every((time, i) => i === 0 || time > times[i - 1]!) ?? false;
}

/** The array after a verb, by methods. */
export function applyLazy(array: DataArray, verb: Verb): DataArray {
  switch (verb.verb) {
    case "number":
      return array[verb.op](verb.value);
    case "compare":
      return array[verb.op](array[verb.reducer](verb.dim));
    case "keepAbove":
      return array.where(array.gt(verb.value));
    case "fillna":
      return array.fillna(verb.value);
    case "clip":
      return array.clip(verb.least, verb.most);
    case "isnull":
    case "cumsum":
      return array[verb.verb]();
    case "reduce":
      return verb.reducer === "argmin" || verb.reducer === "argmax"
        ? array[verb.reducer](verb.dims[0])
        : array[verb.reducer](verb.dims);
    case "reduceIf":
      return array[verb.reducer](verb.dims, verb.least === null ? { skipna: false } : { minCount: verb.least });
    case "quantile":
      return array.quantile(verb.q, verb.dims);
    case "groupby":
      return array.groupby("time.month")[verb.reducer]();
    case "anomaly": {
      const months = array.groupby("time.month");
      return months.sub(months[verb.reducer]());
    }
    case "rolling": {
      const { size, center, least: minPeriods } = verb;
      return array.rolling({ time: size }, { center, minPeriods })[verb.reducer]();
    }
    case "diff":
      return array.diff("time", verb.n);
    case "ffill":
    case "bfill":
      return array[verb.verb]("time", verb.limit ?? undefined);
    case "interpolate": {
      const gap = verb.maxGapDays === null ? {} : { maxGapMs: verb.maxGapDays * DAY_MS };
      return array.interpolateNa("time", { method: verb.method, ...gap });
    }
    case "takeSteps":
      return array.isel({ time: verb.steps });
    case "window":
      return array.isel({ [verb.dim]: { start: verb.start, stop: verb.start + verb.length } });
  }
}

const [A, B]: Expr[] = [
  { kind: "band", name: "a" },
  { kind: "band", name: "b" },
];

function elementwise(expr: Expr, ...arrays: EagerArray[]): EagerArray {
  return zip(arrays, (a, b) => interpret(expr, (name) => (name === "a" ? a : b)!));
}

function binary(op: Compared, left: EagerArray, right: EagerArray | number): EagerArray {
  const operand: Expr = typeof right === "number" ? { kind: "number", value: right } : B!;
  const expr: Expr = { kind: "binary", op: compared[op], left: A!, right: operand };
  return elementwise(expr, left, ...(typeof right === "number" ? [] : [right]));
}

const overOf = (dims: readonly string[]) => ({
  outer: dims.includes("time"),
  band: dims.includes("band"),
  y: dims.includes("y"),
  x: dims.includes("x"),
});

/** The same by loops over its pixels. */
export function applyEager(array: EagerArray, verb: Verb): EagerArray {
  const number = (value: number): Expr => ({ kind: "number", value });
  switch (verb.verb) {
    case "number":
      return binary(verb.op, array, verb.value);
    case "compare":
      return binary(verb.op, array, reduceArray(array, verb.reducer, overOf([verb.dim])));
    case "keepAbove": {
      const condition: Expr = { kind: "binary", op: ">", left: A!, right: number(verb.value) };
      return elementwise({ kind: "call", name: "where", args: [condition, A!] }, array);
    }
    case "fillna":
      return elementwise({ kind: "call", name: "fillna", args: [A!, number(verb.value)] }, array);
    case "clip":
      return elementwise({ kind: "call", name: "clip", args: [A!, number(verb.least), number(verb.most)] }, array);
    case "isnull":
      return elementwise({ kind: "call", name: "isnan", args: [A!] }, array);
    case "cumsum":
      return cumulate(array);
    case "reduce":
      return reduceArray(array, verb.reducer, overOf(verb.dims));
    case "reduceIf":
      return reduceArray(array, verb.reducer, overOf(verb.dims), 0.5, verb.least ?? "all");
    case "quantile":
      return reduceArray(array, "median", overOf(verb.dims), verb.q);
    case "groupby":
      return months(array, verb.reducer).reduced;
    case "anomaly": {
      const { bins, reduced } = months(array, verb.reducer);
      const repeated = eager(array, (step, ...place) => reduced.at(bins[step]!, ...place));
      return binary("sub", array, repeated);
    }
    case "rolling": {
      const before = verb.center ? Math.floor(verb.size / 2) : verb.size - 1;
      return rollArray(array, verb.reducer, { before, after: verb.size - 1 - before, least: verb.least });
    }
    case "diff": {
      const steps = Array.from({ length: (array.outer ?? 0) - verb.n }, (_, i) => i);
      const later = takeSteps(
        array,
        steps.map((step) => step + verb.n),
      );
      return binary("sub", later, takeSteps(array, steps));
    }
    case "ffill":
    case "bfill":
      return carry(array, verb.verb === "ffill", verb.limit);
    case "interpolate":
      return interpolateGaps(array, verb.method, verb.maxGapDays === null ? null : verb.maxGapDays * DAY_MS);
    case "takeSteps":
      return takeSteps(array, verb.steps);
    case "window": {
      const { dim, start, length } = verb;
      const shape = { ...array, ...(dim === "y" ? { rows: length } : { cols: length }) };
      return eager(shape, (step, band, row, col) =>
        array.at(step, band, row + (dim === "y" ? start : 0), col + (dim === "x" ? start : 0)),
      );
    }
  }
}

function takeSteps(array: EagerArray, steps: readonly number[]): EagerArray {
  const times = array.times && steps.map((step) => array.times![step]!);
  return eager({ ...array, outer: steps.length, times }, (step, ...place) => array.at(steps[step]!, ...place));
}

function months(array: EagerArray, reducer: ReducerName) {
  const own = array.times!.map((time) => new Date(time).getUTCMonth());
  const known = [...new Set(own)].sort((a, b) => a - b);
  const bins = own.map((month) => known.indexOf(month));
  const labels = { outerName: "month", times: null };
  return { bins, reduced: reduceBins(array, reducer, bins, known.length, labels) };
}
