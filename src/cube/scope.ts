import { GridMismatchError, SelectionError } from "../errors.js";
import { type Affine, translateAffine } from "../geo/affine.js";
import { crsText } from "../geo/crs.js";
import type { GeoBox } from "../geo/geo-box.js";
import { openProjection, type Projection } from "../geo/projection.js";
import { commonType, type DType } from "../ndarray/dtype.js";
import { slotSize, slotTransform } from "../warehouse/slots.js";
import type { Stack } from "../warehouse/stack.js";
import type { Warehouse } from "../warehouse/warehouse.js";
import { joinGrids, type Lattice, latticeGeoBox, type SceneGrid } from "./lattice.js";
import type { IndexRange } from "./positions.js";

/** What a Dataset or DataArray is about: scenes in order of time, on one lattice, and the window of it. */
export interface Scope {
  readonly warehouse: Warehouse;
  /** Rows of the scene table, sorted by time. */
  readonly scenes: Int32Array;
  /** First scene of each time step, where several make one; null where each is a step of its own. */
  readonly stepStarts: Int32Array | null;
  /** Overview that is read: 0 is the full resolution. */
  readonly level: number;
  /** Ids of those scenes. */
  readonly ids: readonly string[];
  /** The stack of each of those scenes, by its index in the scene table. */
  readonly stacks: Int32Array;
  /** The grid of each of those scenes. */
  readonly grids: readonly SceneGrid[];
  /** Every band that a scene has, in the product's order. */
  readonly bands: readonly string[];
  /** How the scenes' CRSs are projected, by their text; without those that cannot be. */
  readonly projections: ReadonlyMap<string, Projection>;
  /** The error says why the scenes share no lattice; it is thrown when pixels are asked for. */
  readonly lattice: Lattice | GridMismatchError;
  /** Window of the lattice, in its pixels. */
  readonly rows: IndexRange;
  readonly cols: IndexRange;
}

/** Number of time steps. */
export function stepCount({ scenes, stepStarts }: Scope): number {
  return stepStarts?.length ?? scenes.length;
}

/** The scenes of a time step, by their places in `Scope.scenes`. */
export function scenesOfStep({ scenes, stepStarts }: Scope, step: number): IndexRange {
  if (stepStarts === null) return { start: step, stop: step + 1 };
  return { start: stepStarts[step] ?? 0, stop: stepStarts[step + 1] ?? scenes.length };
}

/** Acquisition time of each step, of its first scene where it has several: milliseconds since 1970-01-01 UTC. */
export function stepTimes(scope: Scope): Float64Array {
  const { warehouse, scenes } = scope;
  return Float64Array.from({ length: stepCount(scope) }, (_, step) => {
    return warehouse.scenes.time[scenes[scenesOfStep(scope, step).start] ?? 0] ?? Number.NaN;
  });
}

/**
 * The scope of some scenes of a warehouse: all their bands, the whole of their lattice.
 *
 * @param level overview to read; scenes that do not have it are a SelectionError
 */
export async function createScope(warehouse: Warehouse, scenes: Int32Array, level = 0): Promise<Scope> {
  const stacks = scenes.map((row) => warehouse.scenes.stack[row] ?? 0);
  const allIds = await warehouse.ids();
  const grids = await gridsOf(warehouse, scenes, stacks, level);
  const projections = await openProjections(grids);
  return {
    warehouse,
    scenes,
    stepStarts: null,
    level,
    ids: Array.from(scenes, (row) => allIds[row] ?? ""),
    stacks,
    grids,
    bands: bandsOfStacks([...new Set(stacks)].map((stack) => warehouse.stack(stack))),
    projections,
    ...joinScenes(grids, projections),
  };
}

async function openProjections(grids: readonly SceneGrid[]): Promise<Map<string, Projection>> {
  const projections = new Map<string, Projection>();
  for (const crs of new Set(grids.map((grid) => grid.crs))) {
    // One that cannot be projected can be read all the same: whoever needs degrees hears of it.
    const projection = crs && (await openProjection(crs).catch(() => null));
    if (crs !== null && projection !== null) projections.set(crsText(crs), projection);
  }
  return projections;
}

