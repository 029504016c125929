import { ConflictError } from "../errors.js";
import type { ReadOptions } from "../store/byte-store.js";
import type { ConflictSolver } from "./conflicts.js";
import type { WritableSession } from "./writable-session.js";
import type { JsonObject } from "./zarr-metadata.js";

const maxAttempts = 1000;

export interface TransactOptions extends ReadOptions {
  message: string;
  metadata?: JsonObject | undefined;
  /** `main` where left out. */
  branch?: string | undefined;
  /**
   * Where another writer was faster, rebase the session by these rules instead of running the function again; what they
   * do not solve is thrown. `{}` rebases what does not conflict.
   */
  rebase?: ConflictSolver | undefined;
}

/** What a transaction's function returns: false for "commit nothing". */
// biome-ignore lint/suspicious/noConfusingVoidType: functions that return nothing must fit, and only void lets them.
export type Answer = false | void;

/** What a transaction led to. */
export interface TransactResult {
  /** The new snapshot; where nothing was committed, the one that was looked at. */
  snapshot: string;
  committed: boolean;
}

/**
 * Run `change` on a session that `begin` makes, and commit; while others are faster, do it again on a fresh session, or
 * rebase the one there is.
 */
export async function transact(
  begin: (branch: string | undefined, options: ReadOptions) => Promise<WritableSession>,
  change: (session: WritableSession) => Answer | Promise<Answer>,
  { message, metadata, branch, rebase: solver, signal }: TransactOptions,
): Promise<TransactResult> {
  let session: WritableSession | null = null;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    if (session && solver) await session.rebase({ solver, signal });
    else {
      session = await begin(branch, { signal });
      if ((await change(session)) === false) return { snapshot: session.snapshotId, committed: false };
    }
    if (!session.hasChanges) return { snapshot: session.snapshotId, committed: false };
    try {
      return { snapshot: await session.commit(message, { metadata, signal }), committed: true };
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt >= maxAttempts) throw error;
      await new Promise((done) => setTimeout(done, Math.random() * Math.min(100, 4 * attempt)));
    }
  }
}
