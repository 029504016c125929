import { combineStatus, Status } from "../../ndarray/status.js";
import type { Grouping, Reducer, Scan } from "../graph/node.js";
import { quantileOf } from "./order-statistics.js";

/** All steps of a run of pixels, `[step, pixel]`: values are NaN exactly where the status is not 0. */
export interface Column {
  readonly values: Float64Array;
  readonly status: Uint8Array;
  readonly steps: number;
  /** Pixels. */
  readonly length: number;
}

/** A column of so many steps, all uncovered. */
export function createColumn(steps: number, length: number): Column {
  const values = new Float64Array(steps * length).fill(Number.NaN);
  return { values, status: new Uint8Array(steps * length).fill(Status.uncovered), steps, length };
}

/** Median or quantiles of each pixel's column, or of each group of it: `[quantile or group, pixel]`. */
export function sortColumn(input: Column, reducer: Reducer, groups: Grouping | null): Column {
  const quantiles = reducer.name === "quantile" ? reducer.q : [0.5];
  const bins = groups?.bins ?? new Array<number>(input.steps).fill(0);
  const out = createColumn((groups?.count ?? 1) * quantiles.length, input.length);
  const scratch = new Float64Array(input.steps);
  for (let group = 0; group < (groups?.count ?? 1); group++) {
    const steps = [...bins.keys()].filter((step) => bins[step] === group);
    for (let pixel = 0; pixel < input.length; pixel++) {
      const { count, why } = gather(input, steps, pixel, scratch);
      quantiles.forEach((q, i) => {
        const at = (group * quantiles.length + i) * input.length + pixel;
        if (count === 0) out.status[at] = why;
        else settle(out, at, quantileOf(scratch, count, q));
      });
    }
  }
  return out;
}

/** The values of a pixel that are there, and why it has none where it has none. */
function gather(input: Column, steps: readonly number[], pixel: number, into: Float64Array) {
  const { values, status, length } = input;
  let [count, why] = [0, Status.valid as number];
  for (let i = 0; i < steps.length; i++) {
    const at = steps[i]! * length + pixel;
    const value = values[at]!;
    if (!Number.isNaN(value)) into[count++] = value;
    else why = combineStatus(why, status[at]!);
  }
  return { count, why: why === Status.valid ? Status.uncovered : why };
}

function settle(out: Column, at: number, value: number): void {
  const isThere = value - value === 0;
  out.values[at] = isThere ? value : Number.NaN;
  out.status[at] = isThere ? Status.valid : Status.undefined;
}

/** The step whose values over the bands have the least sum of Euclidean distances to all other steps: `[1, pixel]`. */
export function medoidColumn(bands: readonly Column[]): Column {
  const [first] = bands as readonly [Column];
  const { steps, length } = first;
  const out = createColumn(1, length);
  for (let pixel = 0; pixel < length; pixel++) {
    let why: number = Status.valid;
    const known: number[] = [];
    for (let step = 0; step < steps; step++) {
      const own = bands.reduce(
        (most, { status }) => combineStatus(most, status[step * length + pixel]!),
        Status.valid as number,
      );
      if (own === Status.valid) known.push(step);
      why = combineStatus(why, own);
    }
    if (known.length > 0) settle(out, pixel, closestToAll(bands, known, pixel));
    else out.status[pixel] = why === Status.valid ? Status.uncovered : why;
  }
  return out;
}

function closestToAll(bands: readonly Column[], steps: readonly number[], pixel: number): number {
  const sums = new Float64Array(steps.length);
  for (let i = 0; i < steps.length; i++) {
    for (let j = i + 1; j < steps.length; j++) {
      let squares = 0;
      for (const { values, length } of bands) {
        const difference = values[steps[i]! * length + pixel]! - values[steps[j]! * length + pixel]!;
        squares += difference * difference;
      }
      const distance = Math.sqrt(squares);
      sums[i] = sums[i]! + distance;
      sums[j] = sums[j]! + distance;
    }
  }
  return steps[sums.indexOf(Math.min(...sums))]!;
}

/** A cumulative or gap-filling operation along each pixel's column, of the same shape. */
export function scanColumn(input: Column, scan: Scan): Column {
  const out: Column = { ...input, values: input.values.slice(), status: input.status.slice() };
  for (let pixel = 0; pixel < input.length; pixel++) {
    if (scan.name === "cumsum") cumulate(out, pixel);
    else if (scan.name === "interpolate") interpolate(out, pixel, scan);
    else carry(out, pixel, scan.name === "ffill" ? 1 : -1, scan.limit ?? input.steps);
  }
  return out;
}

/** What is missing adds nothing, and stays missing, as in xarray's cumsum of a skipped value; it is 0 before the first. */
function cumulate({ values, status, steps, length }: Column, pixel: number): void {
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const at = step * length + pixel;
    const value = values[at]!;
    if (!Number.isNaN(value)) sum += value;
    if (status[at] === Status.failed) continue;
    values[at] = sum;
    status[at] = Status.valid;
  }
}

function carry({ values, status, steps, length }: Column, pixel: number, direction: 1 | -1, limit: number): void {
  let [last, carried] = [Number.NaN, 0];
  for (let i = 0; i < steps; i++) {
    const at = (direction === 1 ? i : steps - 1 - i) * length + pixel;
    const value = values[at]!;
    if (!Number.isNaN(value)) [last, carried] = [value, 0];
    else if (!Number.isNaN(last) && ++carried <= limit && status[at] !== Status.failed) {
      values[at] = last;
      status[at] = Status.valid;
    }
  }
}

function interpolate(
  { values, status, steps, length }: Column,
  pixel: number,
  { at: places, method, maxGap }: Scan & { name: "interpolate" },
): void {
  let before = -1;
  for (let step = 0; step < steps; step++) {
    if (Number.isNaN(values[step * length + pixel])) continue;
    const [from, to] = [places[before] ?? 0, places[step] ?? 0];
    if (before >= 0 && step > before + 1 && (maxGap === null || to - from <= maxGap)) {
      const [low, high] = [values[before * length + pixel]!, values[step * length + pixel]!];
      for (let gap = before + 1; gap < step; gap++) {
        const at = gap * length + pixel;
        if (status[at] === Status.failed) continue;
        const part = ((places[gap] ?? 0) - from) / (to - from);
        values[at] = method === "linear" ? low + (high - low) * part : part <= 0.5 ? low : high;
        status[at] = Status.valid;
      }
    }
    before = step;
  }
}
