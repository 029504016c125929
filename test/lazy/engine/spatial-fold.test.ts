import { describe, expect, it } from "vitest";
import { SpatialFold } from "../../../src/lazy/engine/spatial-fold.js";
import { SpatialMerge } from "../../../src/lazy/engine/spatial-merge.js";
import type { ReduceNode, Reducer } from "../../../src/lazy/graph/node.js";
import { Status } from "../../../src/ndarray/status.js";
import { bandNode, madeScenes } from "../graph/made-scenes.js";

const { nodata, masked, uncovered, undefined: undefined_ } = Status;

/** A reduction over y and x of one time step of a row of pixels. */
function nodeOf(reducer: Reducer, cols: number): ReduceNode {
  const input = bandNode(madeScenes({ length: 1 }), "red");
  const several = reducer.name === "quantile" ? reducer.q.length : reducer.name === "histogram" ? 3 : null;
  return {
    kind: "reduce",
    shape: { outer: several, band: null, y: false, x: false },
    dtype: "float64",
    input,
    over: { outer: true, band: false, y: true, x: true },
    reducer,
    groups: null,
    window: { row: 0, col: 0, rows: 1, cols },
  };
}

type Part = readonly (number | { status: number })[];

/** Each part folded by itself, as a block is, then put together in this order. */
function reduce(reducer: Reducer, ...parts: readonly Part[]) {
  const cols = parts.reduce((sum, { length }) => sum + length, 0);
  const merge = new SpatialMerge(nodeOf(reducer, cols), { row: 0, col: 0, rows: 1, cols });
  let col = 0;
  for (const part of parts) {
    const values = Float64Array.from(part, (pixel) => (typeof pixel === "number" ? pixel : Number.NaN));
    const status = Uint8Array.from(part, (pixel) => (typeof pixel === "number" ? 0 : pixel.status));
    const fold = new SpatialFold(reducer, 1);
    fold.add({ values, status, missing: 1 }, 0, part.length, 0);
    merge.add({ row: 0, col, rows: 1, cols: part.length }, fold.finish());
    col += part.length;
  }
  const { values, status } = merge.finish();
  return [[...values], [...status]];
}

const gone = (status: number) => ({ status });

describe("a reduction over pixels", () => {
  // numpy: mean 5, std 2, var(ddof=1) 4.571428571428571, median 4.5, quantile 0.9 7.6.
  const eight = [2, 4, 4, 4, 5, 5, 7, 9];
  it.each<[Reducer, number[]]>([
    [{ name: "mean" }, [5]],
    [{ name: "sum" }, [40]],
    [{ name: "count" }, [8]],
    [{ name: "min" }, [2]],
    [{ name: "max" }, [9]],
    [{ name: "std", ddof: 0 }, [2]],
    [{ name: "var", ddof: 1 }, [4.571428571428571]],
    [{ name: "median" }, [4.5]],
    [{ name: "quantile", q: [0, 0.5, 0.9] }, [2, 4.5, 7.6]],
  ])("gives numpy's numbers, in one block as in three: %o", (reducer, expected) => {
    const whole = reduce(reducer, eight);
    expect(whole).toEqual(reduce(reducer, eight.slice(0, 1), eight.slice(1, 6), eight.slice(6)));
    (whole[0] ?? []).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 14);
    });
    expect(whole[1]).toEqual(expected.map(() => 0));
  });

  it("counts as numpy.histogram does: left edges in, the last right edge too, nothing beyond", () => {
    const edges = [0, 1, 2, 4];
    // numpy.histogram([0, 1, 1.5, 2, 3, 4, 4.5], [0, 1, 2, 4]).
    expect(reduce({ name: "histogram", edges }, [0, 1, 1.5, -1], [2, 3, 4, 4.5, gone(nodata)])[0]).toEqual([1, 2, 3]);
  });

  it("loses nothing where values are large beside their spread", () => {
    // numpy.var([0, 1, 2]) of the same numbers less 1e8, and of 0.1 three times.
    const large: Part = [1e8, 1e8 + 1, 1e8 + 2];
    expect(reduce({ name: "var", ddof: 0 }, large)[0]?.[0]).toBeCloseTo(2 / 3, 12);
    expect(reduce({ name: "std", ddof: 0 }, [0.1, 0.1], [0.1])[0]).toEqual([0]);
    expect(reduce({ name: "sum" }, [1e16, 1], [1, -1e16])[0]).toEqual([2]);
  });

  it("is missing with what explains most where nothing is there", () => {
    expect(reduce({ name: "mean" }, [gone(nodata)], [gone(masked)])).toEqual([[Number.NaN], [masked]]);
    expect(reduce({ name: "median" }, [gone(uncovered)])).toEqual([[Number.NaN], [uncovered]]);
    expect(reduce({ name: "count" }, [gone(nodata)])).toEqual([[0], [0]]);
    expect(reduce({ name: "std", ddof: 1 }, [5])).toEqual([[Number.NaN], [undefined_]]);
  });

  it.each(["first", "argmax"] as const)("is refused where there is no order: %s", (name) => {
    expect(() => new SpatialFold({ name }, 1)).toThrow(expect.objectContaining({ name: "UnsupportedError" }));
  });
});
