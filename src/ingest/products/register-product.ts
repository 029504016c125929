import { InvalidInputError } from "../../errors.js";
import type { Repository } from "../../icechunk/index.js";
import type { ProductProfileInput } from "../../product/product-profile.js";
import { branchSession, MAIN_BRANCH } from "../../warehouse/branches.js";
import { replaceProduct } from "../../warehouse/merge-product.js";
import { openOrCreateRepository, openRepository, openWarehouseStore } from "../../warehouse/open-repository.js";
import { assertProductId, readProduct, type StoredProduct, writeProduct } from "../../warehouse/product.js";
import type { IngestWarning } from "../ingest-problem.js";
import { warnOfReplaced } from "./known-profiles.js";

/** What is to be known of a product without a profile: how the bands of its files are called. */
export interface RegisterProductOptions {
  productId: string;
  /** Band names with their places in the files, from 0; or names in order. */
  bands: Readonly<Record<string, number>> | readonly string[];
  /** Pixel size in units of the CRS. */
  resolution?: number;
  provider?: string;
  /** `fixed` where scenes come on a fixed set of grids (Sentinel-2, HLS, MODIS). Default `free`. */
  tiling?: "fixed" | "free";
}

/** How a product is registered. */
export interface RegisterOptions {
  /** Something people should know although it was done: a built-in profile that is replaced. */
  onWarning?: (warning: IngestWarning) => void;
  signal?: AbortSignal;
}

/** What was registered, and where it is since. */
export interface RegisteredProduct {
  productId: string;
  snapshot: string;
}

/**
 * Store what is known of a product, in one commit.
 *
 * Of a whole profile, its JSON file or the object, later ingests recognise the product's files, and a warehouse that is not
 * there is made; a profile that is there already is replaced. Of band names alone they take names and tiling.
 *
 * @returns The product's id, and the snapshot that holds it.
 * @throws InvalidInputError that lists the faults of a profile; where bands do not count from 0 without a gap; where the
 *   warehouse's folder holds something else.
 * @throws NotFoundError where there is no such file, or, for band names alone, no warehouse.
 *
 * @example
 * await registerProduct("./warehouse", "./vineyard.json");
 * await registerProduct("./warehouse", { productId: "drone", bands: { red: 0, nir: 1 }, provider: "us" });
 */
export async function registerProduct(
  location: string,
  product: string | ProductProfileInput | RegisterProductOptions,
  options: RegisterOptions = {},
): Promise<RegisteredProduct> {
  const store = openWarehouseStore(location);
  if (typeof product === "object" && "productId" in product) {
    const named = namedProduct(product);
    return commitProduct(await openRepository(store), named, withNames, options);
  }
  const { loadProfile, productOfProfile, warnOfRecalibrated } = await import("./user-profile.js");
  const profile = await loadProfile(product);
  const repository = await openOrCreateRepository(store);
  const recalibrated = warnOfRecalibrated(await branchSession(repository, MAIN_BRANCH), profile, product);
  for (const warning of [...warnOfReplaced(profile, product), ...recalibrated]) options.onWarning?.(warning);
  return commitProduct(repository, productOfProfile(profile), replaceProduct, options);
}

async function commitProduct(
  repository: Repository,
  product: StoredProduct,
  merge: (stored: StoredProduct | null, given: StoredProduct) => StoredProduct,
  { signal }: RegisterOptions,
): Promise<RegisteredProduct> {
  const { productId } = product;
  const { snapshot } = await repository.transact(
    async (session) => {
      writeProduct(session, merge(readProduct(session, productId), product));
    },
    { message: `register product ${productId}`, signal },
  );
  return { productId, snapshot };
}

function namedProduct({ productId, bands, resolution, provider, tiling }: RegisterProductOptions): StoredProduct {
  assertProductId(productId);
  return {
    productId,
    title: null,
    provider: provider ?? null,
    tiling: tiling ?? "free",
    bands: orderedNames(bands).map((name) => ({ name })),
    resolution: resolution ?? null,
    cloudRules: [],
    profile: null,
  };
}

/** Names and tiling in place of what is stored; what they say nothing of stays. */
function withNames(stored: StoredProduct | null, given: StoredProduct): StoredProduct {
  if (stored === null) return given;
  const known = new Map(stored.bands.map((band) => [band.name, band]));
  return {
    ...stored,
    tiling: given.tiling,
    provider: given.provider ?? stored.provider,
    resolution: given.resolution ?? stored.resolution,
    bands: given.bands.map((band) => known.get(band.name) ?? band),
  };
}

function orderedNames(bands: RegisterProductOptions["bands"]): string[] {
  if (Array.isArray(bands)) return [...bands];
  const entries = Object.entries(bands).sort(([, a], [, b]) => a - b);
  if (entries.some(([, place], i) => place !== i)) {
    throw new InvalidInputError("bands must count from 0 without a gap: { red: 0, nir: 1 }", {
      details: { bands: Object.fromEntries(entries) },
    });
  }
  return entries.map(([name]) => name);
}
