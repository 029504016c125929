import { InvalidInputError } from "../errors.js";
import type { TypedArray } from "../ndarray/dtype.js";

/** Which values become the darkest and the brightest. Values outside are clamped. */
export type Stretch =
  /** These two values, in the band's own units. */
  | { readonly kind: "range"; readonly min: number; readonly max: number }
  /** The values that this share of the valid pixels, in percent, lies below. */
  | { readonly kind: "percentile"; readonly low: number; readonly high: number };

/** The two ends of a stretch in the band's own units; `max` is never below `min`. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** Values looked at for a percentile: plenty for a picture, and sorted in a few milliseconds. */
const SAMPLE_SIZE = 65_536;

/**
 * The ends of a stretch for one band; null where a percentile is asked of a band without a valid pixel.
 *
 * Percentiles are numpy's (linear between neighbours) over the valid pixels; from a band of more than 65,536 pixels,
 * over evenly spaced ones.
 *
 * @throws InvalidInputError where `max` is below `min`, or a percentile outside 0 to 100.
 */
export function resolveStretch(stretch: Stretch, data: TypedArray, status: Uint8Array | null): ValueRange | null {
  const [low, high] = stretch.kind === "range" ? [stretch.min, stretch.max] : [stretch.low, stretch.high];
  const isInOrder = Number.isFinite(low) && Number.isFinite(high) && low <= high;
  const isPercent = stretch.kind === "range" || (low >= 0 && high <= 100);
  if (!isInOrder || !isPercent) {
    const rule = stretch.kind === "range" ? "min <= max" : "0 <= low <= high <= 100";
    throw new InvalidInputError(`a ${stretch.kind} stretch from ${low} to ${high} is not one: it needs ${rule}`, {
      details: { kind: stretch.kind, low: String(low), high: String(high) },
    });
  }
  if (stretch.kind === "range") return { min: low, max: high };
  const sorted = sampleValid(data, status).sort();
  if (sorted.length === 0) return null;
  return { min: percentile(sorted, low), max: percentile(sorted, high) };
}

function sampleValid(data: TypedArray, status: Uint8Array | null): Float64Array {
  const step = Math.max(1, Math.ceil(data.length / SAMPLE_SIZE));
  const sample = new Float64Array(Math.ceil(data.length / step));
  let count = 0;
  for (let i = 0; i < data.length; i += step) {
    const value = Number(data[i]);
    if ((status === null || status[i] === 0) && Number.isFinite(value)) sample[count++] = value;
  }
  return sample.subarray(0, count);
}

function percentile(sorted: Float64Array, percent: number): number {
  const place = (percent / 100) * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}
