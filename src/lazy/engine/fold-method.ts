import { UnsupportedError } from "../../errors.js";
import type { Reducer } from "../graph/node.js";
import type { FoldName } from "../kernel/kernel.js";
import type { SettleName } from "../kernel/settle-kernel.js";

/** How a reduction along time is folded, and what is made of its accumulators in the end. */
export interface FoldMethod {
  readonly fold: FoldName;
  readonly settle: SettleName;
  /** Delta degrees of freedom, of a spread. */
  readonly ddof: number;
}

/** @throws UnsupportedError for a reducer that needs all values at once */
export function foldMethod(reducer: Reducer): FoldMethod {
  switch (reducer.name) {
    case "sum":
    case "mean":
      return { fold: "sum", settle: reducer.name, ddof: 0 };
    case "count":
    case "reason":
      return { fold: "count", settle: reducer.name, ddof: 0 };
    case "min":
    case "max":
    case "argmin":
    case "argmax":
    case "first":
    case "last":
      return { fold: reducer.name, settle: "plane", ddof: 0 };
    case "std":
    case "var":
      return { fold: "moments", settle: reducer.name, ddof: reducer.ddof };
    default:
      throw new UnsupportedError(`${reducer.name} is not computed step by step`, {
        details: { reducer: reducer.name },
      });
  }
}
