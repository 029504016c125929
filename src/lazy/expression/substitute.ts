import type { Expr } from "./expr.js";

/** An expression with something else for each band. */
export function substitute(expr: Expr, replacement: (name: string) => Expr): Expr {
  switch (expr.kind) {
    case "band":
      return replacement(expr.name);
    case "unary":
      return { ...expr, operand: substitute(expr.operand, replacement) };
    case "binary":
      return { ...expr, left: substitute(expr.left, replacement), right: substitute(expr.right, replacement) };
    case "call":
      return { ...expr, args: expr.args.map((arg) => substitute(arg, replacement)) };
    default:
      return expr;
  }
}
