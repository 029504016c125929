import { ConflictError, InvalidInputError, isPixelQueryError } from "../errors.js";
import type { Repository, Session } from "../icechunk/index.js";

/** The branch that is read and written where nobody names another. */
export const MAIN_BRANCH = "main";

/** Texts that `--at` would take for a snapshot's id or a time. */
const OTHER_VERSIONS = /^([0-9A-HJKMNP-TV-Z]{20}$|\d{4}-\d{2})/;

/**
 * Nothing: a branch could be made under this name.
 *
 * @throws InvalidInputError for a name that cannot be one, or that means something else already.
 */
export async function assertNewBranchName(repository: Repository | null, name: string): Promise<void> {
  const details = { branch: name };
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name)) {
    throw new InvalidInputError(`branch "${name}": a branch's name takes letters, digits, "_", "-" and "."`, {
      details,
    });
  }
  if (OTHER_VERSIONS.test(name)) {
    throw new InvalidInputError(
      `branch "${name}": that reads as a snapshot's id or a time; begin with a letter: "staging-${name}"`,
      { details },
    );
  }
  if ((await repository?.tags())?.has(name)) {
    throw new InvalidInputError(`branch "${name}": there is a tag of that name; choose another`, { details });
  }
}

/** Make a branch at the tip of `main` where there is none. @returns true where it was made */
async function ensureBranch(repository: Repository, name: string): Promise<boolean> {
  while (name !== MAIN_BRANCH) {
    const branches = await repository.branches();
    const tip = branches.get(MAIN_BRANCH);
    if (branches.has(name) || tip === undefined) return false;
    try {
      await repository.createBranch(name, tip);
      return true;
    } catch (error) {
      // Another writer made it at this moment.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  return false;
}

/** The newest session of a branch; of one that is not there, that of `main`, which it would be made from. */
export async function branchSession(repository: Repository, name: string): Promise<Session> {
  try {
    return await repository.session({ branch: name });
  } catch (error) {
    if (!isMissingBranch(error) || name === MAIN_BRANCH) throw error;
    return repository.session({ branch: MAIN_BRANCH });
  }
}

/**
 * Do `work` on a branch, which is made where it is absent, and again where somebody merged it and deleted it meanwhile.
 *
 * @returns true where it was made.
 */
export async function onBranch(repository: Repository, name: string, work: () => Promise<void>): Promise<boolean> {
  let isNew = false;
  for (;;) {
    isNew = (await ensureBranch(repository, name)) || isNew;
    try {
      await work();
      return isNew;
    } catch (error) {
      if (!isMissingBranch(error) || name === MAIN_BRANCH) throw error;
    }
  }
}

function isMissingBranch(error: unknown): boolean {
  return isPixelQueryError(error, "NotFoundError") && error.details.kind === "branch";
}