/** The lattice of scenes, and the whole of it as window. */
export function joinScenes(
  grids: readonly SceneGrid[],
  projections: ReadonlyMap<string, Projection>,
): Pick<Scope, "lattice" | "rows" | "cols"> {
  const lattice = joinGrids(grids, projections);
  const [height, width] = lattice instanceof GridMismatchError ? [0, 0] : [lattice.height, lattice.width];
  return { lattice, rows: { start: 0, stop: height }, cols: { start: 0, stop: width } };
}

async function gridsOf(
  warehouse: Warehouse,
  scenes: Int32Array,
  stacks: Int32Array,
  level: number,
): Promise<SceneGrid[]> {
  const gridOf = new Map<number, (slot: number) => SceneGrid>();
  for (const index of new Set(stacks)) gridOf.set(index, await gridFinder(warehouse, warehouse.stack(index), level));
  return Array.from(scenes, (row, i) => {
    const find = gridOf.get(stacks[i] ?? 0) as (slot: number) => SceneGrid;
    return find(warehouse.scenes.slot[row] ?? 0);
  });
}

/** The grid of each slot of a stack at a level: one and the same object where they share it. */
async function gridFinder(warehouse: Warehouse, stack: Stack, level: number): Promise<(slot: number) => SceneGrid> {
  const { crs, transform, levels } = stack;
  const own = levels[level];
  if (own === undefined) {
    throw new SelectionError(`${stack.path}: has ${levels.length - 1} overviews, so there is no level ${level}`, {
      details: { stack: stack.path, level, levels: levels.length },
    });
  }
  if (stack.kind === "exact") {
    const full = levels[0] as Stack["levels"][number];
    const grid = { crs, transform: transform && coarser(transform, full, own), width: own.width, height: own.height };
    return () => grid;
  }
  const grids = await warehouse.slotGrids(stack);
  return (slot) => {
    const size = slotSize(grids, levels.length, slot, level);
    const found = slotTransform(grids, slot);
    return { crs, transform: found && coarser(found, slotSize(grids, levels.length, slot, 0), size), ...size };
  };
}

type Size = { readonly width: number; readonly height: number };

/** The transform of fewer pixels over the same ground. */
function coarser([a, b, c, d, e, f]: Affine, from: Size, to: Size): Affine {
  if (from.width === to.width && from.height === to.height) return [a, b, c, d, e, f];
  const [across, down] = [from.width / to.width, from.height / to.height];
  return [a * across, b * down, c, d * across, e * down, f];
}

/** Names of all bands, those of the first stack first. */
export function bandsOfStacks(stacks: readonly Stack[]): string[] {
  return [...new Set(stacks.flatMap((stack) => [...stack.bands]))];
}

/**
 * The lattice that the scope's scenes share.
 *
 * @throws GridMismatchError naming both grids where they share none.
 */
export function latticeOf(scope: Scope): Lattice {
  if (scope.lattice instanceof GridMismatchError) throw scope.lattice;
  return scope.lattice;
}

/** The scope's window as a GeoBox; null without georeference or without a shared lattice. */
export function geoBoxOf(scope: Scope): GeoBox | null {
  if (scope.lattice instanceof GridMismatchError) return null;
  const box = latticeGeoBox(scope.lattice);
  if (box === null) return null;
  const { start: col, stop: colStop } = scope.cols;
  const { start: row, stop: rowStop } = scope.rows;
  const transform = translateAffine(box.transform, col, row);
  return { crs: box.crs, transform, width: colStop - col, height: rowStop - row };
}

/** The type that holds every scene's samples without loss; 64-bit integers only where all scenes have them. */
export function commonDType(scope: Scope): DType {
  return commonType([...new Set(scope.stacks)].map((stack) => scope.warehouse.stack(stack).dtype));
}
