import { ConflictError, isPixelQueryError } from "../errors.js";
import type { Repository, WritableSession } from "../icechunk/index.js";
import type { ReadOptions } from "../store/index.js";
import { appendScenes } from "../warehouse/append.js";
import { MAIN_BRANCH } from "../warehouse/branches.js";
import type { FileDraft } from "../warehouse/file-draft.js";
import { openRepository, openWarehouseStore } from "../warehouse/open-repository.js";
import {
  changesBetween,
  type LeftOutFile,
  openProducts,
  type ProductChanges,
  productsOf,
  stagedChanges,
} from "./changes.js";
import { type BranchPair, mergeCommitMetadata, openPair, type PairSessions, pairBranches } from "./merge-base.js";
import { readDrafts } from "./read-drafts.js";

export interface MergeOptions {
  /** Branch that gets the scenes. Default `main`. */
  into?: string;
  /** Commit message. Default says what came in. */
  message?: string;
  /** Delete the branch when it is merged. Default true; one that got further commits meanwhile stays. */
  deleteBranch?: boolean;
  /** Find out what would happen, and write nothing. */
  dryRun?: boolean;
  signal?: AbortSignal;
}

/** Scenes of a product that a merge brought in. */
export interface MergedProduct {
  productId: string;
  added: number;
  updated: number;
  /** Scenes that lost files which the branch had forgotten. */
  pruned: number;
}

/** What a merge did. The same object is printed by `pixelquery merge --json`. */
export interface MergeReport {
  warehouse: string;
  branch: string;
  into: string;
  /**
   * `fast-forward`: the other branch had not moved and now has the branch's own snapshots; `applied`: it had, and the scenes
   * were applied to it again, in one commit; `nothing`: it had them all.
   */
  how: "fast-forward" | "applied" | "nothing";
  /** Newest snapshot of `into`, after the merge. */
  snapshot: string;
  added: number;
  updated: number;
  pruned: number;
  products: MergedProduct[];
  /** Files that were not taken, and why. */
  leftOut: LeftOutFile[];
  isBranchDeleted: boolean;
  elapsedMs: number;
}

type Merged = Pick<MergeReport, "how" | "snapshot" | "products" | "leftOut">;

/** What an append of a branch's scenes led to. */
interface Applied extends Pick<Merged, "products" | "leftOut"> {
  /** False where the other branch had it all. */
  isChanged: boolean;
}

/**
 * Let a branch have what another branch has: at one moment all of it or nothing.
 *
 * Where the other branch has not moved, it goes on at the branch's newest snapshot. Where it has, the scenes are applied to
 * it again by the rules of an ingest: a file that it has is skipped, of two states or processings the newer wins, what the
 * branch forgot is forgotten. No file is opened. Other writers lose nothing, nor does the branch.
 *
 * @throws NotFoundError where there is no such warehouse or branch.
 * @throws InvalidInputError where a branch would be merged into itself.
 *
 * @example
 * await ingest("./new", { warehouse: "./warehouse", branch: "staging" });
 * const { added, snapshot } = await merge("./warehouse", "staging");
 */
export async function merge(location: string, branch: string, options: MergeOptions = {}): Promise<MergeReport> {
  const started = performance.now();
  const repository = await openRepository(openWarehouseStore(location));
  const { pair, merged } = await mergePair(repository, branch, options);
  const deletes = options.deleteBranch !== false && options.dryRun !== true && branch !== MAIN_BRANCH;
  const sum = (count: (product: MergedProduct) => number) =>
    merged.products.reduce((total, product) => total + count(product), 0);
  return {
    warehouse: location,
    branch,
    into: pair.into,
    ...merged,
    added: sum(({ added }) => added),
    updated: sum(({ updated }) => updated),
    pruned: sum(({ pruned }) => pruned),
    isBranchDeleted: deletes && (await deleteMerged(repository, pair)),
    elapsedMs: Math.round((performance.now() - started) * 10) / 10,
  };
}

/** Merge what the branch then holds, however often others move one of the two meanwhile. */
async function mergePair(
  repository: Repository,
  branch: string,
  options: MergeOptions,
): Promise<{ pair: BranchPair; merged: Merged }> {
  const { signal } = options;
  let earlier: BranchPair | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const pair: BranchPair = await pairOrMerged(repository, branch, earlier, options);
    if (pair.base === pair.tip) {
      return { pair, merged: { how: "nothing", snapshot: pair.intoTip, products: [], leftOut: [] } };
    }
    const sessions = await openPair(repository, pair, { signal });
    const merged = pair.isFastForward
      ? await moveForward(repository, pair, sessions, options)
      : await applyAgain(repository, pair, sessions, options);
    if (merged !== null) return { pair, merged };
    earlier = pair;
  }
}

/** The pair as it is now; where another merger was faster and deleted the branch, as it was: there is nothing left to do. */
async function pairOrMerged(
  repository: Repository,
  branch: string,
  earlier: BranchPair | null,
  { into, signal }: MergeOptions,
): Promise<BranchPair> {
  try {
    return await pairBranches(repository, branch, into, { signal });
  } catch (error) {
    if (earlier === null || !isPixelQueryError(error, "NotFoundError")) throw error;
    const intoTip = (await repository.branches({ signal })).get(earlier.into) ?? earlier.intoTip;
    return { ...earlier, intoTip, base: earlier.tip };
  }
}

