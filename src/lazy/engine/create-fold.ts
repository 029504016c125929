import { UnsupportedError } from "../../errors.js";
import type { Reducer } from "../graph/node.js";
import { EdgeFold } from "./edge-fold.js";
import { ExtremeFold } from "./extreme-fold.js";
import type { Fold } from "./fold.js";
import { MomentFold } from "./moment-fold.js";
import { SpareBuffers } from "./spare-buffers.js";
import { SumFold } from "./sum-fold.js";

/** The fold of a reducer over `length` pixels; sums take their memory from `spares`. */
export function createFold(reducer: Reducer, length: number, spares = new SpareBuffers()): Fold {
  switch (reducer.name) {
    case "sum":
    case "mean":
    case "count":
      return new SumFold(reducer.name, length, spares);
    case "min":
    case "max":
    case "argmin":
    case "argmax":
      return new ExtremeFold(reducer.name, length);
    case "std":
    case "var":
      return new MomentFold(reducer.name, reducer.ddof, length);
    case "first":
    case "last":
      return new EdgeFold(reducer.name, length);
    default:
      throw new UnsupportedError(`${reducer.name} is not computed step by step`, {
        details: { reducer: reducer.name },
      });
  }
}
