import { GridMismatchError, SelectionError } from "../errors.js";
import {
  type ArrayNode,
  type FrameWindow,
  type Node,
  nodesOf,
  type SceneSource,
  type Shape,
  withInputs,
} from "../lazy/graph/node.js";
import { gridOffset, type Lattice } from "./lattice.js";
import { axisLength, dimsOf, frameOf, type LazyArray, type OuterAxis, takeLabels } from "./lazy-array.js";
import { takeNode } from "./verbs/take.js";

/** Arrays brought to common labels, and those labels. */
export interface Aligned {
  readonly nodes: readonly Node[];
  readonly shape: Shape;
  readonly labels: Omit<LazyArray, "node" | "name">;
}

/**
 * Arrays brought to the labels they share, as xarray's arithmetic does it: inner join of times, bands and pixels, by
 * label; an array without a dimension is repeated along it.
 *
 * @throws SelectionError where nothing is shared, or the outermost dimensions are different things.
 * @throws GridMismatchError where pixels do not coincide.
 */
export function align(arrays: readonly LazyArray[]): Aligned {
  const placed = alignFrames(arrays);
  const timed = alignOuter(placed);
  const banded = alignBands(timed);
  const nodes = banded.map(({ node }) => node);
  const outer = banded.find((array) => array.outer !== null)?.outer ?? null;
  const bands = banded.find((array) => array.bands !== null)?.bands ?? null;
  const [first] = banded as [LazyArray];
  const spatial = banded.find(({ node }) => node.shape.y || node.shape.x) ?? first;
  const shape: Shape = {
    outer: outer && axisLength(outer),
    band: bands?.length ?? null,
    y: nodes.some((node) => node.shape.y),
    x: nodes.some((node) => node.shape.x),
  };
  return { nodes, shape, labels: { outer, bands, frame: spatial.frame, window: spatial.window } };
}

function alignFrames(arrays: readonly LazyArray[]): LazyArray[] {
  const base = arrays.find(({ node }) => node.shape.y || node.shape.x);
  // Scenes without a common grid can be described; whoever asks for their pixels hears of it.
  if (base === undefined || base.frame instanceof GridMismatchError) return [...arrays];
  const moved = arrays.map((array) => (array === base ? array : moveTo(array, base)));
  const spatial = moved.filter(({ node }) => node.shape.y || node.shape.x);
  const window = sharedWindow(spatial, base.window);
  if (window.rows <= 0 || window.cols <= 0) {
    throw new SelectionError("the arrays share no pixels: they lie beside each other", {
      details: { windows: spatial.map((array) => ({ ...array.window })) },
    });
  }
  return moved.map((array) => ({ ...array, window, frame: base.frame }));
}

/** The pixels that all arrays have; one without rows or columns is repeated along them. */
function sharedWindow(arrays: readonly LazyArray[], base: FrameWindow): FrameWindow {
  const windows = (has: "y" | "x") => arrays.filter(({ node }) => node.shape[has]).map(({ window }) => window);
  const range = (ranges: readonly (readonly [number, number])[], otherwise: readonly [number, number]) =>
    ranges.length === 0
      ? otherwise
      : ([Math.max(...ranges.map(([start]) => start)), Math.min(...ranges.map(([, stop]) => stop))] as const);
  const rowsOf = ({ row, rows }: FrameWindow) => [row, row + rows] as const;
  const colsOf = ({ col, cols }: FrameWindow) => [col, col + cols] as const;
  const [top, bottom] = range(windows("y").map(rowsOf), rowsOf(base));
  const [left, right] = range(windows("x").map(colsOf), colsOf(base));
  return { row: top, col: left, rows: bottom - top, cols: right - left };
}

/** The array counted in the pixels of another's frame. */
function moveTo(array: LazyArray, base: LazyArray): LazyArray {
  const { shape } = array.node;
  if (array.frame === base.frame || !(shape.y || shape.x)) return array;
  const [own, frame] = [frameOf(array), frameOf(base)];
  const offset = gridOffset(frame, own);
  if (offset === null) throw mismatch(frame, own);
  const [rows, cols] = offset;
  const { window } = array;
  return {
    ...array,
    node: moveNode(array.node, rows, cols),
    frame,
    window: { ...window, row: window.row + rows, col: window.col + cols },
  };
}

