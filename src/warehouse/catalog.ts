import { affineBounds, pixelSize } from "../geo/affine.js";
import { crsText } from "../geo/crs.js";
import { objectName } from "../store/index.js";
import { productIds, readProduct } from "./product.js";
import { type SceneFilter, selectScenes } from "./select-scenes.js";
import { slotSize, slotTransform } from "./slots.js";
import { resolveSource } from "./sources.js";
import { type OpenWarehouseOptions, openWarehouse, type Warehouse } from "./warehouse.js";

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

  /** @internal Use `catalog`. */
  constructor(warehouse: Warehouse, location: string) {
    this.#warehouse = warehouse;
    this.#location = location;
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
    const rows = selectScenes(this.#warehouse, filter);
    const ids = await this.#warehouse.ids();
    return Promise.all(Array.from(rows.subarray(0, limit), (row) => this.#scene(row, ids[row] ?? "")));
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
    const profile = readProduct(session, productId);
    const rows = selectScenes(this.#warehouse, { productId });
    const time = (row: number | undefined) => new Date(scenes.time[row ?? 0] ?? 0).toISOString();
    return {
      productId,
      provider: profile?.provider ?? null,
      scenes: rows.length,
      bands: profile?.bands.map((band) => band.name) ?? [],
      timeRange: rows.length === 0 ? null : [time(rows[0]), time(rows[rows.length - 1])],
      resolution: profile?.resolution ?? this.#finestPixel(rows),
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

  async #scene(row: number, id: string): Promise<SceneInfo> {
    const { scenes } = this.#warehouse;
    const stack = this.#warehouse.stack(scenes.stack[row] ?? 0);
    const slots = await this.#warehouse.slots(stack);
    const slot = scenes.slot[row] ?? 0;
    const transform = slotTransform(slots, slot);
    const { width, height } = slotSize(slots, stack.levels.length, slot, 0);
    const bbox = [...scenes.bbox.subarray(row * 4, row * 4 + 4)];
    const cloudCover = scenes.cloudCover[row] ?? Number.NaN;
    return {
      id,
      productId: stack.productId,
      acquisitionTime: new Date(scenes.time[row] ?? 0).toISOString(),
      bounds: transform === null ? null : affineBounds(transform, width, height),
      crs: stack.crs === null ? null : crsText(stack.crs),
      bbox: Number.isNaN(bbox[0]) ? null : bbox,
      bands: [...stack.bands],
      sources: [objectName(resolveSource(this.#warehouse.sources, slots.source[slot] ?? ""))],
      cloudCover: Number.isNaN(cloudCover) ? null : cloudCover,
    };
  }

  async #sourceBytes(): Promise<number> {
    const sizes = new Map<string, number>();
    const { scenes } = this.#warehouse;
    for (let index = 0; index < scenes.stacks.length; index++) {
      const slots = await this.#warehouse.slots(this.#warehouse.stack(index));
      slots.source.forEach((source, slot) => {
        if ((slots.scene[slot] ?? -1) >= 0) sizes.set(source, slots.sizeBytes[slot] ?? 0);
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
  return new Catalog(await openWarehouse(location, options), location);
}
