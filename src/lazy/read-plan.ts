import type { BlockEncoding, BlockWindow } from "../codec/block-encoding.js";

/** A file that a plan reads from, as it was when it was ingested. */
export interface PlannedSource {
  /** `vcc://<container>/<path>`. */
  location: string;
  sizeBytes: number;
  /** Whole milliseconds since 1970-01-01 UTC. */
  modifiedMs: number;
  /** "" where nothing tells it. */
  etag: string;
}

/** One block, or the part of it that is wanted, and where its pixels go. */
export interface PlannedRead {
  /** Index into the plan's `sources`. */
  source: number;
  /** Index into the plan's `encodings`. */
  encoding: number;
  /** Bytes of the block in the source. */
  offset: number;
  length: number;
  /** Bytes from its start that are asked for first: those that most likely hold the wanted rows. The rest follows where they do not. */
  firstLength: number;
  window: BlockWindow;
  /** Index into the plan's `targets`, and where the window's first pixel goes in it. */
  target: number;
  row: number;
  col: number;
  /** Band of the target that each sample of the window is. */
  bands: readonly number[];
}

/** Part of a target that no block holds: the file leaves it out, so it is nodata. */
export interface PlannedHole {
  target: number;
  row: number;
  col: number;
  rows: number;
  cols: number;
  bands: readonly number[];
}

/** The part of a read's target that it fills, as a hole would be described. */
export function footprintOf({ bands, row, col, window }: PlannedRead): Omit<PlannedHole, "target"> {
  const [rows, cols] = [window.rowStop - window.rowStart, window.colStop - window.colStart];
  return { bands, row, col, rows, cols };
}

/** A window of one slot, in the slot's own pixels at one level. */
export interface PlannedTarget {
  /** Path of the stack, and the time step in it. */
  stack: string;
  slot: number;
  /** Row of the scene table. */
  scene: number;
  level: number;
  row: number;
  col: number;
  rows: number;
  cols: number;
}

/**
 * What a question reads, as plain JSON: everything is decided, nothing is read yet. The same plan gives the same pixels
 * for as long as the sources are what they were.
 */
export interface ReadPlan {
  kind: "read-plan";
  snapshot: string;
  /** Names of the bands, in the order of each target's planes. */
  bands: readonly string[];
  targets: readonly PlannedTarget[];
  sources: readonly PlannedSource[];
  encodings: readonly BlockEncoding[];
  reads: readonly PlannedRead[];
  holes: readonly PlannedHole[];
  /** Reads of the files' internal masks: where such a sample is 0, the `bands` have no value. */
  masks: readonly PlannedRead[];
  /** Parts of masks that no block holds: nothing there has a value. */
  maskHoles: readonly PlannedHole[];
}

/** What a plan costs. */
export interface ReadCost {
  /** Files opened. */
  files: number;
  /** Blocks read: one range request each. */
  requests: number;
  /** Bytes asked for; a block of which only the first rows are wanted may need a second request for the rest. */
  bytes: number;
  /** Bytes of the pixels asked for, decoded. */
  decodedBytes: number;
}
