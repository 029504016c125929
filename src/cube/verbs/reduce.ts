import { InvalidInputError, UnsupportedError } from "../../errors.js";
import type { Expr } from "../../lazy/expression/expr.js";
import type { FrameWindow, Grouping, ReduceNode, Reducer, Shape } from "../../lazy/graph/node.js";
import type { DType } from "../../ndarray/dtype.js";
import { resolveDims } from "../align.js";
import { frameOf, type LazyArray, type OuterAxis } from "../lazy-array.js";
import { withOperands } from "./math.js";

/** How a reduction treats what is missing. */
export interface ReduceOptions {
  /** False: one missing value makes the result missing, with its status. Default true: what is missing is left out. */
  skipna?: boolean;
  /** Fewer values than this make the result missing, with the status that explains most of the missing ones. Default 1. */
  minCount?: number;
}

/**
 * Reduce dimensions to one value each; by default all of them.
 *
 * What is missing is skipped, and sums are kept in double precision or better. Where nothing is left the result is
 * missing, with the status that explains most.
 */
export function reduce(
  array: LazyArray,
  reducer: Reducer,
  dims: string | readonly string[] | undefined,
  options: ReduceOptions = {},
): LazyArray {
  const reduced = reduceNode(array, reducer, resolveDims(array, dims));
  return requireValues(array, reduced, dims, options);
}

function reduceNode(array: LazyArray, reducer: Reducer, dims: ReadonlySet<string>): LazyArray {
  const { node, outer, bands } = array;
  const over = {
    outer: outer !== null && dims.has(outer.name),
    band: dims.has("band"),
    y: dims.has("y"),
    x: dims.has("x"),
  };
  if (!(over.outer || over.band || over.y || over.x)) return array;
  assertPositions(reducer, over);
  if (over.y || over.x) frameOf(array);
  const several = severalOf(reducer, over.outer ? null : outer);
  const shape: Shape = {
    outer: several?.length ?? (over.outer ? null : node.shape.outer),
    band: over.band ? null : node.shape.band,
    y: node.shape.y && !over.y,
    x: node.shape.x && !over.x,
  };
  // A dimension that is gone has one place: what is summed or counted there must not be so for each of its former rows.
  const left = { rows: node.shape.y ? array.window.rows : 1, cols: node.shape.x ? array.window.cols : 1 };
  const window: FrameWindow | null = over.y || over.x ? { ...array.window, ...left } : null;
  const dtype = reducedType(reducer, node.dtype);
  const reduced: ReduceNode = { kind: "reduce", shape, dtype, input: node, over, reducer, groups: null, window };
  return {
    ...array,
    node: reduced,
    name: "",
    outer: several ? { kind: "labels", name: several.name, values: several.values } : over.outer ? null : outer,
    bands: over.band ? null : bands,
  };
}

function assertPositions({ name }: Reducer, over: ReduceNode["over"]): void {
  const count = [over.outer, over.band, over.y, over.x].filter(Boolean).length;
  if (!(name === "argmin" || name === "argmax") || count === 1) return;
  throw new InvalidInputError(`${name} gives a position along one dimension: name one`, { details: { reducer: name } });
}

/** The dimension that a reducer with several answers makes of the outermost one. */
function severalOf(reducer: Reducer, outer: OuterAxis | null) {
  const several =
    reducer.name === "quantile" && reducer.q.length > 1
      ? { name: "quantile", values: Float64Array.from(reducer.q) }
      : reducer.name === "histogram"
        ? { name: "bin", values: Float64Array.from(reducer.edges.slice(0, -1)) }
        : null;
  if (several === null) return null;
  if (outer !== null) {
    throw new UnsupportedError(
      `${reducer.name} gives several values for each place, and ${outer.name} stays too: reduce ${outer.name} as well, or ` +
        "ask for one at a time",
      { details: { reducer: reducer.name, dimension: outer.name } },
    );
  }
  return { ...several, length: several.values.length };
}

/** What a reduction is stored as. */
export function reducedType({ name }: Reducer, dtype: DType): DType {
  if (name === "min" || name === "max" || name === "first" || name === "last") return dtype;
  if (name === "count" || name === "argmin" || name === "argmax" || name === "medoid") return "int32";
  return name === "histogram" ? "float64" : "float32";
}

/** Make missing what has too few values, with the status that explains most of those that are missing. */
function requireValues(
  array: LazyArray,
  reduced: LazyArray,
  dims: string | readonly string[] | undefined,
  { skipna = true, minCount = 1 }: ReduceOptions,
): LazyArray {
  if (skipna && minCount <= 1) return reduced;
  const names = resolveDims(array, dims);
  const counts = reduceNode(array, { name: "count" }, names);
  const reasons = reduceNode(array, { name: "reason" }, names);
  const { shape } = array.node;
  const lengths = {
    outer: array.outer !== null && names.has(array.outer.name) ? (shape.outer ?? 1) : 1,
    band: names.has("band") ? (shape.band ?? 1) : 1,
    y: names.has("y") ? array.window.rows : 1,
    x: names.has("x") ? array.window.cols : 1,
  };
  const least = skipna ? minCount : lengths.outer * lengths.band * lengths.y * lengths.x;
  return withOperands(
    [counts, reduced, reasons, least],
    ([count, value, reason, limit]) => ({
      kind: "call",
      name: "where",
      args: [{ kind: "binary", op: ">=", left: count as Expr, right: limit as Expr }, value as Expr, reason as Expr],
    }),
    reduced.node.dtype,
  );
}

/** Reduce the outermost dimension to groups of it. */
export function reduceGroups(array: LazyArray, reducer: Reducer, groups: Grouping, outer: OuterAxis): LazyArray {
  if (reducer.name === "quantile" && reducer.q.length !== 1) {
    throw new InvalidInputError("groups have one quantile each: ask for one q at a time", {
      details: { q: [...reducer.q] },
    });
  }
  const { node } = array;
  const shape: Shape = { ...node.shape, outer: groups.count };
  const over = { outer: true, band: false, y: false, x: false };
  const dtype = reducedType(reducer, node.dtype);
  const reduced: ReduceNode = { kind: "reduce", shape, dtype, input: node, over, reducer, groups, window: null };
  return { ...array, node: reduced, name: "", outer };
}
