import { ConflictError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { writeCommit } from "./commit.js";
import type { RepositoryOptions } from "./config.js";
import { initialTable, writeInitialSnapshot } from "./initial-snapshot.js";
import { repositoryKey, versionOneKey } from "./repository-file.js";
import { encodeRepository, nowMicros, updateRepository } from "./repository-update.js";
import type { SessionContext } from "./session.js";
import { toConfig, toSettings } from "./settings.js";
import type { SnapshotFile } from "./snapshot-file.js";
import { addSnapshot } from "./snapshot-list.js";
import { type WritableContext, WritableSession } from "./writable-session.js";
import type { JsonObject } from "./zarr-metadata.js";

export { transact } from "./transact.js";

/**
 * Write a repository with one empty snapshot.
 *
 * @throws ConflictError where there is one already, of any spec version.
 */
export async function createRepository(store: ByteStore, options: RepositoryOptions & ReadOptions): Promise<void> {
  const { signal } = options;
  for (const key of [repositoryKey, versionOneKey]) if (await store.head(key, { signal })) throw alreadyThere(store);
  const config = toConfig(options);
  const settings = toSettings(config, options);
  const flushedAtMicros = nowMicros();
  await writeInitialSnapshot(store, settings, flushedAtMicros, { signal });
  const bytes = await encodeRepository(initialTable(config, flushedAtMicros), settings);
  if (!(await store.putIf(repositoryKey, bytes, null, { signal }))) throw alreadyThere(store);
}

/** A session to change `snapshot`, the newest of `branch`. */
export function beginSession(
  shared: SessionContext,
  branch: string,
  snapshot: SnapshotFile,
  config: JsonObject,
  options: RepositoryOptions,
): WritableSession {
  const settings = toSettings(config, options);
  const commit: WritableContext["commit"] = async (changes, { signal }) => {
    const request = await writeCommit({ ...shared, settings }, changes);
    await updateRepository(shared.store, { ...options, signal }, (table) => addSnapshot(table, branch, request));
    return request.idText;
  };
  return new WritableSession({ ...shared, branch, settings, commit }, snapshot);
}

function alreadyThere(store: ByteStore): ConflictError {
  return new ConflictError(`There is already an Icechunk repository at ${store.url}.`, {
    details: { store: store.url },
  });
}
