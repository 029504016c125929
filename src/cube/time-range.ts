import { InvalidInputError } from "../errors.js";

/** A year, a month, a day, or a time of day (UTC where it says nothing else). */
const MOMENT =
  /^(?<year>\d{4})(?:-(?<month>\d{2})(?:-(?<day>\d{2})(?<time>[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?<zone>Z|[+-]\d{2}:?\d{2})?)?)?)?$/;

/** First and last millisecond since 1970-01-01 UTC, both inclusive; ±Infinity for an open end. */
export type TimeRange = readonly [startMs: number, endMs: number];

/**
 * The time that an ISO 8601 text stands for: `2024` the whole year, `2024-03` the month, `2024-03-05` the day, a time of
 * day that moment (or second, or minute).
 *
 * @throws InvalidInputError for any other text, and for dates that do not exist.
 */
export function parseMoment(text: string): TimeRange {
  const { year, month, day, time, zone } = MOMENT.exec(text.trim())?.groups ?? {};
  if (year === undefined) throw notATime(text);
  const start = Date.parse(
    `${year}-${month ?? "01"}-${day ?? "01"}${time === undefined ? "T00:00" : time.replace(" ", "T")}${time !== undefined && zone !== undefined ? "" : "Z"}`,
  );
  const date = new Date(start);
  const asWritten = day === undefined || zone !== undefined || date.getUTCDate() === Number(day);
  if (Number.isNaN(start) || !asWritten) throw notATime(text);
  return [start, start + lengthMs(date, { month, day, time }) - 1];
}

function lengthMs(start: Date, { month, day, time }: Record<string, string | undefined>): number {
  if (time !== undefined) {
    if (time.includes(".")) return 1;
    return time.split(":").length > 2 && /:\d{2}:\d{2}/.test(time) ? 1000 : 60_000;
  }
  if (day !== undefined) return 86_400_000;
  const [year, monthIndex] = [start.getUTCFullYear(), start.getUTCMonth()];
  const next = month === undefined ? Date.UTC(year + 1, 0, 1) : Date.UTC(year, monthIndex + 1, 1);
  return next - start.getTime();
}

function notATime(text: string): InvalidInputError {
  return new InvalidInputError(
    `"${text}" is no ISO 8601 date or time (2024, 2024-03, 2024-03-05, 2024-03-05T10:15:00Z)`,
    {
      details: { time: text },
    },
  );
}

/**
 * A period: `START/END`, both inclusive and `..` for an open end, or one date, month or year that stands for all of it.
 *
 * @throws InvalidInputError where an end is no time, or the end lies before the start.
 */
export function parseTimeRange(range: string | readonly [start: string, end: string]): TimeRange {
  const ends = typeof range === "string" ? range.split("/") : range;
  if (ends.length > 2) throw notATime(String(range));
  const [first = "..", last = first] = ends;
  const isOpen = (end: string) => end.trim() === ".." || end.trim() === "";
  const start = isOpen(first) ? Number.NEGATIVE_INFINITY : parseMoment(first)[0];
  const end = isOpen(last) ? Number.POSITIVE_INFINITY : parseMoment(last)[1];
  if (end < start) {
    throw new InvalidInputError(`the period ${ends.join("/")} ends before it starts`, {
      details: { range: [...ends] },
    });
  }
  return [start, end];
}