function mismatch(one: Lattice, other: Lattice): GridMismatchError {
  const text = ({ crs, transform }: Lattice) =>
    `${crs?.code ?? crs?.name ?? "no CRS"} [${transform?.join(", ") ?? ""}]`;
  return new GridMismatchError(
    `the arrays lie on different grids: ${text(one)} and ${text(other)}. Resampling is not there yet: bring the files to ` +
      "one grid, or ask for points, which timeseries reads in every grid",
    { details: { grids: [text(one), text(other)] } },
  );
}

/** A graph with everything that counts rows and columns moved. */
function moveNode(root: Node, rows: number, cols: number): Node {
  const sources = new Map<SceneSource, SceneSource>();
  const moveSource = (source: SceneSource): SceneSource => {
    let moved = sources.get(source);
    if (moved === undefined) {
      const layersOf = (step: number) =>
        source.layersOf(step).map((layer) => ({ ...layer, row: layer.row + rows, col: layer.col + cols }));
      moved = { ...source, layersOf };
      sources.set(source, moved);
    }
    return moved;
  };
  const moveWindow = (window: FrameWindow) => ({ ...window, row: window.row + rows, col: window.col + cols });
  const moved = new Map<Node, Node>();
  for (const node of nodesOf([root])) {
    const over = withInputs(node, (input) => moved.get(input) ?? input);
    if (over.kind === "scenes") moved.set(node, { ...over, source: moveSource(over.source) });
    else if (over.kind === "array") moved.set(node, { ...over, window: moveWindow(over.window) } satisfies ArrayNode);
    else if (over.kind === "reduce" && over.window !== null) {
      moved.set(node, { ...over, window: moveWindow(over.window) });
    } else moved.set(node, over);
  }
  return moved.get(root) ?? root;
}

function alignOuter(arrays: readonly LazyArray[]): LazyArray[] {
  const [first, ...rest] = arrays.flatMap(({ outer }) => (outer === null ? [] : [outer]));
  if (first === undefined) return [...arrays];
  for (const other of rest) {
    if (other.name === first.name) continue;
    throw new SelectionError(
      `one array runs along ${first.name}, the other along ${other.name}: to compare steps with their group, use ` +
        "groupby(…).sub and its kin",
      { details: { dims: [first.name, other.name] } },
    );
  }
  const keys = [first, ...rest].map(keysOf);
  const [base = []] = keys;
  if (keys.every((own) => sameKeys(own, base))) return [...arrays];
  const shared = base.filter((key) => keys.every((own) => own.includes(key)));
  if (shared.length === 0 || keys.some((own) => new Set(own).size < own.length)) {
    throw new SelectionError(
      shared.length === 0
        ? `the arrays have no ${first.name} in common`
        : `the arrays differ in ${first.name}, and a label stands there twice: select the same steps of both`,
      { details: { dimension: first.name } },
    );
  }
  return arrays.map((array) => {
    if (array.outer === null) return array;
    const own = keysOf(array.outer);
    const positions = shared.map((key) => own.indexOf(key));
    return { ...array, node: takeNode(array.node, "outer", positions), outer: takeLabels(array.outer, positions) };
  });
}

function keysOf(axis: OuterAxis): (string | number)[] {
  return axis.kind === "time" ? [...axis.timesMs] : [...axis.values];
}

function sameKeys(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}

function alignBands(arrays: readonly LazyArray[]): LazyArray[] {
  const lists = arrays.flatMap(({ bands }) => (bands === null ? [] : [bands]));
  const [first] = lists;
  if (first === undefined || lists.every((own) => sameKeys(own, first))) return [...arrays];
  const shared = first.filter((name) => lists.every((own) => own.includes(name)));
  if (shared.length === 0) {
    throw new SelectionError(`the arrays have no band in common: ${lists.map((own) => own.join(", ")).join(" and ")}`, {
      details: { bands: lists.map((own) => [...own]) },
    });
  }
  return arrays.map((array) => {
    if (array.bands === null) return array;
    const own = array.bands;
    const node = takeNode(
      array.node,
      "band",
      shared.map((name) => own.indexOf(name)),
    );
    return { ...array, node, bands: shared };
  });
}

/** Positions of dimensions by their names; the outermost by the name of its labels. */
export function resolveDims(array: LazyArray, dims: string | readonly string[] | undefined): Set<string> {
  const known = dimsOf(array);
  const wanted = dims === undefined ? known : [dims].flat();
  for (const name of wanted) {
    if (known.includes(name)) continue;
    throw new SelectionError(`no dimension "${name}"; there are ${known.join(", ") || "none"}`, {
      details: { dimension: name, dims: known },
    });
  }
  return new Set(wanted);
}
