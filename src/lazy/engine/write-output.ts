import type { DType, TypedArray } from "../../ndarray/dtype.js";
import { Status } from "../../ndarray/status.js";
import { storeSingles } from "../store-singles.js";
import type { LoadedPlane } from "./loaded-plane.js";
import type { Strip } from "./strip.js";

/** How an output is stored. */
export interface OutputFormat {
  readonly dtype: DType;
  /** What an integer holds where it is missing; floats hold NaN. */
  readonly fill: number | bigint;
}

/** An output while it is written. */
export interface OutputPixels {
  readonly data: TypedArray;
  readonly status: Uint8Array;
  /** True while every pixel is valid. */
  isComplete: boolean;
}

/** Samples as the file holds them, with their status. */
export function writeNative(
  plane: LoadedPlane,
  from: number,
  length: number,
  pixels: OutputPixels,
  to: number,
  { fill }: OutputFormat,
): void {
  const { data, status } = pixels;
  const samples = plane.data.subarray(from, from + length);
  const toBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  const fromBig = samples instanceof BigInt64Array || samples instanceof BigUint64Array;
  if (toBig === fromBig) data.set(samples as never, to);
  else for (let i = 0; i < length; i++) data[to + i] = (toBig ? BigInt(samples[i]!) : Number(samples[i])) as never;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const missing = isFloat ? Number.NaN : fill;
  const { nodata } = plane;
  for (let i = 0; i < length; i++) {
    const value = samples[i]!;
    let code = plane.status === null ? Status.valid : plane.status[from + i]!;
    if (code === Status.valid && (value === nodata || Number.isNaN(value))) code = Status.nodata;
    if (code === Status.valid) continue;
    status[to + i] = code;
    pixels.isComplete = false;
    // A sample that the file itself calls missing, by its value or its mask, stays what it is among integers.
    if (isFloat || code !== Status.nodata) data[to + i] = missing as never;
  }
}

/** Computed values, stored as the format says; beyond what it can hold they are `undefined`. */
export function writeStrip(
  strip: Strip,
  length: number,
  pixels: OutputPixels,
  to: number,
  { fill }: OutputFormat,
): void {
  const { data, status } = pixels;
  const values = strip.values.subarray(0, length);
  if (strip.missing > 0) {
    pixels.isComplete = false;
    status.set(strip.status.subarray(0, length), to);
  }
  if (data instanceof Float32Array) {
    if (storeSingles(data, status, to, values) > 0) pixels.isComplete = false;
    return;
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < length; i++) data[to + i] = !Number.isNaN(values[i]) ? BigInt(values[i]!) : BigInt(fill);
  } else data.set(values, to);
  if (strip.missing === 0 || data instanceof Float64Array) return;
  for (let i = 0; i < length; i++) if (strip.status[i] !== Status.valid) data[to + i] = fill as never;
}
