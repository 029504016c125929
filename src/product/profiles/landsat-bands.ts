import type { BandProfile } from "../product-profile.js";
import { band, between, DATE } from "./band.js";

type SpectralRow = readonly [
  number: string,
  commonName: string | null,
  aliases: readonly string[],
  wavelengthNm: number,
  fwhmNm: number,
  resolutionM: number,
];

function row(
  number: string,
  commonName: string | null,
  aliases: readonly string[],
  lowNm: number,
  highNm: number,
  resolutionM = 30,
): SpectralRow {
  const { wavelengthNm, fwhmNm } = between(lowNm, highNm);
  return [number, commonName, aliases, wavelengthNm ?? 0, fwhmNm ?? 0, resolutionM];
}

/**
 * Landsat 8 and 9. OLI: centres and widths from Barsi et al., "The Spectral Response of the Landsat-8 Operational Land
 * Imager" (Remote Sensing 2014, 6, 10232), table 2. TIRS: edges from USGS, "What are the band designations for the
 * Landsat satellites?". Pixels as delivered: TIRS sees 100 m and is resampled to 30.
 */
const oliTirs: readonly SpectralRow[] = [
  ["1", "coastal", [], 442.96, 15.98, 30],
  ["2", "blue", [], 482.04, 60.04, 30],
  ["3", "green", [], 561.41, 57.33, 30],
  ["4", "red", [], 654.59, 37.47, 30],
  ["5", "nir08", ["nir"], 864.67, 28.25, 30],
  ["6", "swir16", ["swir1"], 1608.86, 84.72, 30],
  ["7", "swir22", ["swir2"], 2200.73, 186.66, 30],
  ["8", "pan", [], 589.5, 172.4, 15],
  ["9", "cirrus", [], 1373.43, 20.39, 30],
  row("10", "lwir11", [], 10_600, 11_190),
  row("11", "lwir12", [], 11_500, 12_510),
];

/** Landsat 7, edges from the same page. Its two thermal files are one band at low and at high gain. */
const etm: readonly SpectralRow[] = [
  row("1", "blue", [], 450, 520),
  row("2", "green", [], 520, 600),
  row("3", "red", [], 630, 690),
  row("4", "nir08", ["nir"], 770, 900),
  row("5", "swir16", ["swir1"], 1550, 1750),
  row("6_VCID_1", "lwir", [], 10_400, 12_500),
  row("6_VCID_2", null, [], 10_400, 12_500),
  row("7", "swir22", ["swir2"], 2090, 2350),
  row("8", "pan", [], 520, 900, 15),
];

/** Landsat 4 and 5, edges from the same page. */
const tm: readonly SpectralRow[] = [
  row("1", "blue", [], 450, 520),
  row("2", "green", [], 520, 600),
  row("3", "red", [], 630, 690),
  row("4", "nir08", ["nir"], 760, 900),
  row("5", "swir16", ["swir1"], 1550, 1750),
  row("6", "lwir", [], 10_400, 12_500),
  row("7", "swir22", ["swir2"], 2080, 2350),
];

/** Sensors of Landsat by the set that their bands are in, and what their names begin with. */
export const landsatSensors = {
  oli_tirs: { rows: oliTirs, sensor: "L[CO]0[89]" },
  etm: { rows: etm, sensor: "LE07" },
  tm: { rows: tm, sensor: "LT0[45]" },
} as const;

/** A name of {@link landsatSensors}. */
export type LandsatSensor = keyof typeof landsatSensors;

/** The spectral bands of a sensor in order, as `facts` complete them; rows that it has no facts for are left out. */
export function landsatBands(
  sensor: LandsatSensor,
  facts: (number: string) => (Partial<BandProfile> & { name: string }) | null,
): BandProfile[] {
  return landsatSensors[sensor].rows.flatMap(([number, commonName, aliases, wavelengthNm, fwhmNm, resolutionM]) => {
    const own = facts(number);
    if (own === null) return [];
    const all = [...aliases, ...(own.aliases ?? [])];
    return [band(own.name, { commonName, wavelengthNm, fwhmNm, resolutionM, ...own, aliases: all })];
  });
}

/** Bands of Level 1 as numbers: 0 is fill; gains differ from scene to scene and stand in its MTL file. */
export function levelOneBands(sensor: LandsatSensor): BandProfile[] {
  return landsatBands(sensor, (number) => ({
    name: `B${number}`,
    dtype: sensor === "oli_tirs" ? "uint16" : "uint8",
    nodata: 0,
    // LO08 scenes, taken while TIRS was off, have no thermal bands.
    optional: sensor === "oli_tirs" && (number === "10" || number === "11"),
  }));
}

/** Templates of a scene of a collection: a later processing date, then a tier in place of real time, is newer. */
export function sceneTemplates(collection: "01" | "02") {
  return {
    scene: `{sensor}_{level}_{tile}_{year}{month}{day}_{processed}_${collection}_{category}`,
    acquisition: "{sensor}_{tile}_{year}{month}{day}",
    tile: "{tile}",
    version: "{processed}_{category}",
  };
}

/** A product identifier: sensor, level, path and row, date, processing date, collection, category. */
export function productIdentifier(sensor: string, levels: string, collection: "01" | "02"): string {
  return (
    `(?<sensor>${sensor})_(?<level>${levels})_(?<tile>\\d{6})_${DATE}_(?<processed>\\d{8})_${collection}_` +
    "(?<category>RT|T1|T2)"
  );
}

/** Collection 2's pixel quality: bit 0 is fill, and 1, fill alone, is its nodata. Level-2 Science Product Guide. */
export const collectionTwoQuality: readonly BandProfile[] = [
  band("QA_PIXEL", { role: "mask", resolutionM: 30, dtype: "uint16", nodata: 1 }),
  band("QA_RADSAT", { role: "quality", resolutionM: 30, dtype: "uint16", optional: true }),
];

/** Landsat 8-9 Collection 2 Level 2 Science Product Guide, pixel quality: dilated cloud, cirrus, cloud, cloud shadow. */
export const collectionTwoCloudRules = [{ band: "QA_PIXEL", bits: [1, 2, 3, 4] }];
