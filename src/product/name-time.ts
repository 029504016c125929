import type { GroupReader } from "./naming-pattern.js";

/** Years that a date in a file name may have: a number outside is something else. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2100;

/**
 * The time that the groups of a naming rule name, in milliseconds since 1970-01-01 UTC: `year` with `month` and `day`, or
 * with `doy`; `hour`, `minute`, `second` and `fraction` where they are.
 *
 * Null where there is no `year`; undefined where what is there is no date that exists.
 */
export function timeOfGroups(group: GroupReader): number | null | undefined {
  const year = group("year");
  if (year === undefined) return null;
  const day = dayOfGroups(Number(year), group);
  const number = (name: string) => Number(group(name) ?? 0);
  const [hour, minute, second] = [number("hour"), number("minute"), number("second")] as const;
  if (day === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const milliseconds = Math.floor(Number(`0.${group("fraction") ?? 0}`) * 1000);
  return day + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds;
}

function dayOfGroups(year: number, group: GroupReader): number | undefined {
  if (year < FIRST_YEAR || year > LAST_YEAR) return undefined;
  const dayInYear = group("doy");
  return dayInYear === undefined
    ? dayOfDate(year, Number(group("month") ?? 0), Number(group("day") ?? 0))
    : dayOfYear(year, Number(dayInYear));
}

function dayOfDate(year: number, month: number, day: number): number | undefined {
  const time = Date.UTC(year, month - 1, day);
  const date = new Date(time);
  // Date.UTC carries what overflows into the next unit: what comes back different does not exist.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? time : undefined;
}

function dayOfYear(year: number, day: number): number | undefined {
  const time = Date.UTC(year, 0, day);
  return day >= 1 && new Date(time).getUTCFullYear() === year ? time : undefined;
}
