const immutableFolders = ["snapshots/", "manifests/", "transactions/", "chunks/"];

/**
 * True for the keys of a repository whose objects never change once they are there, so that they can be cached: all but
 * `repo` and, in version 1, the refs.
 *
 * @example
 * const cached = withCache(store, { budgetBytes: 256 * 2 ** 20, isImmutable: isImmutableKey });
 */
export function isImmutableKey(key: string): boolean {
  return immutableFolders.some((folder) => key.startsWith(folder));
}
