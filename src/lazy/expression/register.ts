import type { TypedArray } from "../../ndarray/dtype.js";
import { combineStatus, Status } from "../../ndarray/status.js";

/**
 * The values and status of one block of pixels, in double precision.
 *
 * The law that every kernel keeps: the status is 0 where the value is a finite number, and elsewhere the value is NaN.
 */
export interface Register {
  readonly data: Float64Array;
  readonly status: Uint8Array;
  /** True where every status is 0, so that arithmetic need not look at any. */
  isClean: boolean;
}

/** A register of `length` pixels, all 0 and valid. */
export function createRegister(length: number): Register {
  return { data: new Float64Array(length), status: new Uint8Array(length), isClean: true };
}

/** Fill a register with one number; NaN makes every pixel `undefined`. */
export function fillRegister(out: Register, value: number): void {
  out.isClean = Number.isFinite(value);
  out.data.fill(out.isClean ? value : Number.NaN);
  out.status.fill(out.isClean ? Status.valid : Status.undefined);
}

/** Load pixels `from` to `from + length` of a band; a NaN or an infinity in the source is `undefined`. */
export function loadRegister(
  out: Register,
  data: TypedArray,
  status: Uint8Array | null,
  from: number,
  length: number,
): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < length; i++) out.data[i] = Number(data[from + i]);
  } else {
    out.data.set(data.subarray(from, from + length));
  }
  if (status === null) markValid(out);
  else out.status.set(status.subarray(from, from + length));
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  if (status !== null || isFloat) settle(out, length);
}

/** Restore the law over the first `length` pixels, from a status that was written and values that were not looked at. */
function settle(out: Register, length: number): void {
  const { data, status } = out;
  let missing = 0;
  for (let i = 0; i < length; i++) {
    const value = data[i]!;
    // x - x is 0 for every finite x and NaN for the rest: cheaper than Number.isFinite.
    if (status[i] === Status.valid && value - value === 0) continue;
    data[i] = Number.NaN;
    if (status[i] === Status.valid) status[i] = Status.undefined;
    missing++;
  }
  out.isClean = missing === 0;
}

/**
 * Give the results of an operation their status: missing where an input is, `undefined` where the result is not finite.
 *
 * @param allFinite False where a result is known, or suspected, not to be a finite number.
 */
export function settleFrom(out: Register, a: Register, b: Register, length: number, allFinite: boolean): void {
  if (a.isClean && b.isClean) {
    markValid(out);
    if (!allFinite) settle(out, length);
    return;
  }
  const { status } = out;
  if (b.isClean || a === b) status.set(a.status.subarray(0, length));
  else if (a.isClean) status.set(b.status.subarray(0, length));
  else for (let i = 0; i < length; i++) status[i] = combineStatus(a.status[i]!, b.status[i]!);
  settle(out, length);
}

function markValid(out: Register): void {
  if (!out.isClean) out.status.fill(Status.valid);
  out.isClean = true;
}

/** Copy a block to its place in the answer; a value too large for float32 is `undefined`. */
export function storeRegister(
  data: Float32Array | Float64Array,
  status: Uint8Array,
  from: number,
  block: Register,
  length: number,
): void {
  data.set(block.data.subarray(0, length), from);
  status.set(block.status.subarray(0, length), from);
  if (data instanceof Float32Array) settleOverflow(data, status, from, from + length);
}

function settleOverflow(data: Float32Array, status: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const value = data[i]!;
    if (value !== Number.POSITIVE_INFINITY && value !== Number.NEGATIVE_INFINITY) continue;
    data[i] = Number.NaN;
    status[i] = Status.undefined;
  }
}
