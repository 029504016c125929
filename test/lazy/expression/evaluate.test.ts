import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BandPixels, evaluate } from "../../../src/lazy/expression/evaluate.js";
import type { Expr } from "../../../src/lazy/expression/expr.js";
import { parseExpression } from "../../../src/lazy/expression/parse.js";
import type { TypedArray } from "../../../src/ndarray/dtype.js";
import { Status } from "../../../src/ndarray/status.js";
import { expressions } from "./arbitrary-expression.js";
import oracle from "./numpy-oracle.json" with { type: "json" };

function pixels(data: TypedArray, status: number[] | null = null): BandPixels {
  return { data, status: status === null ? null : Uint8Array.from(status) };
}

function run(text: string, bands: Record<string, BandPixels>, dtype: "float32" | "float64" = "float64") {
  const map = new Map(Object.entries(bands));
  const length = map.values().next().value?.data.length ?? 1;
  const { data, status } = evaluate(parseExpression(text, [...map.keys()]), map, length, { dtype });
  return { data: [...data], status: [...status] };
}

describe("evaluate agrees with numpy", () => {
  const bands = new Map(
    Object.entries(oracle.bands).map(([name, values]) => [name, pixels(Float64Array.from(values))] as const),
  );
  it.each(oracle.rows)("$expression", ({ expression, answer }) => {
    const { data, status } = evaluate(parseExpression(expression, [...bands.keys()]), bands, 10, { dtype: "float64" });
    for (const [i, expected] of answer.entries()) {
      if (expected === null) {
        expect([data[i], status[i]]).toEqual([Number.NaN, Status.undefined]);
      } else {
        expect(status[i]).toBe(Status.valid);
        expect(Math.abs(data[i]! - expected)).toBeLessThanOrEqual(1e-14 * Math.abs(expected));
      }
    }
  });
});

