import { InvalidInputError } from "../errors.js";
import { openRepository, openWarehouseStore } from "./open-repository.js";
import { assertProductId, type ProductProfile, writeProduct } from "./product.js";

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

/**
 * Store what is known of a product, in one commit: later ingests take band names and tiling from it.
 *
 * @returns The snapshot that holds it.
 * @throws NotFoundError where there is no warehouse.
 * @throws InvalidInputError where the bands do not count from 0 without a gap.
 *
 * @example
 * await registerProduct("./warehouse", { productId: "drone", bands: { red: 0, nir: 1 }, provider: "us" });
 */
export async function registerProduct(
  location: string,
  options: RegisterProductOptions,
): Promise<{ snapshot: string }> {
  assertProductId(options.productId);
  const profile: ProductProfile = {
    productId: options.productId,
    provider: options.provider ?? null,
    tiling: options.tiling ?? "free",
    bands: orderedNames(options.bands).map((name) => ({ name })),
    resolution: options.resolution ?? null,
  };
  const repository = await openRepository(openWarehouseStore(location));
  const { snapshot } = await repository.transact(
    async (session) => {
      writeProduct(session, profile);
    },
    { message: `register product ${options.productId}` },
  );
  return { snapshot };
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
