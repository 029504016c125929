import type { BandProfile, NamingRule } from "../product-profile.js";

/** A band of a built-in profile: measurements without scale, where `facts` do not say otherwise. */
export function band(name: string, facts: Partial<Omit<BandProfile, "name">> = {}): BandProfile {
  return { ...plainBand, ...facts, name };
}

/** A naming rule of a built-in profile. */
export function naming(rule: Pick<NamingRule, "file" | "scene"> & Partial<NamingRule>): NamingRule {
  return { ...plainRule, ...rule };
}

/** A centre and width from a band's edges, as sources give them that list no response curve. All in nanometres. */
export function between(lowNm: number, highNm: number): Pick<BandProfile, "wavelengthNm" | "fwhmNm"> {
  return { wavelengthNm: (lowNm + highNm) / 2, fwhmNm: highNm - lowNm };
}

/** A date in a name, `20230512`. */
export const DATE = "(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)";
/** A time of day in a name, `T185921`. */
export const TIME = "T(?<hour>\\d\\d)(?<minute>\\d\\d)(?<second>\\d\\d)";
/** A year and the day of it, `2023132`. */
export const DAY_OF_YEAR = "(?<year>\\d{4})(?<doy>\\d{3})";
/** The ending of a TIFF's name. */
export const TIFF = "\\.tiff?";

const plainBand: Omit<BandProfile, "name"> = {
  commonName: null,
  aliases: [],
  role: "data",
  wavelengthNm: null,
  fwhmNm: null,
  resolutionM: null,
  dtype: null,
  scale: 1,
  offset: 0,
  offsetSince: null,
  nodata: null,
  optional: false,
};

const plainRule: Omit<NamingRule, "file" | "scene"> = {
  folder: null,
  acquisition: null,
  tile: null,
  version: null,
  baseline: null,
  bandSet: null,
  bands: null,
  sidecar: null,
  offsetApplied: false,
};
