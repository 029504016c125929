import type { ProductProfile } from "../product-profile.js";
import { band, DATE, naming, TIFF, TIME } from "./band.js";
import { classificationMasks, GRANULE, IMAGE, safeTemplates, sentinel2Bands } from "./sentinel2-bands.js";

const safe = safeTemplates("L2A");

/** `S2B_10SEG_20230512_0_L2A`: Earth Search's collection sentinel-2-l2a, bucket sentinel-cogs. */
const earthSearchId = `(?<platform>S2[A-D])_(?<tile>\\d{1,2}[A-Z]{3})_${DATE}_(?<sequence>\\d+)_L2A`;
/**
 * The sequence counts products of one tile and day, be they datastrips or reprocessings, so it is no version. Pixels of
 * newer baselines come with the 1000 taken off already, whatever raster:bands says (Element84/earth-search, issues 9, 23
 * and 71); scenes of late January 2022 may differ (issue 66).
 */
const earthSearch = {
  scene: "{platform}_{tile}_{year}{month}{day}_{sequence}_L2A",
  tile: "{tile}",
  offsetApplied: true,
};

/** `S2B_T10SEG_20230512T190716_L2A`: its collection sentinel-2-c1-l2a, which holds baseline 05.00 and newer, unaltered. */
const collectionOneId = `(?<platform>S2[A-D])_T(?<tile>[0-9A-Z]{5})_${DATE}${TIME}_L2A`;
const collectionOne = {
  scene: "{platform}_T{tile}_{year}{month}{day}T{hour}{minute}{second}_L2A",
  tile: "{tile}",
  baseline: "05.00",
};

const assetBand = "(?<band>[0-9A-Z]+)";

/** Sentinel-2 Level-2A, surface reflectance: SAFE folders, Planetary Computer, Earth Search. */
export const sentinel2L2a: ProductProfile = {
  profileVersion: 1,
  id: "sentinel2_l2a",
  title: "Sentinel-2 Level-2A surface reflectance",
  provider: "ESA/Copernicus",
  tiling: "fixed",
  onlyWhenNamed: false,
  bandSets: {
    msi: [
      // Band 10 sees no ground: Level-2A leaves it out.
      ...sentinel2Bands().filter(({ name }) => name !== "B10"),
      band("SCL", { role: "mask", resolutionM: 20, dtype: "uint8", nodata: 0 }),
      // Quantification 1000: AOT_ and WVP_QUANTIFICATION_VALUE. Water vapour is in centimetres.
      band("AOT", { role: "quality", resolutionM: 10, dtype: "uint16", scale: 0.001, optional: true }),
      band("WVP", { role: "quality", resolutionM: 10, dtype: "uint16", scale: 0.001, optional: true }),
      // Probabilities in percent.
      band("CLDPRB", { aliases: ["cloud", "CLD"], role: "quality", resolutionM: 20, dtype: "uint8", optional: true }),
      band("SNWPRB", { aliases: ["snow", "SNW"], role: "quality", resolutionM: 20, dtype: "uint8", optional: true }),
      ...classificationMasks,
    ],
  },
  namings: [
    naming({ ...safe, file: `(?:L2A_)?${GRANULE}(?<band>[0-9A-Z]{3})_(?<resolution>10|20|60)m${IMAGE}` }),
    naming({ ...safe, file: `MSK_(?<band>CLDPRB|SNWPRB)_(?<resolution>20|60)m${IMAGE}` }),
    naming({ ...safe, file: `MSK_CLASSI_B00${IMAGE}`, bands: classificationMasks.map(({ name }) => name) }),
    naming({ ...safe, file: "MTD_MSIL2A\\.xml", sidecar: "sentinel2_product_xml" }),
    naming({ ...safe, file: "MTD_TL\\.xml", sidecar: "sentinel2_tile_xml" }),
    naming({
      file: `(?:L2A_)?${GRANULE}(?<band>[0-9A-Z]{3})_(?<resolution>10|20|60)m${IMAGE}`,
      scene: "T{tile}_{year}{month}{day}T{hour}{minute}{second}_L2A",
      tile: "{tile}",
    }),
    naming({ ...earthSearch, file: `${assetBand}${TIFF}`, folder: earthSearchId }),
    naming({ ...earthSearch, file: `${earthSearchId}_${assetBand}${TIFF}` }),
    naming({ ...earthSearch, file: "granule_metadata\\.xml", folder: earthSearchId, sidecar: "sentinel2_tile_xml" }),
    naming({ ...collectionOne, file: `${assetBand}(?:_(?<resolution>20)m)?${TIFF}`, folder: collectionOneId }),
    naming({ ...collectionOne, file: `${collectionOneId}_${assetBand}${TIFF}` }),
    naming({
      ...collectionOne,
      file: "granule_metadata\\.xml",
      folder: collectionOneId,
      sidecar: "sentinel2_tile_xml",
    }),
    naming({
      ...collectionOne,
      file: "product_metadata\\.xml",
      folder: collectionOneId,
      sidecar: "sentinel2_product_xml",
    }),
  ],
  // Level-2A Algorithm Theoretical Basis Document, scene classification: cloud shadow, cloud of medium and high
  // probability, thin cirrus.
  cloudRules: [{ band: "SCL", values: [3, 8, 9, 10] }],
};
