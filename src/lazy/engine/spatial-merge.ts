import { combineStatus, Status } from "../../ndarray/status.js";
import type { ArrayNode, FrameWindow, ReduceNode } from "../graph/node.js";
import { multiplyExactly, sumExactly } from "./exact-arithmetic.js";
import { quantileOf } from "./order-statistics.js";
import { cellSteps, emptyPartial, needsValues, type SpatialPartial } from "./spatial-fold.js";

/** Gathers what all blocks know of a reduction over y or x. */
export class SpatialMerge {
  readonly #node: ReduceNode;
  readonly #window: FrameWindow;
  readonly #rows: number;
  readonly #cols: number;
  readonly #planes: number;
  readonly #all: SpatialPartial;
  readonly #values: Float64Array[][];

  constructor(node: ReduceNode, window: FrameWindow) {
    this.#node = node;
    this.#window = window;
    this.#rows = node.shape.y ? window.rows : 1;
    this.#cols = node.shape.x ? window.cols : 1;
    this.#planes = cellSteps(node) * (node.shape.band ?? 1);
    const cells = this.#planes * this.#rows * this.#cols;
    this.#all = emptyPartial(node.reducer, cells);
    this.#values = needsValues(node.reducer) ? Array.from({ length: cells }, () => []) : [];
  }

  add(block: FrameWindow, part: SpatialPartial): void {
    const { y, x } = this.#node.shape;
    const [rows, cols] = [y ? block.rows : 1, x ? block.cols : 1];
    const [top, left] = [y ? block.row - this.#window.row : 0, x ? block.col - this.#window.col : 0];
    for (let plane = 0; plane < this.#planes; plane++) {
      for (let row = 0; row < rows; row++) {
        for (let col = 0; col < cols; col++) {
          const from = (plane * rows + row) * cols + col;
          this.#addCell((plane * this.#rows + top + row) * this.#cols + left + col, part, from);
        }
      }
    }
  }

  #addCell(to: number, part: SpatialPartial, from: number): void {
    const all = this.#all;
    all.counts[to] = all.counts[to]! + part.counts[from]!;
    addExactly(all.sums, all.sumErrors, to, part.sums[from]!, part.sumErrors[from]!);
    addExactly(all.squares, all.squareErrors, to, part.squares[from]!, part.squareErrors[from]!);
    all.least[to] = Math.min(all.least[to]!, part.least[from]!);
    all.most[to] = Math.max(all.most[to]!, part.most[from]!);
    all.why[to] = combineStatus(all.why[to]!, part.why[from]!);
    const values = part.values[from];
    if (values !== undefined && values.length > 0) this.#values[to]?.push(values);
    const [cells, own] = [all.counts.length, part.counts.length];
    for (let bin = 0; bin * own < part.histogram.length; bin++) {
      all.histogram[bin * cells + to] = all.histogram[bin * cells + to]! + part.histogram[bin * own + from]!;
    }
  }

  /** The reduced array. */
  finish(): ArrayNode {
    const { shape, dtype } = this.#node;
    const cells = this.#all.counts.length;
    const columns = Array.from({ length: cells }, (_, cell) => this.#valuesOf(cell));
    const count = columns[0]?.length ?? 1;
    const values = new Float64Array(cells * count);
    const status = new Uint8Array(cells * count);
    columns.forEach((column, cell) => {
      column.forEach((value, i) => {
        const at = i * cells + cell;
        const isThere = value - value === 0;
        values[at] = isThere ? value : Number.NaN;
        status[at] = isThere ? Status.valid : this.#whyMissing(cell);
      });
    });
    const { row, col } = this.#window;
    const window = { row, col, rows: this.#rows, cols: this.#cols };

    return { kind: "array", shape, dtype, values, status, window };
  }

  #whyMissing(cell: number): number {
    if (this.#all.counts[cell]! > 0 && this.#node.reducer.name !== "reason") return Status.undefined;
    const why = this.#all.why[cell]!;
    return why === Status.valid ? Status.uncovered : why;
  }

  #valuesOf(cell: number): number[] {
    const { reducer } = this.#node;
    const { counts, sums, sumErrors, least, most, histogram } = this.#all;
    const count = counts[cell]!;
    if (reducer.name === "count") return [count];
    if (reducer.name === "histogram") {
      const bins = reducer.edges.length - 1;
      return Array.from({ length: bins }, (_, bin) => histogram[bin * counts.length + cell]!);
    }
    if (reducer.name === "reason") return [Number.NaN];
    if (count === 0) return reducer.name === "quantile" ? reducer.q.map(() => Number.NaN) : [Number.NaN];
    const sum = sums[cell]! + sumErrors[cell]!;
    switch (reducer.name) {
      case "sum":
        return [sum];
      case "mean":
        return [sum / count];
      case "min":
        return [least[cell]!];
      case "max":
        return [most[cell]!];
      case "var":
        return [this.#variance(cell, reducer.ddof)];
      case "std":
        return [Math.sqrt(this.#variance(cell, reducer.ddof))];
      case "quantile":
        return this.#quantiles(cell, reducer.q);
      default:
        return this.#quantiles(cell, [0.5]);
    }
  }

  /** From sums in twice double precision: nothing is lost where the mean is large beside the spread. */
  #variance(cell: number, ddof: number): number {
    const { counts, sums, sumErrors, squares, squareErrors } = this.#all;
    const count = counts[cell]!;
    if (count - ddof <= 0) return Number.POSITIVE_INFINITY;
    // Brought to one form first: the two halves of a sum depend on the order of its parts, what they make does not.
    const [sum, sumRest] = sumExactly(sums[cell]!, sumErrors[cell]!);
    const [square, squareRest] = sumExactly(squares[cell]!, squareErrors[cell]!);
    const [high, low] = multiplyExactly(sum, sum);
    const crossed = 2 * sum * sumRest + low;
    const mean = high / count;
    // What the division dropped, so that the subtraction of two near numbers keeps its digits.
    const [back, backLow] = multiplyExactly(mean, count);
    const rest = (high - back - backLow + crossed) / count;
    const [spread, spreadRest] = sumExactly(square, -mean);
    return Math.max(0, spread + (spreadRest + (squareRest - rest))) / (count - ddof);
  }

  #quantiles(cell: number, q: readonly number[]): number[] {
    const parts = this.#values[cell] ?? [];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const values = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      values.set(part, at);
      at += part.length;
    }
    // The next cell's take their place.
    this.#values[cell] = [];
    return q.map((one) => quantileOf(values, length, one));
  }
}

/** Add to a sum that carries what rounding takes from it (Knuth's two-sum). */
function addExactly(sums: Float64Array, errors: Float64Array, at: number, value: number, error: number): void {
  const before = sums[at]!;
  const sum = before + value;
  const rounded = sum - before;
  errors[at] = errors[at]! + error + (before - (sum - rounded) + (value - rounded));
  sums[at] = sum;
}
