import { Status } from "../../ndarray/status.js";
import type { Reducer } from "../graph/node.js";
import { accumulatorsOf } from "../kernel/fold-sink.js";
import { accumulators } from "../kernel/linear-memory.js";
import { Accumulators } from "../kernel/memory-layout.js";
import { settleAccumulators } from "../kernel/settle-kernel.js";
import { type FoldMethod, foldMethod } from "./fold-method.js";
import { foldKernelFor, type PixelMath } from "./pixel-math.js";
import { SpareBuffers } from "./spare-buffers.js";
import type { BlockPlane } from "./strip.js";
import { STRIP } from "./strip-buffers.js";

const POSITION = Accumulators.position / 8;

/** Pixels that are folded together. */
interface Run {
  readonly length: number;
  /** Values that each pixel was given, the missing ones included. */
  given: number;
  /** 0 only where none of them was missing. */
  missing: number;
  isSettled: boolean;
  /** Accumulators behind the first, where the run had to leave before it was settled. */
  rest: readonly Float64Array[];
}

/** Whose accumulators lie in the kernels' memory: there is room for one run of pixels in a thread. */
let resident: { readonly fold: Fold; readonly from: number } | null = null;

/**
 * A reduction along time that takes a block's values step by step, in order of time, and keeps accumulators for each
 * pixel. What is missing is skipped, and remembered for pixels where nothing else comes.
 *
 * Runs of pixels are computed and folded in one loop of WebAssembly. Their accumulators stay there as long as the same
 * run is folded; a run that is settled before the next one begins never needs memory for more than its result.
 */
export class Fold {
  readonly #method: FoldMethod;
  readonly #planes: ReturnType<typeof accumulatorsOf>;
  readonly #spares: SpareBuffers;
  readonly #data: Float64Array;
  readonly #status: Uint8Array;
  /** By their first pixel. */
  readonly #runs = new Map<number, Run>();
  #missing = 0;

  /**
   * @param length pixels
   * @param spares where memory is taken from; the result's is the caller's
   * @throws UnsupportedError for a reducer that needs all values at once
   */
  constructor(reducer: Reducer, length: number, spares = new SpareBuffers()) {
    this.#method = foldMethod(reducer);
    this.#planes = accumulatorsOf(this.#method.fold);
    this.#spares = spares;
    this.#data = new Float64Array(spares.take(length * 8));
    this.#status = new Uint8Array(spares.take(length));
  }

  /**
   * Take the values of `length` pixels from pixel `from` on, at `position` of the dimension. Runs are always the same
   * ones, and at most a strip long.
   */
  add(math: PixelMath, from: number, length: number, position: number): void {
    const run = this.#bring(from, length);
    accumulators().numbers[POSITION] = position;
    run.given++;
    run.missing += foldKernelFor(this.#method.fold, math).fold(math.planes, math.starts, length);
  }

  /** Compute the results of a run that gets no more values. */
  settle(from: number, length: number): void {
    const run = this.#bring(from, length);
    const { settle, ddof } = this.#method;
    this.#missing += settleAccumulators(settle, length, { given: run.given, ddof });
    const { planes, why } = accumulators();
    this.#data.set((planes[0] as Float64Array).subarray(0, length), from);
    this.#status.set(why.subarray(0, length), from);
    for (const { buffer } of run.rest) this.#spares.give(buffer as ArrayBuffer);
    run.rest = [];
    run.isSettled = true;
    resident = null;
  }

  /** The reduced pixels. */
  finish(): BlockPlane {
    const { length } = this.#data;
    if (this.#runs.size === 0) {
      for (let from = 0; from < length; from += STRIP) this.settle(from, Math.min(STRIP, length - from));
    }
    for (const [from, run] of this.#runs) if (!run.isSettled) this.settle(from, run.length);
    return { data: this.#data, status: this.#status, missing: this.#missing };
  }

  /** The run, with its accumulators in the kernels' memory. */
  #bring(from: number, length: number): Run {
    const known = this.#runs.get(from);
    if (known !== undefined && resident?.fold === this && resident.from === from) return known;
    if (resident !== null) resident.fold.#leave(resident.from);
    resident = { fold: this, from };
    const { planes, why } = accumulators();
    for (const [i, value] of this.#planes.initial.entries()) planes[i]?.fill(value, 0, length);
    why.fill(Status.valid, 0, length);
    if (known === undefined) {
      const run = { length, given: 0, missing: 0, isSettled: false, rest: [] };
      this.#runs.set(from, run);
      return run;
    }
    planes[0]?.set(this.#data.subarray(from, from + length));
    for (const [i, plane] of known.rest.entries()) planes[i + 1]?.set(plane);
    if (known.missing > 0) why.set(this.#status.subarray(from, from + length));
    return known;
  }

  /** Make room for another run. */
  #leave(from: number): void {
    const run = this.#runs.get(from) as Run;
    const { length } = run;
    const { planes, why } = accumulators();
    const [first, ...rest] = planes.slice(0, this.#planes.initial.length) as [Float64Array, ...Float64Array[]];
    this.#data.set(first.subarray(0, length), from);
    // Nothing was counted, and nothing explained.
    if (run.missing === 0 && this.#planes.countsMissing) return;
    if (run.rest.length === 0) run.rest = rest.map(() => new Float64Array(this.#spares.take(length * 8)));
    for (const [i, plane] of run.rest.entries()) plane.set((rest[i] as Float64Array).subarray(0, length));
    if (run.missing > 0) this.#status.set(why.subarray(0, length), from);
  }
}
