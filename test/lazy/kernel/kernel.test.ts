import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Expr } from "../../../src/lazy/expression/expr.js";
import { parseExpression } from "../../../src/lazy/expression/parse.js";
import { dtypeOf } from "../../../src/lazy/kernel/dtype-of.js";
import { Kernel, type KernelPlane, STRIP } from "../../../src/lazy/kernel/kernel.js";
import { createTypedArray, type DType, type TypedArray } from "../../../src/ndarray/dtype.js";
import { Status } from "../../../src/ndarray/status.js";
import { expressions } from "../expression/arbitrary-expression.js";
import { type ArbitraryPlane, planes } from "./arbitrary-plane.js";
import oracle from "./numpy-oracle.json" with { type: "json" };
import { interpret, readPixel } from "./scalar-interpreter.js";

const NAN = Number.NaN;
const bothWays = [
  { way: "in vectors", simd: true },
  { way: "pixel by pixel", simd: false },
];

function plane(data: TypedArray, rest: Partial<KernelPlane> = {}): KernelPlane {
  return { data, status: null, nodata: null, scale: 1, offset: 0, ...rest };
}

interface RunOptions {
  simd?: boolean;
  from?: number;
  length?: number;
}

/** The answer over whole planes, or a run of them, copied out of the kernel's memory. */
function compute(expr: Expr | string, bands: Record<string, KernelPlane>, options: RunOptions = {}) {
  const names = Object.keys(bands);
  const list = Object.values(bands);
  const inputs = names.map((name, i) => {
    const { data, status } = list[i]!;
    return { name, dtype: dtypeOf(data), hasStatus: status !== null };
  });
  const parsed = typeof expr === "string" ? parseExpression(expr, names) : expr;
  const kernel = Kernel.compile(parsed, inputs, { simd: options.simd });
  const length = options.length ?? list[0]?.data.length ?? 1;
  const result = kernel.run(
    list,
    list.map(() => options.from ?? 0),
    length,
  );
  return { values: [...result.values], status: [...result.status], missing: result.missing };
}

/** Doubles as their bits, so that one NaN is told from another and 0 from -0. */
function bitsOf(values: readonly number[]): bigint[] {
  return [...new BigUint64Array(Float64Array.from(values).buffer)];
}

