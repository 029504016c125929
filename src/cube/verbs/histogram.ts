import { InvalidInputError } from "../../errors.js";
import type { Reducer } from "../../lazy/graph/node.js";

/** Edges of a histogram's bins: so many of one width between two numbers, or the edges themselves, ascending. */
export type HistogramOptions =
  | { bins: number; range: readonly [low: number, high: number] }
  | { edges: readonly number[] };

const MAX_BINS = 65_536;

/** The reducer that counts values between edges. */
export function histogramReducer(options: HistogramOptions): Reducer {
  const edges = "edges" in options ? options.edges : evenEdges(options);
  const isAscending = edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] ?? edge)));
  if (!isAscending || edges.length < 2 || edges.length > MAX_BINS + 1) {
    throw new InvalidInputError(
      `histogram: give 1 to ${MAX_BINS} bins and a range from low to high, or edges in ascending order`,
      { details: { edges: edges.length } },
    );
  }
  return { name: "histogram", edges };
}

function evenEdges({ bins, range: [low, high] }: { bins: number; range: readonly [number, number] }): number[] {
  if (!Number.isInteger(bins) || bins < 1 || bins > MAX_BINS) return [];
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + (i * (high - low)) / bins));
}
