import type { Expr } from "../expression/expr.js";
import type { FrameWindow, Grouping, Reach, Reducer, Scan, Shape } from "./node.js";

/** What of some scenes a program reads. */
export interface ProgramSource {
  readonly bands: readonly { readonly name: string; readonly isScaled: boolean }[];
  /** Time steps. */
  readonly length: number;
  /** Bytes of a decoded sample, at most. */
  readonly sampleBytes: number;
  /** Pixels read around a block, for masks that grow over its edges: rows above and below, columns beside. */
  readonly halo: Halo;
}

/** Pixels around a block. */
export interface Halo {
  readonly rows: number;
  readonly cols: number;
}

interface Base {
  readonly shape: Shape;
}

/** A node of the graph with its inputs as positions in `Program.nodes`; expressions are fused. */
export type ProgramNode =
  | ({ readonly kind: "scenes"; readonly source: number; readonly band: number } & Base)
  | ({ readonly kind: "math"; readonly expr: Expr; readonly inputs: readonly number[] } & Base)
  | ({
      readonly kind: "reduce";
      readonly input: number;
      readonly over: { readonly outer: boolean; readonly band: boolean; readonly y: boolean; readonly x: boolean };
      readonly reducer: Reducer;
      readonly groups: Grouping | null;
      readonly window: FrameWindow | null;
    } & Base)
  | ({
      readonly kind: "rolling";
      readonly input: number;
      readonly reducer: Reducer;
      readonly before: number;
      readonly after: number;
      readonly least: number;
    } & Base)
  | ({ readonly kind: "scan"; readonly input: number; readonly scan: Scan } & Base)
  | ({
      readonly kind: "take";
      readonly input: number;
      readonly dim: "outer" | "band";
      readonly positions: readonly number[];
      readonly drop: boolean;
    } & Base)
  | ({ readonly kind: "stack"; readonly dim: "outer" | "band"; readonly inputs: readonly number[] } & Base)
  | ({ readonly kind: "pick"; readonly input: number; readonly index: number } & Base)
  | ({ readonly kind: "grow"; readonly input: number; readonly reach: Reach } & Base)
  | ({
      readonly kind: "array";
      readonly values: Float64Array;
      readonly status: Uint8Array;
      readonly window: FrameWindow;
    } & Base);

/** What is computed for each block, as plain data: crosses threads, and gives the same values wherever it runs. */
export interface Program {
  /** Inputs before those that read them. */
  readonly nodes: readonly ProgramNode[];
  readonly sources: readonly ProgramSource[];
  readonly outputs: readonly number[];
}
