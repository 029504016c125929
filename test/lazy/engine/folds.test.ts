import { describe, expect, it } from "vitest";
import { Fold } from "../../../src/lazy/engine/fold.js";
import { PickFold } from "../../../src/lazy/engine/pick-fold.js";
import type { Reducer } from "../../../src/lazy/graph/node.js";
import { Status } from "../../../src/ndarray/status.js";

const { valid, uncovered, nodata, masked, undefined: undefined_, failed } = Status;

/** A strip of numbers, and of codes for what is missing. */
function strip(...pixels: readonly (number | { status: number })[]) {
  const values = Float64Array.from(pixels, (pixel) => (typeof pixel === "number" ? pixel : Number.NaN));
  const status = Uint8Array.from(pixels, (pixel) => (typeof pixel === "number" ? valid : pixel.status));
  return { values, status, missing: status.filter((code) => code !== valid).length };
}

const gone = (status: number) => ({ status });

/** The same as what a fold is given. */
function math(...pixels: readonly (number | { status: number })[]) {
  const { values, status } = strip(...pixels);
  const plane = { dtype: "float64" as const, data: values, status, nodata: null, scale: 1, offset: 0 };
  return { expr: { kind: "band" as const, name: "0" }, planes: [plane], starts: [0] };
}

/** One pixel's values in order of time. */
function fold(reducer: Reducer, ...values: readonly (number | { status: number })[]) {
  const open = new Fold(reducer, 1);
  values.forEach((value, step) => {
    open.add(math(value), 0, 1, step);
  });
  const { data, status } = open.finish();
  return [data[0], status[0]];
}

describe("a reduction along time", () => {
  // numpy: mean 5, std 2, var(ddof=1) 4.571428571428571.
  const eight = [2, 4, 4, 4, 5, 5, 7, 9];
  it.each<[Reducer, number]>([
    [{ name: "mean" }, 5],
    [{ name: "sum" }, 40],
    [{ name: "count" }, 8],
    [{ name: "min" }, 2],
    [{ name: "max" }, 9],
    [{ name: "std", ddof: 0 }, 2],
    [{ name: "var", ddof: 0 }, 4],
    [{ name: "var", ddof: 1 }, 4.571428571428571],
    [{ name: "first" }, 2],
    [{ name: "last" }, 9],
    [{ name: "argmin" }, 0],
    [{ name: "argmax" }, 7],
  ])("gives numpy's number: %o", (reducer, expected) => {
    const [value, status] = fold(reducer, ...eight);
    expect(value).toBeCloseTo(expected, 14);
    expect(status).toBe(valid);
  });

  it("skips what is missing", () => {
    const some = [gone(uncovered), 6, gone(nodata), 2, gone(masked)];
    expect(fold({ name: "mean" }, ...some)).toEqual([4, valid]);
    expect(fold({ name: "sum" }, ...some)).toEqual([8, valid]);
    expect(fold({ name: "count" }, ...some)).toEqual([2, valid]);
    expect(fold({ name: "first" }, ...some)).toEqual([6, valid]);
    expect(fold({ name: "last" }, ...some)).toEqual([2, valid]);
    expect(fold({ name: "argmax" }, ...some)).toEqual([1, valid]);
    expect(fold({ name: "argmin" }, ...some)).toEqual([3, valid]);
    expect(fold({ name: "std", ddof: 0 }, ...some)).toEqual([2, valid]);
  });

  it.each(["mean", "sum", "min", "max", "first", "last", "argmin", "argmax"] as const)(
    "says what explains most where nothing is there: %s",
    (name) => {
      expect(fold({ name })).toEqual([Number.NaN, uncovered]);
      expect(fold({ name }, gone(uncovered), gone(nodata))).toEqual([Number.NaN, nodata]);
      expect(fold({ name }, gone(masked), gone(undefined_), gone(nodata))).toEqual([Number.NaN, masked]);
      expect(fold({ name }, gone(failed), gone(masked))).toEqual([Number.NaN, failed]);
    },
  );

  it("counts nothing as 0, which is not missing", () => {
    expect(fold({ name: "count" }, gone(nodata))).toEqual([0, valid]);
    expect(fold({ name: "count" })).toEqual([0, valid]);
  });

  it("finds the first of equal values", () => {
    expect(fold({ name: "argmax" }, 3, 8, 8)).toEqual([1, valid]);
    expect(fold({ name: "argmin" }, 3, 3, 8)).toEqual([0, valid]);
  });

  it("keeps the spread of values that are large and close together", () => {
    const [value] = fold({ name: "var", ddof: 0 }, 1e8, 1e8 + 1, 1e8 + 2);
    expect(value).toBeCloseTo(2 / 3, 12);
  });

  it("has no spread of a single value with ddof 1, and no sum beyond all numbers", () => {
    expect(fold({ name: "std", ddof: 1 }, 5)).toEqual([Number.NaN, undefined_]);
    expect(fold({ name: "std", ddof: 0 }, 5)).toEqual([0, valid]);
    expect(fold({ name: "sum" }, 1e308, 1e308)).toEqual([Number.NaN, undefined_]);
  });

  it("takes its pixels in runs, which may be given in turns", () => {
    const open = new Fold({ name: "max" }, 4);
    open.add(math(1, 9), 0, 2, 0);
    open.add(math(5, gone(nodata)), 2, 2, 0);
    open.add(math(gone(masked), 4), 0, 2, 1);
    open.add(math(6, gone(masked)), 2, 2, 1);
    const { data, status } = open.finish();
    expect([[...data], [...status]]).toEqual([
      [1, 9, 6, Number.NaN],
      [0, 0, 0, masked],
    ]);
  });

  it("is not disturbed by another one between two steps", () => {
    const [sum, spread] = [new Fold({ name: "sum" }, 2), new Fold({ name: "var", ddof: 0 }, 2)];
    for (const [step, values] of [
      [1, 10],
      [3, gone(nodata)],
      [8, 20],
    ].entries()) {
      for (const open of [sum, spread]) open.add(math(...values), 0, 2, step);
    }
    expect([...spread.finish().data]).toEqual([26 / 3, 25]);
    expect([...sum.finish().data]).toEqual([12, 30]);
  });

  it("has its results once a run is settled, whatever else is folded after that", () => {
    const open = new Fold({ name: "mean" }, 3);
    open.add(math(1, 2), 0, 2, 0);
    open.settle(0, 2);
    open.add(math(4), 2, 1, 0);
    new Fold({ name: "min" }, 1).add(math(0), 0, 1, 0);
    expect([...open.finish().data]).toEqual([1, 2, 4]);
  });

  it("is refused for what needs all values at once", () => {
    expect(() => new Fold({ name: "median" }, 1)).toThrow(expect.objectContaining({ name: "UnsupportedError" }));
  });
});

describe("picking values by their step", () => {
  it("takes the value of each pixel's own step with its status, and the index's where that is missing", () => {
    const index = strip(1, 0, 1, gone(masked));
    const pick = new PickFold(4);
    pick.add(strip(10, 20, 30, 40), index, 0, 4, 0);
    pick.add(strip(11, 21, gone(nodata), 41), index, 0, 4, 1);
    const { data, status } = pick.finish();
    expect([[...data], [...status]]).toEqual([
      [11, 20, Number.NaN, Number.NaN],
      [0, 0, nodata, masked],
    ]);
  });
});
