import { nodataOf } from "../../warehouse/nodata.js";
import type { Stack } from "../../warehouse/stack.js";
import type { Lowered } from "../graph/lower.js";
import type { FrameWindow, SceneLayer, SceneSource } from "../graph/node.js";
import type { ProgramSource } from "../graph/program.js";
import { planWindows, type WantedWindow } from "../plan-windows.js";
import type { BlockTask, PlannedLayer, SourcePlan } from "./block-task.js";

/** All that one block reads: which bytes of which files, for every step of every source. References are looked up, no more. */
export async function planTask({ program, sources }: Lowered, block: FrameWindow, used: UsedSteps): Promise<BlockTask> {
  const plans = sources.map((source, i) => {
    const described = program.sources[i] as ProgramSource;
    return planSource(source, described, block, used[i] ?? []);
  });
  return { block, sources: await Promise.all(plans) };
}

/** For each source the steps that are read, ascending. */
export type UsedSteps = readonly (readonly number[])[];

async function planSource(
  source: SceneSource,
  { bands, halo }: ProgramSource,
  block: FrameWindow,
  steps: readonly number[],
): Promise<SourcePlan> {
  const domain = {
    row: block.row - halo.rows,
    col: block.col - halo.cols,
    rows: block.rows + 2 * halo.rows,
    cols: block.cols + 2 * halo.cols,
  };
  const windows: WantedWindow[] = [];
  const layers: PlannedLayer[] = [];
  for (const step of steps) {
    for (const layer of source.layersOf(step)) {
      const stack = source.warehouse.stack(layer.stack);
      if (!bands.some(({ name }) => stack.bands.includes(name))) continue;
      const placed = placeLayer(layer, domain);
      if (placed === null) continue;
      const { stack: index, slot, scene } = layer;
      windows.push({ stack: index, slot, scene, level: source.level, ...placed.window });
      layers.push({ step, ...placed.place, ...meaningOf(stack, bands) });
    }
  }
  const names = bands.map(({ name }) => name);
  return { plan: await planWindows(source.warehouse, names, windows), layers };
}

/** The layer's own pixels that the domain shows, and where. */
function placeLayer(layer: SceneLayer, domain: FrameWindow) {
  if (layer.zoom !== null) return placeZoomed(layer, layer.zoom, domain);
  const row = Math.max(0, domain.row - layer.row);
  const col = Math.max(0, domain.col - layer.col);
  const rows = Math.min(layer.height, domain.row + domain.rows - layer.row) - row;
  const cols = Math.min(layer.width, domain.col + domain.cols - layer.col) - col;
  if (rows <= 0 || cols <= 0) return null;
  const place = { row: layer.row + row - domain.row, col: layer.col + col - domain.col, rows, cols, zoom: null };
  return { window: { row, col, rows, cols }, place };
}

function placeZoomed(layer: SceneLayer, [downs, acrosses]: readonly [number, number], domain: FrameWindow) {
  const down = nearest(domain.row - layer.row, domain.rows, downs, layer.height);
  const across = nearest(domain.col - layer.col, domain.cols, acrosses, layer.width);
  if (down === null || across === null) return null;
  const window = { row: down.first, col: across.first, rows: down.count, cols: across.count };
  const zoom = { rows: down.map, cols: across.map };
  return { window, place: { row: 0, col: 0, rows: domain.rows, cols: domain.cols, zoom } };
}

/** For each of `length` pixels from `start` the own pixel that holds its centre, counted from the first one that is used. */
function nearest(start: number, length: number, zoom: number, limit: number) {
  const own = Int32Array.from({ length }, (_, i) => {
    const at = Math.floor((start + i + 0.5) * zoom);
    return at >= 0 && at < limit ? at : -1;
  });
  const inside = own.filter((at) => at >= 0);
  const [first, last] = [inside[0], inside[inside.length - 1]];
  if (first === undefined || last === undefined) return null;
  return { first, count: last - first + 1, map: own.map((at) => (at < 0 ? -1 : at - first)) };
}

function meaningOf(stack: Stack, bands: ProgramSource["bands"]) {
  return {
    dtype: stack.dtype,
    nodata: nodataOf(stack),
    bands: bands.map(({ name, isScaled }) => {
      const at = stack.bands.indexOf(name);
      if (at < 0) return null;
      return isScaled ? { scale: stack.scale[at] ?? 1, offset: stack.offset[at] ?? 0 } : { scale: 1, offset: 0 };
    }),
  };
}
