import { countNodes, type Expr } from "./expr.js";
import { binaryPower, comparisonPower, minusPower, notPower } from "./precedence.js";
import { isPlainName } from "./tokens.js";

/** What never needs brackets: a name, a number, a call. */
const ATOM = 100;

/**
 * An expression as text with the fewest brackets; `parseExpression` reads the very same expression back.
 *
 * @throws InvalidInputError where the expression has more parts than the parser allows.
 */
export function formatExpression(expr: Expr): string {
  countNodes(expr);
  return write(expr);
}

function write(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return String(expr.value);
    case "nan":
      return "nan";
    case "band":
      return isPlainName(expr.name) ? expr.name : `{${JSON.stringify(expr.name)}}`;
    case "call":
      return `${expr.name}(${expr.args.map(write).join(", ")})`;
    case "unary":
      return writeUnary(expr);
    case "binary":
      return writeBinary(expr);
  }
}

function writeUnary(expr: Expr & { kind: "unary" }): string {
  if (expr.op === "not") return `not ${bracketed(expr.operand, notPower)}`;
  // -(3) negates a number, -3 is one: only the brackets tell them apart.
  return expr.operand.kind === "number" ? `-(${write(expr.operand)})` : `-${bracketed(expr.operand, minusPower)}`;
}

function writeBinary(expr: Expr & { kind: "binary" }): string {
  const own = binaryPower[expr.op];
  if (expr.op === "**") {
    return `${bracketed(expr.left, own + 1)} ** ${bracketed(expr.right, minusPower)}`;
  }
  // Comparisons do not chain, so neither side may be one; the others group from the left.
  const left = own === comparisonPower ? own + 1 : own;
  return `${bracketed(expr.left, left)} ${expr.op} ${bracketed(expr.right, own + 1)}`;
}

function bracketed(expr: Expr, least: number): string {
  return powerOf(expr) >= least ? write(expr) : `(${write(expr)})`;
}

function powerOf(expr: Expr): number {
  switch (expr.kind) {
    case "number":
      return expr.value < 0 ? minusPower : ATOM;
    case "unary":
      return expr.op === "not" ? notPower : minusPower;
    case "binary":
      return binaryPower[expr.op];
    default:
      return ATOM;
  }
}
