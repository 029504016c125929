import { Status } from "../../ndarray/status.js";

/** A run of pixels of one time step: values are NaN exactly where the status is not 0. */
export interface Strip {
  readonly values: Float64Array;
  readonly status: Uint8Array;
  /** 0 only where every status is 0. */
  readonly missing: number;
}

/** Pixels of a block in double precision, with the status of each. */
export interface BlockPlane {
  readonly data: Float64Array;
  readonly status: Uint8Array;
  /** 0 only where every status is 0. */
  readonly missing: number;
}

/** Pixels that have no value. */
export function countMissing(status: Uint8Array): number {
  let missing = 0;
  for (let i = 0; i < status.length; i++) if (status[i] !== Status.valid) missing++;
  return missing;
}
