import { Status } from "../ndarray/status.js";

/** From here on numbers round to infinity in single precision: half a step above the largest single. */
const TOO_LARGE = 2 ** 128 - 2 ** 103;

/**
 * Store values in single precision from place `to` on; one too large for it is `undefined`.
 *
 * @returns how many were too large
 */
export function storeSingles(data: Float32Array, status: Uint8Array, to: number, values: Float64Array): number {
  const { length } = values;
  let tooLarge = 0;
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    data[to + i] = value;
    if (Math.abs(value) >= TOO_LARGE) {
      data[to + i] = Number.NaN;
      status[to + i] = Status.undefined;
      tooLarge++;
    }
  }
  return tooLarge;
}
