import { BlockCache } from "../lazy/block-cache.js";
import { type Destination, type GatherOptions, gather } from "../lazy/gather.js";
import { planWindows, type WantedWindow } from "../lazy/plan-windows.js";
import type { ReadPlan } from "../lazy/read-plan.js";
import { createTypedArray, isFloat, type TypedArray } from "../ndarray/dtype.js";
import { Status } from "../ndarray/status.js";
import { commonDType, type IndexRange, latticeOf, nodataOf, type Scope } from "./scope.js";

/** Pixels of some time steps: `[time, band, row, col]` in C order, and the status of each. */
export interface CubeWindow {
  data: TypedArray;
  status: Uint8Array;
}

/** Decoded blocks shared by all questions of this process. */
const cache = new BlockCache();

/** The plan that fills the scope's window at the given time steps with the named bands. Nothing of a source is read. */
export async function planScope(scope: Scope, bands: readonly string[], times: IndexRange): Promise<ScopePlan> {
  const lattice = latticeOf(scope);
  const windows: WantedWindow[] = [];
  const places: WindowPlace[] = [];
  for (let time = times.start; time < times.stop; time++) {
    const { width = 0, height = 0 } = scope.grids[time] ?? {};
    const [top = 0, left = 0] = lattice.origins.subarray(time * 2, time * 2 + 2);
    const row = Math.max(0, scope.rows.start - top);
    const col = Math.max(0, scope.cols.start - left);
    const rows = Math.min(height, scope.rows.stop - top) - row;
    const cols = Math.min(width, scope.cols.stop - left) - col;
    if (rows <= 0 || cols <= 0) continue;
    const scene = scope.scenes[time] ?? 0;
    const slot = scope.warehouse.scenes.slot[scene] ?? 0;
    windows.push({ stack: scope.stacks[time] ?? 0, slot, scene, level: 0, row, col, rows, cols });
    places.push({ time, row: top + row - scope.rows.start, col: left + col - scope.cols.start });
  }
  return { plan: await planWindows(scope.warehouse, bands, windows), places };
}

/** A plan, and where each of its targets lies in the scope's window. */
export interface ScopePlan {
  plan: ReadPlan;
  places: readonly WindowPlace[];
}

interface WindowPlace {
  time: number;
  row: number;
  col: number;
}

/** Read the scope's window at the given time steps: the named bands, in the scenes' own type. */
export async function readScope(
  scope: Scope,
  bands: readonly string[],
  times: IndexRange,
  options: GatherOptions,
): Promise<CubeWindow> {
  const { plan, places } = await planScope(scope, bands, times);
  const [height, width] = [scope.rows.stop - scope.rows.start, scope.cols.stop - scope.cols.start];
  const plane = height * width;
  const length = (times.stop - times.start) * bands.length * plane;
  const dtype = commonDType(scope);
  const data = createTypedArray(dtype, length);
  fillMissing(scope, data);
  const status = new Uint8Array(length).fill(Status.uncovered);
  const destinations = places.map(({ time, row, col }): Destination => {
    const start = (time - times.start) * bands.length * plane + row * width + col;
    const nodata = nodataOf(scope.warehouse.stack(scope.stacks[time] ?? 0));
    return { data, status, start, planeStride: plane, rowStride: width, nodata };
  });
  const into = (target: number) => destinations[target] as Destination;
  await gather(plan, scope.warehouse.sources, into, { cache, ...options });
  return { data, status };
}

/** What a pixel without a value holds: NaN, or an integer band's own nodata value, or zero. */
function fillMissing(scope: Scope, data: TypedArray): void {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    data.fill(Number.NaN);
    return;
  }
  const stack = scope.stacks[0] === undefined ? null : scope.warehouse.stack(scope.stacks[0]);
  const fill = stack === null || isFloat(stack.dtype) ? null : nodataOf(stack);
  if (fill !== null) data.fill(fill as never);
}
