import type { BandProfile } from "../product-profile.js";
import { band, DATE, TIME } from "./band.js";

/**
 * From processing baseline 04.00 on, which came into use on 2022-01-25, pixels hold 1000 more than before, so that dark
 * ones need not be cut off at 0. ESA, "Copernicus Sentinel-2: Major Products Upgrade Upcoming" (2021); the metadata's
 * BOA_ADD_OFFSET and RADIO_ADD_OFFSET.
 */
const offsetSince = { version: "04.00", date: "2022-01-25", offset: -0.1 } as const;

/**
 * name, common name, aliases, centre and width in nanometres (Sentinel-2A: SentiWiki, "S2 Mission", spatial and spectral
 * resolution; 2B and 2C differ by less than 17 nm), resolution in metres. Aliases: Earth Search's asset names.
 */
const table = [
  ["B01", "coastal", ["B1"], 442.7, 20, 60],
  ["B02", "blue", ["B2"], 492.7, 65, 10],
  ["B03", "green", ["B3"], 559.8, 35, 10],
  ["B04", "red", ["B4"], 664.6, 30, 10],
  ["B05", "rededge071", ["B5", "rededge1"], 704.1, 14, 20],
  ["B06", "rededge075", ["B6", "rededge2"], 740.5, 14, 20],
  ["B07", "rededge078", ["B7", "rededge3"], 782.8, 19, 20],
  ["B08", "nir", ["B8"], 832.8, 105, 10],
  ["B8A", "nir08", [], 864.7, 21, 20],
  ["B09", "nir09", ["B9"], 945.1, 19, 60],
  ["B10", "cirrus", [], 1373.5, 29, 60],
  ["B11", "swir16", [], 1613.7, 90, 20],
  ["B12", "swir22", [], 2202.4, 174, 20],
] as const;

/** Sentinel-2's thirteen bands as reflectance: quantification 10000, 0 is no data (Products Specification Document). */
export function sentinel2Bands(): BandProfile[] {
  return table.map(([name, commonName, aliases, wavelengthNm, fwhmNm, resolutionM]) =>
    band(name, {
      commonName,
      aliases,
      wavelengthNm,
      fwhmNm,
      resolutionM,
      dtype: "uint16",
      scale: 0.0001,
      offsetSince,
      nodata: 0,
    }),
  );
}

/** The bands of MSK_CLASSI_B00, in its order: 1 is yes. Since baseline 04.00; at 60 m. */
export const classificationMasks: readonly BandProfile[] = ["CLASSI_opaque", "CLASSI_cirrus", "CLASSI_snow"].map(
  (name) => band(name, { role: "mask", resolutionM: 60, dtype: "uint8", optional: true }),
);

/** A product's folder, `S2B_MSIL2A_20230512T185921_N0509_R013_T10SEG_20230512T232213.SAFE`; 9999 is no baseline of ESA's. */
function safeFolder(level: "L1C" | "L2A"): string {
  return (
    `(?<platform>S2[A-D])_MSI${level}_${DATE}${TIME}_N(?<processing>9999|(?<major>\\d\\d)(?<minor>\\d\\d))_` +
    "R(?<orbit>\\d{3})_T(?<tile>[0-9A-Z]{5})_(?<discriminator>\\d{8}T\\d{6})(?:\\.SAFE)?"
  );
}

/**
 * Templates for what is in such a folder. Two products of one acquisition and baseline are its two datastrips, neither
 * of them newer: the discriminator is no part of the version.
 */
export function safeTemplates(level: "L1C" | "L2A") {
  const sensed = "{year}{month}{day}T{hour}{minute}{second}";
  return {
    folder: safeFolder(level),
    scene: `{platform}_MSI${level}_${sensed}_N{processing}_R{orbit}_T{tile}_{discriminator}`,
    acquisition: `{platform}_MSI${level}_${sensed}_R{orbit}_T{tile}`,
    tile: "{tile}",
    version: "{major}.{minor}",
    baseline: "{major}.{minor}",
  };
}

/** A file of a granule, up to its band: `T10SEG_20230512T185921_`. */
export const GRANULE = `T(?<tile>[0-9A-Z]{5})_${DATE}${TIME}_`;
/** ESA's own JPEG 2000, or a TIFF made of it. */
export const IMAGE = "\\.(?:jp2|tiff?)";
