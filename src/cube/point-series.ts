import { InvalidInputError, SelectionError } from "../errors.js";
import { crsText } from "../geo/crs.js";
import { type Pixel, pixelAt } from "../geo/geo-box.js";
import { openProjection } from "../geo/projection.js";
import { evaluate } from "../lazy/expression/evaluate.js";
import { bandsOf, type Expr } from "../lazy/expression/expr.js";
import { parseExpression } from "../lazy/expression/parse.js";
import { didYouMean } from "../lazy/expression/suggest.js";
import { type Destination, gather } from "../lazy/gather.js";
import { planWindows, type WantedWindow } from "../lazy/plan-windows.js";
import { createTypedArray, type TypedArray } from "../ndarray/dtype.js";
import { Status, type StatusName, statusName } from "../ndarray/status.js";
import type { Stack } from "../warehouse/stack.js";
import type { SceneGrid } from "./lattice.js";
import { bandsOfStacks, nodataOf, type Scope, unsupportedOption } from "./scope.js";

export interface PointSeriesOptions {
  /** Degrees, WGS 84. */
  lon: number;
  lat: number;
  /** Bands to read. Default all. */
  bands?: readonly string[];
  /** Band math in place of bands; the one column is then called `expr`. */
  expr?: string;
  /** Apply each file's scale and offset. Default: the file's own numbers. */
  scaled?: boolean;
  /** Not applied in this version, an UnsupportedError. */
  cloudMask?: boolean;
  /** `mark`: a value that cannot be read has status `failed`. Default `throw`. */
  onReadError?: "throw" | "mark";
  /** Decoding threads; 0 for none but this one. Default: one for each core where there is enough to do. */
  threads?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** One scene that covers the point. */
export interface PointRow {
  /** ISO 8601, UTC. */
  time: string;
  scene: string;
  /** Value of each band; null where `status` is not `valid`. */
  values: Record<string, number | null>;
  status: Record<string, StatusName>;
}

/** What was at a point, scene by scene. The same object is printed by `pixelquery timeseries --json`. */
export interface PointSeries {
  lon: number;
  lat: number;
  snapshot: string;
  bands: string[];
  /** Sorted by time. */
  rows: PointRow[];
}

/**
 * The pixel that holds a point, in every scene of a scope that covers it.
 *
 * Each scene's own CRS and transform find the pixel, exactly to its edge: the point's longitude and latitude are
 * projected, then the inverse transform is rounded down. Only the blocks that hold the point are read.
 */
export async function pointSeries(scope: Scope, options: PointSeriesOptions): Promise<PointSeries> {
  const { lon, lat } = options;
  if (!(Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) <= 90)) {
    throw new InvalidInputError(`longitude ${lon}, latitude ${lat}: no place on Earth`, { details: { lon, lat } });
  }
  if (options.cloudMask === true) unsupportedOption("cloudMask", "cloud masks are not applied");
  const known = scope.bands.length > 0 ? scope.bands : allBands(scope);
  const expr = options.expr === undefined ? null : parseExpression(options.expr, known);
  const bands = expr === null ? (options.bands ?? known) : bandsOf(expr);
  assertBands(scope, bands);
  const covering = await findPixels(scope, lon, lat);
  const read = await readPixels(scope, bands, covering, options);
  const columns = expr === null ? bands : ["expr"];
  const { data, status } = expr === null ? read : computeColumn(expr, bands, read, covering.length);
  const rows = covering.map(({ time }, i) =>
    toRow(scope, time, columns, (band) => i * columns.length + band, data, status),
  );
  return { lon, lat, snapshot: scope.warehouse.snapshot, bands: [...columns], rows };
}

/** A band that only scenes elsewhere have is no error: here it is uncovered. */
function assertBands(scope: Scope, bands: readonly string[]): void {
  const known = allBands(scope);
  const missing = bands.find((name) => !known.includes(name));
  if (missing === undefined || known.length === 0) return;
  throw new SelectionError(`no band "${missing}"${didYouMean(missing, known)}; there are ${known.join(", ")}`, {
    details: { band: missing, bands: known },
  });
}

/** Every band of the warehouse. */
function allBands({ warehouse }: Scope): string[] {
  return bandsOfStacks(warehouse.scenes.stacks.map((_, index) => warehouse.stack(index)));
}

/** A scene that covers the point, and the pixel that does. */
interface CoveringScene {
  /** Position in the scope. */
  time: number;
  window: WantedWindow;
}

