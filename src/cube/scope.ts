import { GridMismatchError, SelectionError } from "../errors.js";
import { type Affine, pixelSize, translateAffine } from "../geo/affine.js";
import { crsText } from "../geo/crs.js";
import type { GeoBox } from "../geo/geo-box.js";
import { openProjection, type Projection } from "../geo/projection.js";
import { commonType, type DType } from "../ndarray/dtype.js";
import { readProduct } from "../warehouse/product.js";
import { slotSize, slotTransform } from "../warehouse/slots.js";
import type { Stack } from "../warehouse/stack.js";
import type { Warehouse } from "../warehouse/warehouse.js";
import { wholeScenes } from "../warehouse/whole-scenes.js";
import { joinGrids, type Lattice, latticeGeoBox, type SceneGrid } from "./lattice.js";
import type { IndexRange } from "./positions.js";

/** What a Dataset or DataArray is about: scenes in order of time, on one lattice, and the window of it. */
export interface Scope {
  readonly warehouse: Warehouse;
  /** Rows of the scene table, sorted by time; those of one scene, whose bands lie in several stacks, beside each other. */
  readonly scenes: Int32Array;
  /** First row of each time step, where several make one; null where each is a step of its own. */
  readonly stepStarts: Int32Array | null;
  /** Overview that is read: 0 is the full resolution. */
  readonly level: number;
  /** Scene id of each of those rows. */
  readonly ids: readonly string[];
  /** The stack of each of those rows, by its index in the scene table. */
  readonly stacks: Int32Array;
  /** The grid of each of those rows, at `level`; of one that has no place in the lattice at `asideLevel`. */
  readonly grids: readonly SceneGrid[];
  /** Bands that the lattice is for: rows of stacks that have none of them have no place in it. null: every row has one. */
  readonly latticeBands: readonly string[] | null;
  readonly asideLevel: number;
  /** Every band that a scene has, in the product's order. */
  readonly bands: readonly string[];
  /** Band of each common name that the products of the scenes give to one band only: `red` for `B4`. */
  readonly commonNames: ReadonlyMap<string, string>;
  /** How the scenes' CRSs are projected, by their text; without those that cannot be. */
  readonly projections: ReadonlyMap<string, Projection>;
  /** The error says why the scenes share no lattice; it is thrown when pixels are asked for. */
  readonly lattice: Lattice | GridMismatchError;
  /** Window of the lattice, in its pixels. */
  readonly rows: IndexRange;
  readonly cols: IndexRange;
}

/** Number of time steps. */
export function stepCount({ scenes, stepStarts }: Pick<Scope, "scenes" | "stepStarts">): number {
  return stepStarts?.length ?? scenes.length;
}

