import { didYouMean } from "../did-you-mean.js";
import { InvalidInputError } from "../errors.js";
import { type Frequency, parseFrequency } from "./frequency.js";

const DAY_MS = 86_400_000;

/** Labels that one resampling may make: hours over 34 years. More is a slip of the unit. */
const MAX_BINS = 300_000;

/** Which bin each time step belongs to, and what the bins are called. */
export interface TimeBins<Label = Date | number | string> {
  /** One label for each bin, in the order of the answer. */
  readonly labels: readonly Label[];
  /** The bin of each time: an index into `labels`. A bin that no time names is empty. */
  readonly bins: Int32Array;
}

/**
 * The bins of `resample({ time: freq })`, with the labels and the closed side that pandas has by default.
 *
 * `D`, `h`, `min`, `MS`, `QS` and `YS` bins are labelled by their start, `W`, `M`, `Q` and `Y` bins by their last day
 * at midnight. Every bin from the first time to the last is there, empty ones too. All in UTC; times in any order.
 *
 * @example
 * resampleBins(times, "QS-DEC"); // seasons: winter begins on 1 December
 * @throws InvalidInputError where `freq` is none, a time is no date, or there would be more than 300,000 bins.
 */
export function resampleBins(times: readonly Date[], freq: string): TimeBins<Date> {
  const frequency = parseFrequency(freq);
  const moments = momentsOf(times);
  if (moments.length === 0) return { labels: [], bins: new Int32Array(0) };
  const [first, last] = extent(moments);
  const axis = binAxis(frequency, first);
  const count = axis.indexOf(last) + 1;
  if (count > MAX_BINS) {
    throw new InvalidInputError(`"${freq}" makes ${count} bins of these times, and at most ${MAX_BINS} are made`, {
      details: { frequency: freq, bins: count, limit: MAX_BINS },
    });
  }
  const labels = Array.from({ length: count }, (_, bin) => new Date(axis.labelOf(bin)));
  return { labels, bins: Int32Array.from(moments, axis.indexOf) };
}

/** Bins counted from the one that holds the first time. */
interface BinAxis {
  indexOf(moment: number): number;
  labelOf(bin: number): number;
}

function binAxis(frequency: Frequency, first: number): BinAxis {
  switch (frequency.kind) {
    case "fixed":
      return fixedAxis(frequency.lengthMs, first);
    case "weeks":
      return weekAxis(frequency.count * 7 * DAY_MS, frequency.lastWeekday, first);
    case "months":
      return monthAxis(frequency, first);
  }
}

function fixedAxis(lengthMs: number, first: number): BinAxis {
  const midnight = startOfDay(first);
  const start = midnight + Math.floor((first - midnight) / lengthMs) * lengthMs;
  return {
    indexOf: (moment) => Math.floor((moment - start) / lengthMs),
    labelOf: (bin) => start + bin * lengthMs,
  };
}

function weekAxis(lengthMs: number, lastWeekday: number, first: number): BinAxis {
  const midnight = startOfDay(first);
  const lastDay = midnight + modulo(lastWeekday - new Date(midnight).getUTCDay(), 7) * DAY_MS;
  const start = lastDay + DAY_MS - lengthMs;
  return {
    indexOf: (moment) => Math.floor((moment - start) / lengthMs),
    labelOf: (bin) => start + (bin + 1) * lengthMs - DAY_MS,
  };
}

function monthAxis({ count, every, phase, label }: Frequency & { kind: "months" }, first: number): BinAxis {
  const length = count * every;
  const month = monthNumber(first);
  // A bin that ends with an anchored month ends with the first such month from now on, however long it is.
  const start =
    label === "start" ? month - modulo(month - phase, every) : month + modulo(phase - month, every) + 1 - length;
  return {
    indexOf: (moment) => Math.floor((monthNumber(moment) - start) / length),
    labelOf: (bin) =>
      label === "start" ? startOfMonth(start + bin * length) : startOfMonth(start + (bin + 1) * length) - DAY_MS,
  };
}

