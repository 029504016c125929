import type { BandProfile, NamingRule, ProductProfile } from "../product-profile.js";
import { band, naming, TIFF } from "./band.js";
import {
  collectionTwoCloudRules,
  collectionTwoQuality,
  type LandsatSensor,
  landsatSensors,
  levelOneBands,
  productIdentifier,
  sceneTemplates,
} from "./landsat-bands.js";

/** Angles of the sun and of sight in degrees: Landsat 8-9 Level 1 Data Format Control Book, scale 0.01. */
const angles: readonly BandProfile[] = ["SAA", "SZA", "VAA", "VZA"].map((name) =>
  band(name, { role: "quality", resolutionM: 30, dtype: "int16", scale: 0.01, optional: true }),
);

function namingsOf(bandSet: LandsatSensor): NamingRule[] {
  const id = productIdentifier(landsatSensors[bandSet].sensor, "L1TP|L1GT|L1GS", "02");
  const scene = { ...sceneTemplates("02"), bandSet };
  return [
    naming({ ...scene, file: `${id}_(?<band>[0-9A-Z_]+)${TIFF}` }),
    naming({ ...scene, file: `${id}_MTL\\.txt`, sidecar: "landsat_mtl_text" }),
    naming({ ...scene, file: `${id}_MTL\\.json`, sidecar: "landsat_mtl_json" }),
  ];
}

function bandsOf(sensor: LandsatSensor): BandProfile[] {
  return [...levelOneBands(sensor), ...collectionTwoQuality, ...angles];
}

/** Landsat Collection 2 Level 1, numbers at the top of the atmosphere, Landsat 4, 5, 7, 8 and 9. */
export const landsatC2L1: ProductProfile = {
  profileVersion: 1,
  id: "landsat_c2_l1",
  title: "Landsat Collection 2 Level-1",
  provider: "USGS",
  tiling: "free",
  onlyWhenNamed: false,
  bandSets: { oli_tirs: bandsOf("oli_tirs"), etm: bandsOf("etm"), tm: bandsOf("tm") },
  namings: [...namingsOf("oli_tirs"), ...namingsOf("etm"), ...namingsOf("tm")],
  cloudRules: collectionTwoCloudRules,
};
