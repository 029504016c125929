import { GridMismatchError } from "../errors.js";
import { translateAffine } from "../geo/affine.js";
import { type GeoBox, pixelCentreAxes } from "../geo/geo-box.js";
import { type FrameWindow, type Node, nodesOf, type SceneNode } from "../lazy/graph/node.js";
import type { Coordinate } from "../ndarray/nd-array.js";
import { nodataOf } from "../warehouse/nodata.js";
import { type Lattice, latticeGeoBox } from "./lattice.js";

/** Labels along the outermost dimension: times, or what a reduction made of them (months, seasons, quantiles). */
export type OuterAxis =
  | {
      readonly kind: "time";
      readonly name: string;
      /** Milliseconds since 1970-01-01 UTC. */
      readonly timesMs: Float64Array;
      /** Scene of each time step; null where scenes were merged. */
      readonly scenes: readonly string[] | null;
    }
  | { readonly kind: "labels"; readonly name: string; readonly values: readonly string[] | Float64Array };

/** A described array with its labels: a node of the graph, and what its dimensions are called. Verbs turn one into another. */
export interface LazyArray {
  readonly node: Node;
  readonly name: string;
  /** null exactly where the node has no outermost dimension. */
  readonly outer: OuterAxis | null;
  /** Names along `band`; null exactly where the node has none. */
  readonly bands: readonly string[] | null;
  /** The pixels that rows and columns of the graph count; the error says why scenes share none. */
  readonly frame: Lattice | GridMismatchError;
  /** The part of the frame that the array shows. */
  readonly window: FrameWindow;
}

/** Labels of an axis. */
export function axisLength(axis: OuterAxis): number {
  return axis.kind === "time" ? axis.timesMs.length : axis.values.length;
}

/** The labels at some positions. */
export function takeLabels(axis: OuterAxis, positions: readonly number[]): OuterAxis {
  if (axis.kind === "time") {
    const { scenes } = axis;
    const timesMs = Float64Array.from(positions, (at) => axis.timesMs[at] ?? Number.NaN);
    return { ...axis, timesMs, scenes: scenes && positions.map((at) => scenes[at] ?? "") };
  }
  const { values } = axis;
  if (values instanceof Float64Array) return { ...axis, values: Float64Array.from(positions, (at) => values[at] ?? 0) };
  return { ...axis, values: positions.map((at) => values[at] ?? "") };
}

/** Names of an array's dimensions, slowest first. */
export function dimsOf({ node, outer }: LazyArray): string[] {
  const dims = outer === null ? [] : [outer.name];
  if (node.shape.band !== null) dims.push("band");
  if (node.shape.y) dims.push("y");
  if (node.shape.x) dims.push("x");
  return dims;
}

/**
 * Length of each dimension.
 *
 * @throws GridMismatchError where y and x are asked of scenes that share no grid.
 */
export function shapeOf(array: LazyArray): number[] {
  const { shape } = array.node;
  if (shape.y || shape.x) frameOf(array);
  const lengths = shape.outer === null ? [] : [shape.outer];
  if (shape.band !== null) lengths.push(shape.band);
  if (shape.y) lengths.push(array.window.rows);
  if (shape.x) lengths.push(array.window.cols);
  return lengths;
}

/** @throws GridMismatchError where the scenes share no grid. */
export function frameOf({ frame }: Pick<LazyArray, "frame">): Lattice {
  if (frame instanceof GridMismatchError) throw frame;
  return frame;
}

/** The window of an array on the ground; null without georeference or a shared grid. */
export function geoBoxOfArray({ frame, window }: Pick<LazyArray, "frame" | "window">): GeoBox | null {
  if (frame instanceof GridMismatchError) return null;
  const box = latticeGeoBox(frame);
  if (box === null) return null;
  const transform = translateAffine(box.transform, window.col, window.row);
  return { crs: box.crs, transform, width: window.cols, height: window.rows };
}

/** Labels of each dimension, and `scene` along time. */
export function coordsOf(array: LazyArray): Record<string, Coordinate> {
  const { outer, bands, node } = array;
  const coords: Record<string, Coordinate> = {};
  if (outer !== null) {
    const values = outer.kind === "time" ? Array.from(outer.timesMs, (time) => new Date(time)) : outer.values;
    coords[outer.name] = { dims: [outer.name], values };
    if (outer.kind === "time" && outer.scenes !== null) coords.scene = { dims: [outer.name], values: outer.scenes };
  }
  if (bands !== null) coords.band = { dims: ["band"], values: bands };
  const box = geoBoxOfArray(array);
  const centres = box === null ? null : pixelCentreAxes(box.transform, box.width, box.height);
  if (centres !== null && node.shape.y) coords.y = { dims: ["y"], values: centres.y };
  if (centres !== null && node.shape.x) coords.x = { dims: ["x"], values: centres.x };
  return coords;
}

/** The bands of scenes that an array comes from. */
export function sceneNodesOf(array: LazyArray): SceneNode[] {
  return nodesOf([array.node]).filter((node): node is SceneNode => node.kind === "scenes");
}

/** The value that the files behind an array give for missing, where all give the same one; null else. */
export function sharedNodata(array: LazyArray): number | bigint | null {
  const values = new Set<number | bigint | null>();
  for (const { source } of sceneNodesOf(array)) for (const stack of source.stacks) values.add(nodataOf(stack));
  const [only = null] = values;
  return values.size === 1 ? only : null;
}
