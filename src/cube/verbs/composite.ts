import { InvalidInputError } from "../../errors.js";
import type { Node, PickNode, ReduceNode } from "../../lazy/graph/node.js";
import type { LazyArray } from "../lazy-array.js";
import { reduce } from "./reduce.js";

/** How many time steps become one picture. */
export type CompositeMethod =
  /** Each band's own median. */
  | "median"
  /** The step whose bands are closest to those of all others: the sum of Euclidean distances to them is least. */
  | "medoid"
  /** The step where a score is largest, or smallest; of equal ones the first. */
  | "max"
  | "min";

/** A picture of many time steps, and where its pixels come from. */
export interface LazyComposite {
  readonly pixels: LazyArray;
  /** Position of the time step that each pixel comes from; null for a median, which comes from none. */
  readonly step: LazyArray | null;
}

/** @param score what the methods `max` and `min` compare */
export function composite(bands: LazyArray, method: CompositeMethod, score: LazyArray | null): LazyComposite {
  const time = bands.outer?.name;
  if (time === undefined) throw new InvalidInputError("composite: there are no time steps to choose from");
  if (method === "median") return { pixels: reduce(bands, { name: "median" }, time), step: null };
  if (method === "medoid") {
    const step = medoidStep(bands);
    return { pixels: pick(bands, step), step };
  }
  if (score === null) {
    throw new InvalidInputError(`composite: "${method}" of what? Give a band, an index or an expression to compare by`);
  }
  const step = reduce(score, { name: method === "max" ? "argmax" : "argmin" }, time);
  return { pixels: pick(bands, step), step };
}

function medoidStep(array: LazyArray): LazyArray {
  const shape = { ...array.node.shape, outer: null, band: null };
  const node: ReduceNode = {
    kind: "reduce",
    shape,
    dtype: "int32",
    input: array.node,
    over: { outer: true, band: true, y: false, x: false },
    reducer: { name: "medoid" },
    groups: null,
    window: null,
  };
  return { ...array, node, name: "", outer: null, bands: null };
}

/** The values at each pixel's own step. */
function pick(array: LazyArray, step: LazyArray): LazyArray {
  const shape = { ...array.node.shape, outer: null };
  const node: PickNode = { kind: "pick", shape, dtype: array.node.dtype, input: array.node, index: step.node };
  return { ...array, node: node satisfies Node, name: "", outer: null };
}
