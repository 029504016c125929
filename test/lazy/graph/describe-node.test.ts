import { describe, expect, it } from "vitest";
import { describeNode, drawNode } from "../../../src/lazy/graph/describe-node.js";
import { bandNode, madeScenes, mathNode, overTime } from "./made-scenes.js";

const source = madeScenes({ length: 3 });
const [red, nir] = [bandNode(source, "red"), bandNode(source, "nir")];
const ndvi = mathNode("(a - b) / (a + b)", { a: nir, b: red });

describe("an array as text", () => {
  it("is band math as people write it, reductions as calls", () => {
    expect(describeNode(ndvi)).toBe("(nir - red) / (nir + red)");
    expect(describeNode(overTime(ndvi, { name: "mean" }))).toBe("mean((nir - red) / (nir + red), time)");
    expect(describeNode(overTime(red, { name: "quantile", q: [0.1, 0.9] }))).toBe("quantile_0.1_0.9(red, time)");
    expect(describeNode(mathNode("a - b", { a: red, b: overTime(red, { name: "max" }) }))).toBe("red - max(red, time)");
  });

  it("quotes what is no plain name, and is cut where it is too long to read", () => {
    expect(describeNode(bandNode(source, "band 1"))).toBe('{"band 1"}');
    const long = mathNode(Array.from({ length: 90 }, () => "red").join(" + "), { red });
    expect(describeNode(long)).toHaveLength(200);
    expect(describeNode(long).endsWith("…")).toBe(true);
  });
});

describe("a graph as a drawing", () => {
  it("has a line for each node with what it reads below it, and says what stood there before", () => {
    const anomaly = mathNode("a - b", { a: ndvi, b: overTime(ndvi, { name: "mean" }) });
    expect(drawNode(anomaly).split("\n")).toEqual([
      "(nir - red) / (nir + red) - mean((nir - red) / (nir + red), time)  (time 3, y, x) float32",
      "├─ band nir  (time 3, y, x) uint16",
      "├─ band red  (time 3, y, x) uint16",
      "└─ mean over time  (y, x) float32",
      "   └─ (nir - red) / (nir + red)  (time 3, y, x) float32",
      "      ├─ band nir  (time 3, y, x) uint16  (as above)",
      "      └─ band red  (time 3, y, x) uint16  (as above)",
    ]);
  });
});
