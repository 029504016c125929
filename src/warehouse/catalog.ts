import { affineBounds, pixelSize } from "../geo/affine.js";
import { crsText } from "../geo/crs.js";
import { unionBounds } from "../geo/union-bounds.js";
import type { MaskRule } from "../mask-rule.js";
import { objectName } from "../store/index.js";
import { type ProductBand, productIds, readProduct } from "./product.js";
import { type SceneFilter, selectScenes } from "./select-scenes.js";
import { filePlace, slotSize, slotTransform } from "./slots.js";
import { resolveSource } from "./sources.js";
import type { Stack } from "./stack.js";
import { type OpenWarehouseOptions, openWarehouse, type Warehouse } from "./warehouse.js";
import { rowsOfScene, wholeScenes } from "./whole-scenes.js";

/** A product as `info --json` prints it. */
export interface ProductSummary {
  productId: string;
  provider: string | null;
  /** Number of scenes. */
  scenes: number;
  bands: string[];
  /** First and last acquisition time, ISO 8601 UTC; null without scenes. */
  timeRange: [start: string, end: string] | null;
  /** Finest pixel size in units of the CRS; null without georeference. */
  resolution: number | null;
  /** null where it has none. */
  title: string | null;
  /** What is known of each of `bands`: common name, wavelength, pixel size, role. */
  bandFacts: ProductBand[];
  /** What finds clouds in its scenes; [] where nothing is known to, null where an earlier version wrote the product. */
  cloudRules: MaskRule[] | null;
  /** True where a user's own profile tells its files. */
  hasProfile: boolean;
}

/** A scene as `scenes --json` prints it. */
export interface SceneInfo {
  id: string;
  productId: string;
  /** ISO 8601, UTC. */
  acquisitionTime: string;
  /** [xmin, ymin, xmax, ymax] in `crs`; null without georeference. */
  bounds: number[] | null;
  crs: string | null;
  /** [west, south, east, north] in degrees; null without georeference. */
  bbox: number[] | null;
  bands: string[];
  /** Files that hold its pixels. */
  sources: string[];
  /** Percent; null where unknown. */
  cloudCover: number | null;
  /** Degrees clockwise from north; null where unknown. */
  sunAzimuth: number | null;
  /** Degrees above the horizon; null where unknown. */
  sunElevation: number | null;
  /** Processing baseline (Sentinel-2) or software (Landsat); null where unknown. */
  baseline: string | null;
}

/** What a warehouse holds, as `info --json` prints it. */
export interface WarehouseSummary {
  warehouse: string;
  snapshot: string;
  products: ProductSummary[];
  /** Bytes of the repository: what the index costs. */
  repositoryBytes: number;
  /** Bytes of the files it refers to. */
  sourceBytes: number;
}

/** A commit. */
export interface SnapshotSummary {
  id: string;
  /** ISO 8601, UTC. */
  time: string;
  message: string;
}

/** Looks into a warehouse: products, scenes, history. Reads metadata only. */
export class Catalog {
  readonly #warehouse: Warehouse;
  readonly #location: string;
  /** By row of the scene table. */
  readonly #ids: readonly string[];

  /** @internal Use `catalog`. */
  constructor(warehouse: Warehouse, location: string, ids: readonly string[]) {
    this.#warehouse = warehouse;
    this.#location = location;
    this.#ids = ids;
  }

