import { describe, expect, it } from "vitest";
import { evaluateBlock } from "../../../src/lazy/engine/evaluate-block.js";
import type { LoadedPlane } from "../../../src/lazy/engine/loaded-plane.js";
import { lower } from "../../../src/lazy/graph/lower.js";
import type { Node } from "../../../src/lazy/graph/node.js";
import { scheduleProgram } from "../../../src/lazy/graph/schedule.js";
import { bandNode, madeScenes, mathNode, overTime } from "../graph/made-scenes.js";

const STEPS = 4;
const block = { row: 0, col: 0, rows: 64, cols: 512 };
const red = bandNode(madeScenes({ length: STEPS }), "red");

/** A step of which every sample is its number. */
function planeOf(step: number): LoadedPlane {
  const data = new Uint16Array(block.rows * block.cols).fill(step + 1);
  return { dtype: "uint16", data, status: null, nodata: null, scale: 1, offset: 0 };
}

/** How often a block asks whether anybody still waits for it, after all of its steps are loaded. */
async function checksWhileComputing(node: Node): Promise<number> {
  const { program } = lower([node]);
  let [loads, checks] = [0, 0];
  const load = ({ step }: { step: number }) => {
    loads++;
    return [planeOf(step)];
  };
  const check = () => {
    if (loads === STEPS) checks++;
  };
  const format = { dtype: "float64", fill: 0 } as const;
  await evaluateBlock(program, scheduleProgram(program), block, [format], load, check, null);
  return checks;
}

describe("the computation of a block", () => {
  // 32,768 pixels go in runs of 2,048 at most.
  it.each<[string, Node]>([
    ["a median", overTime(red, { name: "median" })],
    ["a mean", overTime(red, { name: "mean" })],
    ["band math", mathNode("a * 2", { a: red })],
  ])("asks between runs of pixels whether anybody still waits: %s", async (_, node) => {
    expect(await checksWhileComputing(node)).toBeGreaterThanOrEqual(16);
  });
});