/** The rows of a time step, by their places in `Scope.scenes`. */
export function scenesOfStep({ scenes, stepStarts }: Pick<Scope, "scenes" | "stepStarts">, step: number): IndexRange {
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
 * The scope of some scenes of a warehouse: all their bands, the whole of their lattice. Rows of one scene are one step.
 *
 * @param level overview to read; scenes that do not have it are a SelectionError
 * @param latticeBands as {@link Scope} has it; rows that it sets aside are taken at full resolution
 */
export async function createScope(
  warehouse: Warehouse,
  scenes: Int32Array,
  level = 0,
  latticeBands: readonly string[] | null = null,
): Promise<Scope> {
  const allIds = await warehouse.ids();
  const { rows: sorted, starts } = wholeScenes(warehouse, scenes, allIds);
  const stacks = sorted.map((row) => warehouse.scenes.stack[row] ?? 0);
  const asideLevel = latticeBands === null ? level : 0;
  const levelOf = (stack: Stack) => (hasAny(stack, latticeBands) ? level : asideLevel);
  const grids = await gridsOf(warehouse, sorted, stacks, levelOf);
  const used = [...new Set(stacks)].map((stack) => warehouse.stack(stack));
  const isWhole = starts.length === sorted.length;
  const rows = {
    warehouse,
    scenes: sorted,
    stepStarts: isWhole ? null : starts,
    level,
    asideLevel,
    ids: Array.from(sorted, (row) => allIds[row] ?? ""),
    stacks,
    grids,
    bands: isWhole ? bandsOfStacks(used) : inProductOrder(warehouse, used),
    commonNames: commonNamesOf(warehouse, used),
    projections: await openProjections(grids),
    latticeBands,
  };
  return { ...rows, ...joinScenes(rows) };
}

function hasAny({ bands }: Stack, wanted: readonly string[] | null): boolean {
  return wanted === null || wanted.some((name) => bands.includes(name));
}

/** The stacks whose rows have a place in the lattice, by their indices in the scene table. */
export function placedStacks({
  warehouse,
  stacks,
  latticeBands,
}: Pick<Scope, "warehouse" | "stacks" | "latticeBands">): ReadonlySet<number> {
  return new Set([...new Set(stacks)].filter((index) => hasAny(warehouse.stack(index), latticeBands)));
}

/** The scope with a lattice for some bands, where all bands of its scenes share none. Nothing else changes. */
export function scopeForBands(scope: Scope, bands: readonly string[]): Scope {
  if (!(scope.lattice instanceof GridMismatchError) || bands.length === 0) return scope;
  const narrowed = { ...scope, latticeBands: bands };
  return { ...narrowed, ...joinScenes(narrowed) };
}

/** First row of each scene, by its place in `Scope.scenes`, whatever the time steps are. */
export function sceneStarts({ warehouse, ids, stacks }: Scope): number[] {
  const productOf = (place: number) => warehouse.stack(stacks[place] ?? 0).productId;
  return [...ids.keys()].filter(
    (place) => place === 0 || ids[place] !== ids[place - 1] || productOf(place) !== productOf(place - 1),
  );
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

/** The lattice of the rows that have a place in one, and the whole of it as window. */
export function joinScenes(
  scope: Pick<Scope, "warehouse" | "scenes" | "stepStarts" | "stacks" | "grids" | "projections" | "latticeBands">,
): Pick<Scope, "lattice" | "rows" | "cols"> {
  const { grids, stacks, projections } = scope;
  const placed = placedStacks(scope);
  const places = [...grids.keys()].filter((place) => placed.has(stacks[place] ?? 0));
  const joined = joinGrids(
    places.map((place) => grids[place] as SceneGrid),
    projections,
  );
  if (joined instanceof GridMismatchError) {
    const window = { rows: { start: 0, stop: 0 }, cols: { start: 0, stop: 0 } };
    return { lattice: mixedSizes(scope, placed) ?? joined, ...window };
  }
  const origins = new Int32Array(grids.length * 2);
  places.forEach((place, i) => {
    origins.set(joined.origins.subarray(i * 2, i * 2 + 2), place * 2);
  });
  const { height, width } = joined;
  return { lattice: { ...joined, origins }, rows: { start: 0, stop: height }, cols: { start: 0, stop: width } };
}

/** What to say where bands of one scene have pixels of different sizes; null where none has. */
function mixedSizes(
  scope: Pick<Scope, "warehouse" | "scenes" | "stepStarts" | "stacks" | "grids">,
  placed: ReadonlySet<number>,
): GridMismatchError | null {
  const { warehouse, stacks, grids } = scope;
  for (let step = 0; step < stepCount(scope); step++) {
    const { start, stop } = scenesOfStep(scope, step);
    const bandsBySize = new Map<string, Set<string>>();
    for (let place = start; place < stop; place++) {
      const transform = grids[place]?.transform;
      if (transform == null || !placed.has(stacks[place] ?? 0)) continue;
      const size = String(Number(pixelSize(transform)[0].toPrecision(6)));
      const bands = bandsBySize.get(size) ?? new Set();
      for (const name of warehouse.stack(stacks[place] ?? 0).bands) bands.add(name);
      bandsBySize.set(size, bands);
    }
    if (bandsBySize.size < 2) continue;
    const resolutions = [...bandsBySize].map(([size, bands]) => ({ pixelSize: Number(size), bands: [...bands] }));
    resolutions.sort((a, b) => a.pixelSize - b.pixelSize);
    const list = resolutions.map(({ pixelSize: size, bands }) => `${bands.join(", ")} (${size})`).join("; ");
    return new GridMismatchError(
      `the bands have pixels of different sizes: ${list}. Select bands of one size, or ask for points: timeseries reads ` +
        "each band in its own pixels",
      { details: { resolutions } },
    );
  }
  return null;
}

async function gridsOf(
  warehouse: Warehouse,
  scenes: Int32Array,
  stacks: Int32Array,
  levelOf: (stack: Stack) => number,
): Promise<SceneGrid[]> {
  const gridOf = new Map<number, (slot: number) => SceneGrid>();
  for (const index of new Set(stacks)) {
    const stack = warehouse.stack(index);
    gridOf.set(index, await gridFinder(warehouse, stack, levelOf(stack)));
  }
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

/** Names of all bands, in the order of the one product that they are of; of several as their stacks have them. */
function inProductOrder({ session }: Warehouse, stacks: readonly Stack[]): string[] {
  const names = bandsOfStacks(stacks);
  const [productId = "", ...others] = new Set(stacks.map((stack) => stack.productId));
  if (others.length > 0) return names;
  const places = new Map(readProduct(session, productId)?.bands.map(({ name }, place) => [name, place]));
  return names.sort((a, b) => (places.get(a) ?? places.size) - (places.get(b) ?? places.size));
}

function commonNamesOf({ session }: Warehouse, stacks: readonly Stack[]): Map<string, string> {
  const bandsOf = new Map<string, Set<string>>();
  for (const productId of new Set(stacks.map((stack) => stack.productId))) {
    for (const { name, commonName } of readProduct(session, productId)?.bands ?? []) {
      if (commonName != null) bandsOf.set(commonName, (bandsOf.get(commonName) ?? new Set()).add(name));
    }
  }
  const names = new Set(bandsOfStacks(stacks));
  return new Map(
    [...bandsOf].flatMap(([common, [band = "", ...others]]) =>
      others.length === 0 && !names.has(common) ? [[common, band]] : [],
    ),
  );
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
  return commonType([...placedStacks(scope)].map((stack) => scope.warehouse.stack(stack).dtype));
}
