const unicodeLevels = [..."▁▂▃▄▅▆▇█"];
const asciiLevels = [..."_.-=+*#@"];

export interface SparklineOptions {
  /** At most this many characters; neighbours are averaged where there are more values. Default: one each. */
  readonly width?: number | undefined;
  /** False for ASCII. Default true. */
  readonly isUnicode?: boolean | undefined;
}

/**
 * Values as one line of little bars, the lowest value the lowest bar; a space where a value is missing (null or NaN).
 *
 * Where all values are equal the bars are of middle height: there is nothing low or high about them.
 */
export function sparkline(values: readonly (number | null)[], options: SparklineOptions = {}): string {
  const levels = options.isUnicode === false ? asciiLevels : unicodeLevels;
  const bars = averageInto(values, options.width ?? values.length);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const bar of bars) {
    if (bar === null) continue;
    low = Math.min(low, bar);
    high = Math.max(high, bar);
  }
  const toLevel = (bar: number): number =>
    high > low ? Math.round(((bar - low) / (high - low)) * (levels.length - 1)) : 3;
  return bars.map((bar) => (bar === null ? " " : levels[toLevel(bar)]!)).join("");
}

/** The mean of the values there in each of `width` equal shares; null where none is. */
function averageInto(values: readonly (number | null)[], width: number): (number | null)[] {
  const count = Math.max(0, Math.min(Math.floor(width), values.length));
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * values.length) / count);
    const to = Math.floor(((bar + 1) * values.length) / count);
    const present = values.slice(from, to).filter((value) => value !== null && Number.isFinite(value)) as number[];
    return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length;
  });
}
