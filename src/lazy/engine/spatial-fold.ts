import { UnsupportedError } from "../../errors.js";
import { combineStatus, Status } from "../../ndarray/status.js";
import type { Reducer, Shape } from "../graph/node.js";
import { lostBySquaring } from "./exact-arithmetic.js";
import type { Strip } from "./strip.js";

/**
 * What a reduction over y or x knows of a block: one cell for each time step, band, row and column that stays. Partial
 * folds of all blocks are merged; sums are kept in twice double precision, so how the pixels were cut into blocks does
 * not show in the answer.
 */
export interface SpatialPartial {
  readonly counts: Float64Array;
  /** Sums and what rounding took from them; of values, and of their squares. */
  readonly sums: Float64Array;
  readonly sumErrors: Float64Array;
  readonly squares: Float64Array;
  readonly squareErrors: Float64Array;
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly why: Uint8Array;
  /** Numbers of values between edges, `[edge, cell]`; empty but for a histogram. */
  readonly histogram: Float64Array;
  /** Every value of each cell, where the reducer has to sort them; empty else. */
  readonly values: readonly Float64Array[];
}

/** Folds the strips of a block into cells. */
export class SpatialFold {
  readonly partial: SpatialPartial;
  readonly #reducer: Reducer;
  readonly #cells: number;
  readonly #values: readonly ValueList[];

  constructor(reducer: Reducer, cells: number) {
    if (/^(first|last|argmin|argmax|medoid)$/.test(reducer.name)) {
      throw new UnsupportedError(`${reducer.name} over y or x is not there; it is over time or band`, {
        details: { reducer: reducer.name },
      });
    }
    this.#reducer = reducer;
    this.#cells = cells;
    this.#values = needsValues(reducer) ? Array.from({ length: cells }, () => new ValueList()) : [];
    this.partial = emptyPartial(reducer, cells);
  }

  /** Take `length` pixels of a strip into one cell. */
  add({ values, status }: Strip, start: number, length: number, cell: number): void {
    const { partial } = this;
    let [sum, sumError, square, squareError] = [
      partial.sums[cell]!,
      partial.sumErrors[cell]!,
      partial.squares[cell]!,
      partial.squareErrors[cell]!,
    ];
    let [least, most, count, why] = [partial.least[cell]!, partial.most[cell]!, 0, partial.why[cell]!];
    for (let i = start; i < start + length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) {
        why = combineStatus(why, status[i]!);
        continue;
      }
      count++;
      const total = sum + value;
      const rounded = total - sum;
      sumError += sum - (total - rounded) + (value - rounded);
      sum = total;
      const squared = value * value;
      const squareTotal = square + squared;
      const squareRounded = squareTotal - square;
      squareError +=
        square - (squareTotal - squareRounded) + (squared - squareRounded) + lostBySquaring(value, squared);
      square = squareTotal;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    partial.sums[cell] = sum;
    partial.sumErrors[cell] = sumError;
    partial.squares[cell] = square;
    partial.squareErrors[cell] = squareError;
    partial.least[cell] = least;
    partial.most[cell] = most;
    partial.counts[cell] = partial.counts[cell]! + count;
    partial.why[cell] = why;
    if (this.#reducer.name === "histogram") this.#countEdges(values, start, length, cell, this.#reducer.edges);
    this.#values[cell]?.add(values, start, length);
  }

  /** The cells, with the values that have to be sorted. */
  finish(): SpatialPartial {
    return { ...this.partial, values: this.#values.map((values) => values.toArray()) };
  }

  #countEdges(values: Float64Array, start: number, length: number, cell: number, edges: readonly number[]): void {
    const { histogram } = this.partial;
    const bins = edges.length - 1;
    const [first = 0, last = 0] = [edges[0], edges[bins]];
    for (let i = start; i < start + length; i++) {
      const value = values[i]!;
      if (!(value >= first && value <= last)) continue;
      const bin = Math.min(bins - 1, lastEdgeBelow(edges, value));
      histogram[bin * this.#cells + cell] = histogram[bin * this.#cells + cell]! + 1;
    }
  }
}

/** Values in a row of unknown length, a number each and no more. */
class ValueList {
  #values = new Float64Array(0);
  #length = 0;

  /** Take those of a run that are there. */
  add(values: Float64Array, start: number, length: number): void {
    if (this.#length + length > this.#values.length) {
      const wider = new Float64Array(Math.max(this.#length + length, Math.ceil(this.#values.length * 1.5)));
      wider.set(this.#values.subarray(0, this.#length));
      this.#values = wider;
    }
    for (let i = start; i < start + length; i++) {
      const value = values[i]!;
      if (!Number.isNaN(value)) this.#values[this.#length++] = value;
    }
  }

  toArray(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}

/** Index of the last edge that is not above the value. */
function lastEdgeBelow(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** True for reducers that have to see all values sorted. */
export function needsValues({ name }: Reducer): boolean {
  return name === "median" || name === "quantile";
}

/** Steps of the outermost dimension that have cells of their own: what a reducer makes several values of is one. */
export function cellSteps({ reducer, shape }: { reducer: Reducer; shape: Shape }): number {
  const hasSeveral = reducer.name === "histogram" || (reducer.name === "quantile" && reducer.q.length > 1);
  return hasSeveral ? 1 : (shape.outer ?? 1);
}

/** Cells that nothing was folded into. */
export function emptyPartial(reducer: Reducer, cells: number): SpatialPartial {
  const zeros = () => new Float64Array(cells);
  return {
    counts: zeros(),
    sums: zeros(),
    sumErrors: zeros(),
    squares: zeros(),
    squareErrors: zeros(),
    least: zeros().fill(Number.POSITIVE_INFINITY),
    most: zeros().fill(Number.NEGATIVE_INFINITY),
    why: new Uint8Array(cells).fill(Status.valid),
    histogram: new Float64Array(reducer.name === "histogram" ? (reducer.edges.length - 1) * cells : 0),
    values: needsValues(reducer) ? Array.from({ length: cells }, () => new Float64Array(0)) : [],
  };
}
