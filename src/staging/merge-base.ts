import { InvalidInputError } from "../errors.js";
import type { JsonObject, Repository, Session, SnapshotInfo } from "../icechunk/index.js";
import type { ReadOptions } from "../store/index.js";
import { MAIN_BRANCH } from "../warehouse/branches.js";

/** Two branches, and what they came from. */
export interface BranchPair {
  branch: string;
  into: string;
  /** The branch's newest snapshot. */
  tip: string;
  /** The newest snapshot of the branch that it is merged into. */
  intoTip: string;
  /**
   * The newest snapshot that both have: the branch's that the other has or has taken in by a merge, or the other's that the
   * branch has taken in.
   */
  base: string;
  /** True where the other branch has nothing that the branch has not. */
  isFastForward: boolean;
}

/** Under which key of a commit's metadata a merge says what it merged. */
const MERGED = "merged";

/** Metadata of a commit that merges a branch: a later merge of the same branch begins behind it. */
export function mergeCommitMetadata({ branch, tip }: Pick<BranchPair, "branch" | "tip">): JsonObject {
  return { [MERGED]: { branch, snapshot: tip } };
}

/**
 * A branch beside the one that it is to be merged into.
 *
 * @throws NotFoundError where one of them is not there; InvalidInputError where they are one and the same, or have nothing
 * in common.
 */
export async function pairBranches(
  repository: Repository,
  branch: string,
  into: string = MAIN_BRANCH,
  options: ReadOptions = {},
): Promise<BranchPair> {
  if (branch === into) {
    throw new InvalidInputError(`branch "${branch}" cannot be merged into itself`, { details: { branch } });
  }
  const [own, other] = await Promise.all([
    repository.history({ branch }, options),
    repository.history({ branch: into }, options),
  ]);
  const known = new Set(other.flatMap((snapshot) => [snapshot.id, ...mergedBy(snapshot)]));
  const base = own.flatMap((snapshot) => [snapshot.id, ...mergedBy(snapshot)]).find((id) => known.has(id));
  const [tip = "", intoTip = ""] = [own[0]?.id, other[0]?.id];
  if (base === undefined) {
    throw new InvalidInputError(`branches "${branch}" and "${into}" have no snapshot in common`, {
      details: { branch, into },
    });
  }
  return { branch, into, tip, intoTip, base, isFastForward: own.some(({ id }) => id === intoTip) };
}

function mergedBy({ metadata }: SnapshotInfo): string[] {
  const merged = metadata[MERGED] as { snapshot?: unknown } | undefined;
  return typeof merged?.snapshot === "string" ? [merged.snapshot] : [];
}

/** Sessions at the snapshots of a pair. */
export interface PairSessions {
  base: Session;
  tip: Session;
  into: Session;
}

/** What the two branches held, and what both came from. */
export async function openPair(
  repository: Repository,
  { base, tip, intoTip }: BranchPair,
  options: ReadOptions = {},
): Promise<PairSessions> {
  return {
    base: await repository.session({ snapshot: base }, options),
    tip: await repository.session({ snapshot: tip }, options),
    into: await repository.session({ snapshot: intoTip }, options),
  };
}
