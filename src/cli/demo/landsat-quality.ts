import type { TypedArray } from "../../ndarray/dtype.js";

/**
 * Bits of Landsat's quality band (USGS, "Landsat Collection 1 Level 1 Quality Assessment Band"): 0 is set where the
 * sensor saw nothing, 4 where it saw cloud.
 */
export const LANDSAT_FILL = 1 << 0;
export const LANDSAT_CLOUD = 1 << 4;

/** How much of a scene shows the ground. */
export interface Clearness {
  /** Position in time. */
  readonly time: number;
  /** Pixels that show the ground. */
  readonly clear: number;
  /** Pixels that show the ground or cloud. */
  readonly seen: number;
}

/**
 * The scene that shows the most ground: most pixels that were seen and are not cloud; the first of equals. Pixels count,
 * not shares, so that a small corner without clouds does not win over a whole scene.
 *
 * @param quality Quality band `[time, pixel]`; a pixel is left out where `status` is not 0.
 */
export function findClearest(quality: TypedArray, status: Uint8Array | null, times: number): Clearness | null {
  const pixels = times === 0 ? 0 : quality.length / times;
  let clearest: Clearness | null = null;
  for (let time = 0; time < times; time++) {
    let [seen, clear] = [0, 0];
    for (let at = time * pixels; at < (time + 1) * pixels; at++) {
      const bits = Number(quality[at]);
      if ((status !== null && status[at] !== 0) || (bits & LANDSAT_FILL) !== 0) continue;
      seen++;
      if ((bits & LANDSAT_CLOUD) === 0) clear++;
    }
    if (clear > (clearest?.clear ?? 0)) clearest = { time, clear, seen };
  }
  return clearest;
}
