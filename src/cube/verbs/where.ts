import { InvalidInputError } from "../../errors.js";
import type { Expr } from "../../lazy/expression/expr.js";
import type { LazyArray } from "../lazy-array.js";
import { dtypeWith, type Operand, withOperands } from "./math.js";

/** Keep values where the condition is true; the rest become `other`, or missing with status `masked`. */
export function where(array: LazyArray, condition: LazyArray, other: Operand | undefined): LazyArray {
  const operands = other === undefined ? [condition, array] : [condition, array, other];
  const dtype = other === undefined ? array.node.dtype : dtypeWith(array, other);
  return withOperands(operands, (args) => ({ kind: "call", name: "where", args }), dtype);
}

/** 1 where the value is one of a list, else 0. */
export function isin(array: LazyArray, values: readonly number[]): LazyArray {
  if (values.length === 0) throw new InvalidInputError("isin: give at least one value");
  return withOperands(
    [array, ...values],
    ([own, ...wanted]) =>
      wanted
        .map((value): Expr => ({ kind: "binary", op: "==", left: own as Expr, right: value }))
        .reduce((left, right) => ({ kind: "binary", op: "or", left, right })),
    "uint8",
  );
}

/** The value, or `other` where it is missing for any reason but a failed read. */
export function fillna(array: LazyArray, other: Operand): LazyArray {
  return withOperands([array, other], (args) => ({ kind: "call", name: "fillna", args }), dtypeWith(array, other));
}

/** Values moved into a range; an absent end is open. */
export function clip(array: LazyArray, least: number | undefined, most: number | undefined): LazyArray {
  if (least === undefined && most === undefined) throw new InvalidInputError("clip: give a least or a most value");
  const dtype = dtypeWith(array, ...[least, most].filter((end) => end !== undefined));
  if (least === undefined)
    return withOperands([array, most ?? 0], (args) => ({ kind: "call", name: "min", args }), dtype);
  if (most === undefined) return withOperands([array, least], (args) => ({ kind: "call", name: "max", args }), dtype);
  return withOperands([array, least, most], (args) => ({ kind: "call", name: "clip", args }), dtype);
}
