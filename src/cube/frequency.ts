import { InvalidInputError } from "../errors.js";

/** How long one bin of a resampling is, and what it is aligned with. */
export type Frequency =
  /** Equal lengths, counted from midnight (UTC) of the first day. */
  | { readonly kind: "fixed"; readonly lengthMs: number }
  /** Whole weeks that end with `lastWeekday` (0 is Sunday, as `Date` counts), labelled by their last day. */
  | { readonly kind: "weeks"; readonly count: number; readonly lastWeekday: number }
  /**
   * Whole months. `start` bins begin with a month whose number from 0 is `phase` modulo `every`, and are labelled by
   * their first day; `end` bins end with such a month, and are labelled by their last day.
   */
  | {
      readonly kind: "months";
      readonly count: number;
      readonly every: 1 | 3 | 12;
      readonly phase: number;
      readonly label: "start" | "end";
    };

const FREQUENCY = /^(?<count>\d{1,6})?(?<unit>[A-Za-z]+)(?:-(?<anchor>[A-Za-z]{3}))?$/;
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** pandas' units of equal length: its spelling from 2.2 on, and the one before. */
const fixedMs: Readonly<Record<string, number>> = {
  min: 60_000,
  T: 60_000,
  h: 3_600_000,
  H: 3_600_000,
  D: 86_400_000,
};

/** pandas' units of months. Without a month behind it, an `end` unit ends in December and a `start` unit begins in January. */
const monthUnits: Readonly<Record<string, { every: 1 | 3 | 12; label: "start" | "end" }>> = {
  M: { every: 1, label: "end" },
  ME: { every: 1, label: "end" },
  MS: { every: 1, label: "start" },
  Q: { every: 3, label: "end" },
  QE: { every: 3, label: "end" },
  QS: { every: 3, label: "start" },
  Y: { every: 12, label: "end" },
  YE: { every: 12, label: "end" },
  A: { every: 12, label: "end" },
  YS: { every: 12, label: "start" },
  AS: { every: 12, label: "start" },
};

const UNDERSTOOD =
  "min, h, D (days), W or W-MON … W-SUN (weeks ending then), M or ME (months by their last day), MS (by their first), " +
  "Q, QE, QS, QS-DEC (quarters; seasons), Y, YE, YS, YS-OCT (years), each with a count in front: 10D, 2W, 3M";

/**
 * A frequency as pandas writes it: `10D`, `W`, `1M`, `MS`, `QS-DEC`, `YE`.
 *
 * `M`, `Q`, `Y` and `W` mean the same as in pandas: bins labelled by their last day. There are no business days.
 *
 * @throws InvalidInputError for any other text, with a list of what is understood.
 */
export function parseFrequency(text: string): Frequency {
  const { count: digits = "1", unit = "", anchor } = FREQUENCY.exec(text.trim())?.groups ?? {};
  const count = Number(digits);
  const frequency = count < 1 ? null : frequencyOf(count, unit, anchor?.toUpperCase());
  if (frequency !== null) return frequency;
  throw new InvalidInputError(`"${text.slice(0, 40)}" is no frequency; understood are ${UNDERSTOOD}`, {
    details: { frequency: text.slice(0, 40) },
  });
}

function frequencyOf(count: number, unit: string, anchor: string | undefined): Frequency | null {
  const lengthMs = own(fixedMs, unit);
  if (lengthMs !== undefined) return anchor === undefined ? { kind: "fixed", lengthMs: count * lengthMs } : null;
  if (unit === "W") {
    const lastWeekday = WEEKDAYS.indexOf(anchor ?? "SUN");
    return lastWeekday < 0 ? null : { kind: "weeks", count, lastWeekday };
  }
  const months = own(monthUnits, unit);
  if (months === undefined || (anchor !== undefined && months.every === 1)) return null;
  const month = MONTHS.indexOf(anchor ?? (months.label === "end" ? "DEC" : "JAN"));
  return month < 0 ? null : { kind: "months", count, ...months, phase: month % months.every };
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
