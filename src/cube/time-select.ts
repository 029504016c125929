import { InvalidInputError, SelectionError } from "../errors.js";
import { parseMoment, parseTimeRange, type TimeRange } from "./time-range.js";

/** A time as people label it: ISO 8601 text, which stands for all of its year, month or day; or one exact moment. */
export type TimeLabel = string | Date;

/** Times from one label to another, both included; an absent end is open. */
export interface TimeSlice {
  start?: TimeLabel;
  stop?: TimeLabel;
}

/** What `sel({ time })` takes: a label, a period `START/END`, a slice, or several labels. */
export type TimeSelector = TimeLabel | TimeSlice | readonly TimeLabel[];

/** How to find a time that is not there exactly. */
export interface TimeMatch {
  /**
   * `pad`: the last time up to the label; `backfill`: the first from the label on; `nearest`: the nearer of these, the
   * later of two equally near. Text then stands for its first moment, as in pandas.
   */
  method?: "nearest" | "pad" | "backfill";
  /** The furthest that a match may lie from its label; default any. Only with `method`. */
  toleranceMs?: number;
}

/**
 * Positions of the times that labels select, in the order of the labels.
 *
 * Without a `method`, text stands for all of its period and a `Date` for its very millisecond, in a list too (where
 * xarray wants exact times); a label may select several times, such as two scenes of one day. With a `method` each label
 * gives one position; of equal times the first.
 *
 * @param times Milliseconds since 1970-01-01 UTC, ascending.
 * @throws SelectionError where a label selects nothing; `details` has the label, and the first and last time.
 * @throws InvalidInputError where a label is no time, or a `method` meets a slice or a period.
 */
export function timePositions(times: ArrayLike<number>, wanted: TimeSelector, match: TimeMatch = {}): Int32Array {
  const { method, toleranceMs } = match;
  if (method === undefined) {
    if (toleranceMs !== undefined) throw new InvalidInputError("toleranceMs says how far a match by `method` may lie");
    return isList(wanted) ? joined(wanted.map((label) => exactPositions(times, label))) : exactPositions(times, wanted);
  }
  const labels = isList(wanted) ? wanted : [wanted];
  return Int32Array.from(labels, (label) => closestPosition(times, label, { method, toleranceMs }));
}

function isList(wanted: TimeSelector): wanted is readonly TimeLabel[] {
  return Array.isArray(wanted);
}

function exactPositions(times: ArrayLike<number>, wanted: TimeLabel | TimeSlice): Int32Array {
  const [startMs, endMs] = periodOf(wanted);
  const first = countBefore(times, startMs);
  // Times are whole milliseconds, and a period includes its last one.
  const length = countBefore(times, endMs + 1) - first;
  if (length <= 0) throw nothingAt(times, wanted, "no scene in");
  return Int32Array.from({ length }, (_, offset) => first + offset);
}

function periodOf(wanted: TimeLabel | TimeSlice): TimeRange {
  if (typeof wanted === "string") return parseTimeRange(wanted);
  if (wanted instanceof Date) return [momentOf(wanted), momentOf(wanted)];
  const { start = "..", stop = ".." } = wanted;
  return parseTimeRange([textOf(start), textOf(stop)]);
}

function closestPosition(
  times: ArrayLike<number>,
  label: TimeLabel | TimeSlice,
  { method, toleranceMs = Number.POSITIVE_INFINITY }: { method: string; toleranceMs: number | undefined },
): number {
  const moment = momentOf(label);
  const after = countBefore(times, moment);
  // Where a time is the label itself, it is what comes before and what comes after.
  const before = times[after] === moment ? after : firstOfEqual(times, after - 1);
  const position = choose(method, times, moment, before, after);
  const found = times[position];
  if (found === undefined || !(Math.abs(found - moment) <= toleranceMs)) {
    throw nothingAt(times, label, `no scene by method "${method}" for`);
  }
  return position;
}

function choose(method: string, times: ArrayLike<number>, moment: number, before: number, after: number): number {
  switch (method) {
    case "pad":
      return before;
    case "backfill":
      return after;
    case "nearest": {
      const [earlier, later] = [times[before], times[after]];
      if (earlier === undefined || later === undefined) return earlier === undefined ? after : before;
      return moment - earlier < later - moment ? before : after;
    }
    default:
      throw new InvalidInputError(`there is no method "${method}"; there is nearest, pad, backfill`, {
        details: { method },
      });
  }
}

/** How many of the ascending `times` lie before `moment`. */
function countBefore(times: ArrayLike<number>, moment: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstOfEqual(times: ArrayLike<number>, position: number): number {
  const time = times[position];
  return time === undefined ? position : countBefore(times, time);
}

/** The first moment of a label. */
function momentOf(label: TimeLabel | TimeSlice): number {
  if (typeof label === "string" && !label.includes("/")) return parseMoment(label)[0];
  if (!(label instanceof Date)) {
    throw new InvalidInputError("a method looks for single times: give a label or a list of them, not a period", {
      details: { time: describe(label) },
    });
  }
  if (Number.isNaN(label.getTime())) throw new InvalidInputError("the time to select is no date");
  return label.getTime();
}

function textOf(label: TimeLabel): string {
  return typeof label === "string" ? label : new Date(momentOf(label)).toISOString();
}

function nothingAt(times: ArrayLike<number>, wanted: TimeLabel | TimeSlice, what: string): SelectionError {
  const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());
  const [first, last] = [iso(times[0]), iso(times[times.length - 1])];
  const there = first === null ? "there is none at all" : `there are ${times.length}, ${first} to ${last}`;
  return new SelectionError(`${what} ${describe(wanted)}; ${there}`, {
    details: { time: describe(wanted), first, last, scenes: times.length },
  });
}

function describe(wanted: TimeLabel | TimeSlice): string {
  if (typeof wanted === "string") return wanted;
  return wanted instanceof Date ? textOf(wanted) : `${textOf(wanted.start ?? "..")}/${textOf(wanted.stop ?? "..")}`;
}

function joined(parts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(parts.flatMap((part) => [...part]));
}
