import { combineStatus, Status } from "../../ndarray/status.js";

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

/**
 * A reduction along time that takes a block's values step by step, in order of time, and keeps one accumulator a pixel.
 * What is missing is skipped, and remembered for pixels where nothing else comes.
 */
export interface Fold {
  /** Take the first `length` pixels of a strip as pixels `from` onwards, at position `step` of the dimension. */
  add(strip: Strip, from: number, length: number, step: number): void;
  /** The reduced pixels. */
  finish(): BlockPlane;
}

/** Remember why pixels of a strip are missing. */
export function rememberMissing(why: Uint8Array, { status, missing }: Strip, from: number, length: number): void {
  if (missing === 0) return;
  for (let i = 0; i < length; i++) {
    const code = status[i]!;
    if (code !== Status.valid) why[from + i] = combineStatus(why[from + i]!, code);
  }
}

/** Give pixels without a value (NaN in `data`) their reason, and `uncovered` where nothing ever came. */
export function settleMissing(data: Float64Array, why: Uint8Array): BlockPlane {
  let missing = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value - value === 0) {
      why[i] = Status.valid;
      continue;
    }
    missing++;
    // A sum that grew beyond all numbers is no answer either.
    if (!Number.isNaN(value)) why[i] = Status.undefined;
    else if (why[i] === Status.valid) why[i] = Status.uncovered;
    data[i] = Number.NaN;
  }
  return { data, status: why, missing };
}

/** Pixels that have no value. */
export function countMissing(status: Uint8Array): number {
  let missing = 0;
  for (let i = 0; i < status.length; i++) if (status[i] !== Status.valid) missing++;
  return missing;
}
