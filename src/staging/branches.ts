import type { Repository } from "../icechunk/index.js";
import type { ReadOptions } from "../store/index.js";
import { MAIN_BRANCH } from "../warehouse/branches.js";
import { openRepository, openWarehouseStore } from "../warehouse/open-repository.js";
import { changedSceneCount, changesBetween } from "./changes.js";
import { openPair, pairBranches } from "./merge-base.js";

/** A branch, as `branches --json` prints it. */
export interface BranchInfo {
  name: string;
  /** Its newest snapshot. */
  snapshot: string;
  /** When that was committed: ISO 8601, UTC. */
  time: string;
  message: string;
  /** Scenes that merging it into `main` would add, update or drop; 0 for `main` itself. */
  ahead: number;
}

/**
 * Every branch of a warehouse, `main` first, then by name.
 *
 * @throws NotFoundError where there is no warehouse.
 */
export async function branches(location: string, options: ReadOptions = {}): Promise<BranchInfo[]> {
  const repository = await openRepository(openWarehouseStore(location));
  const names = [...(await repository.branches(options)).keys()].sort();
  const found: BranchInfo[] = [];
  for (const name of [MAIN_BRANCH, ...names.filter((other) => other !== MAIN_BRANCH)]) {
    found.push(await describeBranch(repository, name, options));
  }
  return found;
}

/**
 * Delete a branch. What only it has is no longer found; its snapshots lie there until garbage is collected.
 *
 * @returns The branch as it was.
 * @throws NotFoundError where there is none; InvalidInputError for `main`.
 * @throws ConflictError where it was written meanwhile.
 */
export async function deleteBranch(location: string, name: string, options: ReadOptions = {}): Promise<BranchInfo> {
  const repository = await openRepository(openWarehouseStore(location));
  const branch = await describeBranch(repository, name, options);
  await repository.deleteBranch(name, { ...options, expected: branch.snapshot });
  return branch;
}

async function describeBranch(repository: Repository, name: string, options: ReadOptions): Promise<BranchInfo> {
  const [newest] = await repository.history({ branch: name }, options);
  return {
    name,
    snapshot: newest?.id ?? "",
    time: newest?.time.toISOString() ?? "",
    message: newest?.message ?? "",
    ahead: name === MAIN_BRANCH ? 0 : await scenesAhead(repository, name, options),
  };
}

async function scenesAhead(repository: Repository, name: string, options: ReadOptions): Promise<number> {
  const pair = await pairBranches(repository, name, MAIN_BRANCH, options);
  if (pair.base === pair.tip) return 0;
  const changes = await changesBetween(await openPair(repository, pair, options));
  return changes.reduce((sum, change) => sum + changedSceneCount(change), 0);
}
