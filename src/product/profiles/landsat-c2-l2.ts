import type { BandProfile, NamingRule, ProductProfile } from "../product-profile.js";
import { band, DATE, naming, TIFF } from "./band.js";
import {
  collectionTwoCloudRules,
  collectionTwoQuality,
  type LandsatSensor,
  landsatBands,
  landsatSensors,
  productIdentifier,
  sceneTemplates,
} from "./landsat-bands.js";

/** Number of the band that surface temperature is made of. */
const thermal = { oli_tirs: "10", etm: "6_VCID_1", tm: "6" } as const;
/** Bands without surface reflectance: panchromatic, cirrus, thermal. */
const withoutReflectance = { oli_tirs: ["8", "9", "11"], etm: ["8", "6_VCID_2"], tm: [] as string[] } as const;

/**
 * Scales and fill values: USGS, Landsat 8-9 and 4-7 Collection 2 Level 2 Science Product Guides, tables of product
 * specifications. Reflectance 0.0000275 · pixel − 0.2; temperature 0.00341802 · pixel + 149.0, in kelvin.
 */
function bandsOf(sensor: LandsatSensor): BandProfile[] {
  const spectral = landsatBands(sensor, (number) => {
    if (withoutReflectance[sensor].some((other) => other === number)) return null;
    if (number === thermal[sensor]) return temperature(sensor === "oli_tirs" ? "ST_B10" : "ST_B6");
    return {
      name: `SR_B${number}`,
      aliases: [`B${number}`],
      dtype: "uint16",
      scale: 0.0000275,
      offset: -0.2,
      nodata: 0,
    };
  });
  return [...spectral, ...reflectanceQuality(sensor), ...temperatureQuality(), ...collectionTwoQuality];
}

/** Missing in L2SR products, where no temperature could be computed. */
function temperature(name: string) {
  return { name, dtype: "uint16", scale: 0.00341802, offset: 149, nodata: 0, optional: true } as const;
}

function reflectanceQuality(sensor: LandsatSensor): BandProfile[] {
  const quality = { role: "quality", resolutionM: 30, optional: true } as const;
  if (sensor === "oli_tirs") return [band("SR_QA_AEROSOL", { ...quality, dtype: "uint8", nodata: 1 })];
  return [
    band("SR_ATMOS_OPACITY", { ...quality, dtype: "int16", scale: 0.001, nodata: -9999 }),
    band("SR_CLOUD_QA", { ...quality, dtype: "uint8" }),
  ];
}

/** Name and scale: uncertainty in kelvin, radiances in W/(m² sr µm), transmittance, emissivities, kilometres to a cloud. */
const temperatureFigures = [
  ["ST_QA", 0.01],
  ["ST_TRAD", 0.001],
  ["ST_URAD", 0.001],
  ["ST_DRAD", 0.001],
  ["ST_ATRAN", 0.0001],
  ["ST_EMIS", 0.0001],
  ["ST_EMSD", 0.0001],
  ["ST_CDIST", 0.01],
] as const;

function temperatureQuality(): BandProfile[] {
  return temperatureFigures.map(([name, scale]) =>
    band(name, { role: "quality", resolutionM: 30, dtype: "int16", scale, nodata: -9999, optional: true }),
  );
}

function namingsOf(bandSet: LandsatSensor): NamingRule[] {
  const { sensor } = landsatSensors[bandSet];
  const id = productIdentifier(sensor, "L2SP|L2SR", "02");
  const scene = { ...sceneTemplates("02"), bandSet };
  return [
    naming({ ...scene, file: `${id}_(?<band>[0-9A-Z_]+)${TIFF}` }),
    naming({ ...scene, file: `${id}_MTL\\.txt`, sidecar: "landsat_mtl_text" }),
    naming({ ...scene, file: `${id}_MTL\\.json`, sidecar: "landsat_mtl_json" }),
    // U.S. Analysis Ready Data: the same bands on the tiles of an Albers grid. USGS, Landsat ARD Data Format Control Book.
    naming({
      file: `(?<sensor>${sensor})_(?<region>CU|AK|HI)_(?<tile>\\d{6})_${DATE}_(?<processed>\\d{8})_02_(?<band>[0-9A-Z_]+)${TIFF}`,
      scene: "{sensor}_{region}_{tile}_{year}{month}{day}_{processed}_02",
      acquisition: "{sensor}_{region}_{tile}_{year}{month}{day}",
      tile: "{region}_{tile}",
      version: "{processed}",
      bandSet,
    }),
  ];
}

/** Landsat Collection 2 Level 2, surface reflectance and temperature, Landsat 4, 5, 7, 8 and 9. */
export const landsatC2L2: ProductProfile = {
  profileVersion: 1,
  id: "landsat_c2_l2",
  title: "Landsat Collection 2 Level-2 surface reflectance and temperature",
  provider: "USGS",
  tiling: "free",
  onlyWhenNamed: false,
  bandSets: { oli_tirs: bandsOf("oli_tirs"), etm: bandsOf("etm"), tm: bandsOf("tm") },
  namings: [...namingsOf("oli_tirs"), ...namingsOf("etm"), ...namingsOf("tm")],
  cloudRules: collectionTwoCloudRules,
};
