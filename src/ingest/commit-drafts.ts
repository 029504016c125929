import { ConflictError } from "../errors.js";
import type { Repository } from "../icechunk/index.js";
import { type ByteStore, MemoryStore } from "../store/index.js";
import { type AppendCount, appendScenes } from "../warehouse/append.js";
import { MAIN_BRANCH, onBranch } from "../warehouse/branches.js";
import type { FileDraft } from "../warehouse/file-draft.js";
import { knownSources } from "../warehouse/known-sources.js";
import { mergeProduct } from "../warehouse/merge-product.js";
import {
  addContainers,
  createOrOpenRepository,
  createRepository,
  openRepository,
} from "../warehouse/open-repository.js";
import type { StoredProduct } from "../warehouse/product.js";
import type { IngestOptions } from "./ingest-options.js";
import type { IngestPlan } from "./plan-ingest.js";
import { ingestedProduct } from "./products/product-facts.js";
import { toVirtualContainer } from "./sources/containers.js";

/** Where drafts are committed. */
export interface IngestTarget {
  repository: Repository;
  branch: string;
  isNewBranch: boolean;
}

/** What a commit led to. */
export interface CommittedDrafts {
  /** The new snapshot; null where nothing was committed. */
  snapshot: string | null;
  /** The branch's newest snapshot then; null in a dry run. */
  tip: string | null;
  /** True where the branch was gone, and was made again from the tip of `main`. */
  isRemade: boolean;
  count: AppendCount;
}

/** The warehouse that a plan is for, made with its branch where it is absent; for a dry run nothing is written. */
export async function openTarget(store: ByteStore, plan: IngestPlan, isDryRun: boolean): Promise<IngestTarget> {
  const { name, isThere } = plan.branch;
  if (isDryRun) {
    const repository = plan.snapshot === null ? await createRepository(new MemoryStore()) : await openRepository(store);
    return { repository, branch: isThere ? name : MAIN_BRANCH, isNewBranch: !isThere };
  }
  const containers = await Promise.all(plan.containers.filter(({ isNew }) => isNew).map(toVirtualContainer));
  const repository =
    plan.snapshot === null
      ? await createOrOpenRepository(store, containers)
      : await addContainers(await openRepository(store), containers);
  const isNewBranch = !isThere && (await onBranch(repository, name, async () => {}));
  return { repository, branch: name, isNewBranch };
}

/** Append drafts of a run, and forget what is gone, in one commit; in a dry run nothing is committed. */
export async function commitDrafts(
  { repository, branch }: IngestTarget,
  plan: IngestPlan,
  { drafts, gone, message }: { drafts: readonly FileDraft[]; gone: readonly string[]; message: string },
  options: IngestOptions,
): Promise<CommittedDrafts> {
  const product = newProduct(plan, drafts, options);
  const done: CommittedDrafts = {
    snapshot: null,
    tip: null,
    isRemade: false,
    count: nothingAppended(),
  };
  const append = async () => {
    const { snapshot, committed } = await repository.transact(
      async (session) => {
        done.count = await appendScenes(session, product, drafts, gone);
        const { added, updated, pruned, areFactsNew } = done.count;
        const isChanged = added + updated + pruned > 0 || areFactsNew;
        return isChanged && options.dryRun !== true ? undefined : false;
      },
      { message, branch, signal: options.signal },
    );
    done.snapshot = committed ? snapshot : null;
    done.tip = options.dryRun === true ? null : snapshot;
  };
  if (options.dryRun === true) await append();
  else done.isRemade = await onBranch(repository, branch, append);
  return done;
}

/**
 * Nothing, where a branch that was made again has what was committed to it before: it was merged then.
 *
 * @param sources of files of the last commit before
 * @throws ConflictError where it has not: somebody deleted it.
 */
export async function assertMerged(
  { repository, branch }: IngestTarget,
  productId: string,
  sources: readonly string[],
): Promise<void> {
  const { states } = await knownSources(await repository.session({ branch }), productId);
  if (sources.length === 0 || sources.some((source) => states.has(source))) return;
  throw new ConflictError(
    `branch "${branch}" was deleted while this ingest wrote to it, and its first scenes with it; ingest again: ` +
      "what the branch has by now is known",
    { details: { branch } },
  );
}

/** The count of an append of nothing. */
export function nothingAppended(): AppendCount {
  return { added: 0, updated: 0, skipped: 0, pruned: 0, duplicates: [], areFactsNew: false, stacks: [] };
}

/** The counts of two appends of one run, one after the other, as one. */
export function addCounts(one: AppendCount, next: AppendCount): AppendCount {
  const stacks = new Map(one.stacks.map((stack) => [stack.name, stack]));
  for (const stack of next.stacks) {
    const known = stacks.get(stack.name);
    const both = known && { ...stack, isNew: known.isNew, scenes: known.scenes + stack.scenes };
    stacks.set(stack.name, both ?? stack);
  }
  return {
    added: one.added + next.added,
    updated: one.updated + next.updated,
    skipped: one.skipped + next.skipped,
    pruned: one.pruned + next.pruned,
    duplicates: [...one.duplicates, ...next.duplicates],
    areFactsNew: one.areFactsNew || next.areFactsNew,
    stacks: [...stacks.values()],
  };
}

/** True where a run has something to say of its product although no file changed. */
export function mayHaveFacts({ own, stored }: IngestPlan): boolean {
  return own !== null || stored?.cloudRules === null;
}

/** What the run says of its product. A warehouse of an earlier version is told of files that did not change, too. */
function newProduct(plan: IngestPlan, drafts: readonly FileDraft[], { provider }: IngestOptions): StoredProduct {
  const { productId, stored, named, own, fresh, files } = plan;
  const told = stored?.cloudRules === null ? files : fresh.flat();
  const meanings = told.flatMap(({ part }) => (part === null ? [] : [part.meanings]));
  const found = ingestedProduct({ productId, drafts, stored, profile: named, meanings, provider });
  if (own === null) return found;
  const whole = mergeProduct(found, own.product);
  return { ...whole, provider: provider ?? whole.provider };
}
