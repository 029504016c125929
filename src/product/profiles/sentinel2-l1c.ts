import type { ProductProfile } from "../product-profile.js";
import { DATE, naming, TIME } from "./band.js";
import { classificationMasks, GRANULE, IMAGE, safeTemplates, sentinel2Bands } from "./sentinel2-bands.js";

const safe = safeTemplates("L1C");

/**
 * Names before December 2016 (Products Specification Document, long format): the file's date is that of its making, the
 * folder's `V` that of sensing.
 */
const longFolder =
  `(?<platform>S2A)_OPER_PRD_MSIL1C_PDMC_(?<made>\\d{8}T\\d{6})_R(?<orbit>\\d{3})_V${DATE}${TIME}_` +
  "\\d{8}T\\d{6}(?:\\.SAFE)?";
const longFile = `S2A_OPER_MSI_L1C_TL_[A-Z0-9]{3}_{1,2}\\d{8}T\\d{6}_A\\d{6}_T(?<tile>[0-9A-Z]{5})_(?<band>B[0-9A]{2})${IMAGE}`;

/** Sentinel-2 Level-1C, reflectance at the top of the atmosphere: SAFE folders. */
export const sentinel2L1c: ProductProfile = {
  profileVersion: 1,
  id: "sentinel2_l1c",
  title: "Sentinel-2 Level-1C top-of-atmosphere reflectance",
  provider: "ESA/Copernicus",
  tiling: "fixed",
  onlyWhenNamed: false,
  bandSets: { msi: [...sentinel2Bands(), ...classificationMasks] },
  namings: [
    naming({ ...safe, file: `${GRANULE}(?<band>B[0-9A]{2})${IMAGE}` }),
    naming({ ...safe, file: `MSK_CLASSI_B00${IMAGE}`, bands: classificationMasks.map(({ name }) => name) }),
    naming({ ...safe, file: "MTD_MSIL1C\\.xml", sidecar: "sentinel2_product_xml" }),
    naming({ ...safe, file: "MTD_TL\\.xml", sidecar: "sentinel2_tile_xml" }),
    naming({
      file: longFile,
      folder: longFolder,
      scene: "{platform}_MSIL1C_{year}{month}{day}T{hour}{minute}{second}_R{orbit}_T{tile}_{made}",
      acquisition: "{platform}_MSIL1C_{year}{month}{day}T{hour}{minute}{second}_R{orbit}_T{tile}",
      tile: "{tile}",
    }),
    // Level-1C files name no resolution: that is what tells them from those of Level-2A.
    naming({
      file: `${GRANULE}(?<band>B[0-9A]{2})${IMAGE}`,
      scene: "T{tile}_{year}{month}{day}T{hour}{minute}{second}_L1C",
      tile: "{tile}",
    }),
  ],
  // Products Specification Document 14.9, MSK_CLASSI: opaque clouds, cirrus.
  cloudRules: [
    { band: "CLASSI_opaque", values: [1] },
    { band: "CLASSI_cirrus", values: [1] },
  ],
};
