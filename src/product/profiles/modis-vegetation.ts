import type { BandProfile, ProductProfile } from "../product-profile.js";
import { band, between, DAY_OF_YEAR, naming, TIFF } from "./band.js";

/**
 * MODIS Vegetation Index User's Guide (MOD13 series, Collection 6.1), tables of data sets: types, scales, fill values.
 * Wavelengths: MODIS bands 1, 2, 3 and 7.
 */
function bandsAt(resolutionM: number): BandProfile[] {
  const index = { dtype: "int16", scale: 0.0001, nodata: -3000, resolutionM } as const;
  const reflectance = { dtype: "int16", scale: 0.0001, nodata: -1000, resolutionM, optional: true } as const;
  const angle = { role: "quality", dtype: "int16", scale: 0.01, resolutionM, optional: true } as const;
  return [
    band("NDVI", index),
    band("EVI", { ...index, optional: true }),
    band("VI_Quality", { role: "quality", dtype: "uint16", nodata: 65_535, resolutionM, optional: true }),
    band("red_reflectance", { ...reflectance, commonName: "red", ...between(620, 670) }),
    band("NIR_reflectance", { ...reflectance, commonName: "nir", ...between(841, 876) }),
    band("blue_reflectance", { ...reflectance, commonName: "blue", ...between(459, 479) }),
    band("MIR_reflectance", { ...reflectance, commonName: "swir22", ...between(2105, 2155) }),
    band("view_zenith_angle", { ...angle, nodata: -10_000 }),
    band("sun_zenith_angle", { ...angle, nodata: -10_000 }),
    band("relative_azimuth_angle", { ...angle, nodata: -4000 }),
    band("composite_day_of_the_year", { role: "quality", dtype: "int16", nodata: -1, resolutionM, optional: true }),
    band("pixel_reliability", { role: "mask", dtype: "int8", nodata: -1, resolutionM, optional: true }),
  ];
}

/** Time is the first of a composite's sixteen days. Terra's (MOD) and Aqua's (MYD) begin eight days apart. */
function vegetationProfile(product: "13Q1" | "13A1" | "13A2", grid: string, resolutionM: number): ProductProfile {
  const platform = `(?<platform>M[OY]D)${product}`;
  const layer = `${grid}_16_days_(?<band>[A-Za-z_]+)`;
  const tile = "(?<tile>h\\d\\dv\\d\\d)";
  return {
    profileVersion: 1,
    id: `modis_${product.toLowerCase()}`,
    title: `MODIS vegetation indices MOD${product} and MYD${product}, 16 days`,
    provider: "NASA",
    tiling: "fixed",
    onlyWhenNamed: false,
    bandSets: { vegetation: bandsAt(resolutionM) },
    namings: [
      // Planetary Computer and conversions of the HDF files: the granule's name, then the layer's.
      naming({
        file: `${platform}\\.A${DAY_OF_YEAR}\\.${tile}\\.(?<collection>\\d{3})\\.(?<produced>\\d{13})[._]${layer}${TIFF}`,
        scene: `{platform}${product}.A{year}{doy}.{tile}.{collection}.{produced}`,
        acquisition: `{platform}${product}.A{year}{doy}.{tile}`,
        tile: "{tile}",
        version: "{collection}.{produced}",
      }),
      // AppEEARS, of one area of interest; newer exports add a time of day to the day.
      naming({
        file: `${platform}\\.(?<collection>\\d{3})__${layer}_doy${DAY_OF_YEAR}(?:\\d{6})?(?:[._](?<area>aid\\d{4}))?${TIFF}`,
        scene: `{platform}${product}.A{year}{doy}.{collection}{area}`,
        acquisition: `{platform}${product}.A{year}{doy}.{area}`,
        version: "{collection}",
      }),
      // R's MODIS package.
      naming({
        file: `${platform}\\.A${DAY_OF_YEAR}\\.${layer}${TIFF}`,
        scene: `{platform}${product}.A{year}{doy}`,
      }),
      // MODIStsp.
      naming({
        file: `${platform}_(?<band>[A-Za-z_]+)_(?<year>\\d{4})_(?<doy>\\d{3})${TIFF}`,
        scene: `{platform}${product}.A{year}{doy}`,
      }),
    ],
    // MODIS Vegetation Index User's Guide, pixel reliability: 3 is cloudy.
    cloudRules: [{ band: "pixel_reliability", values: [3] }],
  };
}

/** Pixel sizes of the sinusoidal grid: a tile is 1111950.52 m wide and 4800, 2400 or 1200 pixels. */
export const modisVegetation: readonly ProductProfile[] = [
  vegetationProfile("13Q1", "250m", 231.656358),
  vegetationProfile("13A1", "500m", 463.312717),
  vegetationProfile("13A2", "1_km", 926.625433),
];
