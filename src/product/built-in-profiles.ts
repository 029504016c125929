import type { ProductProfile } from "./product-profile.js";
import { drone } from "./profiles/drone.js";
import { generic } from "./profiles/generic.js";
import { hlsL30, hlsS30 } from "./profiles/hls.js";
import { landsatC1 } from "./profiles/landsat-c1.js";
import { landsatC2L1 } from "./profiles/landsat-c2-l1.js";
import { landsatC2L2 } from "./profiles/landsat-c2-l2.js";
import { modisVegetation } from "./profiles/modis-vegetation.js";
import { planetSr } from "./profiles/planet-sr.js";
import { sentinel2L1c } from "./profiles/sentinel2-l1c.js";
import { sentinel2L2a } from "./profiles/sentinel2-l2a.js";

/** The profiles that come with PixelQuery, in the order in which names are tried. */
export const builtInProfiles: readonly ProductProfile[] = [
  sentinel2L2a,
  sentinel2L1c,
  landsatC2L2,
  landsatC2L1,
  landsatC1,
  hlsL30,
  hlsS30,
  planetSr,
  ...modisVegetation,
  drone,
  generic,
];
