import type { DType } from "../../ndarray/dtype.js";
import type { Stack } from "../../warehouse/stack.js";
import type { Warehouse } from "../../warehouse/warehouse.js";
import type { Expr } from "../expression/expr.js";

/**
 * Which dimensions an array has. The outermost is mostly time, and holds groups (months, seasons) or quantiles after a
 * reduction; the graph knows its length and never its labels.
 */
export interface Shape {
  /** Length along the outermost dimension; null where it is reduced away. */
  readonly outer: number | null;
  /** Length along `band`; null without. */
  readonly band: number | null;
  readonly y: boolean;
  readonly x: boolean;
}

/** One scene's pixels in the frame of a question: where its first pixel lies, in rows and columns of the frame. */
export interface SceneLayer {
  /** Index of the stack in the warehouse's scene table, the slot in it, and the row of the scene table. */
  readonly stack: number;
  readonly slot: number;
  readonly scene: number;
  /** Whole numbers, unless `zoom` is there. */
  readonly row: number;
  readonly col: number;
  readonly width: number;
  readonly height: number;
  /** Own pixels to one of the frame, down and across, taken by nearest neighbour; null where they coincide. */
  readonly zoom: readonly [rows: number, cols: number] | null;
}

/** Scenes in order of time, in one frame: the only thing that is ever read. */
export interface SceneSource {
  readonly warehouse: Warehouse;
  /** Every stack that a layer may come from. */
  readonly stacks: readonly Stack[];
  /** Time steps. */
  readonly length: number;
  /** What covers a time step, the layer that wins first. */
  readonly layersOf: (step: number) => readonly SceneLayer[];
  /** Overview to read: 0 is the full resolution. */
  readonly level: number;
  /** Bytes of a decoded sample, at most. */
  readonly sampleBytes: number;
}

/** How many values become one. `quantile` and `histogram` make several, along the outermost dimension. */
export type Reducer =
  | { readonly name: "sum" | "mean" | "min" | "max" | "count" | "first" | "last" | "argmin" | "argmax" | "median" }
  | { readonly name: "std" | "var"; readonly ddof: number }
  /** No value anywhere, and the status that explains most of the missing ones: `uncovered` where none is. */
  | { readonly name: "reason" }
  | { readonly name: "quantile"; readonly q: readonly number[] }
  /** Counts between ascending edges, the last edge included, as numpy has it. */
  | { readonly name: "histogram"; readonly edges: readonly number[] }
  /** Index of the time step closest to all others, over the bands: Σ of Euclidean distances is least. */
  | { readonly name: "medoid" };

/** Groups along the outermost dimension. */
export interface Grouping {
  /** Group of each position; −1 for none. */
  readonly bins: readonly number[];
  readonly count: number;
}

/** Rows and columns of a frame, half-open. */
export interface FrameWindow {
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
}

/** A step of a cumulative or gap-filling operation along the outermost dimension. */
export type Scan =
  | { readonly name: "cumsum" }
  /** The last or next value goes no further than `limit` steps; null for any number. */
  | { readonly name: "ffill" | "bfill"; readonly limit: number | null }
  /** `at` is the coordinate of each position, ascending; gaps wider than `maxGap` stay. */
  | {
      readonly name: "interpolate";
      readonly method: "linear" | "nearest";
      readonly at: readonly number[];
      readonly maxGap: number | null;
    };

interface Base {
  readonly shape: Shape;
  /** What the values are stored as: a band's own type until arithmetic makes it `float32`. */
  readonly dtype: DType;
}

/** One band of scenes, `(outer, y, x)`. */
export interface SceneNode extends Base {
  readonly kind: "scenes";
  readonly source: SceneSource;
  readonly band: string;
  /** True to apply the files' scale and offset. */
  readonly isScaled: boolean;
}

/** Pixel by pixel; the expression calls its inputs "0", "1", …, and missing dimensions broadcast. */
export interface MathNode extends Base {
  readonly kind: "math";
  readonly expr: Expr;
  readonly inputs: readonly Node[];
}

export interface ReduceNode extends Base {
  readonly kind: "reduce";
  readonly input: Node;
  readonly over: { readonly outer: boolean; readonly band: boolean; readonly y: boolean; readonly x: boolean };
  readonly reducer: Reducer;
  /** Groups to reduce along the outermost dimension to; null for all in one, without that dimension. */
  readonly groups: Grouping | null;
  /** The pixels reduced over where `over` holds y or x; null else. */
  readonly window: FrameWindow | null;
}

