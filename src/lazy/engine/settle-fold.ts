import { UnsupportedError } from "../../errors.js";
import { Status } from "../../ndarray/status.js";
import type { Reducer } from "../graph/node.js";
import type { FoldName } from "../kernel/kernel.js";

/** Accumulators of a run of pixels, and what they were given. */
export interface Accumulated {
  /** As `FoldName` has them; the first one takes the result. */
  readonly planes: readonly Float64Array[];
  readonly length: number;
  /** Values that each pixel was given, the missing ones included. */
  readonly given: number;
}

/** How a reduction along time is folded, and what is made of its accumulators in the end. */
export interface FoldMethod {
  readonly kernel: FoldName;
  /** Puts the results into the first plane: NaN where no value came, infinite where the result is no number. */
  readonly settle: (accumulated: Accumulated) => void;
}

/** @throws UnsupportedError for a reducer that needs all values at once */
export function foldMethod(reducer: Reducer): FoldMethod {
  switch (reducer.name) {
    case "sum":
      return { kernel: "sum", settle: settleSums };
    case "mean":
      return { kernel: "sum", settle: settleMeans };
    case "count":
      return { kernel: "count", settle: settleCounts };
    case "min":
    case "max":
    case "argmin":
    case "argmax":
    case "first":
    case "last":
      return { kernel: reducer.name, settle: () => undefined };
    case "std":
    case "var": {
      const { name, ddof } = reducer;
      return { kernel: "moments", settle: (accumulated) => settleSpread(accumulated, ddof, name === "std") };
    }
    default:
      throw new UnsupportedError(`${reducer.name} is not computed step by step`, {
        details: { reducer: reducer.name },
      });
  }
}

function settleSums({ planes, length, given }: Accumulated): void {
  const [sums, lacking] = planes as [Float64Array, Float64Array];
  for (let i = 0; i < length; i++) {
    if (lacking[i] === given) sums[i] = Number.NaN;
    // Infinities of both signs make NaN, which here means that nothing came.
    else if (Number.isNaN(sums[i])) sums[i] = Number.POSITIVE_INFINITY;
  }
}

function settleMeans({ planes, length, given }: Accumulated): void {
  const [sums, lacking] = planes as [Float64Array, Float64Array];
  for (let i = 0; i < length; i++) {
    const count = given - lacking[i]!;
    // 0/0 where nothing came.
    const mean = sums[i]! / count;
    sums[i] = Number.isNaN(mean) && count > 0 ? Number.POSITIVE_INFINITY : mean;
  }
}

function settleCounts({ planes, length, given }: Accumulated): void {
  const [lacking] = planes as [Float64Array];
  for (let i = 0; i < length; i++) lacking[i] = given - lacking[i]!;
}

function settleSpread({ planes, length }: Accumulated, ddof: number, isRoot: boolean): void {
  const [squares, _, counts] = planes as [Float64Array, Float64Array, Float64Array];
  for (let i = 0; i < length; i++) {
    const freedom = counts[i]! - ddof;
    const variance =
      counts[i] === 0 ? Number.NaN : freedom > 0 && squares[i]! < Infinity ? squares[i]! / freedom : Infinity;
    squares[i] = isRoot ? Math.sqrt(variance) : variance;
  }
}

/**
 * Give pixels without a result their reason: what explains most of their missing values, and `uncovered` where nothing
 * ever came; `undefined` where it is infinite.
 *
 * @param why what explains most of each pixel's missing values; becomes its status
 * @returns how many have no result
 */
export function settleMissing(results: Float64Array, why: Uint8Array, length: number): number {
  let missing = 0;
  for (let i = 0; i < length; i++) {
    const value = results[i]!;
    if (value - value === 0) {
      why[i] = Status.valid;
      continue;
    }
    missing++;
    // A sum that grew beyond all numbers is no answer either.
    if (!Number.isNaN(value)) why[i] = Status.undefined;
    else if (why[i] === Status.valid) why[i] = Status.uncovered;
    results[i] = Number.NaN;
  }
  return missing;
}
