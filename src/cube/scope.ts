import { GridMismatchError, UnsupportedError } from "../errors.js";
import { translateAffine } from "../geo/affine.js";
import type { GeoBox } from "../geo/geo-box.js";
import type { DType } from "../ndarray/dtype.js";
import { slotSize, slotTransform } from "../warehouse/slots.js";
import type { Stack } from "../warehouse/stack.js";
import type { Warehouse } from "../warehouse/warehouse.js";
import { joinGrids, type Lattice, latticeGeoBox, type SceneGrid } from "./lattice.js";

/** A half-open range of positions along a dimension. */
export interface IndexRange {
  start: number;
  stop: number;
}

/** What a Dataset or DataArray is about: scenes in order of time, on one lattice, and the window of it. */
export interface Scope {
  readonly warehouse: Warehouse;
  /** Rows of the scene table, sorted by time. */
  readonly scenes: Int32Array;
  /** Ids of those scenes. */
  readonly ids: readonly string[];
  /** The stack of each of those scenes, by its index in the scene table. */
  readonly stacks: Int32Array;
  /** The grid of each of those scenes. */
  readonly grids: readonly SceneGrid[];
  /** Every band that a scene has, in the product's order. */
  readonly bands: readonly string[];
  /** The error says why the scenes share no lattice; it is thrown when pixels are asked for. */
  readonly lattice: Lattice | GridMismatchError;
  /** Window of the lattice, in its pixels. */
  readonly rows: IndexRange;
  readonly cols: IndexRange;
}

/** The scope of some scenes of a warehouse: all their bands, the whole of their lattice. */
export async function createScope(warehouse: Warehouse, scenes: Int32Array): Promise<Scope> {
  const stacks = scenes.map((row) => warehouse.scenes.stack[row] ?? 0);
  const allIds = await warehouse.ids();
  const grids = await gridsOf(warehouse, scenes, stacks);
  return {
    warehouse,
    scenes,
    ids: Array.from(scenes, (row) => allIds[row] ?? ""),
    stacks,
    grids,
    bands: bandsOfStacks([...new Set(stacks)].map((stack) => warehouse.stack(stack))),
    ...joinScenes(grids),
  };
}

/** The lattice of scenes, and the whole of it as window. */
export function joinScenes(grids: readonly SceneGrid[]): Pick<Scope, "lattice" | "rows" | "cols"> {
  const lattice = joinGrids(grids);
  const [height, width] = lattice instanceof GridMismatchError ? [0, 0] : [lattice.height, lattice.width];
  return { lattice, rows: { start: 0, stop: height }, cols: { start: 0, stop: width } };
}

async function gridsOf(warehouse: Warehouse, scenes: Int32Array, stacks: Int32Array): Promise<SceneGrid[]> {
  const gridOf = new Map<number, (slot: number) => SceneGrid>();
  for (const index of new Set(stacks)) gridOf.set(index, await gridFinder(warehouse, warehouse.stack(index)));
  return Array.from(scenes, (row, i) => {
    const find = gridOf.get(stacks[i] ?? 0) as (slot: number) => SceneGrid;
    return find(warehouse.scenes.slot[row] ?? 0);
  });
}

/** The grid of each slot of a stack: one and the same object where they share it. */
async function gridFinder(warehouse: Warehouse, stack: Stack): Promise<(slot: number) => SceneGrid> {
  const { crs, transform, levels } = stack;
  if (stack.kind === "exact") {
    const grid = { crs, transform, width: levels[0]?.width ?? 0, height: levels[0]?.height ?? 0 };
    return () => grid;
  }
  const grids = await warehouse.slotGrids(stack);
  return (slot) => ({ crs, transform: slotTransform(grids, slot), ...slotSize(grids, levels.length, slot, 0) });
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
  const dtypes = new Set([...new Set(scope.stacks)].map((stack) => scope.warehouse.stack(stack).dtype));
  const [only = "uint8"] = dtypes;
  if (dtypes.size <= 1) return only;
  const fits32 = [...dtypes].every((dtype) => /^(u?int(8|16)|float(16|32))$/.test(dtype));
  return fits32 ? "float32" : "float64";
}

/**
 * The value that stands for "missing" in the scenes of a stack, as their type holds it; null where there is none, or NaN.
 */
export function nodataOf(stack: Stack): number | bigint | null {
  if (stack.nodata === null || stack.nodata === "nan") return null;
  if (stack.dtype === "int64" || stack.dtype === "uint64") {
    const text = String(stack.nodata);
    return /^-?\d+$/.test(text) ? BigInt(text) : null;
  }
  const value = Number(stack.nodata);
  return stack.dtype === "float32" || stack.dtype === "float16" ? Math.fround(value) : value;
}

/** @throws UnsupportedError always: what an option says that a later version brings. */
export function unsupportedOption(option: string, what: string): never {
  throw new UnsupportedError(`${option}: ${what} in this version`, { details: { option } });
}
