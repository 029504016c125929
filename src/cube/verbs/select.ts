import { didYouMean } from "../../did-you-mean.js";
import { InvalidInputError, SelectionError } from "../../errors.js";
import { frameOf, type LazyArray, takeLabels } from "../lazy-array.js";
import { type LabelSlice, type LonLatBox, pixelPositions, windowByLonLat } from "../pixel-labels.js";
import { type IndexRange, type Position, positionRange } from "../positions.js";
import { type TimeSelector, timePositions } from "../time-select.js";
import { reduce } from "./reduce.js";
import { dropNode, takeNode } from "./take.js";

/** Labels to select by; what is absent stays whole. */
export interface ArraySel {
  /** A date, month, year, `START/END`, a slice, or a list of such; one `Date` is one moment. */
  time?: TimeSelector;
  /** One band, which takes the dimension away, or several in this order. */
  band?: string | readonly string[];
  /** Slices of pixel centres in the CRS, ends in either order; with `method: "nearest"` one value, which takes the dimension away. */
  x?: LabelSlice<number> | number;
  y?: LabelSlice<number> | number;
  /** Pixels whose centres lie in a box of longitudes and latitudes: the smallest window that holds them. */
  bounds?: LonLatBox;
  /** Labels of the outermost dimension where that is no longer time: months, seasons, quantiles. */
  [label: string]: unknown;
}

/** How to find a label that is not there exactly. */
export interface SelOptions {
  method?: "nearest" | "pad" | "backfill";
  /** The furthest that a time may lie from its label, in milliseconds. */
  toleranceMs?: number;
}

/** Positions to select by: one, which takes the dimension away, a slice whose `stop` is not included, or a list. */
export interface ArrayIsel {
  time?: Position;
  band?: Position;
  y?: number | Partial<IndexRange>;
  x?: number | Partial<IndexRange>;
  [dimension: string]: Position | undefined;
}

/** @throws SelectionError where a position is not there, or the array has no such dimension. */
export function isel(array: LazyArray, positions: ArrayIsel): LazyArray {
  let selected = array;
  for (const [dimension, wanted] of Object.entries(positions)) {
    if (wanted === undefined) continue;
    if (dimension === "y" || dimension === "x") selected = iselPixels(selected, dimension, wanted);
    else if (dimension === "band") selected = iselBands(selected, wanted);
    else selected = iselOuter(selected, dimension, wanted);
  }
  return selected;
}

function iselOuter(array: LazyArray, dimension: string, wanted: Position): LazyArray {
  const { outer, node } = array;
  if (outer === null || outer.name !== dimension) throw noDimension(array, dimension);
  const length = node.shape.outer ?? 0;
  const positions = positionRange(dimension, wanted, length);
  if (typeof wanted === "number") return { ...array, node: dropNode(node, "outer", positions[0] ?? 0), outer: null };
  return { ...array, node: takeNode(node, "outer", positions), outer: takeLabels(outer, positions) };
}

function iselBands(array: LazyArray, wanted: Position): LazyArray {
  const { bands, node } = array;
  if (bands === null) throw noDimension(array, "band");
  const positions = positionRange("band", wanted, bands.length);
  if (typeof wanted === "number") return { ...array, node: dropNode(node, "band", positions[0] ?? 0), bands: null };
  const names = positions.map((at) => bands[at] ?? "");
  return { ...array, node: takeNode(node, "band", positions), bands: names };
}

function iselPixels(array: LazyArray, dimension: "y" | "x", wanted: Position): LazyArray {
  const { shape } = array.node;
  if (!shape[dimension]) throw noDimension(array, dimension);
  frameOf(array);
  const { window } = array;
  const length = dimension === "y" ? window.rows : window.cols;
  if (Array.isArray(wanted)) {
    throw new InvalidInputError(`isel: ${dimension} takes one position or a slice, no list`, {
      details: { dimension },
    });
  }
  const positions = positionRange(dimension, wanted, length);
  const [first = 0, count] = [positions[0], positions.length];
  const part = dimension === "y" ? { row: window.row + first, rows: count } : { col: window.col + first, cols: count };
  const cut = { ...array, window: { ...window, ...part } };
  // Of one row or column the largest value is the value itself.
  return typeof wanted === "number" ? { ...reduce(cut, { name: "max" }, dimension), name: array.name } : cut;
}

/** @throws SelectionError where nothing has the labels. */
export function sel(array: LazyArray, labels: ArraySel, options: SelOptions = {}): LazyArray {
  const { band, x, y, bounds, ...outer } = labels;
  let selected = array;
  for (const [dimension, wanted] of Object.entries(outer)) {
    if (wanted !== undefined) selected = selOuter(selected, dimension, wanted as TimeSelector, options);
  }
  if (band !== undefined) selected = selBands(selected, band);
  if (bounds !== undefined) selected = { ...selected, window: windowByLonLat(selected, bounds) };
  if (x !== undefined) selected = selPixels(selected, "x", x, options);
  if (y !== undefined) selected = selPixels(selected, "y", y, options);
  return selected;
}

function selOuter(array: LazyArray, dimension: string, wanted: TimeSelector, options: SelOptions): LazyArray {
  const { outer } = array;
  if (outer === null || outer.name !== dimension) throw noDimension(array, dimension);
  if (outer.kind === "time") {
    const { method, toleranceMs } = options;
    const match = { ...(method && { method }), ...(toleranceMs !== undefined && { toleranceMs }) };
    const positions = timePositions(outer.timesMs, wanted, match);
    // One label that gives one step, whatever else it could have stood for.
    const isOne = (method !== undefined && !Array.isArray(wanted)) || wanted instanceof Date;
    return iselOuter(array, dimension, isOne && positions.length === 1 ? (positions[0] ?? 0) : [...positions]);
  }
  const known = [...outer.values];
  const positions = [wanted].flat().map((label) => {
    const at = known.indexOf(label as string);
    if (at >= 0) return at;
    throw new SelectionError(`no ${dimension} ${String(label)}; there are ${known.join(", ")}`, {
      details: { dimension, label: String(label), labels: known },
    });
  });
  return iselOuter(array, dimension, Array.isArray(wanted) ? positions : (positions[0] ?? 0));
}

function selBands(array: LazyArray, wanted: string | readonly string[]): LazyArray {
  const { bands } = array;
  if (bands === null) throw noDimension(array, "band");
  const positions = [wanted].flat().map((name) => {
    const at = bands.indexOf(name);
    if (at >= 0) return at;
    throw new SelectionError(`no band "${name}"${didYouMean(name, bands)}; there are ${bands.join(", ")}`, {
      details: { band: name, bands: [...bands] },
    });
  });
  return iselBands(array, typeof wanted === "string" ? (positions[0] ?? 0) : positions);
}

function selPixels(
  array: LazyArray,
  dimension: "y" | "x",
  wanted: LabelSlice<number> | number,
  options: SelOptions,
): LazyArray {
  return iselPixels(array, dimension, pixelPositions(array, dimension, wanted, options));
}

function noDimension({ outer, bands, node }: LazyArray, dimension: string): SelectionError {
  const { y, x } = node.shape;
  const dims = [outer?.name, bands && "band", y && "y", x && "x"].filter((name) => typeof name === "string");
  return new SelectionError(`no dimension "${dimension}"; there are ${dims.join(", ") || "none"}`, {
    details: { dimension, dims },
  });
}
