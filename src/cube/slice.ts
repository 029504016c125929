import { GridMismatchError } from "../errors.js";
import type { FrameWindow } from "../lazy/graph/node.js";
import { type LabelSlice, type LonLatBox, pixelPositions, windowByLonLat } from "./pixel-labels.js";
import { type IndexRange, type Position, positionRange } from "./positions.js";
import { joinScenes, latticeOf, type Scope, scenesOfStep, stepCount, stepTimes } from "./scope.js";
import { type TimeSelector, timePositions } from "./time-select.js";
import type { SelOptions } from "./verbs/select.js";

/** Labels of a Dataset to select by; what is absent stays whole. */
export interface Sel {
  /** A date, month, year, `START/END`, a slice, or a list of such; one `Date` is one moment. */
  time?: TimeSelector;
  band?: string | readonly string[];
  /** Slices of pixel centres in the CRS, ends in either order; one value with `method: "nearest"` is the pixel that holds it. */
  x?: LabelSlice<number> | number;
  y?: LabelSlice<number> | number;
  /** Pixels whose centres lie in a box of longitudes and latitudes: the smallest window that holds them. */
  bounds?: LonLatBox;
}

/** Positions to select by: one, a slice whose `stop` is not included, or times by a list. Negative ones count from the end. */
export interface Isel {
  time?: Position;
  y?: number | Partial<IndexRange>;
  x?: number | Partial<IndexRange>;
}

/**
 * The part of a scope at positions.
 *
 * @throws SelectionError where a single position is not there.
 * @throws GridMismatchError for `y` and `x` where scenes share no grid.
 */
export function sliceByPositions(scope: Scope, { time, y, x }: Isel): Scope {
  const sliced = time === undefined ? scope : takeSteps(scope, positionRange("time", time, stepCount(scope)));
  if (y !== undefined || x !== undefined) latticeOf(sliced);
  return {
    ...sliced,
    rows: y === undefined ? sliced.rows : within(sliced.rows, "y", y),
    cols: x === undefined ? sliced.cols : within(sliced.cols, "x", x),
  };
}

function within(outer: IndexRange, dimension: string, wanted: number | Partial<IndexRange>): IndexRange {
  const positions = positionRange(dimension, wanted, outer.stop - outer.start);
  const start = outer.start + (positions[0] ?? 0);
  return { start, stop: start + positions.length };
}

/** The scope with only some of its time steps; its lattice stays as it is, or is made of what now shares one. */
function takeSteps(scope: Scope, steps: readonly number[]): Scope {
  const starts: number[] = [];
  const places: number[] = [];
  for (const step of steps) {
    const { start, stop } = scenesOfStep(scope, step);
    starts.push(places.length);
    for (let place = start; place < stop; place++) places.push(place);
  }
  const { lattice } = scope;
  const grids = places.map((place) => scope.grids[place] as Scope["grids"][number]);
  const taken = {
    ...scope,
    stepStarts: scope.stepStarts && Int32Array.from(starts),
    scenes: Int32Array.from(places, (place) => scope.scenes[place] ?? 0),
    ids: places.map((place) => scope.ids[place] ?? ""),
    stacks: Int32Array.from(places, (place) => scope.stacks[place] ?? 0),
    grids,
  };
  if (lattice instanceof GridMismatchError) return { ...taken, ...joinScenes(taken) };
  const origins = new Int32Array(places.length * 2);
  places.forEach((place, i) => {
    origins.set(lattice.origins.subarray(place * 2, place * 2 + 2), i * 2);
  });
  return { ...taken, lattice: { ...lattice, origins } };
}

/** The window of a scope as the graph counts it. */
export function windowOfScope({ rows, cols }: Pick<Scope, "rows" | "cols">): FrameWindow {
  return { row: rows.start, col: cols.start, rows: rows.stop - rows.start, cols: cols.stop - cols.start };
}

/**
 * The part of a scope at labels.
 *
 * @throws SelectionError where nothing has them.
 */
export function sliceByLabels(all: Scope, { time, x, y, bounds }: Sel, options: SelOptions = {}): Scope {
  const { method, toleranceMs } = options;
  const match = { ...(method && { method }), ...(toleranceMs !== undefined && { toleranceMs }) };
  let scope = time === undefined ? all : takeSteps(all, [...timePositions(stepTimes(all), time, match)]);
  const pixels = () => ({ frame: scope.lattice, window: windowOfScope(scope) });
  if (bounds !== undefined) {
    const { row, col, rows, cols } = windowByLonLat(pixels(), bounds);
    scope = { ...scope, rows: { start: row, stop: row + rows }, cols: { start: col, stop: col + cols } };
  }
  const positions: Isel = {};
  if (x !== undefined) positions.x = pixelPositions(pixels(), "x", x, options);
  if (y !== undefined) positions.y = pixelPositions(pixels(), "y", y, options);
  return sliceByPositions(scope, positions);
}
