import { InvalidInputError } from "../../errors.js";

/** Operators with one operand. */
export type UnaryOp = "-" | "not";

/** Operators with two operands, as Python and numpy spell them. */
export type BinaryOp = "+" | "-" | "*" | "/" | "%" | "**" | Comparison | "and" | "or" | "&" | "|" | "<<" | ">>";

/** 1 where it holds, 0 where it does not. */
export type Comparison = "<" | "<=" | ">" | ">=" | "==" | "!=";

/** The functions of band math with the number of arguments each takes; `most` of null has no upper end. */
export const functions = {
  where: { least: 2, most: 3 },
  fillna: { least: 2, most: 2 },
  min: { least: 2, most: null },
  max: { least: 2, most: null },
  clip: { least: 3, most: 3 },
  isnan: { least: 1, most: 1 },
  isfinite: { least: 1, most: 1 },
  abs: { least: 1, most: 1 },
  sign: { least: 1, most: 1 },
  floor: { least: 1, most: 1 },
  ceil: { least: 1, most: 1 },
  round: { least: 1, most: 1 },
  sqrt: { least: 1, most: 1 },
  exp: { least: 1, most: 1 },
  log: { least: 1, most: 1 },
  log2: { least: 1, most: 1 },
  log10: { least: 1, most: 1 },
  log1p: { least: 1, most: 1 },
  sin: { least: 1, most: 1 },
  cos: { least: 1, most: 1 },
  tan: { least: 1, most: 1 },
  arcsin: { least: 1, most: 1 },
  arccos: { least: 1, most: 1 },
  arctan: { least: 1, most: 1 },
  arctan2: { least: 2, most: 2 },
  tanh: { least: 1, most: 1 },
} as const satisfies Record<string, { least: number; most: number | null }>;

/** A function of band math. */
export type FunctionName = keyof typeof functions;

/**
 * Band math as plain JSON: what the methods of a DataArray, the text of `--expr` and a URL all build.
 *
 * Describing costs nothing; `evaluate` computes it. Bands are named, never numbered: `b3` is resolved by the parser.
 */
export type Expr =
  /** A finite number. */
  | { readonly kind: "number"; readonly value: number }
  /** No value, written `nan`: the pixel becomes `undefined`. */
  | { readonly kind: "nan" }
  | { readonly kind: "band"; readonly name: string }
  | { readonly kind: "unary"; readonly op: UnaryOp; readonly operand: Expr }
  | { readonly kind: "binary"; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "call"; readonly name: FunctionName; readonly args: readonly Expr[] };

/** The most nodes an expression may have: far above any index, far below what would exhaust the stack. */
export const MAX_NODES = 2000;

/** 1 where any of some conditions holds; 0 of none. */
export function anyOf(conditions: readonly Expr[]): Expr {
  if (conditions.length === 0) return { kind: "number", value: 0 };
  return conditions.reduce((left, right) => ({ kind: "binary", op: "or", left, right }));
}

/** 1 where a value equals one of some others. */
export function isOneOf(value: Expr, others: readonly Expr[]): Expr {
  return anyOf(others.map((other): Expr => ({ kind: "binary", op: "==", left: value, right: other })));
}

/** The direct parts of an expression, left to right. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "unary":
      return [expr.operand];
    case "binary":
      return [expr.left, expr.right];
    case "call":
      return expr.args;
    default:
      return [];
  }
}

/**
 * The number of nodes, a shared part counted at each place it stands.
 *
 * @throws InvalidInputError beyond {@link MAX_NODES}, before anything walks the expression recursively.
 */
export function countNodes(expr: Expr): number {
  const open = [expr];
  let count = 0;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (++count > MAX_NODES) {
      throw new InvalidInputError(`an expression may have ${MAX_NODES} parts, this one has more; split it`, {
        details: { limit: MAX_NODES },
      });
    }
    open.push(...operandsOf(node));
  }
  return count;
}

/** The names of the bands that an expression reads, each once, in the order they first appear. */
export function bandsOf(expr: Expr): string[] {
  countNodes(expr);
  const names = new Set<string>();
  const visit = (node: Expr): void => {
    if (node.kind === "band") names.add(node.name);
    operandsOf(node).forEach(visit);
  };
  visit(expr);
  return [...names];
}
