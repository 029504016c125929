import { InvalidInputError, SelectionError } from "../../errors.js";
import { type Expr, isOneOf } from "../../lazy/expression/expr.js";
import type { GrowNode } from "../../lazy/graph/node.js";
import { faultOfMaskRule, type MaskRule } from "../../mask-rule.js";
import { type AppliedRule, combineRules } from "../cloud-rules.js";
import { geoBoxOfArray, type LazyArray } from "../lazy-array.js";
import { binary, withOperands } from "./math.js";

/**
 * The condition of a rule over the value of its band: 1 where pixels are taken away.
 *
 * @throws InvalidInputError for a rule that names neither bits nor values, or bits that do not exist.
 */
export function ruleExpr(rule: MaskRule, flags: Expr): Expr {
  const { band, bits, bitRange, values = [] } = rule;
  const fault = faultOfMaskRule(rule);
  if (fault !== null) throw new InvalidInputError(`mask rule of band ${band}: ${fault}`, { details: { band } });
  const number = (value: number): Expr => ({ kind: "number", value });
  if (bits !== undefined) {
    const mask = [...new Set(bits)].reduce((sum, bit) => sum + 2 ** bit, 0);
    const set: Expr = { kind: "binary", op: "&", left: flags, right: number(mask) };
    return { kind: "binary", op: "!=", left: set, right: number(0) };
  }
  if (bitRange === undefined) return isOneOf(flags, values.map(number));
  const [low, high] = bitRange;
  const moved: Expr = { kind: "binary", op: ">>", left: flags, right: number(low) };
  const field: Expr = { kind: "binary", op: "&", left: moved, right: number(2 ** (high - low + 1) - 1) };
  return isOneOf(field, values.map(number));
}

/** 1 where a rule takes pixels away, grown as it says. */
export function ruleArray(rule: MaskRule, flags: LazyArray): LazyArray {
  const found = withOperands([flags], ([own]) => ruleExpr(rule, own as Expr), "uint8");
  // What is missing grows nothing, and stays missing.
  return rule.growMetres === undefined ? found : binary("or", grow(found, rule.growMetres, rule.band), found);
}

/** 1 where any rule takes pixels away, as {@link combineRules} says; null without rules. */
export function maskArray(
  rules: readonly AppliedRule[],
  conditionOf: (applied: AppliedRule) => LazyArray,
): LazyArray | null {
  const anyOf = (conditions: readonly LazyArray[]) => conditions.reduce((left, right) => binary("or", left, right));
  return combineRules(rules, { conditionOf, anyOf, firstKnown });
}

/** The first value that is known; where none is, the status that explains most. */
export function firstKnown(arrays: readonly LazyArray[]): LazyArray {
  return arrays.reduceRight((others, own) =>
    withOperands([own, others], ([a, b]) => firstKnownExpr(a as Expr, b as Expr), "uint8"),
  );
}

/** The value of one expression, else of another; where both miss it, what their statuses make together. */
export function firstKnownExpr(own: Expr, other: Expr): Expr {
  const call = (name: "where" | "isnan", ...args: Expr[]): Expr => ({ kind: "call", name, args });
  const neither: Expr = { kind: "binary", op: "or", left: own, right: other };
  return call("where", call("isnan", own), call("where", call("isnan", other), neither, other), own);
}

function grow(array: LazyArray, distance: number, band: string): LazyArray {
  const box = geoBoxOfArray(array);
  if (box === null) {
    throw new SelectionError(`mask rule of band ${band}: a distance cannot be measured, the pixels have no one grid`);
  }
  const [a, b, , d, e] = box.transform;
  const [pixelWidth, pixelHeight] = [Math.hypot(a, d), Math.hypot(b, e)];
  if (box.crs.code === "EPSG:4326") {
    throw new InvalidInputError(
      `mask rule of band ${band}: growMetres needs a projected CRS, these pixels are measured in degrees`,
      { details: { band, crs: box.crs.code } },
    );
  }
  // A hair more, so that a distance of whole pixels reaches them whatever the division leaves.
  const span = (size: number) => Math.floor((distance / size) * (1 + 1e-12));
  const reach = { distance, pixelHeight, pixelWidth, rows: span(pixelHeight), cols: span(pixelWidth) };
  const node: GrowNode = { kind: "grow", shape: array.node.shape, dtype: "uint8", input: array.node, reach };
  return { ...array, node };
}
