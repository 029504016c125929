import type { BandProfile, NamingRule, ProductProfile } from "../product-profile.js";
import { band, between, DATE, naming, TIFF } from "./band.js";

/** Planet, PSScene asset specification: surface reflectance times 10000, 0 is no data; 3 m pixels. */
const reflectance = { dtype: "uint16", scale: 0.0001, nodata: 0, resolutionM: 3 } as const;
const names = (bands: readonly BandProfile[]) => bands.map(({ name }) => name);

/** SuperDove (PSB.SD), Planet, "Understanding PlanetScope Instruments": centres and widths. */
const superDove: readonly BandProfile[] = [
  band("coastal_blue", { ...reflectance, commonName: "coastal", wavelengthNm: 443, fwhmNm: 20 }),
  band("blue", { ...reflectance, commonName: "blue", wavelengthNm: 490, fwhmNm: 50 }),
  band("green_i", { ...reflectance, commonName: "green05", wavelengthNm: 531, fwhmNm: 36 }),
  band("green", { ...reflectance, commonName: "green", wavelengthNm: 565, fwhmNm: 36 }),
  band("yellow", { ...reflectance, commonName: "yellow", wavelengthNm: 610, fwhmNm: 20 }),
  band("red", { ...reflectance, commonName: "red", wavelengthNm: 665, fwhmNm: 31 }),
  band("rededge", { ...reflectance, commonName: "rededge071", wavelengthNm: 705, fwhmNm: 15 }),
  band("nir", { ...reflectance, commonName: "nir", wavelengthNm: 865, fwhmNm: 40 }),
];

/** Dove Classic (PS2), the same page: edges. Four-band files of SuperDoves are narrower. */
const fourBand: readonly BandProfile[] = [
  band("blue", { ...reflectance, commonName: "blue", ...between(455, 515) }),
  band("green", { ...reflectance, commonName: "green", ...between(500, 590) }),
  band("red", { ...reflectance, commonName: "red", ...between(590, 670) }),
  band("nir", { ...reflectance, commonName: "nir", ...between(780, 860) }),
];

/** Usable data mask 2, Planet, PSScene band metadata of `ortho_udm2`: 1 is yes; confidence in percent; udm1 bits. */
const usableData: readonly BandProfile[] = [
  band("clear", { role: "mask" }),
  band("snow", { role: "mask" }),
  band("shadow", { role: "mask" }),
  band("haze_light", { role: "mask", aliases: ["light_haze"] }),
  band("haze_heavy", { role: "mask", aliases: ["heavy_haze"] }),
  band("cloud", { role: "mask" }),
  band("confidence", { role: "mask" }),
  band("udm1", { role: "mask" }),
].map((mask) => ({ ...mask, dtype: "uint8", resolutionM: 3, optional: true }));

/** The first usable data mask, of one band: bit 0 is no data, bit 1 cloud. */
const oldMask = band("udm", { role: "mask", dtype: "uint8", resolutionM: 3, optional: true });

/** What Planet's orders append for each tool that was applied and left the bands as they are. */
const tools = "(?:_clip)?(?:_reproject)?(?:_file_format)?";
const SATELLITE = "(?<satellite>[0-9a-f]{4})";
/** Hundredths of a second count; the one digit of some names of 2016 and 2017 does not. */
const item = `(?<scene>${DATE}_(?<hour>\\d\\d)(?<minute>\\d\\d)(?<second>\\d\\d)_(?:(?<fraction>\\d\\d)_|\\d_)?${SATELLITE})`;
const tileItem = `(?<scene>(?<strip>\\d{5,8})_(?<tile>\\d{7})_(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)_${SATELLITE})`;

const scene = { scene: "{scene}" };
const tiled = { scene: "{scene}", tile: "{tile}", bandSet: "four_band" };

const namings: readonly NamingRule[] = [
  naming({ ...scene, file: `${item}_3B_AnalyticMS_SR_8b(?:_harmonized)?${tools}${TIFF}`, bands: names(superDove) }),
  naming({
    ...scene,
    file: `${item}_3B_AnalyticMS_SR(?:_harmonized)?${tools}${TIFF}`,
    bandSet: "four_band",
    bands: names(fourBand),
  }),
  naming({ ...scene, file: `${item}_3B_udm2${tools}${TIFF}`, bands: names(usableData) }),
  naming({ ...scene, file: `${item}_3B_AnalyticMS(?:_8b)?_DN_udm${tools}${TIFF}`, bands: [oldMask.name] }),
  naming({ ...scene, file: `${item}(?:_metadata)?\\.json`, sidecar: "planet_json" }),
  naming({ ...tiled, file: `${tileItem}_BGRN_SR${tools}${TIFF}`, bands: names(fourBand) }),
  naming({ ...tiled, file: `${tileItem}_udm2${tools}${TIFF}`, bands: names(usableData) }),
  naming({ ...tiled, file: `${tileItem}_BGRN_DN_udm${tools}${TIFF}`, bands: [oldMask.name] }),
  naming({ ...tiled, file: `${tileItem}(?:_metadata)?\\.json`, sidecar: "planet_json" }),
];

/** PlanetScope surface reflectance: PSScene of 8 and 4 bands, PSScene4Band and PSOrthoTile, with their masks. */
export const planetSr: ProductProfile = {
  profileVersion: 1,
  id: "planet_sr",
  title: "PlanetScope surface reflectance",
  provider: "Planet Labs",
  tiling: "free",
  onlyWhenNamed: false,
  bandSets: {
    superdove: [...superDove, ...usableData, oldMask],
    four_band: [...fourBand, ...usableData, oldMask],
  },
  namings,
  // Planet, usable data mask 2, band 1: 0 is not clear.
  cloudRules: [{ band: "clear", values: [0] }],
};
