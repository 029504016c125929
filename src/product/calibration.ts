import type { BandProfile } from "./product-profile.js";
import type { RecognisedFile } from "./recognise-file.js";
import { compareVersions } from "./version-order.js";

/** What a band's pixels mean: value = scale · pixel + offset. */
export interface BandCalibration {
  readonly scale: number;
  readonly offset: number;
  /**
   * What the offset goes by: it is the same for all files; the file's baseline; its date, where the name has no baseline
   * (a scene of before that was processed anew would be wrong: a sidecar knows); or the archive, which has added it to the
   * pixels; `unknown` where there is neither baseline nor date, and the older offset is given.
   */
  readonly basis: "constant" | "baseline" | "date" | "archive" | "unknown";
}

/** Scale and offset of a band, as far as its file's path tells. A sidecar that names them is to be believed before this. */
export function bandCalibration(
  band: BandProfile,
  file: Pick<RecognisedFile, "naming" | "baseline" | "timeMs">,
): BandCalibration {
  const { scale, offset, offsetSince } = band;
  if (offsetSince === null) return { scale, offset, basis: "constant" };
  if (file.naming.offsetApplied) return { scale, offset, basis: "archive" };
  if (file.baseline !== null) {
    const isNewer = compareVersions(file.baseline, offsetSince.version) >= 0;
    return { scale, offset: isNewer ? offsetSince.offset : offset, basis: "baseline" };
  }
  if (file.timeMs === null) return { scale, offset, basis: "unknown" };
  const isNewer = file.timeMs >= Date.parse(offsetSince.date);
  return { scale, offset: isNewer ? offsetSince.offset : offset, basis: "date" };
}
