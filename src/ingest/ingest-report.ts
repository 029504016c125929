import type { ChangedStack } from "../warehouse/append.js";
import type { FailedFile } from "./ingest-problem.js";

/** What an ingest did. The same object is printed by `pixelquery ingest --json`. */
export interface IngestReport {
  warehouse: string;
  /** Branch that was written: `main` unless another was asked for. */
  branch: string;
  /** True where this ingest made the branch, from the tip of `main`; in a dry run, where it would. */
  isNewBranch: boolean;
  productId: string;
  /** Snapshot that holds the result; null when nothing was ever committed. */
  snapshot: string | null;
  /** Snapshots that this ingest committed, oldest first: more than one where a batch was too large for memory. */
  snapshots: string[];
  /** Scenes looked at. */
  sceneCount: number;
  /** Files looked at: bands and masks of those scenes. */
  fileCount: number;
  added: number;
  updated: number;
  /** Known and unchanged: not opened. */
  skipped: number;
  /** Scenes that lost files which are gone. */
  pruned: number;
  /** Stacks that files were put into, or would be in a dry run. */
  stacks: readonly ChangedStack[];
  failed: FailedFile[];
  elapsedMs: number;
}
