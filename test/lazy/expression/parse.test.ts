import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExpressionError, isPixelQueryError } from "../../../src/errors.js";
import { bandsOf, type Expr } from "../../../src/lazy/expression/expr.js";
import { formatExpression } from "../../../src/lazy/expression/format-expression.js";
import { parseExpression } from "../../../src/lazy/expression/parse.js";
import { expressions } from "./arbitrary-expression.js";

const bands = ["blue", "green", "red", "nir"];

/** The expression with every bracket written: how it was understood. */
function understood(text: string, names = ["a", "b", "c", "d"]): string {
  const write = (expr: Expr): string => {
    switch (expr.kind) {
      case "number":
        return String(expr.value);
      case "nan":
        return "nan";
      case "band":
        return expr.name;
      case "unary":
        return `(${expr.op} ${write(expr.operand)})`;
      case "binary":
        return `(${write(expr.left)} ${expr.op} ${write(expr.right)})`;
      case "call":
        return `${expr.name}(${expr.args.map(write).join(", ")})`;
    }
  };
  return write(parseExpression(text, names));
}

function fault(text: string, names: readonly string[] = bands): ExpressionError {
  try {
    parseExpression(text, names);
  } catch (error) {
    if (isPixelQueryError(error, "ExpressionError")) return error as ExpressionError;
    throw error;
  }
  throw new Error(`${text} parsed`);
}

describe("parseExpression", () => {
  it("builds plain JSON", () => {
    expect(parseExpression("(nir - red) / 2", bands)).toEqual({
      kind: "binary",
      op: "/",
      left: {
        kind: "binary",
        op: "-",
        left: { kind: "band", name: "nir" },
        right: { kind: "band", name: "red" },
      },
      right: { kind: "number", value: 2 },
    });
  });

  it.each([
    ["a + b * c", "(a + (b * c))"],
    ["a - b - c", "((a - b) - c)"],
    ["a / b * c % d", "(((a / b) * c) % d)"],
    ["a ** b ** c", "(a ** (b ** c))"],
    ["-a ** 2", "(- (a ** 2))"],
    ["a ** -b ** c", "(a ** (- (b ** c)))"],
    ["2 ** -1 * a", "((2 ** -1) * a)"],
    ["-a * b", "((- a) * b)"],
    ["a - -3", "(a - -3)"],
    ["+a - +b", "(a - b)"],
    ["not a == b", "(not (a == b))"],
    ["not a and b or c", "(((not a) and b) or c)"],
    ["a or b and c", "(a or (b and c))"],
    ["a & b == c", "((a & b) == c)"],
    ["a | b & c << d + 1", "(a | (b & (c << (d + 1))))"],
    ["a < b and c >= d", "((a < b) and (c >= d))"],
  ])("groups %s as Python does", (text, expected) => expect(understood(text)).toBe(expected));

  it.each([
    ["1e-4", 1e-4],
    [".5", 0.5],
    ["2.", 2],
    ["0xff", 255],
    ["0b1010", 10],
    ["-7", -7],
    ["-0", 0],
    ["pi", Math.PI],
  ])("reads the number %s", (text, value) => expect(parseExpression(text, [])).toEqual({ kind: "number", value }));

  it("counts b0, b1 … from 0", () => {
    expect(understood("(b3 - b2) / b0", bands)).toBe("((nir - red) / blue)");
  });

  it("counts no places where a band is itself called b1", () => {
    expect(understood("b1 + b2", ["b1", "b2", "b3"])).toBe("(b1 + b2)");
    expect(fault("b0", ["b1", "b2", "b3"]).message).toContain('unknown band "b0", did you mean "b1"?');
  });

  it("takes awkward band names in quotes, and words of the language as bands", () => {
    expect(bandsOf(parseExpression(String.raw`{"band 1"} + { "a\"b" } * {"not"}`, ["band 1", 'a"b', "not"]))).toEqual([
      "band 1",
      'a"b',
      "not",
    ]);
    expect(bandsOf(parseExpression("grün + 近赤外", ["grün", "近赤外"]))).toEqual(["grün", "近赤外"]);
  });

  it("knows numpy's prefix and names", () => {
    expect(understood("np.maximum(np.sqrt(a), numpy.abs(b))")).toBe("max(sqrt(a), abs(b))");
  });

  it("takes a band for a band where its name is also a function's", () => {
    expect(understood("min(min, max) + log", ["min", "max", "log"])).toBe("(min(min, max) + log)");
  });

  it("shows a caret under the fault and says what was meant", () => {
    const error = fault("(nri - red) / (nir + red)");
    expect(error.message).toBe('unknown band "nri", did you mean "nir"?\n  (nri - red) / (nir + red)\n   ^^^');
    expect(error.details).toEqual({ expression: "(nri - red) / (nir + red)", position: 1, length: 3 });
  });

  it.each([
    ["", 0, "the expression is empty"],
    ["   ", 3, "the expression is empty"],
    ["nir +", 5, "the expression ends where a band, a number or ( should follow"],
    ["nir * / red", 6, "a band, a number or ( should stand here, not /"],
    ["(nir - red", 0, "this bracket is never closed"],
    ["max(nir, red", 3, "this bracket is never closed"],
    ["(nir red)", 5, "an operator or ) should stand here"],
    ["nir red", 4, "an operator is missing before this"],
    ["nir)", 3, "there is no bracket to close"],
    ["swir", 0, 'unknown band "swir"'],
    ["b4", 0, "there is no band b4: there is b0 to b3"],
    ["sqr(nir)", 0, 'unknown function "sqr", did you mean "sqrt"?'],
    ["constructor(nir)", 0, 'unknown function "constructor"'],
    ["sqrt(nir, red)", 0, "sqrt() takes 1 argument, here it has 2"],
    ["where(nir)", 0, "where() takes 2 or 3 arguments, here it has 1"],
    ["min(nir)", 0, "min() takes at least 2 arguments, here it has 1"],
    ["log()", 0, "log() takes 1 argument, here it has 0"],
    ["0 < nir < 1", 8, "comparisons do not chain"],
    ["nir > 1 & red > 1", 14, "comparisons do not chain"],
    ["nir && red", 4, "`&&` is written `and`"],
    ["nir || red", 4, "`||` is written `or`"],
    ["!nir", 0, "`!` is written `not`"],
    ["nir ^ 2", 4, "`^` is written `**` for a power"],
    ["nir = 2", 4, "`=` compares as `==`"],
    ['"nir" + 1', 0, 'a band name in quotes is written `{"band name"}`'],
    ["{nir}", 0, 'an awkward band name is written `{"band name"}`'],
    ['{"a\\q"}', 0, "the name in quotes is no JSON string"],
    ["2nir", 0, '"2nir" is neither a number nor a name; a product is written 2 * nir'],
    ["1e999", 0, "1e999 is too large a number"],
    ["nir.constructor", 3, '"." has no meaning here'],
    ["nir + not red", 6, "put brackets around this not"],
    ["and nir", 0, 'should stand before "and"'],
    ["nir; red", 3, '";" has no meaning here'],
    ["𝒳 + 1", 0, 'unknown band "𝒳"'],
    ["nir + 🛰", 6, '"🛰" has no meaning here'],
  ])("refuses %j at %i", (text, position, message) => {
    const error = fault(text);
    expect(error.message).toContain(message);
    expect(error.details.position).toBe(position);
  });

  it("shows a window of a long expression, with the caret still under the fault", () => {
    const error = fault(`${"nir + ".repeat(50)}rde${" + nir".repeat(50)}`);
    const [, line, caret] = error.message.split("\n") as [string, string, string];
    expect(line.length).toBeLessThanOrEqual(76);
    expect(line.slice(caret.indexOf("^"), caret.length)).toBe("rde");
    expect(error.details.position).toBe(300);
  });

  it("prints no control character of the expression", () => {
    expect(fault("nir +\n\u001b[31m rde").message.split("\n")[1]).toBe("  nir +  [31m rde");
  });

  it.each([
    ["a text too long", "1+".repeat(9000), "16384 characters"],
    ["brackets too deep", "(".repeat(200), "nested 100 deep"],
    ["signs too deep", "-".repeat(200), "nested 100 deep"],
    ["powers too deep", "2**".repeat(200), "nested 100 deep"],
    ["too many parts", `1${"+1".repeat(1500)}`, "2000 parts"],
  ])("refuses %s", (_, text, message) => expect(fault(text).message).toContain(message));

  it("takes 900 bands in one sum", () => {
    const names = Array.from({ length: 900 }, (_, i) => `band_${i}`);
    expect(bandsOf(parseExpression(names.join(" + "), names))).toEqual(names);
  });

  it("answers any text with an expression or an ExpressionError", () => {
    const words = [
      "nir",
      "b1",
      "(",
      ")",
      ",",
      "+",
      "-",
      "**",
      "not",
      "and",
      "<",
      "where(",
      "min(",
      "2",
      '{"red"}',
      "~",
    ];
    const texts = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...words)).map((parts) => parts.join(" ")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseExpression(text, bands);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
    );
  });
});

