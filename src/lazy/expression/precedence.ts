import type { BinaryOp } from "./expr.js";

/**
 * How tightly each operator binds, as in Python (reference, 6.17 "Operator precedence"): a higher number first.
 *
 * Two things surprise people who come from C or JavaScript: `&` and `|` bind tighter than comparisons, so
 * `(qa & 8) == 0` reads the same without its brackets while `a > 1 & b > 1` does not say what it seems to; and
 * `-x ** 2` is `-(x ** 2)`.
 */
export const binaryPower: Readonly<Record<BinaryOp, number>> = {
  or: 1,
  and: 2,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "==": 4,
  "!=": 4,
  "|": 5,
  "&": 6,
  "<<": 7,
  ">>": 7,
  "+": 8,
  "-": 8,
  "*": 9,
  "/": 9,
  "%": 9,
  "**": 11,
};

/** `not` stands between `and` and the comparisons: `not a == b` is `not (a == b)`. */
export const notPower = 3;

/** A minus before a term: tighter than `*`, looser than `**`. */
export const minusPower = 10;

/** The power of comparisons, which do not chain. */
export const comparisonPower = 4;

/** True for the operators of two operands. */
export function isBinaryOp(text: string): text is BinaryOp {
  return Object.hasOwn(binaryPower, text);
}
