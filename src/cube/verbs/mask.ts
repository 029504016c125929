import { InvalidInputError, SelectionError } from "../../errors.js";
import { type Expr, isOneOf } from "../../lazy/expression/expr.js";
import type { GrowNode } from "../../lazy/graph/node.js";
import type { MaskRule } from "../cloud-rules.js";
import { geoBoxOfArray, type LazyArray } from "../lazy-array.js";
import { binary, withOperands } from "./math.js";

/** Bits of a 32-bit quality band. */
const MAX_BIT = 31;

/**
 * The condition of a rule over the value of its band: 1 where pixels are taken away.
 *
 * @throws InvalidInputError for a rule that names neither bits nor values, or bits that do not exist.
 */
export function ruleExpr({ band, bits, bitRange, values }: MaskRule, flags: Expr): Expr {
  const number = (value: number): Expr => ({ kind: "number", value });
  const isBit = (bit: number) => Number.isInteger(bit) && bit >= 0 && bit <= MAX_BIT;
  const wrong = (what: string) => new InvalidInputError(`mask rule of band ${band}: ${what}`, { details: { band } });
  if (bits !== undefined) {
    if (bits.length === 0 || !bits.every(isBit) || values !== undefined || bitRange !== undefined) {
      throw wrong("give bits from 0 to 31, and neither values nor a bit range beside them");
    }
    const mask = [...new Set(bits)].reduce((sum, bit) => sum + 2 ** bit, 0);
    const set: Expr = { kind: "binary", op: "&", left: flags, right: number(mask) };
    return { kind: "binary", op: "!=", left: set, right: number(0) };
  }
  if (values === undefined || values.length === 0) throw wrong("give bits, or values that are taken away");
  if (bitRange === undefined) return isOneOf(flags, values.map(number));
  const [low, high] = bitRange;
  if (!isBit(low) || !isBit(high) || low > high) throw wrong(`bits ${low} to ${high} are no range from 0 to 31`);
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

/** 1 where any rule takes pixels away, over bands that `bandOf` gives. */
export function maskArray(rules: readonly MaskRule[], bandOf: (name: string) => LazyArray): LazyArray | null {
  const arrays = rules.map((rule) => ruleArray(rule, bandOf(rule.band)));
  return arrays.length === 0 ? null : arrays.reduce((left, right) => binary("or", left, right));
}

function grow(array: LazyArray, distance: number, band: string): LazyArray {
  if (!(distance >= 0 && Number.isFinite(distance))) {
    throw new InvalidInputError(`mask rule of band ${band}: growMetres ${distance}; give a distance from 0`);
  }
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
