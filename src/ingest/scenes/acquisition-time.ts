import { InvalidInputError } from "../../errors.js";

/** Years that a date in a file name may have: a number outside is something else. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2100;

/** `YYYY-MM-DD`, `YYYY_MM_DD`, `YYYYMMDD`, each with an optional time of day: `T101031`, `T10:15:31`, `T10-15-31.250Z`. */
const TIMESTAMP =
  /(?<!\d)(?<year>\d{4})(?<dash>[-_]?)(?<month>\d{2})\k<dash>(?<day>\d{2})(?:[Tt](?<hour>\d{2})[:_-]?(?<minute>\d{2})(?:[:_-]?(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?Z?)?(?!\d)/g;

/**
 * Acquisition time written in a file name, in milliseconds since 1970-01-01 UTC; null where there is none.
 *
 * The first date that exists wins: `20181345` is not one. A date without a time of day is its midnight.
 */
export function timeInName(name: string): number | null {
  for (const match of name.matchAll(TIMESTAMP)) {
    const time = timeOfParts(match.groups ?? {});
    if (time !== null) return time;
  }
  return null;
}

/**
 * Acquisition time that a user's pattern finds in a file name; null where it finds none or an impossible one.
 *
 * The pattern either names its groups (`(?<year>…)(?<month>…)(?<day>…)`, optionally `hour`, `minute`, `second`, or
 * `(?<doy>…)` for a day of the year in place of month and day), or its first group, or else all that it matches, is read
 * as {@link timeInName} reads a name.
 */
export function timeByPattern(name: string, pattern: RegExp): number | null {
  const match = pattern.exec(name);
  if (match === null) return null;
  const groups = match.groups ?? {};
  if (groups.year !== undefined)
    return groups.doy === undefined ? timeOfParts(groups) : timeOfDay(groups.year, groups.doy);
  return timeInName(match[1] ?? match[0]);
}

/**
 * A user's date pattern, compiled.
 *
 * @throws InvalidInputError where it is no regular expression.
 */
export function parseDatePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch (cause) {
    throw new InvalidInputError(`date pattern ${pattern}: not a regular expression`, { details: { pattern }, cause });
  }
}

function timeOfParts(parts: Record<string, string | undefined>): number | null {
  const number = (name: string) => Number(parts[name] ?? "0");
  const [year, month, day] = [number("year"), number("month"), number("day")];
  const [hour, minute, second] = [number("hour"), number("minute"), number("second")];
  const milliseconds = Math.floor(Number(`0.${parts.fraction ?? "0"}`) * 1000);
  if (year < FIRST_YEAR || year > LAST_YEAR) return null;
  const time = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  const date = new Date(time);
  // Date.UTC carries what overflows into the next unit: what comes back different does not exist.
  const exists =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return exists ? time : null;
}

function timeOfDay(year: string, dayOfYear: string): number | null {
  const time = Date.UTC(Number(year), 0, Number(dayOfYear));
  const exists = Number(dayOfYear) >= 1 && new Date(time).getUTCFullYear() === Number(year);
  return exists && Number(year) >= FIRST_YEAR && Number(year) <= LAST_YEAR ? time : null;
}
