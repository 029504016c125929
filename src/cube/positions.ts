import { SelectionError } from "../errors.js";

/** A half-open range of positions along a dimension. */
export interface IndexRange {
  start: number;
  stop: number;
}

/** One position, a slice whose `stop` is not included, or a list; negative ones count from the end. */
export type Position = number | Partial<IndexRange> | readonly number[];

/**
 * The positions that are meant.
 *
 * @throws SelectionError where a single position is not there; slices are cut to what is.
 */
export function positionRange(dimension: string, wanted: Position, length: number): number[] {
  if (typeof wanted === "number") return [positionAt(dimension, wanted, length)];
  if (isList(wanted)) return wanted.map((one) => positionAt(dimension, one, length));
  const clamp = (index: number) => Math.min(length, Math.max(0, index < 0 ? index + length : index));
  const start = clamp(wanted.start ?? 0);
  const stop = Math.max(start, wanted.stop === undefined ? length : clamp(wanted.stop));
  return Array.from({ length: stop - start }, (_, i) => start + i);
}

function isList(wanted: Partial<IndexRange> | readonly number[]): wanted is readonly number[] {
  return Array.isArray(wanted);
}

function positionAt(dimension: string, wanted: number, length: number): number {
  const at = wanted < 0 ? wanted + length : wanted;
  if (Number.isInteger(at) && at >= 0 && at < length) return at;
  throw new SelectionError(`position ${wanted} of ${dimension} is not there: it has ${length}`, {
    details: { dimension, position: wanted, length },
  });
}
