import { describe, expect, it } from "vitest";
import { lower } from "../../../src/lazy/graph/lower.js";
import type { Node, PickNode } from "../../../src/lazy/graph/node.js";
import { type Schedule, scheduleProgram } from "../../../src/lazy/graph/schedule.js";
import { bandNode, madeScenes, mathNode, overTime } from "./made-scenes.js";

/** Ten steps: eight go at once, then two. */
const source = madeScenes({ length: 10, sampleBytes: 2 });
const red = bandNode(source, "red");
const scheduled = (...nodes: Node[]) => scheduleProgram(lower(nodes).program);

const eight = [0, 1, 2, 3, 4, 5, 6, 7];

/** Steps of the only source. */
const stepsOf = (schedule: Schedule, what: "loads" | "releases") =>
  schedule.passes.map((pass) => pass[what].map((steps) => steps.map(({ step }) => step)));

describe("the order in which a block is computed", () => {
  it("goes through a mean eight steps at once, loaded before and let go of after them", () => {
    const schedule = scheduled(overTime(red, { name: "mean" }));
    expect(schedule.passes.map(({ mode, length, folds, outputs }) => ({ mode, length, folds, outputs }))).toEqual([
      { mode: "stepwise", length: 10, folds: [1], outputs: [] },
      { mode: "stepwise", length: 1, folds: [], outputs: [0] },
    ]);
    expect(stepsOf(schedule, "loads")).toEqual([[eight, [8, 9]], [[]]]);
    expect(stepsOf(schedule, "releases")).toEqual([[eight, [8, 9]], [[]]]);
  });

  it("keeps every step for an anomaly, which reads them twice and loads them once", () => {
    const mean = overTime(red, { name: "mean" });
    const schedule = scheduled(mathNode("a - b", { a: red, b: mean }));
    expect(stepsOf(schedule, "loads")).toEqual([
      [eight, [8, 9]],
      [[], []],
    ]);
    expect(stepsOf(schedule, "releases")).toEqual([
      [[], []],
      [eight, [8, 9]],
    ]);
  });

  it("loads all steps before a median", () => {
    const schedule = scheduled(overTime(red, { name: "median" }));
    expect(schedule.passes.map(({ mode }) => mode)).toEqual(["columnar"]);
    expect(stepsOf(schedule, "loads")).toEqual([[[...eight, 8, 9]]]);
    expect(stepsOf(schedule, "releases")).toEqual([[[...eight, 8, 9]]]);
  });

  it("feeds folds that need the same steps in one walk, and those that need their results in the next", () => {
    const [mean, most] = [overTime(red, { name: "mean" }), overTime(red, { name: "max" })];
    const away = overTime(mathNode("abs(a - b)", { a: red, b: mean }), { name: "mean" });
    const schedule = scheduled(mathNode("a + b", { a: most, b: away }));
    expect(schedule.passes.map(({ folds }) => folds.length)).toEqual([2, 1, 0]);
  });

  it("loads only the steps that are taken, and those around them that a moving window needs", () => {
    const two: Node = {
      kind: "take",
      shape: { ...red.shape, outer: 2 },
      dtype: red.dtype,
      input: red,
      dim: "outer",
      positions: [2, 0],
      drop: false,
    };
    expect(stepsOf(scheduled(two), "loads")).toEqual([[[2, 0]]]);
    const rolled: Node = {
      kind: "rolling",
      shape: red.shape,
      dtype: "float32",
      input: red,
      reducer: { name: "mean" },
      before: 1,
      after: 0,
      least: 1,
    };
    expect(stepsOf(scheduled(rolled), "loads")).toEqual([[eight, [8, 9]]]);
    expect(stepsOf(scheduled(rolled), "releases")).toEqual([
      [
        [0, 1, 2, 3, 4, 5, 6],
        [7, 8, 9],
      ],
    ]);
  });

  it("chooses the medoid's pixels with all steps at hand", () => {
    const medoid = overTime(red, { name: "medoid" });
    const pick: PickNode = {
      kind: "pick",
      shape: { ...red.shape, outer: null },
      dtype: red.dtype,
      input: red,
      index: medoid,
    };
    const schedule = scheduled(pick);
    expect(schedule.passes.map(({ mode }) => mode)).toEqual(["columnar", "stepwise"]);
    expect(stepsOf(schedule, "loads")).toEqual([[[...eight, 8, 9]], [[]]]);
  });

  it("says how many bytes a pixel takes at most: what is held of scenes, accumulators, answers", () => {
    // Two bytes a sample and one of status; 25 for accumulators and 9 for a value with its status.
    expect(scheduled(red).bytesPerPixel).toBe(8 * 3 + 10 * 9);
    expect(scheduled(overTime(red, { name: "mean" })).bytesPerPixel).toBe(8 * 3 + 25 + 9);
    expect(scheduled(overTime(red, { name: "median" })).bytesPerPixel).toBe(10 * 3 + 9);
  });
});