describe.each(bothWays)("a kernel $way", ({ simd }) => {
  const oraclePlanes = Object.fromEntries(
    Object.entries(oracle.planes).map(([name, { dtype, data, nodata, scale, offset }]) => {
      const typed = createTypedArray(dtype as DType, data.length);
      const isBig = typed instanceof BigInt64Array || typed instanceof BigUint64Array;
      data.forEach((value, i) => {
        typed[i] = isBig ? BigInt(value) : value;
      });
      return [name, plane(typed, { nodata, scale, offset })];
    }),
  );

  it.each(oracle.cases)("gives numpy's doubles for $expression", ({ expression, answer }) => {
    const { values, status, missing } = compute(expression, oraclePlanes, { simd });
    expect(values).toEqual(answer.map((value) => value ?? NAN));
    expect(status.map((code) => code !== 0)).toEqual(answer.map((value) => value === null));
    expect(missing).toBe(answer.filter((value) => value === null).length);
    expect(answer.filter((value) => value !== null).length).toBeGreaterThan(8);
  });

  it("means what a slow interpreter of one pixel means, for any expression over planes of any type", () => {
    const question = fc.integer({ min: 1, max: 80 }).chain((length) =>
      fc.record({
        a: planes("a", length),
        b: planes("b", length),
        c: planes("c", length),
        expr: expressions(["a", "b", "c"]),
      }),
    );
    const property = ({ a, b, c, expr }: Record<"a" | "b" | "c", ArbitraryPlane> & { expr: Expr }) => {
      const bands: Record<string, KernelPlane> = { a: a.plane, b: b.plane, c: c.plane };
      const inputs = [a.input, b.input, c.input];
      const { length } = a.plane.data;
      const result = Kernel.compile(expr, inputs, { simd }).run(Object.values(bands), [0, 0, 0], length);
      const expected = Array.from({ length }, (_, i) => interpret(expr, (name) => readPixel(bands[name]!, i)));
      expect([...result.status]).toEqual(expected.map(({ status }) => status));
      expect(bitsOf([...result.values])).toEqual(
        bitsOf(expected.map(({ value, status }) => (status === 0 ? value : NAN))),
      );
      expect(result.missing).toBe(expected.filter(({ status }) => status !== 0).length);
    };
    fc.assert(fc.property(question, property), { numRuns: 250 });
  });

  it("calls a sample nodata, NaN or infinite before it is scaled, and lets a plane's status decide first", () => {
    const data = Float32Array.of(5, -1, NAN, Number.POSITIVE_INFINITY, -1, NAN, 7);
    const status = Uint8Array.of(0, 0, 0, 0, Status.uncovered, Status.failed, Status.masked);
    const a = plane(data, { status, nodata: -1, scale: 2, offset: 1 });
    expect(compute("a", { a }, { simd })).toEqual({
      values: [11, NAN, NAN, NAN, NAN, NAN, NAN],
      status: [0, Status.nodata, Status.nodata, Status.undefined, Status.uncovered, Status.failed, Status.masked],
      missing: 6,
    });
  });

  it("tells 64-bit nodata from a neighbour that is the same double", () => {
    const data = BigInt64Array.of(9007199254740993n, 9007199254740992n, 4n);
    const a = plane(data, { nodata: 9007199254740993n });
    expect(compute("a", { a }, { simd })).toEqual({
      values: [NAN, 9007199254740992, 4],
      status: [Status.nodata, 0, 0],
      missing: 1,
    });
    const b = plane(BigUint64Array.of(18446744073709551615n, 0n), { nodata: 18446744073709551615n });
    expect(compute("b", { b }, { simd }).status).toEqual([Status.nodata, 0]);
  });

  it("keeps -0, unless an offset or scale takes it away", () => {
    const data = Float64Array.of(-0, 0);
    expect(compute("a", { a: plane(data) }, { simd }).values).toEqual([-0, 0]);
    expect(compute("a", { a: plane(data, { scale: 2 }) }, { simd }).values).toEqual([0, 0]);
    expect(compute("min(a, 0)", { a: plane(data) }, { simd }).values).toEqual([-0, 0]);
    expect(compute({ kind: "number", value: 0 }, {}, { simd }).values).toEqual([0]);
    expect(compute({ kind: "number", value: -0 }, {}, { simd }).values).toEqual([-0]);
    expect(compute("round(a - 0.4)", { a: plane(data) }, { simd }).values).toEqual([-0, -0]);
  });

  it("takes away with two-sided where() what is not wanted, as masked", () => {
    const bands = {
      c: plane(Uint8Array.of(1, 0, 1, 0, 1), { nodata: null, status: Uint8Array.of(0, 0, 2, 5, 0) }),
      a: plane(Int16Array.of(10, 20, 30, 40, -9999), { nodata: -9999 }),
    };
    expect(compute("where(c, a)", bands, { simd })).toEqual({
      values: [10, NAN, NAN, NAN, NAN],
      status: [0, Status.masked, Status.nodata, Status.failed, Status.nodata],
      missing: 4,
    });
  });

  it("masks with two-sided where() although every input is there", () => {
    const a = plane(Uint8Array.of(3, 1, 4));
    expect(compute("where(a > 1, a)", { a }, { simd })).toEqual({
      values: [3, NAN, 4],
      status: [0, Status.masked, 0],
      missing: 1,
    });
  });

  it("fills with fillna() what is missing for any reason, but not what failed", () => {
    const bands = {
      a: plane(Float32Array.of(1, 2, 3, 4, 5, NAN), { status: Uint8Array.of(0, 1, 3, 4, 5, 0) }),
      b: plane(Uint8Array.of(10, 20, 30, 40, 50, 60), { nodata: 30 }),
    };
    expect(compute("fillna(a, b)", bands, { simd })).toEqual({
      values: [1, 20, NAN, 40, NAN, 60],
      status: [0, 0, Status.nodata, 0, Status.failed, 0],
      missing: 2,
    });
    expect(compute("fillna(1 / (b - 10), -1)", bands, { simd }).values.slice(0, 3)).toEqual([-1, 0.1, -1]);
  });

  it("calls an infinity on the way undefined, also where the answer would be finite again", () => {
    const a = plane(Float64Array.of(0, 1e-200, 2));
    expect(compute("1 / (1 / a)", { a }, { simd }).status).toEqual([4, 0, 0]);
    expect(compute("1 / (1e300 / a)", { a }, { simd }).status).toEqual([4, 4, 0]);
    expect(compute("min(1 / a, 3)", { a }, { simd }).values).toEqual([NAN, 3, 0.5]);
    expect(compute("1 / a > 1", { a }, { simd }).values).toEqual([NAN, 1, 0]);
    expect(compute("where(a > 1, 1 / (a - 2), 1 / a)", { a }, { simd }).status).toEqual([4, 0, 4]);
  });

  it("knows what integers cannot do, and what they can: no root below 0, no overflow above", () => {
    const a = plane(Int8Array.of(-4, 9, 0));
    expect(compute("sqrt(a)", { a }, { simd })).toEqual({ values: [NAN, 3, 0], status: [4, 0, 0], missing: 1 });
    expect(compute("a / (a - 9)", { a }, { simd }).status).toEqual([0, 4, 0]);
    expect(compute("1 / (a * 1e308)", { a }, { simd }).status).toEqual([4, 4, 4]);
    expect(compute("a % 0", { a }, { simd }).status).toEqual([4, 4, 4]);
    expect(compute("exp(a * 100)", { a }, { simd })).toEqual({
      values: [Math.exp(-400), NAN, 1],
      status: [0, 4, 0],
      missing: 1,
    });
  });

  it("knows the bits of QA words, of 32 bits too, and of negative numbers as Python does", () => {
    const qa = plane(Uint16Array.of(21824, 22280, 65535));
    expect(compute("(qa >> 8) & 3", { qa }, { simd }).values).toEqual([1, 3, 3]);
    expect(compute("qa & 8 == 8 or qa & 16 == 16", { qa }, { simd }).values).toEqual([0, 1, 1]);
    const flags = plane(Uint32Array.of(4294967295, 2147483648, 1));
    expect(compute("flags & 0x80000001", { flags }, { simd }).values).toEqual([2147483649, 2147483648, 1]);
    expect(compute("flags << 21", { flags }, { simd })).toEqual({
      values: [4294967295 * 2 ** 21, 2 ** 52, 2 ** 21],
      status: [0, 0, 0],
      missing: 0,
    });
    expect(compute("flags << 22", { flags }, { simd }).status).toEqual([4, 4, 0]);
    // The square of the largest has no exact double.
    expect(compute("(flags * flags) >> 20", { flags }, { simd }).status).toEqual([4, 4, 0]);
    const signed = plane(Int16Array.of(-1, -8, 5));
    expect(compute("signed & 12 | 1", { signed }, { simd }).values).toEqual([13, 9, 5]);
    expect(compute("signed >> 1", { signed }, { simd }).values).toEqual([-1, -4, 2]);
    const half = plane(Uint8Array.of(1, 2, 3), { scale: 0.5 });
    expect(compute("half & 1", { half }, { simd }).status).toEqual([4, 0, 4]);
  });

  it("gives a pixel the same bits at every place of every run", () => {
    const length = 300;
    const random = Float32Array.from({ length }, (_, i) => Math.sin(i * i) * 100);
    // Holes alone, side by side, and none for a stretch.
    const status = Uint8Array.from({ length }, (_, i) => (i % 37 === 5 || (i > 90 && i < 130) ? 1 + (i % 5) : 0));
    const bands = { a: plane(random, { status }), b: plane(Int8Array.from(random), { nodata: 0 }) };
    const text = "where(a > b, exp(a / 50) / (b - 3), sqrt(b)) + fillna(a, 0.1)";
    const whole = compute(text, bands, { simd });
    for (let run = 1; run < 80; run += 3) {
      for (let from = 0; from + run <= length; from += run) {
        const part = compute(text, bands, { simd, from, length: run });
        expect(bitsOf(part.values)).toEqual(bitsOf(whole.values.slice(from, from + run)));
        expect(part.status).toEqual(whole.status.slice(from, from + run));
        expect(part.missing).toBe(part.status.filter((code) => code !== 0).length);
      }
    }
    expect(whole.missing).toBeGreaterThan(50);
    expect(whole.missing).toBeLessThan(250);
  });

  it("gives the same bits whether it knows of a scale or not", () => {
    // Ten bands in ten mixtures of scaled and not: more than loops are kept for.
    const names = Array.from({ length: 10 }, (_, i) => `b${i}`);
    const expr = parseExpression(names.join(" + "), names);
    const zero = parseExpression(`where(${names.join(" + ")} > 1e9, 1, zero)`, [...names, "zero"]);
    for (let scaled = 0; scaled < 10; scaled++) {
      const bands = names.map((name, i) => [name, plane(Uint8Array.of(i, 1), { scale: i === scaled ? 100 : 1 })]);
      const { values } = compute(expr, Object.fromEntries(bands), { simd });
      expect(values).toEqual([45 + 99 * scaled, 109]);
      const withZero = { ...Object.fromEntries(bands), zero: plane(Float32Array.of(-0, 0)) };
      expect(compute(zero, withZero, { simd }).values).toEqual([-0, 0]);
    }
  });

  it.each([
    ["a sum of 1000 bands", 1000, (names: string[]) => names.join(" + "), 1000 * 2],
    ["90 where() in each other's arms", 1, () => `${"where(b0 > 9, 1, ".repeat(90)}b0${")".repeat(90)}`, 2],
  ])("computes %s", (_, count, write, expected) => {
    const names = Array.from({ length: count }, (__, i) => `b${i}`);
    const bands = Object.fromEntries(names.map((name) => [name, plane(Uint16Array.of(2, 2, 2))]));
    expect(compute(write(names), bands, { simd }).values).toEqual([expected, expected, expected]);
  });

  it.each(["where", "fillna", "min", "+"] as const)("computes an expression as deep as one may be, of %s", (name) => {
    let expr: Expr = { kind: "band", name: "a" };
    const one: Expr = { kind: "number", value: 1 };
    for (let depth = 0; depth < 660; depth++) {
      if (name === "where") expr = { kind: "call", name, args: [{ kind: "band", name: "a" }, expr, one] };
      else if (name === "+") expr = { kind: "binary", op: "+", left: expr, right: one };
      else expr = { kind: "call", name, args: [expr, { kind: "number", value: 900 - depth }] };
    }
    const a = plane(Int16Array.of(5, -1, 7), { nodata: -1 });
    const filled = name === "fillna" ? 900 : NAN;
    const shift = name === "+" ? 660 : 0;
    expect(compute(expr, { a }, { simd }).values).toEqual([5 + shift, filled, 7 + shift]);
  });
});

