import type { Pixel } from "../kernel/scalar-interpreter.js";
import { type EagerArray, eager, missing, mostOf, settled } from "./eager-array.js";

export type ReducerName =
  | "mean"
  | "sum"
  | "min"
  | "max"
  | "std"
  | "variance"
  | "count"
  | "median"
  | "first"
  | "last"
  | "argmin"
  | "argmax";

/** Pixels in order of time, band, row and column, reduced to one. What is missing is skipped. */
export function reducePixels(name: ReducerName, pixels: readonly Pixel[], isExact: boolean, q = 0.5): Pixel {
  const values = pixels.flatMap(({ value, status }) => (status === 0 ? [value] : []));
  if (name === "count") return settled(values.length);
  if (values.length === 0) return missing(mostOf(pixels.map(({ status }) => status)));
  switch (name) {
    case "sum":
      return settled(sumOf(values, isExact));
    case "mean":
      return settled(sumOf(values, isExact) / values.length);
    case "min":
      return settled(Math.min(...values));
    case "max":
      return settled(Math.max(...values));
    case "variance":
      return settled(variance(values));
    case "std":
      return settled(Math.sqrt(variance(values)));
    case "first":
      return settled(values[0]!);
    case "last":
      return settled(values[values.length - 1]!);
    case "argmin":
      return settled(pixels.findIndex(({ value }) => value === Math.min(...values)));
    case "argmax":
      return settled(pixels.findIndex(({ value }) => value === Math.max(...values)));
    case "median":
      return settled(quantile(values, q));
  }
}

/** In double precision one after the other; or, over y and x, rounded once: the true sum. */
function sumOf(values: readonly number[], isExact: boolean): number {
  if (!isExact) return values.reduce((sum, value) => sum + value, 0);
  const scaled = values.reduce((sum, value) => sum + toFixedPoint(value), 0n);
  return Number(scaled) / 2 ** FRACTION_BITS;
}

/** Bits behind the point that no number of these tests exceeds: values from 2^-200 on are held whole. */
const FRACTION_BITS = 260;

function toFixedPoint(value: number): bigint {
  if (value === 0) return 0n;
  const exponent = Math.floor(Math.log2(Math.abs(value))) - 54;
  return BigInt(value * 2 ** -exponent) << BigInt(exponent + FRACTION_BITS);
}

/** Welford's method in order of time, ddof 0. */
function variance(values: readonly number[]): number {
  let [mean, squares] = [0, 0];
  values.forEach((value, i) => {
    const before = value - mean;
    mean += before / (i + 1);
    squares += before * (value - mean);
  });
  return squares / values.length;
}

/** As numpy's "linear": between the two values closest to place q · (n − 1), from the nearer of them. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, part] = [sorted[below]!, place - below];
  if (part === 0) return low;
  const high = sorted[below + 1]!;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

/** Dimensions named by their kind. */
export interface Over {
  readonly outer: boolean;
  readonly band: boolean;
  readonly y: boolean;
  readonly x: boolean;
}

/** @param least values that a result needs */
export function reduceArray(
  array: EagerArray,
  name: ReducerName,
  over: Over,
  q?: number,
  least: number | "all" = 1,
): EagerArray {
  const count = (length: number | null, isOver: boolean) => (isOver ? (length ?? 1) : 1);
  const [outers, bands] = [count(array.outer, over.outer), count(array.bands, over.band)];
  const [rows, cols] = [count(array.y ? array.rows : 1, over.y), count(array.x ? array.cols : 1, over.x)];
  const shape = {
    ...array,
    ...(over.outer && { outer: null, outerName: null, times: null }),
    ...(over.band && { bands: null }),
    y: array.y && !over.y,
    x: array.x && !over.x,
  };
  return eager(shape, (outer, band, row, col) => {
    const pixels: Pixel[] = [];
    for (let o = 0; o < outers; o++) {
      for (let b = 0; b < bands; b++) {
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < cols; c++) {
            const place = [over.outer ? o : outer, over.band ? b : band, over.y ? r : row, over.x ? c : col] as const;
            pixels.push(array.at(...place));
          }
        }
      }
    }
    const gone = pixels.flatMap(({ status }) => (status === 0 ? [] : [status]));
    const isEnough = least === "all" ? gone.length === 0 : pixels.length - gone.length >= least;
    if (least !== 1 && !isEnough) return missing(mostOf(gone));
    return reducePixels(name, pixels, over.y || over.x, q);
  });
}

/** The steps of each bin reduced; bins without any step are uncovered. */
export function reduceBins(
  array: EagerArray,
  name: ReducerName,
  bins: readonly number[],
  count: number,
  labels: Pick<EagerArray, "outerName" | "times">,
): EagerArray {
  return eager({ ...array, ...labels, outer: count }, (bin, band, row, col) => {
    const pixels = bins.flatMap((own, step) => (own === bin ? [array.at(step, band, row, col)] : []));
    return reducePixels(name, pixels, false);
  });
}
