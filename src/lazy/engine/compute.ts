import { UnsupportedError } from "../../errors.js";
import { createTypedArray, type TypedArray } from "../../ndarray/dtype.js";
import { type FrameWindow, inputsOf, type Node, nodesOf, type ReduceNode, withInputs } from "../graph/node.js";
import { DEFAULT_MEMORY_BYTES, type Question, type RunOptions, runBlocks } from "./run-blocks.js";
import { needsValues } from "./spatial-fold.js";
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
  let nodes = [...roots];
  for (let stage = readyReductions(nodes); stage.length > 0; stage = readyReductions(nodes)) {
    const computed = await reduceTogether(stage, options);
    nodes = replaceNodes(nodes, computed);
  }
  return nodes;
}

/** Reductions over y or x with no other below them, that run over the same pixels. */
export function readyReductions(roots: readonly Node[]): ReduceNode[] {
  const waiting = new Set<Node>();
  const ready: ReduceNode[] = [];
  for (const node of nodesOf(roots)) {
    const isReduction = node.kind === "reduce" && (node.over.y || node.over.x);
    const isBlocked = inputsOf(node).some((input) => waiting.has(input));
    if (isReduction || isBlocked) waiting.add(node);
    if (isReduction && !isBlocked) ready.push(node);
  }
  const [first] = ready;
  return ready.filter(({ window }) => sameWindow(window as FrameWindow, first?.window as FrameWindow));
}

function sameWindow(a: FrameWindow, b: FrameWindow): boolean {
  return a.row === b.row && a.col === b.col && a.rows === b.rows && a.cols === b.cols;
}

/** The question that computes reductions over the same pixels in one go. */
export function stageQuestion(stage: readonly ReduceNode[]): Question {
  const formats = stage.map(({ dtype }) => ({ dtype, fill: 0 }));
  return { outputs: stage, formats, window: stage[0]?.window as FrameWindow };
}

async function reduceTogether(stage: readonly ReduceNode[], options: RunOptions): Promise<Map<Node, Node>> {
  for (const node of stage) assertFits(node, options);
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

/** Sorting needs every value at once: refused beforehand where they would not fit. */
function assertFits({ reducer, input, over, window }: ReduceNode, options: RunOptions): void {
  if (!needsValues(reducer) || window === null) return;
  const limit = options.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  const bytes = 8 * (input.shape.outer ?? 1) * (input.shape.band ?? 1) * window.rows * window.cols;
  if (bytes <= limit) return;
  const dims = [over.outer && "time", over.band && "band", over.y && "y", over.x && "x"].filter(Boolean).join(", ");
  throw new UnsupportedError(
    `${reducer.name} over ${dims} sorts ${bytes} bytes of values, more than the ${limit} of memory that it may use: give ` +
      "more memoryBytes, read a coarser resolution, or count values with histogram",
    { details: { reducer: reducer.name, bytes, memoryBytes: limit } },
  );
}

/** A graph with some of its nodes replaced. */
export function replaceNodes(roots: readonly Node[], known: ReadonlyMap<Node, Node>): Node[] {
  const replaced = new Map<Node, Node>();
  for (const node of nodesOf(roots)) {
    replaced.set(node, known.get(node) ?? withInputs(node, (input) => replaced.get(input) ?? input));
  }
  return roots.map((root) => replaced.get(root) ?? root);
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
