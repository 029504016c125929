import { cloudRulesOf } from "../../product/cloud-rules.js";
import type { BandProfile, ProductProfile } from "../../product/product-profile.js";
import type { FileDraft } from "../../warehouse/file-draft.js";
import { type BandFacts, bandFactNames, type StoredProduct } from "../../warehouse/product.js";
import type { BandMeaning } from "../scenes/file-part.js";

/** What a warehouse keeps of a band. */
export function factsOfBand({ commonName, wavelengthNm, fwhmNm, resolutionM, role }: BandProfile): BandFacts {
  return { commonName, wavelengthNm, fwhmNm, resolutionM, role };
}

/** What an ingest found out of a product. */
export interface IngestedProduct {
  productId: string;
  drafts: readonly FileDraft[];
  /** What the warehouse has of it. */
  stored?: StoredProduct | null;
  /** The product by the files' names. */
  profile?: ProductProfile | null;
  /** What that profile says of the bands of the files, one entry a file. */
  meanings?: Iterable<ReadonlyMap<string, BandMeaning>>;
  /** Who made the data, by the user's word. */
  provider?: string | undefined;
}

/** What an ingest has to say of its product; merged with what is stored when it is committed. */
export function ingestedProduct(found: IngestedProduct): StoredProduct {
  const { productId, drafts, stored = null, profile = null, meanings = [], provider } = found;
  const files = [...meanings];
  const known = stored?.bands.map(({ name }) => name) ?? [];
  const names = [...new Set([...known, ...drafts.flatMap((draft) => draft.profile.bands)])];
  const factsOf = (name: string) => agreedFacts(files.flatMap((own) => own.get(name)?.facts ?? []));
  return {
    productId,
    title: profile?.title ?? null,
    provider: provider ?? stored?.provider ?? profile?.provider ?? null,
    tiling: profile?.tiling ?? "free",
    bands: names.map((name) => ({ name, ...factsOf(name) })),
    resolution: null,
    cloudRules: cloudRulesOf(profile, names),
    profile: null,
  };
}

/** The facts on which all agree; null where they do not, {} of none. */
export function agreedFacts(told: readonly BandFacts[]): BandFacts {
  const [first, ...others] = told;
  if (first === undefined) return {};
  const differs = (key: keyof BandFacts) => others.some((own) => own[key] !== first[key]);
  return Object.fromEntries(bandFactNames.map((key) => [key, differs(key) ? null : (first[key] ?? null)]));
}
