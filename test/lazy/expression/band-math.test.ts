import { describe, expect, it } from "vitest";
import { ExpressionError } from "../../../src/errors.js";
import { parseBandMath } from "../../../src/lazy/expression/band-math.js";
import { formatExpression } from "../../../src/lazy/expression/format-expression.js";
import { parseExpression } from "../../../src/lazy/expression/parse.js";

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
  return "no error";
};

describe("band math with spectral indices", () => {
  it.each([
    ['index("NDVI")', "(nir - red) / (nir + red)"],
    ["index( 'ndvi' ) > 0.3 and red < 3000", "(nir - red) / (nir + red) > 0.3 and red < 3000"],
    ['1 - index("NDVI") ** 2', "1 - ((nir - red) / (nir + red)) ** 2"],
  ])("%s is %s", (text, formula) => {
    expect(formatExpression(parseBandMath(text, ["red", "nir"]))).toBe(formula);
  });

  it("still has a band called index", () => {
    expect(formatExpression(parseBandMath("index + 1", ["index"]))).toBe("index + 1");
  });

  it("marks an index that is not known, and one whose bands are missing", () => {
    expect(messageOf(() => parseBandMath('1 + index("NDVY")', ["red", "nir"]))).toMatch(
      /unknown spectral index "NDVY", did you mean "NDVI"\?\n {2}1 \+ index\("NDVY"\)\n {6}\^{13}$/,
    );
    expect(messageOf(() => parseBandMath('index("NDVI")', ["red"]))).toContain("nir");
    expect(messageOf(() => parseExpression('index("NDVI")', ["red"]))).toContain("no spectral index is known here");
  });
});
