import { DataArray } from "./data-array.js";
import { concat as concatLazy } from "./verbs/concat.js";

/**
 * Arrays one behind the other: along `band`, each without that dimension as one band called by its name; or along the
 * outermost dimension, mostly time, with its labels as they come.
 *
 * Other dimensions are joined by label, as arithmetic does it.
 *
 * @throws SelectionError where the arrays share no pixels; GridMismatchError where pixels do not coincide.
 *
 * @example
 * const both = concat([ds.index("NDVI"), ds.index("NDWI")], "band");
 */
export function concat(arrays: readonly DataArray[], dim: "band" | "time"): DataArray {
  return new DataArray(
    concatLazy(
      arrays.map(({ lazy }) => lazy),
      dim,
      arrays.map(({ name }) => name),
    ),
  );
}
