import { InvalidInputError } from "../errors.js";
import { parseCrs } from "../geo/crs.js";
import { lonLatBounds } from "../geo/lonlat-bounds.js";
import { openProjection } from "../geo/projection.js";
import { selectScenes } from "../warehouse/select-scenes.js";
import { openWarehouse, type Warehouse } from "../warehouse/warehouse.js";
import { type CloudMask, cloudRules } from "./cloud-rules.js";
import { Dataset } from "./dataset.js";
import { chooseLevel } from "./overview-level.js";
import { createScope, type Scope, scopeForBands } from "./scope.js";
import { groupBySolarDay } from "./solar-day.js";
import { parseTimeRange } from "./time-range.js";

/** Four edges of a box: west, south, east, north, or xmin, ymin, xmax, ymax. */
export type Bounds = readonly [west: number, south: number, east: number, north: number];

export interface OpenDatasetOptions {
  /** First and last acquisition time, both inclusive, or one text `START/END`; a date or month stands for all of it. */
  timeRange?: string | readonly [start: string, end: string];
  /** Scenes that touch this box; degrees unless `boundsCrs` says else. Pixels are not cropped to it: use `sel`. */
  bounds?: Bounds;
  /** CRS of `bounds`, as `EPSG:32652`. */
  boundsCrs?: string;
  /** Bands to keep, in this order. Default all. */
  bands?: readonly string[];
  productId?: string;
  /** Take pixels away that rules call cloudy; true for the rules that the warehouse keeps of the scenes' products. */
  cloudMask?: CloudMask;
  /** Apply the files' scale and offset, scene by scene. Default: the files' own numbers. */
  scaled?: boolean;
  /** `solar_day`: scenes of one day, by the sun at their place, become one time step; the first valid pixel wins. */
  groupby?: "solar_day";
  /** Size of a pixel that is fine enough, in units of the CRS: the coarsest overview not above it is read. */
  resolution?: number;
  /** Pixels of a scene's grid that are enough: the finest overview with no more of them is read, else the coarsest. */
  maxPixels?: number;
  /** Snapshot id, tag, branch or ISO time. Default: the newest snapshot. */
  at?: string;
}

/**
 * A warehouse, or part of it, as a labelled cube. Only metadata is read; the snapshot is pinned.
 *
 * @throws NotFoundError where there is no such warehouse, snapshot or product.
 * @throws SelectionError for a band that no scene has.
 *
 * @example
 * const ds = await openDataset("./warehouse", { timeRange: ["2024-01", "2024-06"], bands: ["red", "nir"] });
 */
export async function openDataset(location: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  const warehouse = await openWarehouse(location, { at: options.at });
  return datasetOf(await scopeOf(warehouse, options), options);
}

/** The scope that the options of {@link openDataset} describe. */
export async function scopeOf(warehouse: Warehouse, options: OpenDatasetOptions): Promise<Scope> {
  const scenes = selectScenes(warehouse, {
    productId: options.productId,
    timeMs: options.timeRange === undefined ? undefined : parseTimeRange(options.timeRange),
    bbox: options.bounds === undefined ? undefined : await toDegrees(options.bounds, options.boundsCrs),
  });
  const full = scopeForBands(await createScope(warehouse, scenes), options.bands ?? []);
  const level = chooseLevel(full, options);
  const scope = level === 0 ? full : await createScope(warehouse, scenes, level, full.latticeBands);
  return options.groupby === undefined ? scope : await groupBySolarDay(scope);
}

/** A Dataset of all or the named bands. */
export function datasetOf(
  scope: Scope,
  { bands, cloudMask, scaled = false }: Pick<OpenDatasetOptions, "bands" | "cloudMask" | "scaled"> = {},
): Dataset {
  const all = scope.bands.map((name) => ({ name, stored: name }));
  const rules = cloudMask === true ? cloudRules(true, scope) : [];
  const dataset = new Dataset(scope, { bands: all, rules, isScaled: scaled });
  const masked = typeof cloudMask === "object" ? dataset.mask(cloudMask) : dataset;
  return bands === undefined ? masked : masked.select(bands);
}

async function toDegrees(bounds: Bounds, crs: string | undefined): Promise<Bounds> {
  const [west, south, east, north] = bounds;
  if (![west, south, east, north].every(Number.isFinite) || south > north) {
    throw new InvalidInputError(`bounds ${bounds.join(", ")}: give west, south, east, north, with south ≤ north`, {
      details: { bounds: [...bounds] },
    });
  }
  const parsed = crs === undefined ? null : parseCrs(crs);
  if (parsed === null || parsed.code === "EPSG:4326") return bounds;
  const transform = [east - west, 0, west, 0, south - north, north] as const;
  return lonLatBounds(await openProjection(parsed), transform, 1, 1);
}
