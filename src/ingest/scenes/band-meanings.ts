import { bandCalibration } from "../../product/calibration.js";
import type { RecognisedFile } from "../../product/recognise-file.js";
import { noMetadata, type SceneMetadata } from "../../product/sidecars/scene-metadata.js";
import { factsOfBand } from "../products/product-facts.js";
import type { BandMeaning } from "./file-part.js";

/**
 * What the bands that a file may hold mean, by name: scale and offset from what sidecars told of its scene, else from its
 * product's profile.
 */
export function bandMeanings(file: RecognisedFile, told: SceneMetadata = noMetadata): ReadonlyMap<string, BandMeaning> {
  const bands = file.profile.bandSets[file.bandSet] ?? [];
  const dated = { ...file, baseline: told.baseline ?? file.baseline };
  return new Map(
    bands.map((band) => {
      // Where the archive has added the offset, the metadata still says what the provider delivered.
      const own = file.naming.offsetApplied ? undefined : told.bands[band.name];
      const { scale, offset } = own ?? bandCalibration(band, dated);
      return [band.name, { scale, offset, nodata: band.nodata, facts: factsOfBand(band) }];
    }),
  );
}