/** Let the other branch go on at the branch's newest snapshot; null where one of the two has moved meanwhile. */
async function moveForward(
  repository: Repository,
  pair: BranchPair,
  sessions: PairSessions,
  options: MergeOptions,
): Promise<Merged | null> {
  const { signal } = options;
  const [changes, session] = await Promise.all([
    changesBetween(sessions),
    repository.writableSession(pair.branch, { signal }),
  ]);
  const products = changes.map(countScenes);
  if (options.dryRun === true) {
    return { how: "fast-forward", snapshot: pair.intoTip, products, leftOut: [] };
  }
  if (session.snapshotId !== pair.tip) return null;
  const message = options.message ?? defaultMessage(pair, products);
  // A snapshot without changes says in the history that this was a merge; that of main is not for other branches to write.
  const snapshot =
    pair.branch === MAIN_BRANCH
      ? pair.tip
      : await session.flush(message, { allowEmpty: true, metadata: mergeCommitMetadata(pair), signal });
  try {
    await repository.resetBranch(pair.into, snapshot, { expected: pair.intoTip, signal });
  } catch (error) {
    if (error instanceof ConflictError) return null;
    throw error;
  }
  return { how: "fast-forward", snapshot, products, leftOut: [] };
}

/** Apply the branch's scenes to the other branch, whatever it holds by then, in one commit. */
async function applyAgain(
  repository: Repository,
  pair: BranchPair,
  { base, tip, into }: PairSessions,
  options: MergeOptions,
): Promise<Merged> {
  const { signal } = options;
  const ids = productsOf(base, tip, into);
  const [before, own] = [await openProducts(base, ids), await openProducts(tip, ids)];
  const expected = stagedChanges(before, own, await openProducts(into, ids));
  const drafts: ProductDrafts = new Map();
  await readMissing(tip, expected, drafts, { signal });
  const message = options.message ?? defaultMessage(pair, expected.map(countScenes));
  let merged: Applied = { products: [], leftOut: [], isChanged: false };
  const { snapshot, committed } = await repository.transact(
    async (session) => {
      const changes = stagedChanges(before, own, await openProducts(session, ids));
      await readMissing(tip, changes, drafts, { signal });
      merged = await append(session, changes, drafts);
      return options.dryRun === true ? false : undefined;
    },
    { message, metadata: mergeCommitMetadata(pair), branch: pair.into, signal },
  );
  const { isChanged, ...applied } = merged;
  return { how: committed || (options.dryRun === true && isChanged) ? "applied" : "nothing", snapshot, ...applied };
}

/** Drafts by their source, of each product: two may have the same file, each in its own way. */
type ProductDrafts = Map<string, Map<string, FileDraft>>;

/** Read what is not there yet: at first all, later what the other branch lost since it was looked at. */
async function readMissing(
  tip: PairSessions["tip"],
  changes: readonly ProductChanges[],
  drafts: ProductDrafts,
  options: ReadOptions,
): Promise<void> {
  for (const { productId, files } of changes) {
    const known = drafts.get(productId) ?? new Map<string, FileDraft>();
    const missing = files.filter(({ slot, file }) => !known.has(slot.files[file]?.source ?? ""));
    for (const draft of await readDrafts(tip, missing, options)) known.set(draft.source, draft);
    drafts.set(productId, known);
  }
}

async function append(
  session: WritableSession,
  changes: readonly ProductChanges[],
  drafts: ProductDrafts,
): Promise<Applied> {
  const products: MergedProduct[] = [];
  const leftOut: LeftOutFile[] = [];
  let isChanged = false;
  for (const change of changes) {
    const { productId, facts, gone } = change;
    const own = draftsOf(change, drafts);
    const { added, updated, pruned, duplicates, areFactsNew } = await appendScenes(session, facts, own, gone);
    isChanged ||= added + updated + pruned > 0 || areFactsNew;
    products.push({ productId, added, updated, pruned });
    leftOut.push(...change.leftOut);
    for (const { source, scene, bands, kept } of duplicates) {
      leftOut.push({ source, reason: `${scene} has ${bands.join(", ")} from ${kept}` });
    }
  }
  return { products, leftOut, isChanged };
}

/** Drafts of a product's changed files, in the order in which they were read: what names a scene comes first. */
function draftsOf({ productId, files, keptFacts }: ProductChanges, drafts: ProductDrafts): FileDraft[] {
  const scenes = new Map(files.map(({ slot, file, scene }) => [slot.files[file]?.source, scene]));
  return [...(drafts.get(productId)?.values() ?? [])].flatMap((draft) => {
    const scene = scenes.get(draft.source);
    return scene === undefined ? [] : { ...draft, scene: { ...draft.scene, ...keptFacts.get(scene) } };
  });
}

function countScenes({ productId, added, updated, pruned }: ProductChanges): MergedProduct {
  return { productId, added: added.length, updated: updated.length, pruned: pruned.length };
}

function defaultMessage({ branch }: BranchPair, products: readonly MergedProduct[]): string {
  const parts = products.map(({ productId, added, updated, pruned }) => {
    const counts = [
      ...(added > 0 ? [`${added} new`] : []),
      ...(updated > 0 ? [`${updated} updated`] : []),
      ...(pruned > 0 ? [`${pruned} with files forgotten`] : []),
    ];
    return `${counts.join(", ") || "what is known"} of ${productId}`;
  });
  return `merge ${branch}: ${parts.length === 0 ? "nothing new" : parts.join("; ")}`;
}

/** Delete a merged branch; false where it is gone, or has what was not merged. */
async function deleteMerged(repository: Repository, { branch, tip }: BranchPair): Promise<boolean> {
  try {
    await repository.deleteBranch(branch, { expected: tip });
    return true;
  } catch (error) {
    if (error instanceof ConflictError || isPixelQueryError(error, "NotFoundError")) return false;
    throw error;
  }
}
