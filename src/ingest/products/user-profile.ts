import { basename, dirname, resolve } from "node:path";
import { InvalidInputError, NotFoundError } from "../../errors.js";
import type { Session } from "../../icechunk/index.js";
import { cloudRulesOf } from "../../product/cloud-rules.js";
import { compactProfile } from "../../product/compact-profile.js";
import { parseProfile, parseProfileText } from "../../product/parse-profile.js";
import type { ProductProfile, ProductProfileInput } from "../../product/product-profile.js";
import { openStore } from "../../store/index.js";
import { isStackOf } from "../../warehouse/layout.js";
import { readProduct, type StoredProduct } from "../../warehouse/product.js";
import { sceneTableSize } from "../../warehouse/scene-table.js";
import type { IngestWarning } from "../ingest-problem.js";
import { isRemote } from "../sources/source-place.js";
import { agreedFacts, factsOfBand } from "./product-facts.js";

/**
 * A profile that a user brings: the path or URL of a JSON file, or the profile itself.
 *
 * @throws NotFoundError where there is no such file.
 * @throws InvalidInputError that lists the faults of the profile with their places.
 */
export async function loadProfile(source: string | ProductProfileInput): Promise<ProductProfile> {
  if (typeof source !== "string") return parseProfile(source);
  const path = isRemote(source) ? source : resolve(source);
  const file = await openStore(dirname(path)).get(basename(path));
  if (file === null) {
    throw new NotFoundError(`${source}: no such file; a product's profile is a JSON file`, {
      details: { path: source },
    });
  }
  return parseProfileText(new TextDecoder().decode(file.data), source);
}

/**
 * A profile that a user stored in a warehouse.
 *
 * @throws InvalidInputError where it is not as this version's are, saying how to replace it.
 */
export function checkStoredProfile(profile: unknown, productId: string, warehouse: string): ProductProfile {
  try {
    return parseProfile(profile, `${warehouse}: the profile stored of product ${productId}`);
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    throw new InvalidInputError(`${cause.message}; replace it: pixelquery products add FILE -w ${warehouse}`, {
      details: { ...cause.details, productId },
      cause,
    });
  }
}

/**
 * What to say where a profile counts the pixels of some bands otherwise than the stored one that it replaces: the headers of
 * files that did not change are not read again. [] where the warehouse has no files of the product.
 */
export function warnOfRecalibrated(session: Session, profile: ProductProfile, source: unknown): IngestWarning[] {
  const { id } = profile;
  const stored = readProduct(session, id)?.profile ?? null;
  const hasFiles = sceneTableSize(session).stacks.some((stack) => isStackOf(stack, id));
  if (stored === null || !hasFiles) return [];
  const before = new Map(calibrations(safely(stored)));
  const changed = calibrations(profile).filter(([band, own]) => before.has(band) && before.get(band) !== own);
  if (changed.length === 0) return [];
  const bands = changed.map(([band]) => band).join(", ");
  const message = `other scale, offset or nodata of ${bands} than before: files that are in the warehouse keep theirs; ingest them into a new warehouse to change them`;
  return [{ path: typeof source === "string" ? source : id, message }];
}

/** What pixels mean, as text equal for equal meanings, by set and band. */
function calibrations(profile: ProductProfile | null): [string, string][] {
  return Object.entries(profile?.bandSets ?? {}).flatMap(([set, bands], _, { length }) =>
    bands.map(({ name, scale, offset, offsetSince, nodata }): [string, string] => [
      length === 1 ? name : `${set}.${name}`,
      JSON.stringify([scale, offset, offsetSince, nodata]),
    ]),
  );
}

/** A stored profile; null where it is not as this version's are. */
function safely(profile: unknown): ProductProfile | null {
  try {
    return parseProfile(profile);
  } catch (cause) {
    if (cause instanceof InvalidInputError) return null;
    throw cause;
  }
}

/** A user's own profile as a warehouse keeps it: all of its bands, those included that no file has yet. */
export function productOfProfile(profile: ProductProfile): StoredProduct {
  const sets = Object.values(profile.bandSets);
  const names = [...new Set(sets.flatMap((bands) => bands.map(({ name }) => name)))];
  const told = sets.map((bands) => new Map(bands.map((band) => [band.name, factsOfBand(band)])));
  return {
    productId: profile.id,
    title: profile.title,
    provider: profile.provider,
    tiling: profile.tiling,
    bands: names.map((name) => ({ name, ...agreedFacts(told.flatMap((own) => own.get(name) ?? [])) })),
    resolution: null,
    cloudRules: cloudRulesOf(profile, names),
    profile: JSON.parse(JSON.stringify(compactProfile(profile))),
  };
}
