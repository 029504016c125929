import type { Pixel } from "../kernel/scalar-interpreter.js";
import { type EagerArray, eager, missing, mostOf, settled } from "./eager-array.js";
import { type ReducerName, reducePixels } from "./eager-reduce.js";

const FAILED = 5;

/** A reduction over the steps from `before` before to `after` after; missing where fewer than `least` values are there. */
export function rollArray(
  array: EagerArray,
  name: ReducerName,
  { before, after, least }: { before: number; after: number; least: number },
): EagerArray {
  const last = (array.outer ?? 1) - 1;
  return eager(array, (step, band, row, col) => {
    const pixels: Pixel[] = [];
    for (let s = Math.max(0, step - before); s <= Math.min(last, step + after); s++) {
      pixels.push(array.at(s, band, row, col));
    }
    const there = pixels.filter(({ status }) => status === 0).length;
    if (there < least) return missing(mostOf(pixels.map(({ status }) => status)));
    return reducePixels(name, pixels, false);
  });
}

/** Every pixel's column in time made anew. */
function mapColumns(array: EagerArray, change: (column: readonly Pixel[]) => Pixel[]): EagerArray {
  const columns = new Map<string, Pixel[]>();
  return eager(array, (step, band, row, col) => {
    const key = `${band} ${row} ${col}`;
    let column = columns.get(key);
    if (column === undefined) {
      column = change(Array.from({ length: array.outer ?? 1 }, (_, s) => array.at(s, band, row, col)));
      columns.set(key, column);
    }
    return column[step]!;
  });
}

export function cumulate(array: EagerArray): EagerArray {
  return mapColumns(array, (column) =>
    column.map((pixel, step) => {
      if (pixel.status === FAILED) return pixel;
      const values = column.slice(0, step + 1).flatMap(({ value, status }) => (status === 0 ? [value] : []));
      return settled(values.reduce((sum, value) => sum + value, 0));
    }),
  );
}

/** Gaps filled with the value that is last before them, or next behind, at most `limit` steps away. */
export function carry(array: EagerArray, isForward: boolean, limit: number | null): EagerArray {
  return mapColumns(array, (column) =>
    column.map((pixel, step) => {
      if (pixel.status === 0 || pixel.status === FAILED) return pixel;
      for (let distance = 1; distance <= (limit ?? column.length); distance++) {
        const near = column[isForward ? step - distance : step + distance];
        if (near?.status === 0) return near;
      }
      return pixel;
    }),
  );
}

/** Gaps between two values, by the time that has passed; of two equally near values the earlier. */
export function interpolateGaps(array: EagerArray, method: "linear" | "nearest", maxGapMs: number | null): EagerArray {
  const times = array.times ?? [];
  return mapColumns(array, (column) =>
    column.map((pixel, step) => {
      if (pixel.status === 0 || pixel.status === FAILED) return pixel;
      const before = column.findLastIndex(({ status }, s) => s < step && status === 0);
      const after = column.findIndex(({ status }, s) => s > step && status === 0);
      if (before < 0 || after < 0) return pixel;
      const [from, to, now] = [times[before]!, times[after]!, times[step]!];
      if (maxGapMs !== null && to - from > maxGapMs) return pixel;
      const [low, high] = [column[before]!.value, column[after]!.value];
      const part = (now - from) / (to - from);
      return settled(method === "linear" ? low + (high - low) * part : part <= 0.5 ? low : high);
    }),
  );
}