/** A reduction over a window that moves along the outermost dimension. */
export interface RollingNode extends Base {
  readonly kind: "rolling";
  readonly input: Node;
  readonly reducer: Reducer;
  /** Positions before and after that belong to a window. */
  readonly before: number;
  readonly after: number;
  /** Fewer values than this leave it missing. */
  readonly least: number;
}

export interface ScanNode extends Base {
  readonly kind: "scan";
  readonly input: Node;
  readonly scan: Scan;
}

/** Positions of the outermost or the band dimension, in any order, also repeated. */
export interface TakeNode extends Base {
  readonly kind: "take";
  readonly input: Node;
  readonly dim: "outer" | "band";
  readonly positions: readonly number[];
  /** True where one position is taken and the dimension goes. */
  readonly drop: boolean;
}

/** Arrays one behind the other along a dimension; those without it count as one. */
export interface StackNode extends Base {
  readonly kind: "stack";
  readonly dim: "outer" | "band";
  readonly inputs: readonly Node[];
}

/** For each pixel the value at its own index along the outermost dimension: what argmax and its kin point at. */
export interface PickNode extends Base {
  readonly kind: "pick";
  readonly input: Node;
  readonly index: Node;
}

/** How far a mask grows: centres of pixels no further apart than `distance`, in units of the CRS. */
export interface Reach {
  readonly distance: number;
  readonly pixelHeight: number;
  readonly pixelWidth: number;
  /** Rows and columns that the distance spans. */
  readonly rows: number;
  readonly cols: number;
}

/** 1 within reach of a pixel that is 1: grows a cloud mask. What is missing counts as 0. */
export interface GrowNode extends Base {
  readonly kind: "grow";
  readonly input: Node;
  readonly reach: Reach;
}

/** Values in memory, `(outer, band, y, x)` of the dimensions it has, in C order. */
export interface ArrayNode extends Base {
  readonly kind: "array";
  readonly values: Float64Array;
  readonly status: Uint8Array;
  /** Where the first pixel lies, and how many there are; rows and cols are 1 for a dimension it does not have. */
  readonly window: FrameWindow;
}

/** An array that is described and not yet computed. Nodes are immutable and shared; a graph is acyclic. */
export type Node =
  | SceneNode
  | MathNode
  | ReduceNode
  | RollingNode
  | ScanNode
  | TakeNode
  | StackNode
  | PickNode
  | GrowNode
  | ArrayNode;

/** What of a node says where its values come from: other nodes in a graph, their positions in a program. */
type Wiring<Input> =
  | { readonly kind: "scenes" | "array" }
  | { readonly kind: "math" | "stack"; readonly inputs: readonly Input[] }
  | { readonly kind: "pick"; readonly input: Input; readonly index: Input }
  | { readonly kind: "reduce" | "rolling" | "scan" | "take" | "grow"; readonly input: Input };

/** The direct inputs of a node. */
export function inputsOf<Input>(node: Wiring<Input>): readonly Input[] {
  switch (node.kind) {
    case "scenes":
    case "array":
      return [];
    case "math":
    case "stack":
      return node.inputs;
    case "pick":
      return [node.input, node.index];
    default:
      return [node.input];
  }
}

/** The node over other inputs; the node itself where they are the same. */
export function withInputs(node: Node, replaced: (input: Node) => Node): Node {
  if (inputsOf(node).every((input) => replaced(input) === input)) return node;
  switch (node.kind) {
    case "scenes":
    case "array":
      return node;
    case "math":
    case "stack":
      return { ...node, inputs: node.inputs.map(replaced) };
    case "pick":
      return { ...node, input: replaced(node.input), index: replaced(node.index) };
    default:
      return { ...node, input: replaced(node.input) };
  }
}

/** Every node of a graph once, inputs first. */
export function nodesOf(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  const open = [...roots].reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (state.get(node) === "done") continue;
    if (state.get(node) === "open") {
      state.set(node, "done");
      order.push(node);
      continue;
    }
    state.set(node, "open");
    open.push(node);
    for (const input of inputsOf(node)) if (!state.has(input)) open.push(input);
  }
  return order;
}
