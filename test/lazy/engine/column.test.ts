import { describe, expect, it } from "vitest";
import { type Column, createColumn, medoidColumn, scanColumn, sortColumn } from "../../../src/lazy/engine/column.js";
import { quantileOf } from "../../../src/lazy/engine/order-statistics.js";
import type { Scan } from "../../../src/lazy/graph/node.js";
import { Status } from "../../../src/ndarray/status.js";

const { uncovered, nodata, masked, failed } = Status;

/** A column of one pixel; null for nodata. */
function column(...values: readonly (number | null)[]): Column {
  const made = createColumn(values.length, 1);
  values.forEach((value, step) => {
    made.values[step] = value ?? Number.NaN;
    made.status[step] = value === null ? nodata : 0;
  });
  return made;
}

const listed = ({ values, status }: Column) => [...values].map((value, i) => (status[i] === 0 ? value : null));

describe("quantiles", () => {
  // numpy.quantile of the same numbers.
  it.each([
    [0, 1, 10],
    [0.1, 1.45, 14],
    [0.25, 2.125, 20],
    [0.37, 2.555, 29.6],
    [0.5, 2.75, 40],
    [0.9, 5.8, 128],
    [1, 7, 160],
  ])("lie between the two closest values: %d", (q, ofFour, ofFive) => {
    expect(quantileOf(Float64Array.of(7, 1, 3, 2.5), 4, q)).toBeCloseTo(ofFour, 13);
    expect(quantileOf(Float64Array.of(160, 20, 40, 10, 80), 5, q)).toBeCloseTo(ofFive, 12);
  });

  it("are of the first numbers alone, and right among many, also equal ones", () => {
    expect(quantileOf(Float64Array.of(3, 1, 2, -100), 3, 0.5)).toBe(2);
    const many = Float64Array.from({ length: 1001 }, (_, i) => (i * 389) % 1001);
    expect(quantileOf(many, 1001, 0.5)).toBe(500);
    expect(quantileOf(many, 1001, 0.25)).toBe(250);
    expect(quantileOf(new Float64Array(300).fill(4), 300, 0.9)).toBe(4);
  });

  it("are those of each group of steps, and missing where a group has no value", () => {
    const groups = { bins: [0, 1, 0, -1, 1, 2], count: 4 };
    const { values, status } = sortColumn(column(5, 8, 9, 1000, 2, null), { name: "median" }, groups);
    expect([[...values], [...status]]).toEqual([
      [7, 5, Number.NaN, Number.NaN],
      [0, 0, nodata, uncovered],
    ]);
  });
});

describe("operations along time", () => {
  const scanned = (scan: Scan, ...values: readonly (number | null)[]) => listed(scanColumn(column(...values), scan));

  // As pandas' ffill and bfill.
  it("carry a value over so many steps", () => {
    expect(scanned({ name: "ffill", limit: 2 }, 1, null, null, null, 9)).toEqual([1, 1, 1, null, 9]);
    expect(scanned({ name: "bfill", limit: 1 }, 1, null, null, null, 9)).toEqual([1, null, null, 9, 9]);
    expect(scanned({ name: "ffill", limit: null }, null, 3, null, null, null)).toEqual([null, 3, 3, 3, 3]);
  });

  it("add up what is there", () => {
    expect(scanned({ name: "cumsum" }, null, 2, null, 3)).toEqual([0, 2, 2, 5]);
  });

  it("fill gaps in proportion to the time, none before the first value or behind the last", () => {
    const linear = { name: "interpolate", method: "linear", at: [-1, 0, 1, 2, 6, 8, 9], maxGap: null } as const;
    // numpy.interp([1, 2, 6], [0, 8], [1, 9]).
    expect(scanned(linear, null, 1, null, null, null, 9, null)).toEqual([null, 1, 2, 3, 7, 9, null]);
    expect(scanned({ ...linear, maxGap: 7 }, null, 1, null, null, null, 9, null)).toEqual([
      null,
      1,
      null,
      null,
      null,
      9,
      null,
    ]);
    expect(scanned({ ...linear, maxGap: 8 }, null, 1, null, null, null, 9, null)[2]).toBe(2);
  });

  it("take the nearer of two values, of two equally near the earlier", () => {
    const nearest = { name: "interpolate", method: "nearest", at: [0, 1, 2, 3, 4], maxGap: null } as const;
    expect(scanned(nearest, 5, null, null, null, 7)).toEqual([5, 5, 5, 7, 7]);
  });

  it("leave a failed read failed", () => {
    const broken = column(1, null, 3);
    broken.status[1] = failed;
    for (const scan of [
      { name: "ffill", limit: null },
      { name: "cumsum" },
      { name: "interpolate", method: "linear", at: [0, 1, 2], maxGap: null },
    ] as const) {
      expect(scanColumn(broken, scan).status[1]).toBe(failed);
    }
  });
});

describe("the medoid", () => {
  it("is the step closest to all others that have every band", () => {
    const [red, nir] = [column(0, 4, 5, 100, 6), column(0, 4, null, 100, 5)];
    expect([...medoidColumn([red, nir]).values]).toEqual([1]);
    expect([...medoidColumn([column(7), column(8)]).values]).toEqual([0]);
    expect([...medoidColumn([column(2, 2), column(3, 3)]).values]).toEqual([0]);
  });

  it("is missing with what explains most, in whichever band that stands", () => {
    const cloudy = column(null);
    cloudy.status[0] = masked;
    for (const bands of [
      [column(null), cloudy],
      [cloudy, column(null)],
    ]) {
      expect([...medoidColumn(bands).status]).toEqual([masked]);
    }
  });
});
