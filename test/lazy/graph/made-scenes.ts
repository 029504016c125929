import { bandsOf } from "../../../src/lazy/expression/expr.js";
import { parseExpression } from "../../../src/lazy/expression/parse.js";
import { substitute } from "../../../src/lazy/expression/substitute.js";
import type { MathNode, Node, ReduceNode, Reducer, SceneNode, SceneSource } from "../../../src/lazy/graph/node.js";

/** Scenes of which nothing is known but what planning asks for: their number, place and stored blocks. */
export function madeScenes({
  length = 3,
  row = 0,
  col = 0,
  block = { rows: 16, cols: 16 },
  sampleBytes = 2,
}: {
  length?: number;
  row?: number;
  col?: number;
  block?: { rows: number; cols: number };
  sampleBytes?: number;
} = {}): SceneSource {
  const layer = { stack: 0, slot: 0, scene: 0, row, col, width: 64, height: 64, zoom: null };
  const warehouse = { stack: () => ({ levels: [{ encoding: block }] }) } as unknown as SceneSource["warehouse"];
  return { warehouse, stacks: [], length, layersOf: () => [layer], level: 0, sampleBytes };
}

export function bandNode(source: SceneSource, band: string): SceneNode {
  const shape = { outer: source.length, band: null, y: true, x: true };
  return { kind: "scenes", shape, dtype: "uint16", source, band, isScaled: false };
}

/** Band math of named arrays. */
export function mathNode(text: string, inputs: Readonly<Record<string, Node>>): MathNode {
  const parsed = parseExpression(text, Object.keys(inputs));
  const names = bandsOf(parsed);
  const expr = substitute(parsed, (name) => ({ kind: "band", name: String(names.indexOf(name)) }));
  const nodes = names.map((name) => inputs[name]!);
  const outer = Math.max(0, ...nodes.map(({ shape }) => shape.outer ?? 0));
  const shape = { outer: outer === 0 ? null : outer, band: null, y: true, x: true };
  return { kind: "math", shape, dtype: "float32", expr, inputs: nodes };
}

/** A reduction over time. */
export function overTime(input: Node, reducer: Reducer): ReduceNode {
  const over = { outer: true, band: false, y: false, x: false };
  const shape = { ...input.shape, outer: null };
  return { kind: "reduce", shape, dtype: "float32", input, over, reducer, groups: null, window: null };
}
