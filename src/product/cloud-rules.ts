import type { MaskRule } from "../mask-rule.js";
import type { ProductProfile } from "./product-profile.js";
import { generic } from "./profiles/generic.js";
import { hlsL30 } from "./profiles/hls.js";
import { landsatC1 } from "./profiles/landsat-c1.js";
import { landsatC2L2 } from "./profiles/landsat-c2-l2.js";
import { modisVegetation } from "./profiles/modis-vegetation.js";
import { planetSr } from "./profiles/planet-sr.js";
import { sentinel2L1c } from "./profiles/sentinel2-l1c.js";
import { sentinel2L2a } from "./profiles/sentinel2-l2a.js";

/** Rules on bands whose names say what they are, whatever the product: those that say it least, as `clear`, come last. */
const knownRules: readonly (readonly MaskRule[])[] = [
  sentinel2L2a,
  landsatC2L2,
  landsatC1,
  hlsL30,
  generic,
  planetSr,
  sentinel2L1c,
  ...modisVegetation.slice(0, 1),
].map(({ cloudRules }) => cloudRules);

/** Quality bands that are known by their names: `SCL`, `QA_PIXEL`, … */
export const knownQualityBands: readonly string[] = [...new Set(knownRules.flat().map(({ band }) => band))];

/**
 * The rules that find clouds in scenes of some bands: the profile's own, where one of their bands is there; else those of
 * a quality band that is known by its name, in whatever case; else the profile's all the same, as its band may come later.
 */
export function cloudRulesOf(profile: ProductProfile | null, bands: readonly string[]): readonly MaskRule[] {
  const own = profile?.cloudRules ?? [];
  if (own.some(({ band }) => bands.includes(band))) return own;
  const spelt = new Map(bands.map((name) => [name.toLowerCase(), name]));
  const found = knownRules
    .map((rules) => rules.map((rule) => ({ ...rule, band: spelt.get(rule.band.toLowerCase()) })))
    .find((rules) => rules.some(({ band }) => band !== undefined));
  return found?.flatMap((rule) => (rule.band === undefined ? [] : [{ ...rule, band: rule.band }])) ?? own;
}
