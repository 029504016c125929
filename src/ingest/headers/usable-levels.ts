import type { CogInfo, ImageLevel } from "../../cog/cog-info.js";

/** The resolutions of a file that a warehouse refers to. */
export interface UsableLevels {
  /** Full resolution first, then overviews from fine to coarse. */
  levels: readonly ImageLevel[];
  /** The mask of each level, in the same order; empty where the file has no mask. */
  masks: readonly ImageLevel[];
}

/**
 * The levels that show the same ground as the full resolution does, each with its mask.
 *
 * An overview is left out where it is larger than the full resolution, or where only one of the two has a mask: it would
 * call pixels valid that the other calls missing. Nothing is lost but speed at coarse resolutions.
 */
export function usableLevels(info: CogInfo): UsableLevels {
  const [full] = info.levels;
  const masks = info.levels.map((level) => maskOf(info, level));
  const hasMask = masks[0] !== undefined;
  const isUsable = (level: ImageLevel, index: number) =>
    level === full ||
    (level.width <= info.width && level.height <= info.height && (masks[index] !== undefined) === hasMask);
  return {
    levels: info.levels.filter(isUsable),
    masks: masks.filter(
      (mask, index) => mask !== undefined && isUsable(info.levels[index] as ImageLevel, index),
    ) as ImageLevel[],
  };
}

/** The mask of a level. Masks are in the order of their levels, so that of the full resolution is found first. */
function maskOf(info: CogInfo, level: ImageLevel): ImageLevel | undefined {
  return info.masks.find((mask) => mask.width === level.width && mask.height === level.height);
}
