import type { ScaleLinear, ScaleTime } from "d3-scale";

/** A mark on an axis. */
export interface AxisTick {
  /** Where it stands, in the scale's own units (pixels). */
  readonly at: number;
  readonly label: string;
  /** A second line below: the year or day that the label belongs to, where it changes. */
  readonly second?: string;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS = 86_400_000;

/** About `count` round values with labels of the same number of decimals; a true minus sign before negatives. */
export function valueTicks(scale: ScaleLinear<number, number>, count: number): AxisTick[] {
  const values = scale.ticks(count);
  const spread = Math.max(...values.map(Math.abs));
  // Counts are grouped; very large and very small values would need more digits than anyone reads.
  const specifier = spread >= 1e7 || (spread < 1e-4 && spread > 0) ? "~e" : undefined;
  const format = scale.tickFormat(count, specifier);
  return values.map((value) => ({ at: scale(value), label: format(value).replace("-", "−") }));
}

/**
 * About `count` round instants. The first line names the finest step (`14:30`, `5 Jun`, `Jun`, `2019`); the second the
 * day or year around it, at the first tick and wherever it changes.
 */
export function timeTicks(scale: ScaleTime<number, number>, count: number): AxisTick[] {
  const times = scale.ticks(count);
  const step = times.length > 1 ? times[1]!.getTime() - times[0]!.getTime() : DAY_MS;
  let before = "";
  return times.map((time) => {
    const [label, around] = timeLabel(time, step);
    const second = around === before ? {} : { second: around };
    before = around;
    return { at: scale(time), label, ...second };
  });
}

function timeLabel(time: Date, step: number): readonly [label: string, around: string] {
  const year = String(time.getUTCFullYear());
  const month = months[time.getUTCMonth()]!;
  const day = `${time.getUTCDate()} ${month}`;
  if (step < DAY_MS) return [time.toISOString().slice(11, step < 60_000 ? 19 : 16), `${day} ${year}`];
  if (step < 28 * DAY_MS) return [day, year];
  return step < 360 * DAY_MS ? [month, year] : [year, ""];
}
