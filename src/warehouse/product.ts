import { InvalidInputError, type Json } from "../errors.js";
import type { Session, WritableSession } from "../icechunk/index.js";
import type { MaskRule } from "../mask-rule.js";
import { FORMAT_VERSION, OWN_ATTRIBUTE, productPath, SCENES_PATH } from "./layout.js";

/**
 * What a band measures. Each fact is absent where nothing is known of it, and null where it has none, or means one thing
 * in some scenes and another in others.
 */
export interface BandFacts {
  /** STAC's name for what it measures: "red", "nir08". */
  commonName?: string | null;
  /** Centre, in nanometres. */
  wavelengthNm?: number | null;
  /** Full width at half maximum, in nanometres. */
  fwhmNm?: number | null;
  /** Size of the pixels as delivered, in metres. */
  resolutionM?: number | null;
  /** Measurements, figures about them, or what takes pixels away. */
  role?: "data" | "quality" | "mask" | null;
}

/** Keys of {@link BandFacts}. */
export const bandFactNames = [
  "commonName",
  "wavelengthNm",
  "fwhmNm",
  "resolutionM",
  "role",
] as const satisfies readonly (keyof BandFacts)[];

/** A band as a product knows it. */
export interface ProductBand extends BandFacts {
  name: string;
}

/**
 * What a warehouse knows of a product, be it before its first file: stored with it, versioned with it.
 *
 * `tiling` `fixed` gives every grid a stack of its own (Sentinel-2, HLS, MODIS); `free` lets scenes of ever new extents
 * share one.
 */
export interface StoredProduct {
  productId: string;
  /** null where nobody gave it one. */
  title: string | null;
  provider: string | null;
  tiling: "fixed" | "free";
  bands: readonly ProductBand[];
  /** Pixel size in units of the CRS; null where scenes differ or it is not known. */
  resolution: number | null;
  /** What finds clouds in its scenes; [] where nothing is known to, null where an earlier version wrote the product. */
  cloudRules: readonly MaskRule[] | null;
  /** A user's own profile, whole: by it later ingests know the product's files. Checked by who reads it. */
  profile: Json;
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

/** What is stored of a product; null where the snapshot has no such product. */
export function readProduct(session: Session, productId: string): StoredProduct | null {
  const node = session.node(productPath(productId));
  if (node?.zarr.node_type !== "group") return null;
  const own = node.zarr.attributes?.[OWN_ATTRIBUTE] as { product?: StoredProduct } | undefined;
  return own?.product === undefined ? null : completed(own.product);
}

/** Earlier versions stored less. Where they left a common name out, it may be because a band had two. */
function completed(product: StoredProduct): StoredProduct {
  const { title = null, cloudRules = null, profile = null } = product;
  const bands = cloudRules === null ? product.bands.map((band) => ({ commonName: null, ...band })) : product.bands;
  return { ...product, title, bands, cloudRules, profile };
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

/** Stage what is known of a product, in a warehouse of this version's format. */
export function writeProduct(session: WritableSession, product: StoredProduct): void {
  session.setGroup("/", { [OWN_ATTRIBUTE]: { format: FORMAT_VERSION, generator: "pixelquery" } });
  session.setGroup(productPath(product.productId), { [OWN_ATTRIBUTE]: { product: productJson(product) } });
}

/** A stored product as plain JSON: equal products, equal JSON, but for the order of keys. */
export function productJson(product: StoredProduct): Json {
  return JSON.parse(JSON.stringify(product)) as Json;
}
