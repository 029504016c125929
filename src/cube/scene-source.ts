import { GridMismatchError, UnsupportedError } from "../errors.js";
import { crsText } from "../geo/crs.js";
import type { SceneLayer, SceneSource } from "../lazy/graph/node.js";
import { bytesPerSample } from "../ndarray/dtype.js";
import { gridOffset, type Lattice, type SceneGrid } from "./lattice.js";
import { latticeOf, placedStacks, type Scope, scenesOfStep, stepCount } from "./scope.js";

/** Where the pixels of a scene, by its place in the scope, lie on the lattice. */
type PlaceLayer = (place: number) => Pick<SceneLayer, "row" | "col" | "zoom">;

/** The scenes of a scope as the graph reads them: time steps of one scene or several, placed on the scope's lattice. */
export function sceneSource(scope: Scope): SceneSource {
  return sourceOf(scope, placedStacks(scope), scope.level, onLattice(scope));
}

function onLattice(scope: Scope): PlaceLayer {
  return (place) => {
    const { origins } = latticeOf(scope);
    return { row: origins[place * 2] ?? 0, col: origins[place * 2 + 1] ?? 0, zoom: null };
  };
}

/**
 * The same scenes for a band of flags, whose pixels need not be those of the lattice: each pixel of the lattice shows the one
 * that its centre lies in. null where {@link sceneSource} reads it as well: the band lies on the lattice, or there is none,
 * and scenes of all products are meant.
 *
 * @param products scenes of others show nothing; null for all

 * @throws GridMismatchError, once layers are asked for, where a scene's pixels have another CRS or are turned.
 */
export function flagsSource(scope: Scope, band: string, products: readonly string[] | null): SceneSource | null {
  const { warehouse, stacks, level, asideLevel, lattice } = scope;
  const isMeant = (index: number) => products === null || products.includes(warehouse.stack(index).productId);
  const used = [...new Set(stacks)].filter(isMeant);
  const holding = used.filter((index) => warehouse.stack(index).bands.includes(band));
  const placed = placedStacks(scope);
  if (lattice instanceof GridMismatchError || holding.every((index) => placed.has(index))) {
    return products === null
      ? null
      : sourceOf(scope, new Set(used.filter((index) => placed.has(index))), level, onLattice(scope));
  }
  if (level !== asideLevel && holding.some((index) => placed.has(index))) {
    throw new UnsupportedError(
      `band ${band} has pixels of several sizes, which are not read at an overview: open the dataset at full resolution`,
      { details: { band, level } },
    );
  }
  const zooms = new Map<SceneGrid, Pick<SceneLayer, "row" | "col" | "zoom">>();
  const placeLayer = (place: number) => {
    const grid = scope.grids[place] as SceneGrid;
    const known = zooms.get(grid) ?? zoomOf(lattice, grid, band);
    zooms.set(grid, known);
    return known;
  };
  return sourceOf(scope, new Set(holding), asideLevel, placeLayer);
}

function sourceOf(scope: Scope, shown: ReadonlySet<number>, level: number, placeLayer: PlaceLayer): SceneSource {
  const { warehouse, scenes, stacks, grids } = scope;
  const used = [...shown].map((index) => warehouse.stack(index));
  const layerOf = (place: number): SceneLayer => {
    const scene = scenes[place] ?? 0;
    const { width = 0, height = 0 } = grids[place] ?? {};
    const slot = warehouse.scenes.slot[scene] ?? 0;
    return { stack: stacks[place] ?? 0, slot, scene, width, height, ...placeLayer(place) };
  };
  return {
    warehouse,
    stacks: used,
    length: stepCount(scope),
    layersOf: (step) => {
      const { start, stop } = scenesOfStep(scope, step);
      const places = Array.from({ length: stop - start }, (_, i) => start + i);
      return places.filter((place) => shown.has(stacks[place] ?? 0)).map(layerOf);
    },
    level,
    sampleBytes: Math.max(
      1,
      ...used.map(({ dtype, kind, masks }) => heldBytes(dtype, kind === "free" || masks.length > 0)),
    ),
  };
}

/** Where a grid lies on a lattice of other pixels: its corner in pixels of the lattice, and how many of its own make one. */
function zoomOf(lattice: Lattice, grid: SceneGrid, band: string): Pick<SceneLayer, "row" | "col" | "zoom"> {
  const offset = gridOffset(lattice, grid);
  if (offset !== null) return { row: offset[0], col: offset[1], zoom: null };
  const [own, base] = [grid.transform, lattice.transform];
  const isSameCrs = grid.crs !== null && lattice.crs !== null && crsText(grid.crs) === crsText(lattice.crs);
  const isUpright = own !== null && base !== null && [own[1], own[3], base[1], base[3]].every((turn) => turn === 0);
  if (isSameCrs && isUpright && own[0] * base[0] > 0 && own[4] * base[4] > 0) {
    return {
      row: snapped((own[5] - base[5]) / base[4]) - TIE,
      col: snapped((own[2] - base[2]) / base[0]) - TIE,
      zoom: [simple(base[4] / own[4]), simple(base[0] / own[0])],
    };
  }
  throw new GridMismatchError(
    `the flags in band ${band} lie in another CRS than the pixels they are for, or on a turned grid; ask for points, which ` +
      "timeseries reads in every grid, or bring the files to one CRS",
    { details: { band, crs: grid.crs && crsText(grid.crs) } },
  );
}

/** Rounding of headers: a corner this close to one of a pixel is on it, a ratio this close to a whole one is that. */
const SNAP = 1e-6;

/** A centre that lies on the edge of two pixels is of the one right of it or below, as GDAL has it, whatever rounding leaves. */
const TIE = 1e-9;

function snapped(value: number): number {
  return Math.abs(value - Math.round(value)) < SNAP ? Math.round(value) : value;
}

/** A ratio of pixel sizes: whole numbers and their inverses exactly. */
function simple(ratio: number): number {
  if (ratio >= 1) return Math.abs(ratio - Math.round(ratio)) < SNAP * ratio ? Math.round(ratio) : ratio;
  return 1 / simple(1 / ratio);
}

/** Bytes of a sample in memory, with the status that lies beside it where not every pixel is covered. */
function heldBytes(dtype: Parameters<typeof bytesPerSample>[0], hasStatus: boolean): number {
  return (dtype === "float16" ? 4 : bytesPerSample(dtype)) + (hasStatus ? 1 : 0);
}
