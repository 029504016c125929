import type { DType } from "../../ndarray/dtype.js";
import type { FrameWindow } from "../graph/node.js";
import type { Program } from "../graph/program.js";
import type { Schedule, SourceStep } from "../graph/schedule.js";
import type { ReadPlan } from "../read-plan.js";
import type { OutputFormat } from "./write-output.js";

/** What is computed, for every block alike. */
export interface BlockProgram {
  readonly program: Program;
  readonly schedule: Schedule;
  readonly formats: readonly OutputFormat[];
  /** `mark`: pixels that cannot be read are `failed`. */
  readonly onReadError: "throw" | "mark";
}

/** Where a target's pixels lie in a block, and what its samples mean. */
export interface PlannedLayer {
  readonly step: number;
  /** First row and column in the block with its halo; may be negative for a layer that is zoomed. */
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
  readonly dtype: DType;
  /** As `LoadedPlane.nodata`. */
  readonly nodata: number | bigint | null;
  /** For each band of the source; null where the layer does not have it. */
  readonly bands: readonly ({ readonly scale: number; readonly offset: number } | null)[];
  /** Row and column of the target for each row and column of the block with its halo, −1 outside; null where they coincide. */
  readonly zoom: { readonly rows: Int32Array; readonly cols: Int32Array } | null;
}

/** What one source gives to a block: targets of the plan are its layers, in order of step and precedence. */
export interface SourcePlan {
  readonly plan: ReadPlan;
  readonly layers: readonly PlannedLayer[];
}

/** One block with all that it reads, as plain data. */
export interface BlockTask {
  readonly block: FrameWindow;
  /** One for each source of the program. */
  readonly sources: readonly SourcePlan[];
}

/** Steps in the order in which a task loads them. */
export function loadOrder({ passes }: Schedule): SourceStep[] {
  return passes.flatMap(({ loads }) => loads.flat());
}
