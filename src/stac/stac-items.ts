import { unionBounds } from "../geo/union-bounds.js";
import { productIds, readProduct } from "../warehouse/product.js";
import type { SceneFacts } from "../warehouse/scene-facts.js";
import { type SceneFilter, selectScenes } from "../warehouse/select-scenes.js";
import { type OpenWarehouseOptions, openWarehouse, type Warehouse } from "../warehouse/warehouse.js";
import { rowsOfScene, wholeScenes } from "../warehouse/whole-scenes.js";
import { type CommonNames, fileAsset, hrefOfPlace } from "./file-asset.js";
import { footprint } from "./footprint.js";
import { type SceneFile, sceneFiles } from "./scene-files.js";
import type { StacItem, StacItemAsset } from "./stac-item.js";

/** Which scenes become items, and of which version of the warehouse. */
export interface StacItemsOptions extends SceneFilter, OpenWarehouseOptions {
  /** The most that are listed: the first ones. */
  limit?: number | undefined;
}

const extensions = {
  eo: "https://stac-extensions.github.io/eo/v2.0.0/schema.json",
  file: "https://stac-extensions.github.io/file/v2.1.0/schema.json",
  processing: "https://stac-extensions.github.io/processing/v1.2.0/schema.json",
  proj: "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
  raster: "https://stac-extensions.github.io/raster/v2.0.0/schema.json",
  view: "https://stac-extensions.github.io/view/v1.0.0/schema.json",
} as const;

/**
 * The scenes of a warehouse as STAC Items (version 1.1), in the order of time: one asset a file, with what is needed to read
 * it without opening it. Their collection is the product. Reads metadata only.
 *
 * The geometry is the box around the scene in degrees. Extensions: eo, raster, projection, view, file, processing.
 *
 * @throws NotFoundError where there is no warehouse, no such snapshot or product.
 *
 * @example
 * const items = await stacItems("./warehouse", { productId: "landsat_c2_l2" });
 */
export async function stacItems(location: string, options: StacItemsOptions = {}): Promise<StacItem[]> {
  const { limit = Number.POSITIVE_INFINITY, at, ...filter } = options;
  const warehouse = await openWarehouse(location, { at });
  const [ids, facts] = await Promise.all([warehouse.ids(), warehouse.facts()]);
  const whole = wholeScenes(warehouse, selectScenes(warehouse, filter), ids);
  const commonNames = commonNamesOf(warehouse);
  const bandOrders = bandOrdersOf(warehouse);
  const items: StacItem[] = [];
  for (let scene = 0; scene < Math.min(limit, whole.starts.length); scene++) {
    const rows = [...rowsOfScene(whole, scene)];
    const [first = 0] = rows;
    const found = (await Promise.all(rows.map((row) => sceneFiles(warehouse, row)))).flat();
    const files = inOrderOf(bandOrders, found);
    const bbox = unionBounds(rows.map((row) => bboxOf(warehouse, row)));
    items.push(toItem({ id: ids[first] ?? "", files, bbox, facts: facts(first), commonNames, url: warehouse.url }));
  }
  return items;
}

function bboxOf({ scenes }: Warehouse, row: number): number[] | null {
  const bbox = [...scenes.bbox.subarray(row * 4, row * 4 + 4)];
  return Number.isNaN(bbox[0]) ? null : bbox;
}

function commonNamesOf({ session }: Warehouse): Map<string, CommonNames> {
  return new Map(
    productIds(session).map((id) => [
      id,
      new Map(
        readProduct(session, id)?.bands.flatMap(({ name, commonName }) => (commonName ? [[name, commonName]] : [])),
      ),
    ]),
  );
}

/** Place of each band among a product's, by name. */
type BandOrder = ReadonlyMap<string, number>;

function bandOrdersOf({ session }: Warehouse): Map<string, BandOrder> {
  return new Map(
    productIds(session).map((id) => [id, new Map(readProduct(session, id)?.bands.map(({ name }, i) => [name, i]))]),
  );
}

/** Files as the product has their bands: who reads items takes the assets' order for that of the bands. */
function inOrderOf(orders: ReadonlyMap<string, BandOrder>, files: readonly SceneFile[]): SceneFile[] {
  const placeOf = ({ stack, bands }: SceneFile) =>
    orders.get(stack.productId)?.get(stack.bands[bands[0] ?? 0] ?? "") ?? Number.MAX_SAFE_INTEGER;
  return [...files].sort((one, other) => placeOf(one) - placeOf(other));
}

interface SceneToWrite {
  id: string;
  files: readonly SceneFile[];
  bbox: number[] | null;
  facts: SceneFacts;
  commonNames: ReadonlyMap<string, CommonNames>;
  /** Of the warehouse. */
  url: string;
}

function toItem({ id, files, bbox, facts, commonNames, url }: SceneToWrite): StacItem {
  const productId = files[0]?.stack.productId ?? "";
  const assets: Record<string, StacItemAsset> = {};
  for (const file of files) {
    assets[assetKey(file, assets)] = fileAsset(file, commonNames.get(productId) ?? new Map());
  }
  const properties = {
    datetime: new Date(facts.timeMs).toISOString(),
    ...(facts.cloudCover !== null && { "eo:cloud_cover": facts.cloudCover }),
    ...(facts.sunAzimuth !== null && { "view:sun_azimuth": facts.sunAzimuth }),
    ...(facts.sunElevation !== null && { "view:sun_elevation": facts.sunElevation }),
    ...(facts.baseline !== null && { "processing:version": facts.baseline }),
  };
  return {
    type: "Feature",
    stac_version: "1.1.0",
    stac_extensions: extensionsOf({ properties, assets: Object.values(assets) }),
    id,
    geometry: bbox === null ? null : footprint(bbox),
    ...(bbox !== null && { bbox }),
    properties,
    // The spec wants a link wherever an item names its collection; what there is of it is the warehouse.
    links: [{ rel: "collection", href: hrefOfPlace(url), type: "application/vnd.zarr; version=3", title: productId }],
    assets,
    collection: productId,
  };
}

/** Key of a file: its band, where it holds one; else `data`. Numbered where that is taken. */
function assetKey({ stack, bands }: SceneFile, taken: Readonly<Record<string, unknown>>): string {
  const name = bands.length === 1 ? (stack.bands[bands[0] ?? 0] ?? "data") : "data";
  let key = name;
  for (let number = 2; Object.hasOwn(taken, key); number++) key = `${name}_${number}`;
  return key;
}

/** The extensions whose fields are used, at any depth. */
function extensionsOf(value: unknown): string[] {
  const prefixes = new Set<string>();
  const visit = (part: unknown) => {
    if (typeof part !== "object" || part === null) return;
    for (const [key, inner] of Object.entries(part)) {
      const [prefix] = /^[a-z]+(?=:)/.exec(key) ?? [];
      if (prefix !== undefined) prefixes.add(prefix);
      visit(inner);
    }
  };
  visit(value);
  return Object.entries(extensions).flatMap(([prefix, url]) => (prefixes.has(prefix) ? [url] : []));
}
