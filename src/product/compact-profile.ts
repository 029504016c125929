import { parseProfile } from "./parse-profile.js";
import type { ProductProfile, ProductProfileInput } from "./product-profile.js";

/**
 * A profile as people write it: what is as the schema has it without a word is left out. `parseProfile` makes the same
 * profile of it again.
 */
export function compactProfile(profile: ProductProfile): ProductProfileInput {
  const { bandSets, namings, cloudRules, ...rest } = profile;
  const sets = Object.entries(bandSets).map(
    ([set, bands]) => [set, bands.map(({ name, ...band }) => ({ name, ...without(defaultBand, band) }))] as const,
  );
  return {
    ...without(defaultProfile, rest),
    bandSets: Object.fromEntries(sets),
    namings: namings.map(({ file, ...naming }) => ({ file, ...without(defaultNaming, naming) })),
    ...(cloudRules.length > 0 && { cloudRules }),
  };
}

/** What a profile that says as little as it may says in truth. */
const {
  bandSets: { set: [defaultBand = {}] = [] },
  namings: [defaultNaming = {}],
  ...defaultProfile
} = parseProfile({
  profileVersion: 1,
  id: "id",
  title: "title",
  bandSets: { set: [{ name: "band" }] },
  namings: [{ file: "file", scene: "scene" }],
});

/** Keys that every part has are kept whatever they say. */
const required = new Set(["profileVersion", "id", "title", "scene"]);

function without<T extends object>(defaults: object, value: T): T {
  const usual = new Map(Object.entries(defaults).map(([key, own]) => [key, JSON.stringify(own)]));
  const kept = Object.entries(value).filter(
    ([key, own]) => required.has(key) || usual.get(key) !== JSON.stringify(own),
  );
  return Object.fromEntries(kept) as T;
}
