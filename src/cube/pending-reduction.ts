import type { Reducer } from "../lazy/graph/node.js";
import type { DataArray } from "./data-array.js";

/** Groups or windows of time steps, waiting for the reduction that makes one value of each. */
export class PendingReduction {
  protected readonly reduce: (reducer: Reducer) => DataArray;

  /** @internal Use `DataArray.rolling`, `groupby` and `resample`. */
  constructor(reduce: (reducer: Reducer) => DataArray) {
    this.reduce = reduce;
  }

  mean(): DataArray {
    return this.reduce({ name: "mean" });
  }

  sum(): DataArray {
    return this.reduce({ name: "sum" });
  }

  min(): DataArray {
    return this.reduce({ name: "min" });
  }

  max(): DataArray {
    return this.reduce({ name: "max" });
  }

  median(): DataArray {
    return this.reduce({ name: "median" });
  }

  std({ ddof = 0 } = {}): DataArray {
    return this.reduce({ name: "std", ddof });
  }

  variance({ ddof = 0 } = {}): DataArray {
    return this.reduce({ name: "var", ddof });
  }

  count(): DataArray {
    return this.reduce({ name: "count" });
  }
}
