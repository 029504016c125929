import type { Expr } from "./expr.js";
import { parseExpression } from "./parse.js";
import { indexExpression } from "./spectral-indices.js";

/**
 * Band math as people write it: {@link parseExpression} with every spectral index of the catalogue.
 *
 * @example
 * parseBandMath('index("NDVI") > 0.3 and red < 3000', ["red", "nir"]);
 * @throws ExpressionError with a caret line under the fault.
 */
export function parseBandMath(text: string, bandNames: readonly string[]): Expr {
  return parseExpression(text, bandNames, { indexOf: (name) => indexExpression(name, bandNames) });
}
