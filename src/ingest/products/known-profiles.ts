import { InvalidInputError } from "../../errors.js";
import type { Session } from "../../icechunk/index.js";
import { builtInProfiles } from "../../product/built-in-profiles.js";
import type { ProductProfile, ProductProfileInput } from "../../product/product-profile.js";
import { productIds, readProduct, type StoredProduct } from "../../warehouse/product.js";
import type { IngestWarning } from "../ingest-problem.js";

/** Loaded where there is a profile to check: most runs have none. */
const loadUserProfiles = () => import("./user-profile.js");

/** Users' own profiles before the built-in ones; of two with one id the user's. */
export function withBuiltIn(own: readonly ProductProfile[]): ProductProfile[] {
  const ids = new Set(own.map(({ id }) => id));
  return [...own, ...builtInProfiles.filter(({ id }) => !ids.has(id))];
}

/** What an ingest is told of its product. */
export interface AskedProfile {
  warehouse?: string;
  productId?: string;
  profile?: string | ProductProfileInput;
  onWarning?: (warning: IngestWarning) => void;
}

/** Profiles that an ingest holds names against. */
export interface KnownProfiles {
  /** The one that came with it, and what the warehouse is to keep of it. */
  own: { profile: ProductProfile; product: StoredProduct } | null;
  /** That, those stored in the warehouse, the built-in ones. */
  profiles: ProductProfile[];
  /** The product that the user named, by id or by profile. */
  asked: string | undefined;
}

/**
 * The profiles that are known where files go into a warehouse.
 *
 * @param session null where there is no warehouse yet
 * @throws InvalidInputError where the profile has faults, or is of another product than the one that is named.
 */
export async function knownProfiles(session: Session | null, options: AskedProfile): Promise<KnownProfiles> {
  const { warehouse = "./warehouse", productId, profile: source } = options;
  const stored = session === null ? [] : await storedProfiles(session, warehouse);
  if (source === undefined) return { own: null, profiles: withBuiltIn(stored), asked: productId };
  const { loadProfile, productOfProfile, warnOfRecalibrated } = await loadUserProfiles();
  const profile = await loadProfile(source);
  const { id } = profile;
  if (productId !== undefined && productId !== id) {
    throw new InvalidInputError(`product "${productId}" and a profile of "${id}" contradict: leave one of them out`, {
      details: { productId, profile: id },
    });
  }
  const recalibrated = session === null ? [] : warnOfRecalibrated(session, profile, source);
  for (const warning of [...warnOfReplaced(profile, source), ...recalibrated]) options.onWarning?.(warning);
  const others = stored.filter((other) => other.id !== id);
  const own = { profile, product: productOfProfile(profile) };
  return { own, profiles: withBuiltIn([profile, ...others]), asked: id };
}

/**
 * Profiles of their own that users stored in a warehouse.
 *
 * @throws InvalidInputError where one is not as this version's are, saying which and how to replace it.
 */
export async function storedProfiles(session: Session, warehouse: string): Promise<ProductProfile[]> {
  const stored = productIds(session).map((id) => ({ id, profile: readProduct(session, id)?.profile ?? null }));
  const own = stored.filter(({ profile }) => profile !== null);
  if (own.length === 0) return [];
  const { checkStoredProfile } = await loadUserProfiles();
  return own.map(({ id, profile }) => checkStoredProfile(profile, id, warehouse));
}

/** What to say where a user's profile knows few of the files that come with it. */
export function warnOfStrangers({ id }: ProductProfile, sources: readonly string[]): IngestWarning {
  const message = `most names are none of ${id}: each file is a scene by itself; see "namings" in its profile`;
  return { path: sources.join(", "), message };
}

/** What to say where a user's profile has the id of a built-in one; [] where it has one of its own. */
export function warnOfReplaced({ id }: ProductProfile, source: unknown): IngestWarning[] {
  if (!builtInProfiles.some((profile) => profile.id === id)) return [];
  const path = typeof source === "string" ? source : id;
  return [{ path, message: `replaces the built-in profile ${id} in this warehouse` }];
}
