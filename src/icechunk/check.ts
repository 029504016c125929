import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import type { Finding } from "./check-findings.js";
import type { Tally } from "./stored-objects.js";

/** What a check of a whole repository found. */
export interface RepositoryCheck {
  /** True where nothing is broken. Orphans do not count. */
  isSound: boolean;
  /** Everything that is broken, sorted by key. */
  findings: Finding[];
  /** What was looked at. */
  checked: { snapshots: number; transactions: number; manifests: number; references: number; chunks: number };
  /**
   * Objects that no snapshot on the repository's list leads to: left by lost commits, or being written right now.
   * Collecting garbage removes them once they are old. With damage about, more seem to be orphans than are.
   */
  orphans: Tally;
}

/**
 * Walk a whole repository, every branch, tag and snapshot down to each reference and chunk object, and name what is
 * broken. It goes on after damage, as far as there is something to read.
 *
 * Reads all metadata and lists all objects; of chunks only the sizes are looked at, of virtual ones nothing.
 *
 * @throws NotFoundError where there is no repository.
 */
export async function checkRepository(store: ByteStore, options: ReadOptions = {}): Promise<RepositoryCheck> {
  const { findDamage } = await import("./administration.js");
  return findDamage(store, options);
}
