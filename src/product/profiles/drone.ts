import type { NamingRule, ProductProfile } from "../product-profile.js";
import { band, naming, TIFF } from "./band.js";

/** A date in a name that people write, with or without dashes; other runs of digits are left alone. */
const date =
  "(?<!\\d)(?<year>(?:19|20)\\d\\d)(?<dash>[-_]?)(?<month>0[1-9]|1[0-2])\\k<dash>(?<day>0[1-9]|[12]\\d|3[01])(?!\\d)";
const name = `(?<project>(?:.*?${date})?.*?)`;
const bands = "(?<band>red[ _-]?edge|red|green|blue|nir)";

/** What programs call their orthomosaics, and the template of the scene: files of its bands share it. */
const programs: readonly { readonly file: string; readonly scene: string }[] = [
  // Pix4Dmapper: a mosaic or reflectance map for each band, or `group1` of all.
  { file: `${name}_(?:transparent_)?(?:mosaic|reflectance)_(?:${bands}|group\\d)${TIFF}`, scene: "{folder}{project}" },
  // DJI Terra: `map/result.tif`, `map/result_NIR.tif`.
  { file: `result(?:_${bands})?${TIFF}`, scene: "{folder}result" },
  // OpenDroneMap and WebODM.
  { file: `odm_orthophoto${TIFF}`, scene: "{folder}odm_orthophoto" },
  // Agisoft Metashape's default, and what people call theirs.
  { file: `${name}ortho(?:mosaic|photo)${TIFF}`, scene: "{path}" },
  { file: `(?:.*[ _-])?ortho(?:mosaic|photo)[ _-]${name}${TIFF}`, scene: "{path}" },
];

/** A folder's date counts where the file's name has none, or the same. */
const namings: readonly NamingRule[] = programs.flatMap(({ file, scene }) => [
  naming({ file, scene, folder: `.*?${date}.*` }),
  naming({ file, scene }),
]);

/** Orthomosaics of drones, colour or multispectral. Single frames of a camera (`DJI_0012.TIF`) are on no grid. */
export const drone: ProductProfile = {
  profileVersion: 1,
  id: "drone",
  title: "Drone orthomosaic",
  provider: null,
  tiling: "free",
  onlyWhenNamed: false,
  // Cameras differ: no wavelengths, scale or nodata hold for all.
  bandSets: {
    camera: [
      band("red", { commonName: "red", optional: true }),
      band("green", { commonName: "green", optional: true }),
      band("blue", { commonName: "blue", optional: true }),
      band("nir", { commonName: "nir", optional: true }),
      band("rededge", { commonName: "rededge", aliases: ["red edge", "red_edge", "red-edge"], optional: true }),
    ],
  },
  namings,
  cloudRules: [],
};
