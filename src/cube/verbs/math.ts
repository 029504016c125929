import { InvalidInputError } from "../../errors.js";
import type { BinaryOp, Expr, FunctionName } from "../../lazy/expression/expr.js";
import { type DType, isFloat } from "../../ndarray/dtype.js";
import { align } from "../align.js";
import type { LazyArray } from "../lazy-array.js";

/** An array, or a number that is the same everywhere. */
export type Operand = LazyArray | number;

/** Pixel-by-pixel arithmetic; `expr` calls the arrays "0", "1", …. */
export function mathOf(arrays: readonly LazyArray[], expr: Expr, dtype: DType): LazyArray {
  const { nodes, shape, labels } = align(arrays);
  return { node: { kind: "math", shape, dtype, expr, inputs: nodes }, name: "", ...labels };
}

/** Numbers and arrays as operands of one expression. */
export function withOperands(
  operands: readonly Operand[],
  build: (parts: readonly Expr[]) => Expr,
  dtype: DType,
): LazyArray {
  const arrays = [...new Set(operands.filter((operand): operand is LazyArray => typeof operand !== "number"))];
  const parts = operands.map((operand): Expr => {
    if (typeof operand !== "number") return { kind: "band", name: String(arrays.indexOf(operand)) };
    if (Number.isNaN(operand)) return { kind: "nan" };
    if (!Number.isFinite(operand)) {
      throw new InvalidInputError(`${operand} is no number to compute with`, { details: { value: String(operand) } });
    }
    return { kind: "number", value: operand };
  });
  return mathOf(arrays, build(parts), dtype);
}

const truthOps: ReadonlySet<BinaryOp> = new Set(["<", "<=", ">", ">=", "==", "!=", "and", "or"]);

/** An operation of two operands; comparisons give 1 and 0 as `uint8`, all else `float32`. */
export function binary(op: BinaryOp, left: Operand, right: Operand): LazyArray {
  const dtype = truthOps.has(op) ? "uint8" : "float32";
  return withOperands([left, right], ([a, b]) => ({ kind: "binary", op, left: a as Expr, right: b as Expr }), dtype);
}

/** A function of some operands. */
export function call(name: FunctionName, operands: readonly Operand[], dtype: DType = "float32"): LazyArray {
  return withOperands(operands, (args) => ({ kind: "call", name, args }), dtype);
}

/** 1 where the value is 0, else 0. */
export function not(array: LazyArray): LazyArray {
  return withOperands([array], ([operand]) => ({ kind: "unary", op: "not", operand: operand as Expr }), "uint8");
}

export function negative(array: LazyArray): LazyArray {
  return withOperands([array], ([operand]) => ({ kind: "unary", op: "-", operand: operand as Expr }), "float32");
}

/**
 * What {@link expression} is stored as: a comparison as `uint8`, a band in its own type, all else as `float32`.
 */
export function dtypeOf(expr: Expr, band: (name: string) => DType): DType {
  if (expr.kind === "band") return band(expr.name);
  if (expr.kind === "unary") return expr.op === "not" ? "uint8" : "float32";
  if (expr.kind === "binary") return truthOps.has(expr.op) ? "uint8" : "float32";
  return expr.kind === "call" && (expr.name === "isnan" || expr.name === "isfinite") ? "uint8" : "float32";
}

/** The type that keeps an array's values and a number beside them: the array's own where the number fits in it. */
export function dtypeWith(array: LazyArray, ...values: readonly Operand[]): DType {
  const { dtype } = array.node;
  const fits = values.every((value) => (typeof value === "number" ? holds(dtype, value) : value.node.dtype === dtype));
  return fits ? dtype : "float32";
}

/** True where a type can hold a number exactly; any number for floats. */
export function holds(dtype: DType, value: number): boolean {
  if (isFloat(dtype)) return true;
  const bits = Number(/\d+$/.exec(dtype)?.[0]);
  const [least, most] = dtype.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return Number.isInteger(value) && value >= least && value <= most;
}
