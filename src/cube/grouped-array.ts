import type { BinaryOp } from "../lazy/expression/expr.js";
import type { DataArray } from "./data-array.js";
import type { LazyArray } from "./lazy-array.js";
import { PendingReduction } from "./pending-reduction.js";
import { type Groups, ungroup } from "./verbs/group.js";
import { binary } from "./verbs/math.js";
import { reduceGroups } from "./verbs/reduce.js";

/** Groups of time steps: reduced to one value each, or compared with such values. */
export class GroupedArray extends PendingReduction {
  readonly #array: LazyArray;
  readonly #groups: Groups;
  readonly #wrap: (lazy: LazyArray) => DataArray;

  /** @internal Use `DataArray.resample` and `DataArray.groupby`. */
  constructor(array: LazyArray, groups: Groups, wrap: (lazy: LazyArray) => DataArray) {
    super((reducer) => wrap(reduceGroups(array, reducer, groups.grouping, groups.outer)));
    this.#array = array;
    this.#groups = groups;
    this.#wrap = wrap;
  }

  quantile(q: number): DataArray {
    return this.reduce({ name: "quantile", q: [q] });
  }

  first(): DataArray {
    return this.reduce({ name: "first" });
  }

  last(): DataArray {
    return this.reduce({ name: "last" });
  }

  /**
   * Each time step less the value of its group: an anomaly.
   *
   * @example
   * const months = ndvi.groupby("time.month");
   * const anomaly = months.sub(months.mean());
   */
  sub(reduced: DataArray): DataArray {
    return this.#compare("-", reduced);
  }

  add(reduced: DataArray): DataArray {
    return this.#compare("+", reduced);
  }

  mul(reduced: DataArray): DataArray {
    return this.#compare("*", reduced);
  }

  div(reduced: DataArray): DataArray {
    return this.#compare("/", reduced);
  }

  #compare(op: BinaryOp, reduced: DataArray): DataArray {
    return this.#wrap(binary(op, this.#array, ungroup(this.#groups, reduced.lazy, this.#array)));
  }
}
