import { countNodes, type Expr } from "./expr.js";
import { binaryPower, comparisonPower, minusPower, notPower } from "./precedence.js";
import { isPlainName } from "./tokens.js";

/** What never needs brackets: a name, a number, a call. */
const ATOM = 100;

/** How a band is written. */
type NameOf = (band: string) => string;

/**
 * An expression as text with the fewest brackets; `parseExpression` reads the very same expression back.
 *
 * @param nameOf what to write for a band, where that is not its name
 * @throws InvalidInputError where the expression has more parts than the parser allows.
 */
export function formatExpression(expr: Expr, nameOf: NameOf = quoteName): string {
  countNodes(expr);
  return write(expr, nameOf);
}

/** A band's name as the parser reads it. */
export function quoteName(name: string): string {
  return isPlainName(name) ? name : `{${JSON.stringify(name)}}`;
}

function write(expr: Expr, nameOf: NameOf): string {
  switch (expr.kind) {
    case "number":
      return String(expr.value);
    case "nan":
      return "nan";
    case "band":
      return nameOf(expr.name);
    case "call":
      return `${expr.name}(${expr.args.map((arg) => write(arg, nameOf)).join(", ")})`;
    case "unary":
      return writeUnary(expr, nameOf);
    case "binary":
      return writeBinary(expr, nameOf);
  }
}

function writeUnary(expr: Expr & { kind: "unary" }, nameOf: NameOf): string {
  if (expr.op === "not") return `not ${bracketed(expr.operand, notPower, nameOf)}`;
  // -(3) negates a number, -3 is one: only the brackets tell them apart.
  return expr.operand.kind === "number"
    ? `-(${write(expr.operand, nameOf)})`
    : `-${bracketed(expr.operand, minusPower, nameOf)}`;
}

function writeBinary(expr: Expr & { kind: "binary" }, nameOf: NameOf): string {
  const own = binaryPower[expr.op];
  if (expr.op === "**") {
    return `${bracketed(expr.left, own + 1, nameOf)} ** ${bracketed(expr.right, minusPower, nameOf)}`;
  }
  // Comparisons do not chain, so neither side may be one; the others group from the left.
  const left = own === comparisonPower ? own + 1 : own;
  return `${bracketed(expr.left, left, nameOf)} ${expr.op} ${bracketed(expr.right, own + 1, nameOf)}`;
}

function bracketed(expr: Expr, least: number, nameOf: NameOf): string {
  return powerOf(expr) >= least ? write(expr, nameOf) : `(${write(expr, nameOf)})`;
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
