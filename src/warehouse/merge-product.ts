import type { MaskRule } from "../mask-rule.js";
import { bandFactNames, type ProductBand, type StoredProduct } from "./product.js";

/**
 * A stored product and what an ingest says of it: what is stored wins, what it lacks is added, so that merging twice
 * changes nothing more. Where a user's profile comes with the ingest, it replaces what is stored.
 */
export function mergeProduct(stored: StoredProduct | null, given: StoredProduct): StoredProduct {
  if (stored === null) return given;
  if (given.profile !== null) return replaceProduct(stored, given);
  const own = new Map(given.bands.map((band) => [band.name, band]));
  const bands = withOthers(
    stored.bands.map((band) => mergeBand(band, own.get(band.name))),
    given.bands,
  );
  return {
    ...stored,
    title: stored.title ?? given.title,
    provider: given.provider ?? stored.provider,
    bands,
    cloudRules: mergeRules(stored, given, bands),
  };
}

/**
 * What a user's profile says in place of what is stored; bands that it does not know stay, and rules where it has none,
 * unless they were a profile's too.
 */
export function replaceProduct(stored: StoredProduct | null, given: StoredProduct): StoredProduct {
  const isSilent = given.cloudRules?.length === 0 && stored?.profile === null;
  return {
    ...given,
    cloudRules: isSilent ? (stored.cloudRules ?? []) : given.cloudRules,
    provider: given.provider ?? stored?.provider ?? null,
    resolution: given.resolution ?? stored?.resolution ?? null,
    bands: withOthers(given.bands, stored?.bands ?? []),
  };
}

function withOthers(bands: readonly ProductBand[], others: readonly ProductBand[]): ProductBand[] {
  const names = new Set(bands.map(({ name }) => name));
  return [...bands, ...others.filter(({ name }) => !names.has(name))];
}

/** A fact on which the two disagree is none. */
function mergeBand(stored: ProductBand, given: ProductBand | undefined): ProductBand {
  const merged: ProductBand = { ...stored };
  for (const key of bandFactNames) {
    const told = given?.[key];
    if (told === undefined || told === stored[key]) continue;
    Object.assign(merged, { [key]: stored[key] === undefined ? told : null });
  }
  return merged;
}

/** Rules whose bands are not there give way to others, but those of a user's profile. */
function mergeRules(stored: StoredProduct, given: StoredProduct, bands: readonly ProductBand[]) {
  const { cloudRules } = stored;
  if (cloudRules === null || cloudRules.length === 0) return given.cloudRules;
  const isThere = ({ band }: MaskRule) => bands.some(({ name }) => name === band);
  const isBetter = stored.profile === null && !cloudRules.some(isThere) && (given.cloudRules ?? []).some(isThere);
  return isBetter ? given.cloudRules : cloudRules;
}
