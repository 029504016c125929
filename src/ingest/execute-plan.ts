import { preloadZstdEncoder } from "../icechunk/zstd/compress.js";
import type { ByteStore } from "../store/index.js";
import type { FileDraft } from "../warehouse/file-draft.js";
import type { DuplicateFile } from "../warehouse/place-file.js";
import { sourceLocation } from "../warehouse/sources.js";
import {
  addCounts,
  assertMerged,
  commitDrafts,
  type IngestTarget,
  mayHaveFacts,
  nothingAppended,
  openTarget,
} from "./commit-drafts.js";
import type { IngestOptions } from "./ingest-options.js";
import type { IngestReport } from "./ingest-report.js";
import type { IngestPlan } from "./plan-ingest.js";
import { readParts } from "./read-parts.js";

/**
 * Read what a plan calls fresh, and commit it: all at once, or part by part where it is too large for memory. What is gone
 * is forgotten with the first part.
 *
 * @param finishesCommits True where a commit that has begun comes to its end although the signal is aborted.
 */
export async function executePlan(
  store: ByteStore,
  plan: IngestPlan,
  options: IngestOptions,
  { finishesCommits = false }: { finishesCommits?: boolean } = {},
): Promise<Omit<IngestReport, "elapsedMs">> {
  const isDryRun = options.dryRun === true;
  const { signal: _, ...withoutSignal } = options;
  const commitOptions = finishesCommits ? withoutSignal : options;
  // Loads while headers are read.
  if (plan.fresh.length > 0 && !isDryRun) preloadZstdEncoder();
  let target: IngestTarget | null = null;
  let count = nothingAppended();
  const failed: IngestReport["failed"] = [];
  const snapshots: string[] = [];
  // Another writer may have committed all of it first.
  let tip = plan.snapshot;
  let before: readonly string[] = [];
  let gone: readonly string[] = plan.gone;
  for await (const part of readParts(plan.fresh, plan.stored, options)) {
    failed.push(...part.failed);
    const { drafts } = part;
    const hasChanges = drafts.length + gone.length > 0 || (snapshots.length === 0 && mayHaveFacts(plan));
    if (!hasChanges && !needsBranch(plan)) continue;
    options.onProgress?.({ phase: "commit", done: 0, total: 1 });
    target ??= await openTarget(store, plan, isDryRun);
    if (hasChanges) {
      const number = part.hasMore || snapshots.length > 0 ? snapshots.length + 1 : 0;
      const message = messageOf(plan, { drafts, gone }, options, number);
      const done = await commitDrafts(target, plan, { drafts, gone, message }, commitOptions);
      count = addCounts(count, done.count);
      if (done.snapshot !== null) snapshots.push(done.snapshot);
      tip = done.tip ?? tip;
      if (done.isRemade) await assertMerged(target, plan.productId, before);
      before = drafts.map(({ source }) => source);
      gone = [];
    }
    options.onProgress?.({ phase: "commit", done: 1, total: 1 });
  }
  warnOfDuplicates(plan, count.duplicates, options);
  return {
    warehouse: options.warehouse ?? "./warehouse",
    branch: plan.branch.name,
    isNewBranch: target?.isNewBranch ?? false,
    productId: plan.productId,
    snapshot: tip,
    snapshots,
    sceneCount: plan.sceneCount,
    fileCount: plan.files.length,
    added: count.added,
    updated: count.updated,
    skipped: plan.unchanged + count.skipped,
    pruned: count.pruned,
    stacks: count.stacks,
    failed: [...plan.failed, ...failed.sort((a, b) => (a.path < b.path ? -1 : 1))],
  };
}

/** True where a branch is to be made although nothing may come to it: whoever merges it next should find it. */
function needsBranch({ branch, snapshot }: IngestPlan): boolean {
  return snapshot !== null && !branch.isThere;
}

/** @param number of the part, from 1; 0 where there is one only */
function messageOf(
  { productId }: IngestPlan,
  { drafts, gone }: { drafts: readonly FileDraft[]; gone: readonly string[] },
  options: IngestOptions,
  number: number,
): string {
  const part = number === 0 ? "" : ` (part ${number})`;
  if (options.message !== undefined) return options.message + part;
  const scenes = new Set(drafts.map(sceneNameOf)).size;
  if (scenes + gone.length === 0) return `update product ${productId}`;
  const added = `ingest ${scenes} ${scenes === 1 ? "scene" : "scenes"} of ${productId}`;
  const forgotten = gone.length === 0 ? "" : `, forget ${gone.length} ${gone.length === 1 ? "file" : "files"}`;
  return added + forgotten + part;
}

/** What tells drafts of one scene from those of others. */
function sceneNameOf({ source, scene }: FileDraft): string {
  if (scene.kind === "shared") return `scene ${scene.ids[0]}`;
  return scene.kind === "companion" ? (scene.beside[0] ?? source) : source;
}

function warnOfDuplicates({ files }: IngestPlan, duplicates: readonly DuplicateFile[], options: IngestOptions): void {
  if (duplicates.length === 0) return;
  const paths = new Map(files.map(({ file, container }) => [sourceLocation(container.name, file.key), file.path]));
  for (const { source, scene, bands, kept } of duplicates) {
    const message = `left out: ${scene} has ${bands.join(", ")} from ${kept}; with --prune files that are gone are forgotten`;
    options.onWarning?.({ path: paths.get(source) ?? source, message });
  }
}