describe("a kernel", () => {
  it("finds its way back after the memory grew for another one", () => {
    const small = Kernel.compile(parseExpression("small + 1", ["small"]), [
      { name: "small", dtype: "uint8", hasStatus: false },
    ]);
    const planeOf = [plane(Uint8Array.of(1, 2, 3))];
    expect([...small.run(planeOf, [0], 3).values]).toEqual([2, 3, 4]);
    const names = Array.from({ length: 990 }, (_, i) => `wide${i}`);
    const wide = Object.fromEntries(names.map((name) => [name, plane(Float64Array.of(1))]));
    expect(compute(names.join(" + "), wide).values).toEqual([990]);
    expect([...small.run(planeOf, [1], 2).values]).toEqual([3, 4]);
  });

  it("reads planes in the order of its inputs, those that the expression does not name left alone", () => {
    const inputs = ["blue", "red", "nir"].map((name) => ({ name, dtype: "uint8" as const, hasStatus: false }));
    const kernel = Kernel.compile(parseExpression("nir - red", ["nir", "red"]), inputs);
    const bands = [plane(Uint8Array.of(99)), plane(Uint8Array.of(0, 1)), plane(Uint8Array.of(0, 0, 7))];
    expect([...kernel.run(bands, [0, 1, 2], 1).values]).toEqual([6]);
  });

  it("is compiled once for the same expression and types, and anew for other ones", () => {
    const input = { name: "a", dtype: "uint8", hasStatus: false } as const;
    const expr = parseExpression("a + 1", ["a"]);
    const kernel = Kernel.compile(expr, [input]);
    expect(Kernel.compile(parseExpression("a+1", ["a"]), [{ ...input }])).toBe(kernel);
    expect(Kernel.compile(expr, [{ ...input, hasStatus: true }])).not.toBe(kernel);
    expect(Kernel.compile(expr, [{ ...input, dtype: "int8" }])).not.toBe(kernel);
    expect(Kernel.compile(expr, [input], { simd: false })).not.toBe(kernel);
  });

  it("takes runs of no pixel and of a whole strip", () => {
    const kernel = Kernel.compile(parseExpression("strip * 2", ["strip"]), [
      { name: "strip", dtype: "uint16", hasStatus: false },
    ]);
    const bands = [plane(Uint16Array.from({ length: STRIP }, (_, i) => i))];
    expect([...kernel.run(bands, [0], STRIP).values]).toEqual(Array.from({ length: STRIP }, (_, i) => 2 * i));
    expect(kernel.run(bands, [STRIP], 0)).toEqual({ values: new Float64Array(), status: new Uint8Array(), missing: 0 });
  });

  it("refuses planes that are not those it was compiled for", () => {
    const kernel = Kernel.compile(parseExpression("a", ["a"]), [{ name: "a", dtype: "uint8", hasStatus: false }]);
    const three = plane(Uint8Array.of(1, 2, 3));
    const refusal = (message: string) => expect.objectContaining({ name: "InvalidInputError", message });
    expect(() => kernel.run([three], [1], 3)).toThrow(refusal("pixels 1 to 4 of a plane of 3"));
    expect(() => kernel.run([three], [-1], 2)).toThrow(refusal("pixels -1 to 1 of a plane of 3"));
    expect(() => kernel.run([three], [0], STRIP + 1)).toThrow(refusal("a run has 0 to 2048 pixels, not 2049"));
    expect(() => kernel.run([], [], 1)).toThrow(refusal("0 planes for a kernel of 1 inputs"));
    const types = "a plane is not of its input's type: Uint8Array without status";
    expect(() => kernel.run([plane(Int8Array.of(1))], [0], 1)).toThrow(refusal(types));
    expect(() => kernel.run([plane(Uint8Array.of(1), { status: Uint8Array.of(0) })], [0], 1)).toThrow(refusal(types));
    expect(() => Kernel.compile(parseExpression("b", ["b"]), [])).toThrow(
      refusal('the expression reads band "b", which is not among the inputs'),
    );
  });

  it("refuses an expression of too many parts before it compiles anything", () => {
    let expr: Expr = { kind: "band", name: "a" };
    for (let i = 0; i < 2000; i++) expr = { kind: "unary", op: "-", operand: expr };
    expect(() => Kernel.compile(expr, [{ name: "a", dtype: "uint8", hasStatus: false }])).toThrow(
      expect.objectContaining({ name: "InvalidInputError" }),
    );
  });
});
