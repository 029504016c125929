import { InvalidInputError } from "../../errors.js";
import type { Node, Reducer, Scan } from "../../lazy/graph/node.js";
import { type LazyArray, takeLabels } from "../lazy-array.js";
import { timesOf } from "./group.js";
import { binary } from "./math.js";
import { reducedType } from "./reduce.js";
import { takeNode } from "./take.js";

/** A window that moves along time. */
export interface RollingOptions {
  /** True: the label stands in the middle of its window. Default: at its end. */
  center?: boolean;
  /** Fewer values than this make the result missing. Default: all of the window; for a count, none. */
  minPeriods?: number;
}

/** @throws InvalidInputError where an array has no outermost dimension. */
function lengthAlong({ node, outer }: LazyArray, verb: string): number {
  if (outer !== null) return node.shape.outer ?? 0;
  throw new InvalidInputError(`${verb}: the array has no dimension to go along, it was reduced`);
}

/** A reduction over a moving window of so many steps. */
export function rolling(array: LazyArray, size: number, reducer: Reducer, options: RollingOptions): LazyArray {
  lengthAlong(array, "rolling");
  if (!Number.isInteger(size) || size < 1) {
    throw new InvalidInputError(`rolling: a window of ${size} steps; give a whole number from 1`, {
      details: { size },
    });
  }
  const least = options.minPeriods ?? size;
  if (!Number.isInteger(least) || least < 0 || least > size) {
    throw new InvalidInputError(`rolling: minPeriods ${least} of a window of ${size}`, { details: { least, size } });
  }
  // As xarray: of an even window the label belongs to the second half.
  const before = options.center === true ? Math.floor(size / 2) : size - 1;
  const node: Node = {
    kind: "rolling",
    shape: array.node.shape,
    dtype: reducedType(reducer, array.node.dtype),
    input: array.node,
    reducer,
    before,
    after: size - 1 - before,
    least: reducer.name === "count" ? (options.minPeriods ?? 0) : Math.max(1, least),
  };
  return { ...array, node, name: "" };
}

/** An operation that runs along time and keeps its length. */
export function scan(array: LazyArray, operation: Scan): LazyArray {
  lengthAlong(array, operation.name);
  const keeps = operation.name === "ffill" || operation.name === "bfill";
  const dtype = keeps ? array.node.dtype : "float32";
  const node: Node = { kind: "scan", shape: array.node.shape, dtype, input: array.node, scan: operation };
  return { ...array, node, name: "" };
}

/** Values in gaps, from the neighbours in time, in proportion to the time between. */
export function interpolate(array: LazyArray, method: "linear" | "nearest", maxGapMs: number | undefined): LazyArray {
  const at = timesOf(array, "interpolateNa").map((time) => time.getTime());
  return scan(array, { name: "interpolate", method, at, maxGap: maxGapMs ?? null });
}

/** The difference to `n` steps before; the first `n` steps go. */
export function diff(array: LazyArray, n: number): LazyArray {
  const length = lengthAlong(array, "diff");
  if (!Number.isInteger(n) || n < 1) throw new InvalidInputError(`diff: ${n} steps; give a whole number from 1`);
  if (n >= length) throw new InvalidInputError(`diff: ${n} steps of the ${length} that there are`);
  const range = (from: number) => Array.from({ length: length - n }, (_, i) => from + i);
  const outer = array.outer && takeLabels(array.outer, range(n));
  const part = (from: number): LazyArray => ({ ...array, node: takeNode(array.node, "outer", range(from)), outer });
  return binary("-", part(n), part(0));
}
