import { GridMismatchError, SelectionError } from "../errors.js";
import { pixelCentreAxes } from "../geo/geo-box.js";
import { geoBoxOf, type IndexRange, joinScenes, latticeOf, type Scope } from "./scope.js";
import { parseTimeRange } from "./time-range.js";

/** A slice by labels, both ends included; an absent end is open. */
export interface LabelSlice<T> {
  start?: T;
  stop?: T;
}

/** Labels to select by. */
export interface Sel {
  /** A date, month, year, `START/END`, or a slice of such. */
  time?: string | LabelSlice<string>;
  band?: string | readonly string[];
  /** Slices of pixel centres in the CRS; ends in either order. */
  x?: LabelSlice<number>;
  y?: LabelSlice<number>;
}

/** Positions to select by: one, or a slice whose `stop` is not included. Negative ones count from the end. */
export interface Isel {
  time?: number | Partial<IndexRange>;
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
  const sliced = time === undefined ? scope : sliceTimes(scope, range("time", time, scope.scenes.length));
  if (y !== undefined || x !== undefined) latticeOf(sliced);
  return {
    ...sliced,
    rows: y === undefined ? sliced.rows : within(sliced.rows, "y", y),
    cols: x === undefined ? sliced.cols : within(sliced.cols, "x", x),
  };
}

function within(outer: IndexRange, dim: string, wanted: number | Partial<IndexRange>): IndexRange {
  const { start, stop } = range(dim, wanted, outer.stop - outer.start);
  return { start: outer.start + start, stop: outer.start + stop };
}

function range(dim: string, wanted: number | Partial<IndexRange>, length: number): IndexRange {
  const at = (index: number) => (index < 0 ? index + length : index);
  if (typeof wanted === "number") {
    const start = at(wanted);
    if (Number.isInteger(start) && start >= 0 && start < length) return { start, stop: start + 1 };
    throw new SelectionError(`position ${wanted} of ${dim} is not there: it has ${length}`, {
      details: { dimension: dim, position: wanted, length },
    });
  }
  const clamp = (index: number) => Math.min(length, Math.max(0, at(index)));
  const start = clamp(wanted.start ?? 0);
  return { start, stop: Math.max(start, wanted.stop === undefined ? length : clamp(wanted.stop)) };
}

/** The scope with only some of its time steps; its lattice stays as it is, or is made of what now shares one. */
function sliceTimes(scope: Scope, { start, stop }: IndexRange): Scope {
  const { lattice } = scope;
  const grids = scope.grids.slice(start, stop);
  const sliced = {
    ...scope,
    scenes: scope.scenes.slice(start, stop),
    ids: scope.ids.slice(start, stop),
    stacks: scope.stacks.slice(start, stop),
    grids,
  };
  return lattice instanceof GridMismatchError
    ? { ...sliced, ...joinScenes(grids) }
    : { ...sliced, lattice: { ...lattice, origins: lattice.origins.slice(start * 2, stop * 2) } };
}

/**
 * The part of a scope at labels.
 *
 * @throws SelectionError where nothing has them.
 */
export function sliceByLabels(all: Scope, { time, x, y }: Sel): Scope {
  const scope = time === undefined ? all : sliceByPositions(all, { time: timePositions(all, time) });
  const positions: Isel = {};
  const box = geoBoxOf(scope);
  const centres = box === null ? null : pixelCentreAxes(box.transform, box.width, box.height);
  if (x !== undefined) positions.x = axisPositions("x", x, centres?.x);
  if (y !== undefined) positions.y = axisPositions("y", y, centres?.y);
  return sliceByPositions(scope, positions);
}

function timePositions({ warehouse, scenes }: Scope, wanted: NonNullable<Sel["time"]>): IndexRange {
  const [start, end] = parseTimeRange(
    typeof wanted === "string" ? wanted : [wanted.start ?? "..", wanted.stop ?? ".."],
  );
  const times = Array.from(scenes, (row) => warehouse.scenes.time[row] ?? 0);
  const first = times.findIndex((time) => time >= start);
  const last = times.findLastIndex((time) => time <= end);
  if (first < 0 || last < first) {
    throw new SelectionError(`no scene in ${typeof wanted === "string" ? wanted : `${wanted.start}/${wanted.stop}`}`, {
      details: { first: iso(times[0]), last: iso(times[times.length - 1]), scenes: times.length },
    });
  }
  return { start: first, stop: last + 1 };
}

function iso(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

function axisPositions(
  dim: string,
  { start, stop }: LabelSlice<number>,
  centres: Float64Array | undefined,
): IndexRange {
  if (centres === undefined) {
    throw new SelectionError(`there are no ${dim} labels: the grid is rotated, without georeference, or not one grid`, {
      details: { dimension: dim },
    });
  }
  const low = Math.min(start ?? Number.NEGATIVE_INFINITY, stop ?? Number.POSITIVE_INFINITY);
  const high = Math.max(start ?? Number.NEGATIVE_INFINITY, stop ?? Number.POSITIVE_INFINITY);
  const inside = (centre: number) => centre >= low && centre <= high;
  const first = centres.findIndex(inside);
  if (first < 0) {
    throw new SelectionError(`no pixel centre with ${dim} from ${low} to ${high}`, {
      details: { dimension: dim, first: centres[0] ?? null, last: centres[centres.length - 1] ?? null },
    });
  }
  return { start: first, stop: centres.findLastIndex(inside) + 1 };
}
