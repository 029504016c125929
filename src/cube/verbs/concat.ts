import { InvalidInputError } from "../../errors.js";
import type { Node } from "../../lazy/graph/node.js";
import { commonType, type DType } from "../../ndarray/dtype.js";
import { align } from "../align.js";
import { axisLength, type LazyArray, type OuterAxis } from "../lazy-array.js";

/**
 * Arrays one behind the other: along `band`, where each without that dimension counts as one band called by its name; or
 * along the outermost dimension, labels kept as they come.
 *
 * Other dimensions are joined as arithmetic does it: by label, what all share.
 */
export function concat(arrays: readonly LazyArray[], dim: "band" | "time", names: readonly string[]): LazyArray {
  const [first] = arrays;
  if (first === undefined) throw new InvalidInputError("concat: give at least one array");
  return dim === "band" ? concatBands(arrays, names) : concatOuter(arrays);
}

function concatBands(arrays: readonly LazyArray[], names: readonly string[]): LazyArray {
  const bare = arrays.map((array) => ({ ...array, bands: null }));
  const { nodes, shape, labels } = align(bare);
  const bands = arrays.flatMap((array, i) => array.bands ?? [names[i] ?? ""]);
  const dtype = commonType(nodes.map((node) => node.dtype));
  const node: Node = { kind: "stack", shape: { ...shape, band: bands.length }, dtype, dim: "band", inputs: nodes };
  return { node, name: "", ...labels, bands };
}

function concatOuter(arrays: readonly LazyArray[]): LazyArray {
  const axes = arrays.map(({ outer }) => outer);
  const [first] = axes;
  if (first == null || axes.some((axis) => axis === null || axis.kind !== first.kind || axis.name !== first.name)) {
    throw new InvalidInputError("concat: the arrays do not all run along the same outermost dimension");
  }
  const { nodes, shape, labels } = align(arrays.map((array) => ({ ...array, outer: null })));
  const outer = axes.reduce((joined, axis) => joinAxes(joined as OuterAxis, axis as OuterAxis)) as OuterAxis;
  const dtype: DType = commonType(nodes.map((node) => node.dtype));
  const node: Node = {
    kind: "stack",
    shape: { ...shape, outer: axisLength(outer) },
    dtype,
    dim: "outer",
    inputs: nodes,
  };
  return { node, name: "", ...labels, outer };
}

function joinAxes(a: OuterAxis, b: OuterAxis): OuterAxis {
  if (a.kind === "time" && b.kind === "time") {
    const scenes = a.scenes && b.scenes && [...a.scenes, ...b.scenes];
    return { ...a, timesMs: Float64Array.from([...a.timesMs, ...b.timesMs]), scenes };
  }
  if (a.kind === "labels" && b.kind === "labels") {
    const isNumeric = a.values instanceof Float64Array && b.values instanceof Float64Array;
    const values = isNumeric
      ? Float64Array.from([...a.values, ...b.values] as number[])
      : [...a.values, ...b.values].map(String);
    return { ...a, values };
  }
  return a;
}
