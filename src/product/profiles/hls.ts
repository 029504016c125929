import type { BandProfile, ProductProfile } from "../product-profile.js";
import { band, between, DAY_OF_YEAR, naming, TIFF, TIME } from "./band.js";

/**
 * Scales, fill values and types: HLS Product User Guide 2.0, tables of L30 and S30 bands. Reflectance at 30 m on the
 * tiles of Sentinel-2; temperatures in degrees Celsius.
 */
const reflectance = { dtype: "int16", scale: 0.0001, nodata: -9999, resolutionM: 30 } as const;
const temperature = { dtype: "int16", scale: 0.01, nodata: -9999, resolutionM: 30 } as const;

const quality: readonly BandProfile[] = [
  band("Fmask", { role: "mask", dtype: "uint8", nodata: 255, resolutionM: 30 }),
  ...["SZA", "SAA", "VZA", "VAA"].map((name) =>
    band(name, { role: "quality", dtype: "uint16", scale: 0.01, nodata: 40_000, resolutionM: 30, optional: true }),
  ),
];

/** The guide's edges of bands of OLI and TIRS; names are those of OLI with two digits. */
const landsat: readonly BandProfile[] = [
  band("B01", { ...reflectance, commonName: "coastal", ...between(430, 450) }),
  band("B02", { ...reflectance, commonName: "blue", ...between(450, 510) }),
  band("B03", { ...reflectance, commonName: "green", ...between(530, 590) }),
  band("B04", { ...reflectance, commonName: "red", ...between(640, 670) }),
  band("B05", { ...reflectance, commonName: "nir08", aliases: ["nir"], ...between(850, 880) }),
  band("B06", { ...reflectance, commonName: "swir16", ...between(1570, 1650) }),
  band("B07", { ...reflectance, commonName: "swir22", ...between(2110, 2290) }),
  band("B09", { ...reflectance, commonName: "cirrus", ...between(1360, 1380) }),
  band("B10", { ...temperature, commonName: "lwir11", ...between(10_600, 11_190) }),
  band("B11", { ...temperature, commonName: "lwir12", ...between(11_500, 12_510) }),
];

/** The guide's edges of bands of MSI. */
const sentinel: readonly BandProfile[] = [
  band("B01", { ...reflectance, commonName: "coastal", ...between(430, 450) }),
  band("B02", { ...reflectance, commonName: "blue", ...between(450, 510) }),
  band("B03", { ...reflectance, commonName: "green", ...between(530, 590) }),
  band("B04", { ...reflectance, commonName: "red", ...between(640, 670) }),
  band("B05", { ...reflectance, commonName: "rededge071", ...between(690, 710) }),
  band("B06", { ...reflectance, commonName: "rededge075", ...between(730, 750) }),
  band("B07", { ...reflectance, commonName: "rededge078", ...between(770, 790) }),
  band("B08", { ...reflectance, commonName: "nir", ...between(780, 880) }),
  band("B8A", { ...reflectance, commonName: "nir08", ...between(850, 880) }),
  band("B09", { ...reflectance, commonName: "nir09", ...between(930, 950) }),
  band("B10", { ...reflectance, commonName: "cirrus", ...between(1360, 1380) }),
  band("B11", { ...reflectance, commonName: "swir16", ...between(1570, 1650) }),
  band("B12", { ...reflectance, commonName: "swir22", ...between(2110, 2290) }),
];

function hlsProfile(product: "L30" | "S30", bands: readonly BandProfile[], title: string): ProductProfile {
  return {
    profileVersion: 1,
    id: `hls_${product.toLowerCase()}`,
    title,
    provider: "NASA",
    tiling: "fixed",
    onlyWhenNamed: false,
    bandSets: { [product.toLowerCase()]: [...bands, ...quality] },
    namings: [
      naming({
        file:
          `HLS\\.${product}\\.T(?<tile>[0-9A-Z]{5})\\.${DAY_OF_YEAR}${TIME}\\.` +
          `v(?<version>\\d\\.\\d)\\.(?<band>[0-9A-Za-z]+)${TIFF}`,
        scene: `HLS.${product}.T{tile}.{year}{doy}T{hour}{minute}{second}.v{version}`,
        acquisition: `HLS.${product}.T{tile}.{year}{doy}T{hour}{minute}{second}`,
        tile: "{tile}",
        version: "{version}",
      }),
    ],
    // HLS Product User Guide 2.0, quality assessment layer: cloud, beside cloud or shadow, cloud shadow.
    cloudRules: [{ band: "Fmask", bits: [1, 2, 3] }],
  };
}

/** Harmonized Landsat, 30 m. */
export const hlsL30: ProductProfile = hlsProfile("L30", landsat, "Harmonized Landsat Sentinel-2: Landsat 8 and 9");

/** Harmonized Sentinel-2, 30 m. */
export const hlsS30: ProductProfile = hlsProfile("S30", sentinel, "Harmonized Landsat Sentinel-2: Sentinel-2");
