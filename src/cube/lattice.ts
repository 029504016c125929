import { GridMismatchError } from "../errors.js";
import { type Affine, applyAffine, invertAffine, translateAffine } from "../geo/affine.js";
import { type Crs, crsText } from "../geo/crs.js";
import type { GeoBox } from "../geo/geo-box.js";
import type { Projection } from "../geo/projection.js";

/** Part of a pixel by which two grids may be out of step and still count as one: rounding in headers, not a shift. */
const PHASE_TOLERANCE = 1e-3;

/** Relative difference of two pixel sizes that is rounding: over 100,000 pixels it adds up to a hundredth of one. */
const SIZE_TOLERANCE = 1e-7;

/** Where pixels lie. */
export interface Grid {
  crs: Crs | null;
  transform: Affine | null;
}

/** The grid of one scene. */
export interface SceneGrid extends Grid {
  width: number;
  height: number;
}

/** One grid of pixels that holds every scene, and where each scene's first pixel lies in it. */
export interface Lattice {
  /** CRS null: pixels without georeference. */
  crs: Crs | null;
  transform: Affine | null;
  width: number;
  height: number;
  /** Row and column of each scene's first pixel, two numbers a scene. */
  origins: Int32Array;
  /** To and from degrees; null where the CRS is unknown, or none that can be projected. */
  projection: Projection | null;
}

/**
 * The lattice of scenes that share CRS, pixel size and phase: extents may differ, pixels must coincide.
 *
 * @returns A GridMismatchError, not thrown, where they do not: metadata can still be looked at.
 */
export function joinGrids(
  grids: readonly SceneGrid[],
  projections: ReadonlyMap<string, Projection> = new Map(),
): Lattice | GridMismatchError {
  const [first] = grids;
  const nowhere = { crs: null, transform: null, projection: null };
  if (first === undefined) return { ...nowhere, width: 0, height: 0, origins: new Int32Array(0) };
  const origins = new Int32Array(grids.length * 2);
  let [top, left, bottom, right] = [0, 0, first.height, first.width];
  let [previous, row, col]: [SceneGrid, number, number] = [first, 0, 0];
  for (const [i, grid] of grids.entries()) {
    if (grid.transform !== previous.transform || grid.crs !== previous.crs) {
      const offset = gridOffset(first, grid);
      if (offset === null) return mismatch(first, grid);
      [row, col] = offset;
    }
    previous = grid;
    origins.set([row, col], i * 2);
    [top, left] = [Math.min(top, row), Math.min(left, col)];
    [bottom, right] = [Math.max(bottom, row + grid.height), Math.max(right, col + grid.width)];
  }
  for (let i = 0; i < grids.length; i++) {
    origins[i * 2] = (origins[i * 2] ?? 0) - top;
    origins[i * 2 + 1] = (origins[i * 2 + 1] ?? 0) - left;
  }
  const transform = first.transform && translateAffine(first.transform, left, top);
  const projection = (first.crs && projections.get(crsText(first.crs))) ?? null;
  return { crs: first.crs, transform, projection, width: right - left, height: bottom - top, origins };
}

/** Rows and columns from one grid's first pixel to another's; null where their pixels do not coincide. */
export function gridOffset(base: Grid, grid: Grid): [row: number, col: number] | null {
  if (base.transform === null || grid.transform === null) {
    return base.transform === grid.transform && base.crs === grid.crs ? [0, 0] : null;
  }
  if ((base.crs && crsText(base.crs)) !== (grid.crs && crsText(grid.crs))) return null;
  for (const i of [0, 1, 3, 4] as const) {
    const scale = Math.max(Math.abs(base.transform[0]), Math.abs(base.transform[1]));
    if (Math.abs(base.transform[i] - grid.transform[i]) > SIZE_TOLERANCE * scale) return null;
  }
  const [col, row] = applyAffine(invertAffine(base.transform), grid.transform[2], grid.transform[5]);
  const [wholeCol, wholeRow] = [Math.round(col), Math.round(row)];
  if (Math.abs(col - wholeCol) > PHASE_TOLERANCE || Math.abs(row - wholeRow) > PHASE_TOLERANCE) return null;
  return [wholeRow, wholeCol];
}

function mismatch(one: SceneGrid, other: SceneGrid): GridMismatchError {
  return new GridMismatchError(
    `the scenes lie on different grids: ${describe(one)} and ${describe(other)}. Narrow the selection to one grid ` +
      "(product, time, bounds), or ask for points: timeseries reads every grid. Resampling is not there yet",
    { details: { grids: [toJson(one), toJson(other)] } },
  );
}

function describe({ crs, transform, width, height }: SceneGrid): string {
  const place = crs === null ? "no CRS" : (crs.code ?? crs.name ?? "user-defined CRS");
  return `${place} ${width}×${height} [${transform?.join(", ") ?? "no transform"}]`;
}

function toJson({ crs, transform, width, height }: SceneGrid) {
  return { crs: crs && crsText(crs), transform: transform && [...transform], width, height };
}

/** The lattice as a GeoBox; null without georeference. */
export function latticeGeoBox({ crs, transform, width, height }: Lattice): GeoBox | null {
  return crs === null || transform === null ? null : { crs, transform, width, height };
}
