import { describe, expect, it } from "vitest";
import { formatExpression } from "../../../src/lazy/expression/format-expression.js";
import { lower } from "../../../src/lazy/graph/lower.js";
import type { GrowNode, Node } from "../../../src/lazy/graph/node.js";
import type { Program } from "../../../src/lazy/graph/program.js";
import { bandNode, madeScenes, mathNode, overTime } from "./made-scenes.js";

const source = madeScenes();
const [red, nir] = [bandNode(source, "red"), bandNode(source, "nir")];

/** Kinds of the nodes, arithmetic as its expression. */
const listed = ({ nodes }: Program) =>
  nodes.map((node) => (node.kind === "math" ? formatExpression(node.expr, (name) => `#${name}`) : node.kind));

const grown = (input: Node, rows: number): GrowNode => ({
  kind: "grow",
  shape: input.shape,
  dtype: "uint8",
  input,
  reach: { distance: rows * 10, pixelHeight: 10, pixelWidth: 10, rows, cols: rows + 1 },
});

describe("lowering a graph to a program", () => {
  it("makes one expression of arithmetic on arithmetic, and names every band once", () => {
    const difference = mathNode("nir - red", { nir, red });
    const sum = mathNode("nir + red", { nir, red });
    const { program } = lower([mathNode("a / b", { a: difference, b: sum })]);
    expect(listed(program)).toEqual(["scenes", "scenes", "(#0 - #1) / (#0 + #1)"]);
    expect(program.outputs).toEqual([2]);
    expect(program.sources.map(({ bands }) => bands.map(({ name }) => name))).toEqual([["red", "nir"]]);
  });

  it("computes a node once that several read, and stops fusing at a reduction", () => {
    const ndvi = mathNode("(nir - red) / (nir + red)", { nir, red });
    const mean = overTime(ndvi, { name: "mean" });
    const { program } = lower([mathNode("a - b + b", { a: ndvi, b: mean })]);
    expect(listed(program)).toEqual([
      "scenes",
      "scenes",
      "(#0 - #1) / (#0 + #1)",
      "reduce",
      "(#0 - #1) / (#0 + #1) - #2 + #2",
    ]);
  });

  it("keeps an expression by itself that many read and that is long", () => {
    const long = mathNode(Array.from({ length: 60 }, () => "red").join(" + "), { red });
    const { program } = lower([mathNode("a * a", { a: long }), mathNode("a / nir", { a: long, nir })]);
    expect(program.nodes.filter(({ kind }) => kind === "math")).toHaveLength(3);
    expect(listed(program).filter((text) => text === "#0 * #0")).toHaveLength(1);
  });

  it("asks for each band of each source once, scaled and plain apart", () => {
    const other = madeScenes({ length: 3 });
    const scaled = { ...red, isScaled: true };
    const sum = mathNode("a + b + c + d", { a: red, b: scaled, c: bandNode(other, "red"), d: red });
    const { program, sources } = lower([sum]);
    const bandsOf = (one: typeof source) => program.sources[sources.indexOf(one)]?.bands;
    expect(sources).toHaveLength(2);
    expect(bandsOf(other)).toEqual([{ name: "red", isScaled: false }]);
    expect(bandsOf(source)).toHaveLength(2);
    expect(bandsOf(source)).toEqual(
      expect.arrayContaining([
        { name: "red", isScaled: false },
        { name: "red", isScaled: true },
      ]),
    );
  });

  it("reads as many pixels around a block as masks grow one after the other", () => {
    const flags = mathNode("red == 3", { red });
    const twice = grown(mathNode("a or b", { a: grown(flags, 2), b: nir }), 3);
    const { program } = lower([twice]);
    expect(program.sources[0]?.halo).toEqual({ rows: 5, cols: 7 });
    expect(lower([flags]).program.sources[0]?.halo).toEqual({ rows: 0, cols: 0 });
  });

  it("refuses a mask that grows from what is known only block by block", () => {
    expect(() => lower([grown(overTime(red, { name: "max" }), 1)])).toThrow(
      expect.objectContaining({ name: "UnsupportedError", details: { kind: "reduce" } }),
    );
  });
});