/** Months since January of the year 0. */
function monthNumber(moment: number): number {
  const date = new Date(moment);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function startOfMonth(month: number): number {
  const date = new Date(0);
  // Unlike Date.UTC this takes the years before 100 as they are.
  date.setUTCFullYear(Math.floor(month / 12), modulo(month, 12), 1);
  return date.getTime();
}

/** The names of the parts of a date that {@link groupKeys} groups by. */
export type TimeComponent = keyof typeof components;

const SEASONS = ["DJF", "MAM", "JJA", "SON"] as const;

/** What xarray's `.dt` accessor says of a time, in UTC. */
const components = {
  year: (date: Date) => date.getUTCFullYear(),
  quarter: (date: Date) => Math.floor(date.getUTCMonth() / 3) + 1,
  month: (date: Date) => date.getUTCMonth() + 1,
  /** ISO 8601: weeks begin on Monday, and week 1 holds the first Thursday of the year. */
  week: isoWeek,
  weekofyear: isoWeek,
  dayofyear: (date: Date) => (startOfDay(date.getTime()) - startOfYear(date)) / DAY_MS + 1,
  day: (date: Date) => date.getUTCDate(),
  /** Monday is 0. */
  dayofweek: mondayBasedDay,
  weekday: mondayBasedDay,
  hour: (date: Date) => date.getUTCHours(),
  /** Northern winter is DJF, and December counts with the months that follow it. */
  season: (date: Date) => SEASONS[Math.floor(modulo(date.getUTCMonth() + 1, 12) / 3)]!,
} as const satisfies Record<string, (date: Date) => number | string>;

/**
 * The groups of `groupby("time.month")`: the values of one part of the date that occur, sorted, and the group of each
 * time.
 *
 * Sorted as xarray sorts: numbers by size, seasons by letter (DJF, JJA, MAM, SON). Nothing is ever empty. All in UTC.
 *
 * @throws InvalidInputError where `component` is none of {@link TimeComponent}, or a time is no date.
 */
export function groupKeys(times: readonly Date[], component: string): TimeBins<number | string> {
  momentsOf(times);
  const keyOf = componentOf(component);
  const keys = times.map(keyOf);
  const labels = [...new Set(keys)].sort((a, b) => (a < b ? -1 : 1));
  const places = new Map(labels.map((label, place) => [label, place]));
  return { labels, bins: Int32Array.from(keys, (key) => places.get(key)!) };
}

function componentOf(name: string): (date: Date) => number | string {
  if (Object.hasOwn(components, name)) return components[name as TimeComponent];
  const known = Object.keys(components);
  const advice = didYouMean(name, known) || `; there is ${known.join(", ")}`;
  throw new InvalidInputError(`a time has no "${name.slice(0, 40)}"${advice}`, { details: { component: name } });
}

function mondayBasedDay(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

function isoWeek(date: Date): number {
  const thursday = new Date(startOfDay(date.getTime()) + (3 - mondayBasedDay(date)) * DAY_MS);
  return Math.floor((thursday.getTime() - startOfYear(thursday)) / (7 * DAY_MS)) + 1;
}

function startOfYear(date: Date): number {
  return startOfMonth(date.getUTCFullYear() * 12);
}

function startOfDay(moment: number): number {
  return Math.floor(moment / DAY_MS) * DAY_MS;
}

/** Milliseconds since 1970; an impossible date stops here, before it makes a NaN of a label. */
function momentsOf(times: readonly Date[]): number[] {
  const moments = times.map((time) => time.getTime());
  const invalid = moments.findIndex(Number.isNaN);
  if (invalid < 0) return moments;
  throw new InvalidInputError(`the time at position ${invalid} is no date`, { details: { position: invalid } });
}

function extent(moments: readonly number[]): [first: number, last: number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const moment of moments) {
    if (moment < first) first = moment;
    if (moment > last) last = moment;
  }
  return [first, last];
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