  /** Every product, sorted by id. */
  products(): ProductSummary[] {
    return productIds(this.#warehouse.session).map((productId) => this.#product(productId));
  }

  /**
   * Scenes that pass a filter, in the order of time.
   *
   * @param limit The most that are listed: the first ones.
   */
  async scenes(filter: SceneFilter = {}, limit = Number.POSITIVE_INFINITY): Promise<SceneInfo[]> {
    const found = wholeScenes(this.#warehouse, selectScenes(this.#warehouse, filter), this.#ids);
    const count = Math.min(limit, found.starts.length);
    return Promise.all(Array.from({ length: count }, (_, scene) => this.#scene(rowsOfScene(found, scene))));
  }

  /** Products and sizes. Lists the repository's objects. */
  async summary(): Promise<WarehouseSummary> {
    const { repository, snapshot } = this.#warehouse;
    let repositoryBytes = 0;
    for await (const { sizeBytes } of repository.store.list("")) repositoryBytes += sizeBytes;
    return {
      warehouse: this.#location,
      snapshot,
      products: this.products(),
      repositoryBytes,
      sourceBytes: await this.#sourceBytes(),
    };
  }

  /** The commits that led to the snapshot, newest first. */
  async snapshots(): Promise<SnapshotSummary[]> {
    const history = await this.#warehouse.repository.history({ snapshot: this.#warehouse.snapshot });
    return history.map(({ id, time, message }) => ({ id, time: time.toISOString(), message }));
  }

  #product(productId: string): ProductSummary {
    const { scenes, session } = this.#warehouse;
    const stored = readProduct(session, productId);
    const rows = selectScenes(this.#warehouse, { productId });
    const time = (row: number | undefined) => new Date(scenes.time[row ?? 0] ?? 0).toISOString();
    return {
      productId,
      provider: stored?.provider ?? null,
      scenes: wholeScenes(this.#warehouse, rows, this.#ids).starts.length,
      bands: stored?.bands.map((band) => band.name) ?? [],
      timeRange: rows.length === 0 ? null : [time(rows[0]), time(rows[rows.length - 1])],
      resolution: stored?.resolution ?? this.#finestPixel(rows),
      title: stored?.title ?? null,
      bandFacts: [...(stored?.bands ?? [])],
      cloudRules: stored?.cloudRules == null ? null : [...stored.cloudRules],
      hasProfile: stored?.profile != null,
    };
  }

  #finestPixel(rows: Int32Array): number | null {
    let finest = Number.POSITIVE_INFINITY;
    for (const index of new Set(Array.from(rows, (row) => this.#warehouse.scenes.stack[row] ?? 0))) {
      const { transform } = this.#warehouse.stack(index);
      if (transform !== null) finest = Math.min(finest, ...pixelSize(transform));
    }
    return Number.isFinite(finest) ? finest : null;
  }

  /** @param rows those of one scene */
  async #scene(rows: Int32Array): Promise<SceneInfo> {
    const [first = 0] = rows;
    const parts = await Promise.all(Array.from(rows, (row) => this.#part(row)));
    const [main] = parts;
    const { timeMs, cloudCover, sunAzimuth, sunElevation, baseline } = (await this.#warehouse.facts())(first);
    const same = parts.filter(({ crs }) => crs === main?.crs);
    return {
      id: this.#ids[first] ?? "",
      productId: main?.stack.productId ?? "",
      acquisitionTime: new Date(timeMs).toISOString(),
      bounds: unionBounds(same.map(({ bounds }) => bounds)),
      crs: main?.crs ?? null,
      bbox: unionBounds(Array.from(rows, (row) => this.#bbox(row))),
      bands: parts.length === 1 ? (main?.bands ?? []) : this.#inProductOrder(parts),
      sources: [...new Set(parts.flatMap(({ sources }) => sources))],
      cloudCover,
      sunAzimuth,
      sunElevation,
      baseline,
    };
  }

  /** What one stack holds of a scene. */
  async #part(row: number): Promise<ScenePart> {
    const { scenes } = this.#warehouse;
    const stack = this.#warehouse.stack(scenes.stack[row] ?? 0);
    const slots = await this.#warehouse.slots(stack);
    const slot = scenes.slot[row] ?? 0;
    const transform = slotTransform(slots, slot);
    const { width, height } = slotSize(slots, stack.levels.length, slot, 0);
    const sources = stack.bands.map((_, band) => slots.source[filePlace(slots, slot, band)] ?? "");
    const named = [...new Set(sources)].filter((source) => source !== "");
    return {
      stack,
      bounds: transform === null ? null : affineBounds(transform, width, height),
      crs: stack.crs === null ? null : crsText(stack.crs),
      bands: stack.bands.filter((_, band) => sources[band] !== ""),
      sources: named.map((source) => objectName(resolveSource(this.#warehouse.sources, source))),
    };
  }

  #bbox(row: number): number[] | null {
    const bbox = [...this.#warehouse.scenes.bbox.subarray(row * 4, row * 4 + 4)];
    return Number.isNaN(bbox[0]) ? null : bbox;
  }

  #inProductOrder(parts: readonly ScenePart[]): string[] {
    const product = readProduct(this.#warehouse.session, parts[0]?.stack.productId ?? "");
    const order = product?.bands.map(({ name }) => name) ?? [];
    const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
    return [...new Set(parts.flatMap(({ bands }) => bands))].sort((a, b) => place(a) - place(b));
  }

  async #sourceBytes(): Promise<number> {
    const sizes = new Map<string, number>();
    const { scenes } = this.#warehouse;
    for (let index = 0; index < scenes.stacks.length; index++) {
      const slots = await this.#warehouse.slots(this.#warehouse.stack(index));
      slots.source.forEach((source, at) => {
        const isUsed = source !== "" && (slots.scene[Math.floor(at / slots.files)] ?? -1) >= 0;
        if (isUsed) sizes.set(source, slots.sizeBytes[at] ?? 0);
      });
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }
}

/**
 * Look into a warehouse.
 *
 * @throws NotFoundError where there is no warehouse, or no such snapshot.
 *
 * @example
 * const scenes = await (await catalog("./warehouse")).scenes({ productId: "drone" });
 */
export async function catalog(location: string, options: OpenWarehouseOptions = {}): Promise<Catalog> {
  const warehouse = await openWarehouse(location, options);
  return new Catalog(warehouse, location, await warehouse.ids());
}

interface ScenePart {
  stack: Stack;
  bounds: number[] | null;
  crs: string | null;
  bands: string[];
  sources: string[];
}
