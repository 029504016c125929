/**
 * Common band names of the STAC Electro-Optical extension (v2.0.0, "Common Band Names"), and what else people and
 * products call such a band.
 *
 * Upper and lower case and `_`, `-`, `.` and spaces do not count: `Red Edge 1` is `rededge1`. The other names are tried
 * in their order. Names that mean different wavelengths on different sensors (`B4`, `B5`) are in no list: those need
 * aliases.
 */
export const commonBands = {
  coastal: ["coastalaerosol", "coastalblue", "aerosol", "aerosols"],
  blue: [],
  green: [],
  yellow: [],
  red: [],
  /** Any band between red and near infrared: the shortest of those there are, where chlorophyll still absorbs. */
  rededge: ["rededge071", "rededge1", "re1", "re", "vegetationrededge", "vre", "rededge075", "rededge2", "rededge078"],
  rededge071: ["rededge1", "re1", "vre1"],
  rededge075: ["rededge2", "re2", "vre2"],
  rededge078: ["rededge3", "re3", "vre3"],
  /** Broad near infrared; the narrow band of HLS and Sentinel-2 (`nir08`, 8A) stands in for it. */
  nir: ["nir08", "nearinfrared", "nir1", "nirbroad", "narrownir", "nirnarrow", "nir8a"],
  nir08: ["narrownir", "nirnarrow", "nir8a", "nir", "nearinfrared"],
  nir09: ["nir2"],
  swir16: ["swir1", "shortwaveinfrared1", "swir"],
  swir22: ["swir2", "shortwaveinfrared2"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The name by which the catalogue of spectral indices calls a band. */
export type CommonBand = keyof typeof commonBands;

/** All of {@link CommonBand}. */
export const commonBandNames: readonly string[] = Object.keys(commonBands);

/**
 * The band of a dataset that a common name means; null where there is none.
 *
 * An alias decides; then a band of exactly this name, of this name in another spelling, and of its other names in their
 * order. Of two bands that are equally good the first is taken.
 *
 * @param aliases Common name → the dataset's own, for bands called by number.
 */
export function findCommonBand(
  common: CommonBand,
  available: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): string | null {
  if (Object.hasOwn(aliases, common)) return aliases[common]!;
  if (available.includes(common)) return common;
  const spellings = available.map(plainSpelling);
  for (const name of [common, ...commonBands[common]]) {
    const place = spellings.indexOf(name);
    if (place >= 0) return available[place]!;
  }
  return null;
}

function plainSpelling(name: string): string {
  return name.toLowerCase().replace(/[\s._-]+/g, "");
}
