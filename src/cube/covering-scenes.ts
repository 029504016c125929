import { crsText } from "../geo/crs.js";
import { type Pixel, pixelAt } from "../geo/geo-box.js";
import { openProjection } from "../geo/projection.js";
import type { WantedWindow } from "../lazy/plan-windows.js";
import type { SceneGrid } from "./lattice.js";
import { placedStacks, type Scope, sceneStarts } from "./scope.js";

/** A scene that covers the point, and the pixels that do: one in each stack that holds wanted bands. */
export interface CoveringScene {
  /** Its first row's position in the scope. */
  place: number;
  windows: WantedWindow[];
}

/** The scenes of a scope that cover a point, in its order; each scene's own CRS and transform find the pixels. */
export async function coveringScenes(
  scope: Scope,
  lon: number,
  lat: number,
  bands: readonly string[],
): Promise<CoveringScene[]> {
  const windowAt = createLookup(scope, await placesIn(scope.grids, lon, lat));
  const holdsAny = ({ stack }: WantedWindow) => scope.warehouse.stack(stack).bands.some((name) => bands.includes(name));
  const starts = sceneStarts(scope);
  const found: CoveringScene[] = [];
  for (const [scene, start] of starts.entries()) {
    const windows: WantedWindow[] = [];
    for (let place = start; place < (starts[scene + 1] ?? scope.scenes.length); place++) {
      const window = windowAt(place);
      if (window !== null) windows.push(window);
    }
    const holding = windows.filter(holdsAny);
    // A scene without any of the bands has one row nevertheless: it covers the point, they are uncovered.
    if (windows.length > 0) found.push({ place: start, windows: holding.length > 0 ? holding : windows.slice(0, 1) });
  }
  return found;
}

/** The pixel of each of a scope's rows that holds the point; null where it covers none. */
function createLookup(scope: Scope, places: ReadonlyMap<string, [number, number]>) {
  const { warehouse, scenes, stacks, grids } = scope;
  const placed = placedStacks(scope);
  // Scenes of one exact stack share one grid object, and so one answer.
  const pixels = new Map<SceneGrid, Pixel | null>();
  return (place: number): WantedWindow | null => {
    const grid = grids[place] as SceneGrid;
    let pixel = pixels.get(grid);
    if (pixel === undefined) {
      pixel = pixelIn(grid, places);
      pixels.set(grid, pixel);
    }
    if (pixel === null) return null;
    const [scene, stack] = [scenes[place] ?? 0, stacks[place] ?? 0];
    const slot = warehouse.scenes.slot[scene] ?? 0;
    const level = placed.has(stack) ? scope.level : scope.asideLevel;
    return { stack, slot, scene, level, ...pixel, rows: 1, cols: 1 };
  };
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
