import { didYouMean } from "../../did-you-mean.js";
import { ExpressionError } from "../../errors.js";
import { type CommonBand, commonBandNames, findCommonBand } from "./band-names.js";
import { bandsOf, type Expr } from "./expr.js";
import { parseExpression } from "./parse.js";
import { type SpectralIndex, spectralIndices } from "./spectral-index-table.js";
import { substitute } from "./substitute.js";

/** Every name and other name, without case and punctuation. */
const byName: ReadonlyMap<string, SpectralIndex> = new Map(
  spectralIndices.flatMap((index) => namesOf(index).map((name) => [plainName(name), index] as const)),
);

/**
 * The index of a name, in any case, with or without `-` and `_`.
 *
 * @throws ExpressionError where there is none, with what was probably meant.
 */
export function findSpectralIndex(name: string): SpectralIndex {
  const index = byName.get(plainName(name));
  if (index !== undefined) return index;
  const known = spectralIndices.flatMap(namesOf);
  const advice = didYouMean(name, known) || `; there is ${known.join(", ")}`;
  throw new ExpressionError(`unknown spectral index "${name.slice(0, 40)}"${advice}`, {
    details: { index: name.slice(0, 40) },
  });
}

/**
 * A spectral index as an expression over a dataset's own bands.
 *
 * Bands are found by their STAC common names, and by what those are otherwise called. Values are not checked: an index
 * that needs reflectance from 0 to 1 is computed of whatever the bands hold.
 *
 * @param aliases Common name → the dataset's band, where names alone do not tell: `{ nir: "B5", red: "B4" }`.
 * @param constants In place of the published ones: `{ L: 0.25 }`.
 * @example
 * indexExpression("NDVI", ["B4", "B5"], { red: "B4", nir: "B5" }); // (B5 - B4) / (B5 + B4)
 * @throws ExpressionError where there is no such index, constant or common name, or a band is missing; `details` has
 *   the missing common names and the bands that there are.
 */
export function indexExpression(
  name: string,
  available: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
  constants: Readonly<Record<string, number>> = {},
): Expr {
  const index = findSpectralIndex(name);
  const values = constantsOf(index, constants);
  assertAliases(available, aliases);
  const expr = parseExpression(index.formula, [...commonBandNames, ...Object.keys(values)]);
  const bands = resolveBands(
    index,
    bandsOf(expr).filter((band) => !Object.hasOwn(values, band)) as CommonBand[],
    available,
    aliases,
  );
  return substitute(expr, (band) =>
    Object.hasOwn(values, band) ? { kind: "number", value: values[band]! } : { kind: "band", name: bands.get(band)! },
  );
}

/** The published constants, with the caller's in their place. */
function constantsOf(index: SpectralIndex, given: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const published = index.constants ?? {};
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(published, name) && Number.isFinite(value)) continue;
    const known = Object.keys(published).join(", ") || "none";
    throw new ExpressionError(`${name} = ${value} is no constant of ${index.name}; it has ${known}, finite numbers`, {
      details: { index: index.name, constant: name },
    });
  }
  return { ...published, ...given };
}

function assertAliases(available: readonly string[], aliases: Readonly<Record<string, string>>): void {
  for (const [common, band] of Object.entries(aliases)) {
    const [word, known] = commonBandNames.includes(common) ? [band, available] : [common, commonBandNames];
    if (known.includes(word)) continue;
    const what = word === band ? `stands for a band "${band}" that is not there` : "is no common band name";
    const advice = didYouMean(word, known) || `; there is ${known.join(", ")}`;
    throw new ExpressionError(`the alias ${common} ${what}${advice}`, { details: { alias: common, band } });
  }
}

function resolveBands(
  index: SpectralIndex,
  wanted: readonly CommonBand[],
  available: readonly string[],
  aliases: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const bands = new Map<string, string>();
  for (const common of wanted) {
    const band = findCommonBand(common, available, aliases);
    if (band !== null) bands.set(common, band);
  }
  const missing = wanted.filter((common) => !bands.has(common));
  if (missing.length === 0) return bands;
  throw new ExpressionError(
    `${index.name} needs ${missing.join(" and ")}, and the bands are ${available.join(", ") || "none"}; name them with aliases`,
    { details: { index: index.name, formula: index.formula, missing, bands: [...available] } },
  );
}

function namesOf({ name, alternatives = [] }: SpectralIndex): string[] {
  return [name, ...alternatives];
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "");
}