describe("evaluate", () => {
  it("computes in double precision and only stores float32", () => {
    // 16777216 + 1 is lost in single precision.
    const bands = { a: pixels(Float32Array.of(16777216)) };
    expect(run("(a + 1) - a", bands, "float32").data).toEqual([1]);
    expect(run("1 / 3 + a * 0", bands, "float32").data).toEqual([Math.fround(1 / 3)]);
  });

  it("keeps integer bands from wrapping around", () => {
    expect(run("red - nir", { red: pixels(Uint16Array.of(1)), nir: pixels(Uint16Array.of(3)) }).data).toEqual([-2]);
  });

  it("takes 64-bit integers", () => {
    expect(run("a + 1", { a: pixels(BigInt64Array.of(-5n, 9007199254740991n)) }).data).toEqual([-4, 9007199254740992]);
    expect(run("a * 2", { a: pixels(BigUint64Array.of(3n, 7n), [0, 2]) })).toEqual({
      data: [6, Number.NaN],
      status: [0, Status.nodata],
    });
  });

  it("is missing where an input is, with the status that explains most", () => {
    const all = [0, 1, 2, 3, 4, 5];
    const a = all.flatMap((status) => all.map(() => status));
    const b = all.flatMap(() => all);
    const { status, data } = run("a + b", {
      a: pixels(new Uint8Array(36), a),
      b: pixels(new Uint8Array(36), b),
    });
    // Rows: a valid, uncovered, nodata, masked, undefined, failed; columns: b likewise.
    expect(status).toEqual(
      [
        [0, 1, 2, 3, 4, 5],
        [1, 1, 2, 3, 4, 5],
        [2, 2, 2, 3, 4, 5],
        [3, 3, 3, 3, 3, 5],
        [4, 4, 4, 3, 4, 5],
        [5, 5, 5, 5, 5, 5],
      ].flat(),
    );
    expect(data.map(Number.isNaN)).toEqual(status.map((code) => code !== 0));
  });

  it.each(["a ** 0", "a < 5", "a == a", "a and 0", "a or 1", "not a", "min(a, 0)", "a & 0", "clip(a, 0, 1)", "a >> 1"])(
    "does not let %s turn a missing pixel into data",
    (text) => expect(run(text, { a: pixels(Uint8Array.of(7), [3]) })).toEqual({ data: [Number.NaN], status: [3] }),
  );

  it.each([
    "0 / a",
    "1 / a",
    "-1 / a",
    "log(a)",
    "log(a - 1)",
    "sqrt(a - 1)",
    "a % 0",
    "exp(a + 1000)",
    "nan",
    "a + nan",
  ])("calls %s undefined at 0", (text) =>
    expect(run(text, { a: pixels(Uint8Array.of(0)) })).toEqual({ data: [Number.NaN], status: [4] }),
  );

  it("calls a NaN and an infinity in the source undefined, and a status beside them decides", () => {
    const a = pixels(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NaN, 2), [0, 0, 2, 0]);
    expect(run("a", { a })).toEqual({ data: [Number.NaN, Number.NaN, Number.NaN, 2], status: [4, 4, 2, 0] });
  });

  it("calls a value that float32 cannot hold undefined, and keeps it as float64", () => {
    const bands = { a: pixels(Float64Array.of(1e300)) };
    expect(run("a", bands, "float32")).toEqual({ data: [Number.NaN], status: [Status.undefined] });
    expect(run("a", bands, "float64")).toEqual({ data: [1e300], status: [Status.valid] });
  });

  it("needs only the side of where() that is taken", () => {
    const bands = {
      c: pixels(Uint8Array.of(1, 0, 1), [0, 0, 3]),
      a: pixels(Uint8Array.of(10, 0, 10), [0, 2, 0]),
      b: pixels(Uint8Array.of(0, 20, 20), [5, 0, 0]),
    };
    expect(run("where(c, a, b)", bands)).toEqual({ data: [10, 20, Number.NaN], status: [0, 0, 3] });
  });

  it("answers isnan() for missing pixels, but lets no failed read become data", () => {
    const a = pixels(Float32Array.of(1, 2, 3, 4, Number.NaN), [0, 2, 3, 5, 0]);
    expect(run("isnan(a)", { a })).toEqual({ data: [0, 1, 1, Number.NaN, 1], status: [0, 0, 0, 5, 0] });
    expect(run("isfinite(a)", { a })).toEqual({ data: [1, 0, 0, Number.NaN, 0], status: [0, 0, 0, 5, 0] });
    expect(run("where(isnan(a), -1, a)", { a }).data).toEqual([1, -1, -1, Number.NaN, -1]);
  });

  it("has no bits of a fraction, nor of a shift that is not exact", () => {
    const a = pixels(Float64Array.of(1.5, 2 ** 53, 6));
    expect(run("a & 2", { a })).toEqual({ data: [Number.NaN, Number.NaN, 2], status: [4, 4, 0] });
    expect(run("a << 60", { a }).status).toEqual([4, 4, 4]);
    expect(run("a >> -1", { a }).status).toEqual([4, 4, 4]);
  });

  it("gives the same pixels at any length, across blocks of every state", () => {
    const length = 10_000;
    const a = Float64Array.from({ length }, (_, i) => (i === 5000 ? Number.NaN : i - 3000));
    const status = Uint8Array.from({ length }, (_, i) => (i >= 6000 && i < 6100 ? Status.masked : Status.valid));
    const expr = parseExpression("sqrt(a) / (a - 7) + where(a > 100, a, -a)", ["a"]);
    const whole = evaluate(expr, new Map([["a", { data: a, status }]]), length, { dtype: "float64" });
    for (let from = 0; from < length; from += 777) {
      const to = Math.min(length, from + 777);
      const part = { data: a.slice(from, to), status: status.slice(from, to) };
      const answer = evaluate(expr, new Map([["a", part]]), to - from, { dtype: "float64" });
      expect(answer.data).toEqual(whole.data.slice(from, to));
      expect(answer.status).toEqual(whole.status.slice(from, to));
    }
    expect(whole.status[2999]).toBe(Status.undefined);
    expect(whole.status[3007]).toBe(Status.undefined);
    expect(whole.status[5000]).toBe(Status.undefined);
    expect(whole.status[6050]).toBe(Status.masked);
    expect(whole.data[3009]).toBe(Math.sqrt(9) / 2 - 9);
  });

  it("gives for any expression NaN exactly where there is a status, whatever is shared inside it", () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6 }), { minLength: 3, maxLength: 3 });
    const codes = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 5), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(expressions(["a", "b"]), values, codes, (expr, data, status) => {
        const bands = new Map([
          ["a", pixels(Float64Array.from(data), status)],
          ["b", pixels(Uint8Array.of(0, 1, 200))],
        ]);
        const alone = evaluate(expr, bands, 3, { dtype: "float64" });
        expect([...alone.data].map(Number.isFinite)).toEqual([...alone.status].map((code) => code === 0));
        // The same part three times over: registers are shared and used again.
        const thrice: Expr = {
          kind: "call",
          name: "max",
          args: [expr, { kind: "unary", op: "-", operand: expr }, expr],
        };
        const shared = evaluate(thrice, bands, 3, { dtype: "float64" });
        expect(shared.status).toEqual(alone.status);
        expect(shared.data).toEqual(alone.data.map(Math.abs));
      }),
    );
  });

  it("names a band that has no pixels, and one of another length", () => {
    const expr = parseExpression("nir + red", ["nir", "red"]);
    expect(() => evaluate(expr, new Map([["nri", pixels(new Uint8Array(1))]]), 1)).toThrow(
      expect.objectContaining({
        name: "ExpressionError",
        message: 'there are no pixels of band "nir", did you mean "nri"?',
      }),
    );
    const bands = new Map([
      ["nir", pixels(new Uint8Array(2))],
      ["red", pixels(new Uint8Array(3))],
    ]);
    expect(() => evaluate(expr, bands, 2)).toThrow(
      expect.objectContaining({
        name: "InvalidInputError",
        message: 'band "red" has 3 pixels where 2 are asked for',
      }),
    );
  });

  it("answers nothing for no pixels", () => {
    expect(run("a + 1", { a: pixels(new Uint8Array(0)) })).toEqual({ data: [], status: [] });
  });
});
