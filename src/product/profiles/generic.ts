import type { ProductProfile } from "../product-profile.js";
import { band, naming, TIFF } from "./band.js";

/** A date in a file's name, and a time of day where it has one: `20230512`, `2023-05-12T10-15-31`. */
const stamp =
  "(?<!\\d)(?<stamp>(?<year>\\d{4})(?<dash>[-_]?)(?<month>\\d\\d)\\k<dash>(?<day>\\d\\d)" +
  "(?:T(?<hour>\\d\\d)[:_-]?(?<minute>\\d\\d)(?:[:_-]?(?<second>\\d\\d)(?:\\.(?<fraction>\\d{1,9}))?)?Z?)?)(?!\\d)";
const layered = (layer: string) => `(?<head>(?:.*_)?)(?<layer>${layer})_${stamp}(?<tail>.*)${TIFF}`;

/** Any TIFF: what its bands are it must say itself. A layer's folder (`NDVI/S2_NDVI_20150711.tif`) names no scene. */
export const generic: ProductProfile = {
  profileVersion: 1,
  id: "generic",
  title: "Any GeoTIFFs",
  provider: null,
  tiling: "free",
  onlyWhenNamed: true,
  bandSets: { any: [band("CLM", { role: "mask", dtype: "uint8", optional: true })] },
  namings: [
    naming({ file: layered("CLM"), folder: "(?<layer>CLM)", scene: "{head}{stamp}{tail}", bands: ["CLM"] }),
    naming({ file: layered("[A-Za-z0-9]+"), folder: "(?<layer>[A-Za-z0-9]+)", scene: "{head}{stamp}{tail}" }),
    naming({ file: `.*?${stamp}.*${TIFF}`, scene: "{path}" }),
    naming({ file: `.*${TIFF}`, scene: "{path}" }),
  ],
  // s2cloudless: 1 is cloud.
  cloudRules: [{ band: "CLM", values: [1] }],
};