describe("formatExpression", () => {
  it.each([
    "(nir - red) / (nir + red)",
    "nir - (red - green)",
    "-nir ** 2",
    "(-nir) ** 2",
    "(-3) ** 2",
    "2 ** -3",
    "-(3)",
    "not (nir and red)",
    "(nir < red) == (red < green)",
    "nir & 8 == 0 or red << 2 > 1",
    'where({"band 1"} > 0.5, nan, min(nir, red, 1e-7))',
  ])("writes %s with no bracket too many", (text) => {
    expect(formatExpression(parseExpression(text, [...bands, "band 1"]))).toBe(text);
  });

  it("is read back as the very same expression", () => {
    const names = ["nir", "a b", "not", "nan", "min", "b1", 'quote"\\', "\u001b", "é", "__proto__"];
    fc.assert(
      fc.property(expressions(names), (expr) => {
        expect(parseExpression(formatExpression(expr), names)).toEqual(expr);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("bandsOf", () => {
  it("names each band once, in the order of reading", () => {
    expect(bandsOf(parseExpression("nir * red + where(nir, blue, 1)", bands))).toEqual(["nir", "red", "blue"]);
  });

  it("refuses an expression of too many parts before walking it", () => {
    let deep: Expr = { kind: "number", value: 1 };
    for (let i = 0; i < 100_000; i++) deep = { kind: "unary", op: "-", operand: deep };
    expect(() => bandsOf(deep)).toThrow(
      expect.objectContaining({ name: "InvalidInputError", details: { limit: 2000 } }),
    );
  });
});
