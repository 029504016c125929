import { UnsupportedError } from "../../errors.js";
import { type FrameWindow, inputsOf, type Node, nodesOf, type ReduceNode, withInputs } from "../graph/node.js";
import { DEFAULT_MEMORY_BYTES, type Question, type RunOptions } from "./run-blocks.js";
import { needsValues } from "./spatial-fold.js";

/**
 * The graph with every median and quantile over y or x cut into so many steps of the outermost dimension at a time as may be
 * sorted within the memory.
 *
 * @throws UnsupportedError where the values of a single step would not fit.
 */
export function splitSorting(roots: readonly Node[], options: RunOptions): Node[] {
  return rewrite(roots, (node) => (node.kind === "reduce" ? splitNode(node, limitOf(options)) : node));
}

/**
 * Reductions over y or x with no other below them, that run over the same pixels and together sort no more than fits: what
 * is computed in one go.
 */
export function readyReductions(roots: readonly Node[], options: RunOptions): ReduceNode[] {
  const waiting = new Set<Node>();
  const ready: ReduceNode[] = [];
  let room = limitOf(options);
  for (const node of nodesOf(roots)) {
    const isReduction = node.kind === "reduce" && (node.over.y || node.over.x);
    const isBlocked = inputsOf(node).some((input) => waiting.has(input));
    if (isReduction || isBlocked) waiting.add(node);
    if (!isReduction || isBlocked || !sameWindow(node, ready[0] ?? node) || sortedBytes(node) > room) continue;
    ready.push(node);
    room -= sortedBytes(node);
  }
  return ready;
}

/** The question that computes reductions over the same pixels in one go. */
export function stageQuestion(stage: readonly ReduceNode[]): Question {
  const formats = stage.map(({ dtype }) => ({ dtype, fill: 0 }));
  return { outputs: stage, formats, window: stage[0]?.window as FrameWindow };
}

/** A graph with some of its nodes replaced. */
export function replaceNodes(roots: readonly Node[], known: ReadonlyMap<Node, Node>): Node[] {
  return rewrite(roots, (node, before) => known.get(before) ?? node);
}

/** A graph with each node changed, inputs first: `change` sees it over what its inputs became. */
function rewrite(roots: readonly Node[], change: (node: Node, before: Node) => Node): Node[] {
  const changed = new Map<Node, Node>();
  for (const node of nodesOf(roots)) {
    changed.set(
      node,
      change(
        withInputs(node, (input) => changed.get(input) ?? input),
        node,
      ),
    );
  }
  return roots.map((root) => changed.get(root) ?? root);
}

function sameWindow({ window: a }: ReduceNode, { window: b }: ReduceNode): boolean {
  return a?.row === b?.row && a?.col === b?.col && a?.rows === b?.rows && a?.cols === b?.cols;
}

/** Part of the memory that sorted values may take: reading and decoding need the rest. */
const SORTED_SHARE = 0.5;

function limitOf({ memoryBytes = DEFAULT_MEMORY_BYTES }: RunOptions): number {
  return memoryBytes * SORTED_SHARE;
}

/** Bytes of the values that a reduction over y or x has to see sorted; 0 for those that fold. */
function sortedBytes({ reducer, over, input, window }: ReduceNode): number {
  if (!(over.y || over.x) || !needsValues(reducer) || window === null) return 0;
  return 8 * (input.shape.outer ?? 1) * (input.shape.band ?? 1) * window.rows * window.cols;
}

/** A sorting reduction as parts that each fit, one behind the other. */
function splitNode(node: ReduceNode, limit: number): Node {
  const bytes = sortedBytes(node);
  if (bytes <= limit) return node;
  const steps = node.input.shape.outer ?? 1;
  const atOnce = Math.floor(limit / (bytes / steps));
  const outer = node.shape.outer;
  // Steps with values of their own can be told apart; those that are reduced together cannot.
  if (node.over.outer || outer === null || atOnce === 0) throw tooLarge(node, bytes, limit);
  const inputs: Node[] = [];
  for (let first = 0; first < outer; first += atOnce) {
    const positions = Array.from({ length: Math.min(atOnce, outer - first) }, (_, i) => first + i);
    const shape = { ...node.input.shape, outer: positions.length };
    const input: Node = {
      kind: "take",
      input: node.input,
      dim: "outer",
      positions,
      drop: false,
      shape,
      dtype: node.input.dtype,
    };
    inputs.push({ ...node, input, shape: { ...node.shape, outer: positions.length } });
  }
  return { kind: "stack", dim: "outer", inputs, shape: node.shape, dtype: node.dtype };
}

function tooLarge({ reducer, over }: ReduceNode, bytes: number, limit: number): UnsupportedError {
  const dims = [over.outer && "time", over.band && "band", over.y && "y", over.x && "x"].filter(Boolean).join(", ");
  return new UnsupportedError(
    `${reducer.name} over ${dims} sorts ${bytes} bytes of values, more than ${limit}, half of the memory that it may use: give ` +
      "more memoryBytes, read a coarser resolution, or count values with histogram",
    { details: { reducer: reducer.name, bytes, memoryBytes: limit / SORTED_SHARE } },
  );
}