async function findPixels(scope: Scope, lon: number, lat: number): Promise<CoveringScene[]> {
  const { warehouse, scenes, stacks, grids } = scope;
  const places = await placesIn(grids, lon, lat);
  const found: CoveringScene[] = [];
  // Scenes of one exact stack share one grid object, and so one answer.
  const pixels = new Map<SceneGrid, Pixel | null>();
  for (const [time, grid] of grids.entries()) {
    let pixel = pixels.get(grid);
    if (pixel === undefined) {
      pixel = pixelIn(grid, places);
      pixels.set(grid, pixel);
    }
    if (pixel === null) continue;
    const scene = scenes[time] ?? 0;
    const slot = warehouse.scenes.slot[scene] ?? 0;
    found.push({ time, window: { stack: stacks[time] ?? 0, slot, scene, level: 0, ...pixel, rows: 1, cols: 1 } });
  }
  return found;
}

/** The point in the units of every CRS, by its text. */
async function placesIn(grids: readonly SceneGrid[], lon: number, lat: number): Promise<Map<string, [number, number]>> {
  const places = new Map<string, [number, number]>();
  for (const crs of new Set(grids.map((grid) => grid.crs))) {
    if (crs !== null) places.set(crsText(crs), (await openProjection(crs)).forward(lon, lat));
  }
  return places;
}

function pixelIn(
  { crs, transform, width, height }: SceneGrid,
  places: ReadonlyMap<string, [number, number]>,
): Pixel | null {
  if (crs === null || transform === null) return null;
  const [x = Number.NaN, y = Number.NaN] = places.get(crsText(crs)) ?? [];
  return Number.isFinite(x) && Number.isFinite(y) ? pixelAt({ crs, transform, width, height }, x, y) : null;
}

/** Values `[scene, band]` in double precision, and the status of each. */
interface PixelColumns {
  data: Float64Array;
  status: Uint8Array;
}

async function readPixels(
  scope: Scope,
  bands: readonly string[],
  covering: readonly CoveringScene[],
  options: PointSeriesOptions,
): Promise<PixelColumns> {
  const { warehouse } = scope;
  const windows = covering.map(({ window }) => window);
  const plan = await planWindows(warehouse, bands, windows);
  const status = new Uint8Array(windows.length * bands.length).fill(Status.uncovered);
  const pixels = windows.map(({ stack }, i): { stack: Stack; to: Destination } => {
    const own = warehouse.stack(stack);
    const data = createTypedArray(own.dtype, bands.length);
    const to = { data, status: status.subarray(i * bands.length, (i + 1) * bands.length), start: 0 };
    return { stack: own, to: { ...to, planeStride: 1, rowStride: 1, nodata: nodataOf(own) } };
  });
  const { signal, threads, onReadError, onProgress } = options;
  await gather(plan, warehouse.sources, (target) => (pixels[target] as { to: Destination }).to, {
    signal,
    threads,
    onReadError,
    onProgress,
  });
  const data = new Float64Array(status.length);
  pixels.forEach(({ stack, to }, i) => {
    data.set(
      options.scaled === true ? applyScale(stack, bands, to.data) : Array.from(to.data as Uint8Array, Number),
      i * bands.length,
    );
  });
  return { data, status };
}

function applyScale(stack: Stack, bands: readonly string[], values: TypedArray): number[] {
  return bands.map((name, i) => {
    const place = stack.bands.indexOf(name);
    return Number(values[i]) * (stack.scale[place] ?? 1) + (stack.offset[place] ?? 0);
  });
}

function computeColumn(
  expr: Expr,
  bands: readonly string[],
  { data, status }: PixelColumns,
  rows: number,
): PixelColumns {
  const columns = new Map(
    bands.map((name, band) => {
      const pick = (_: unknown, row: number) => row * bands.length + band;
      const places = Array.from({ length: rows }, pick);
      return [
        name,
        {
          data: Float64Array.from(places, (at) => data[at] ?? 0),
          status: Uint8Array.from(places, (at) => status[at] ?? 0),
        },
      ];
    }),
  );
  const result = evaluate(expr, columns, rows, { dtype: "float64" });
  return { data: Float64Array.from(result.data), status: result.status };
}

function toRow(
  scope: Scope,
  time: number,
  columns: readonly string[],
  placeOf: (band: number) => number,
  data: Float64Array,
  status: Uint8Array,
): PointRow {
  const values: Record<string, number | null> = {};
  const reasons: Record<string, StatusName> = {};
  columns.forEach((name, band) => {
    const at = placeOf(band);
    const code = status[at] ?? Status.uncovered;
    values[name] = code === Status.valid ? (data[at] ?? null) : null;
    reasons[name] = statusName(code);
  });
  const timeMs = scope.warehouse.scenes.time[scope.scenes[time] ?? 0] ?? 0;
  return { time: new Date(timeMs).toISOString(), scene: scope.ids[time] ?? "", values, status: reasons };
}
