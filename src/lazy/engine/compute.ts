import { createTypedArray, type TypedArray } from "../../ndarray/dtype.js";
import type { FrameWindow, Node, ReduceNode } from "../graph/node.js";
import { readyReductions, replaceNodes, splitSorting, stageQuestion } from "./reduction-stages.js";
import { type RunOptions, runBlocks } from "./run-blocks.js";
import { SpatialMerge } from "./spatial-merge.js";
import type { OutputFormat } from "./write-output.js";

/** An answer in memory, `(outer, band, y, x)` of the dimensions that it has, in C order. */
export interface ComputedArray {
  readonly data: TypedArray;
  /** null where every value is valid. */
  readonly status: Uint8Array | null;
}

/** Compute one array over a window of its frame. */
export async function computeNode(
  node: Node,
  window: FrameWindow,
  format: OutputFormat,
  options: RunOptions = {},
): Promise<ComputedArray> {
  const [root] = (await computeStages([node], options)) as [Node];
  const { shape } = root;
  const whole: FrameWindow = {
    ...window,
    rows: shape.y ? window.rows : 1,
    cols: shape.x ? window.cols : 1,
  };
  const planes = (shape.outer ?? 1) * (shape.band ?? 1);
  const data = createTypedArray(format.dtype, planes * whole.rows * whole.cols);
  const status = new Uint8Array(data.length);
  let isComplete = true;
  for await (const { block, outputs } of runBlocks({ outputs: [root], formats: [format], window: whole }, options)) {
    const [output] = outputs;
    if (output?.kind !== "pixels") continue;
    copyBlock(output.data, block, data, whole, planes);
    if (output.status === null) continue;
    copyBlock(output.status, block, status, whole, planes);
    isComplete = false;
  }
  return { data, status: isComplete ? null : status };
}

/** Compute what is reduced over y or x, stage by stage, and put the results into the graph: what is left is pixel by pixel. */
export async function computeStages(roots: readonly Node[], options: RunOptions): Promise<Node[]> {
  let nodes = splitSorting(roots, options);
  for (let stage = readyReductions(nodes, options); stage.length > 0; stage = readyReductions(nodes, options)) {
    nodes = replaceNodes(nodes, await reduceTogether(stage, options));
  }
  return nodes;
}

async function reduceTogether(stage: readonly ReduceNode[], options: RunOptions): Promise<Map<Node, Node>> {
  const question = stageQuestion(stage);
  const merges = stage.map((node) => new SpatialMerge(node, question.window));
  const parts: { at: number; add: () => void }[] = [];
  for await (const { block, outputs } of runBlocks(question, options)) {
    outputs.forEach((output, i) => {
      // In the order of the frame, whichever block was ready first: what is sorted or summed later is always the same.
      if (output.kind === "cells") {
        parts.push({ at: block.row * 2 ** 32 + block.col, add: () => merges[i]?.add(block, output.partial) });
      }
    });
  }
  for (const { add } of parts.sort((a, b) => a.at - b.at)) add();
  return new Map(stage.map((node, i) => [node, (merges[i] as SpatialMerge).finish()]));
}

function copyBlock(from: TypedArray, block: FrameWindow, to: TypedArray, window: FrameWindow, planes: number): void {
  const [top, left] = [block.row - window.row, block.col - window.col];
  for (let plane = 0; plane < planes; plane++) {
    for (let row = 0; row < block.rows; row++) {
      const source = (plane * block.rows + row) * block.cols;
      const line = from.subarray(source, source + block.cols);
      to.set(line as never, (plane * window.rows + top + row) * window.cols + left);
    }
  }
}
