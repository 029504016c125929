import { InvalidInputError, type Json } from "../errors.js";
import type { Session, WritableSession } from "../icechunk/index.js";
import { OWN_ATTRIBUTE, productPath, SCENES_PATH } from "./layout.js";

/** A band as a product knows it. */
export interface ProductBand {
  name: string;
  /** STAC's name for what it measures: "red", "nir08"; absent where it has none, or means one thing here and another there. */
  commonName?: string;
}

/**
 * What is known of a product before its first file: stored in the warehouse, versioned with it.
 *
 * `tiling` `fixed` gives every grid a stack of its own (Sentinel-2, HLS, MODIS); `free` lets scenes of ever new extents
 * share one.
 */
export interface ProductProfile {
  productId: string;
  provider: string | null;
  tiling: "fixed" | "free";
  bands: readonly ProductBand[];
  /** Pixel size in units of the CRS; null where scenes differ or it is not known. */
  resolution: number | null;
}

/**
 * The id, if it can name a group: letters, digits, `_`, `-`, `.`; not `scenes`.
 *
 * @throws InvalidInputError naming the id and the rule.
 */
export function assertProductId(productId: string): void {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(productId) || productPath(productId) === SCENES_PATH) {
    throw new InvalidInputError(
      `product "${productId}": a product id takes letters, digits, "_", "-" and ".", and is not "scenes"`,
      { details: { productId } },
    );
  }
}

/** The profile stored for a product; null where the snapshot has no such product. */
export function readProduct(session: Session, productId: string): ProductProfile | null {
  const node = session.node(productPath(productId));
  if (node?.zarr.node_type !== "group") return null;
  const own = node.zarr.attributes?.[OWN_ATTRIBUTE] as { product?: ProductProfile } | undefined;
  return own?.product ?? null;
}

/** Ids of all products of a snapshot, sorted. */
export function productIds(session: Session): string[] {
  const ids: string[] = [];
  for (const node of session.nodes("/")) {
    const id = node.path.slice(1);
    if (id !== "" && !id.includes("/") && readProduct(session, id) !== null) ids.push(id);
  }
  return ids.sort();
}

/** Stage a product's profile. */
export function writeProduct(session: WritableSession, profile: ProductProfile): void {
  session.setGroup(productPath(profile.productId), { [OWN_ATTRIBUTE]: { product: toJson(profile) } });
}

function toJson({ bands, ...profile }: ProductProfile): Json {
  return { ...profile, bands: bands.map((band) => ({ ...band })) };
}
