import type { Node } from "../../lazy/graph/node.js";

/** Some positions of a dimension; of positions of positions, and of all of them in order, nothing is left but the result. */
export function takeNode(input: Node, dim: "outer" | "band", positions: readonly number[]): Node {
  const length = dim === "outer" ? input.shape.outer : input.shape.band;
  if (positions.length === length && positions.every((at, i) => at === i)) return input;
  if (input.kind === "take" && input.dim === dim && !input.drop) {
    return takeNode(
      input.input,
      dim,
      positions.map((at) => input.positions[at] ?? 0),
    );
  }
  const shape = { ...input.shape, [dim]: positions.length };
  return { kind: "take", shape, dtype: input.dtype, input, dim, positions, drop: false };
}

/** One position of a dimension, which goes. */
export function dropNode(input: Node, dim: "outer" | "band", position: number): Node {
  if (input.kind === "stack" && input.dim === "band" && dim === "band") {
    const single = input.inputs.every(({ shape }) => shape.band === null);
    const chosen = input.inputs[position];
    // The very band, so that nothing else is read.
    if (single && chosen !== undefined && chosen.shape.outer === input.shape.outer) return chosen;
  }
  const shape = { ...input.shape, [dim]: null };
  return { kind: "take", shape, dtype: input.dtype, input, dim, positions: [position], drop: true };
}
