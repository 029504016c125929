import type { BandProfile, NamingRule, ProductProfile } from "../product-profile.js";
import { band, DATE, naming, TIFF } from "./band.js";
import {
  type LandsatSensor,
  landsatSensors,
  levelOneBands,
  productIdentifier,
  sceneTemplates,
} from "./landsat-bands.js";

function bandsOf(sensor: LandsatSensor): BandProfile[] {
  // Bit 0 is fill, and 1, fill alone, is its nodata.
  return [...levelOneBands(sensor), band("BQA", { role: "mask", resolutionM: 30, dtype: "uint16", nodata: 1 })];
}

function namingsOf(bandSet: LandsatSensor): NamingRule[] {
  const { sensor } = landsatSensors[bandSet];
  const id = productIdentifier(sensor, "L1TP|L1GT|L1GS", "01");
  const scene = { ...sceneTemplates("01"), bandSet };
  const bands = "(?<band>B(?:\\d{1,2}|6_VCID_[12]|QA))";
  return [
    naming({ ...scene, file: `${id}_${bands}${TIFF}` }),
    naming({ ...scene, file: `${id}_MTL\\.txt`, sidecar: "landsat_mtl_text" }),
    naming({ ...scene, file: `${id}_MTL\\.json`, sidecar: "landsat_mtl_json" }),
    // Shortened names: what they leave out is in the folder's.
    naming({
      ...scene,
      file: `(?:(?<sensor>${sensor})_(?<level>L1TP|L1GT|L1GS)_(?<tile>\\d{6})_${DATE}_)?${bands}${TIFF}`,
      folder: id,
    }),
  ];
}

/** Landsat Collection 1 Level 1, numbers at the top of the atmosphere, Landsat 4, 5, 7 and 8. No longer produced. */
export const landsatC1: ProductProfile = {
  profileVersion: 1,
  id: "landsat_c1",
  title: "Landsat Collection 1 Level-1",
  provider: "USGS",
  tiling: "free",
  onlyWhenNamed: false,
  bandSets: { oli_tirs: bandsOf("oli_tirs"), etm: bandsOf("etm"), tm: bandsOf("tm") },
  namings: [...namingsOf("oli_tirs"), ...namingsOf("etm"), ...namingsOf("tm")],
  // Landsat Collection 1 Level-1 quality assessment band: cloud; cloud shadow and cirrus of high confidence.
  cloudRules: [
    { band: "BQA", bits: [4] },
    { band: "BQA", bitRange: [7, 8], values: [3] },
    { band: "BQA", bitRange: [11, 12], values: [3] },
  ],
};
