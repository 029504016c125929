import { InvalidInputError } from "../../errors.js";
import { type Expr, isOneOf } from "../../lazy/expression/expr.js";
import type { LazyArray } from "../lazy-array.js";
import { call, dtypeWith, type Operand, withOperands } from "./math.js";

/** Keep values where the condition is true; the rest become `other`, or missing with status `masked`. */
export function where(array: LazyArray, condition: LazyArray, other: Operand | undefined): LazyArray {
  const operands = other === undefined ? [condition, array] : [condition, array, other];
  const dtype = other === undefined ? array.node.dtype : dtypeWith(array, other);
  return call("where", operands, dtype);
}

/** 1 where the value is one of a list, else 0. */
export function isin(array: LazyArray, values: readonly number[]): LazyArray {
  if (values.length === 0) throw new InvalidInputError("isin: give at least one value");
  return withOperands([array, ...values], ([own, ...wanted]) => isOneOf(own as Expr, wanted), "uint8");
}

/** The value, or `other` where it is missing for any reason but a failed read. */
export function fillna(array: LazyArray, other: Operand): LazyArray {
  return call("fillna", [array, other], dtypeWith(array, other));
}

/** Values moved into a range; an absent end is open. */
export function clip(array: LazyArray, least: number | undefined, most: number | undefined): LazyArray {
  if (least === undefined && most === undefined) throw new InvalidInputError("clip: give a least or a most value");
  const dtype = dtypeWith(array, ...[least, most].filter((end) => end !== undefined));
  if (least === undefined) return call("min", [array, most ?? 0], dtype);
  if (most === undefined) return call("max", [array, least], dtype);
  return call("clip", [array, least, most], dtype);
}
