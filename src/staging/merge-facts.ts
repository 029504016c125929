import { isDeepStrictEqual } from "node:util";
import type { ProductBand, StoredProduct } from "../warehouse/product.js";

/** What is said of a product but its id, its bands and its profile. */
const plainFacts = [
  "title",
  "provider",
  "tiling",
  "resolution",
  "cloudRules",
] as const satisfies readonly (keyof StoredProduct)[];

/**
 * What a branch says of a product, for an append to the branch that it is merged into: what it did not change itself is
 * what the other one says by now. A profile that it changed counts as a whole.
 *
 * @param base what both branches came from
 */
export function mergeFacts(base: StoredProduct, own: StoredProduct, other: StoredProduct): StoredProduct {
  if (!isDeepStrictEqual(own.profile, base.profile)) return own;
  const kept = plainFacts.filter((key) => isDeepStrictEqual(own[key], base[key]));
  return {
    ...own,
    ...Object.fromEntries(kept.map((key) => [key, other[key]])),
    bands: mergeBands(base.bands, own.bands, other.bands),
    // Without a profile of its own the branch only adds to one that the other branch got meanwhile.
    profile: own.profile === null ? null : other.profile,
  };
}

function mergeBands(
  base: readonly ProductBand[],
  own: readonly ProductBand[],
  other: readonly ProductBand[],
): ProductBand[] {
  const [before, now] = [base, other].map((bands) => new Map(bands.map((band) => [band.name, band])));
  return own.map((band) => (isDeepStrictEqual(band, before?.get(band.name)) ? (now?.get(band.name) ?? band) : band));
}
