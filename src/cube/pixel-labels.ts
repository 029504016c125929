import { InvalidInputError, SelectionError } from "../errors.js";
import { applyAffine, invertAffine } from "../geo/affine.js";
import { pixelCentreAxes } from "../geo/geo-box.js";
import type { FrameWindow } from "../lazy/graph/node.js";
import { frameOf, geoBoxOfArray, type LazyArray } from "./lazy-array.js";
import type { IndexRange } from "./positions.js";

/** A slice by labels, both ends included; an absent end is open. */
export interface LabelSlice<T> {
  start?: T;
  stop?: T;
}

/** West, south, east, north in degrees. */
export type LonLatBox = readonly [west: number, south: number, east: number, north: number];

/** Pixels of a frame: what an array, or a Dataset, shows. */
export type FramePixels = Pick<LazyArray, "frame" | "window">;

/**
 * The rows or columns that labels select: all whose centres lie in a slice, or with `nearest` the one that holds a value.
 *
 * @throws SelectionError where there are none, or the grid has no labels.
 */
export function pixelPositions(
  pixels: FramePixels,
  dimension: "y" | "x",
  wanted: LabelSlice<number> | number,
  { method }: { method?: string | undefined },
): number | IndexRange {
  const box = geoBoxOfArray(pixels);
  const centres = (box === null ? null : pixelCentreAxes(box.transform, box.width, box.height))?.[dimension];
  if (centres === undefined) {
    throw new SelectionError(
      `there are no ${dimension} labels: the grid is rotated, without georeference, or not one grid`,
      { details: { dimension } },
    );
  }
  if (typeof wanted === "number") return nearestPosition(dimension, wanted, centres, method);
  const { start = Number.NEGATIVE_INFINITY, stop = Number.POSITIVE_INFINITY } = wanted;
  const [low, high] = start <= stop ? [start, stop] : [stop, start];
  const inside = (centre: number) => centre >= low && centre <= high;
  const first = centres.findIndex(inside);
  if (first >= 0) return { start: first, stop: centres.findLastIndex(inside) + 1 };
  throw new SelectionError(`no pixel centre with ${dimension} from ${low} to ${high}`, {
    details: { dimension, first: centres[0] ?? null, last: centres[centres.length - 1] ?? null },
  });
}

/**
 * The position of the pixel centre that is a value, or with `nearest` the closest to it.
 *
 * @throws SelectionError where none is, or the value lies outside the pixels.
 */
function nearestPosition(dimension: string, value: number, centres: Float64Array, method: string | undefined): number {
  if (method !== undefined && method !== "nearest") {
    throw new InvalidInputError(`sel: method "${method}" is for times; ${dimension} takes "nearest"`, {
      details: { method },
    });
  }
  const distances = centres.map((centre) => Math.abs(centre - value));
  const closest = distances.indexOf(distances.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY));
  const step = Math.abs((centres[1] ?? 0) - (centres[0] ?? 0));
  const limit = method === "nearest" ? step / 2 : 0;
  if (closest >= 0 && (distances[closest] ?? 0) <= limit) return closest;
  const advice = method === undefined ? '; method: "nearest" takes the pixel that holds it' : "";
  throw new SelectionError(
    `no pixel centre with ${dimension} ${value}: there are ${centres[0]} to ${centres[centres.length - 1]}${advice}`,
    { details: { dimension, value, first: centres[0] ?? null, last: centres[centres.length - 1] ?? null } },
  );
}

/** Places a side at which a box is projected: edges straight in degrees bend in the CRS. */
const PLACES_PER_SIDE = 32;

/**
 * The smallest window with every pixel whose centre lies in a box of degrees.
 *
 * @throws SelectionError where there are none, or the grid has no place on Earth.
 */
export function windowByLonLat(
  pixels: FramePixels,
  [west, south, east, north]: readonly [number, number, number, number],
): FrameWindow {
  if (![west, south, east, north].every(Number.isFinite) || south > north) {
    throw new InvalidInputError(
      `bounds ${west}, ${south}, ${east}, ${north}: give west, south, east, north, south ≤ north`,
    );
  }
  const { transform, projection } = frameOf(pixels);
  if (transform === null || projection === null) {
    throw new SelectionError("bounds in degrees cannot be found here: the pixels have no CRS that can be projected");
  }
  const inverse = invertAffine(transform);
  let [top, left, bottom, right] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  const width = east < west ? east + 360 - west : east - west;
  for (let side = 0; side <= PLACES_PER_SIDE; side++) {
    const part = side / PLACES_PER_SIDE;
    const [lon, lat] = [west + part * width, south + part * (north - south)];
    for (const [x, y] of [
      projection.forward(lon, south),
      projection.forward(lon, north),
      projection.forward(west, lat),
      projection.forward(west + width, lat),
    ]) {
      const [col, row] = applyAffine(inverse, x, y);
      if (!Number.isFinite(col) || !Number.isFinite(row)) continue;
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      [left, right] = [Math.min(left, col), Math.max(right, col)];
    }
  }
  const { window } = pixels;
  const row = Math.max(window.row, Math.ceil(top - 0.5));
  const col = Math.max(window.col, Math.ceil(left - 0.5));
  const rows = Math.min(window.row + window.rows, Math.floor(bottom - 0.5) + 1) - row;
  const cols = Math.min(window.col + window.cols, Math.floor(right - 0.5) + 1) - col;
  if (rows > 0 && cols > 0) return { row, col, rows, cols };
  throw new SelectionError(`no pixel centre in the box ${west}, ${south}, ${east}, ${north}`, {
    details: { bounds: [west, south, east, north] },
  });
}
