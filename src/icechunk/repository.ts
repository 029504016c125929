import { ConflictError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { checkRepository, type RepositoryCheck } from "./check.js";
import { containersOf, type RepositoryOptions, toConfig, toSettings, type VirtualChunkContainer } from "./config.js";
import { addContainer, relocateContainer, removeContainer, replaceContainer } from "./containers.js";
import { diffSnapshots, type SnapshotDiff } from "./diff.js";
import { type ExpiredSnapshots, type ExpireOptions, expireSnapshots } from "./expiry.js";
import { type FeatureFlag, type FeatureName, featureFlagsOf, setFeatureFlag } from "./feature-flags.js";
import { compareBytes, idToText } from "./format/object-id.js";
import { type CollectedGarbage, type CollectOptions, collectGarbage } from "./garbage-collection.js";
import { type At, ancestors, resolve, type SnapshotInfo, toInfo } from "./history.js";
import { initialTable, writeInitialSnapshot } from "./initial-snapshot.js";
import { ManifestCache } from "./manifest-cache.js";
import { type Operation, readOperations } from "./operations.js";
import { createBranch, createTag, deleteBranch, deleteTag, resetBranch } from "./refs.js";
import {
  encodeRepository,
  findRepositoryFile,
  fromMetadataItems,
  nowMicros,
  type RepositoryChange,
  type RepositoryFile,
  type RepositoryTable,
  readRepositoryFile,
  repositoryKey,
  updateRepository,
  versionOneKey,
} from "./repository-file.js";
import {
  patchConfig,
  type RepositoryStatus,
  setAvailability,
  setConfig,
  setMetadata,
  statusOf,
} from "./repository-settings.js";
import { Session } from "./session.js";
import { readSnapshot, type SnapshotFile } from "./snapshot-file.js";
import { addSnapshot, type CommitRequest } from "./snapshot-list.js";
import { readStorageFigures, type StorageFigures } from "./storage-figures.js";
import { type Answer, type TransactOptions, type TransactResult, transact } from "./transact.js";
import { openVersionOne, type VersionOneRefs } from "./v1-refs.js";
import { WritableSession } from "./writable-session.js";
import type { JsonObject } from "./zarr-metadata.js";
import { preloadZstdEncoder } from "./zstd/compress.js";

export interface ResetOptions extends ReadOptions {
  /** The branch's newest snapshot as the caller knows it; where it is another, nothing is reset. */
  expected?: string | undefined;
}

/**
 * An Icechunk repository of spec version 2: a tree of Zarr groups and arrays with a history, in any {@link ByteStore}.
 * One of version 1 can be read: sessions, history, branches, tags and containers; everything else is an
 * `UnsupportedError`.
 *
 * Every call looks at the store anew, so that commits of others are seen; a session never changes under its reader.
 *
 * @example
 * const repository = await Repository.create(new MemoryStore());
 * await repository.transact(async (session) => session.setGroup("/", { title: "Example" }), { message: "Title" });
 * console.log((await repository.session()).node("/"));
 */
export class Repository {
  readonly store: ByteStore;
  readonly #options: RepositoryOptions;
  readonly #manifests: ManifestCache;
  /** The snapshot read last: sessions on the same one follow each other. */
  #lastSnapshot: SnapshotFile | null = null;
  /** Null for spec version 2. */
  readonly #versionOne: VersionOneRefs | null;

  private constructor(store: ByteStore, options: RepositoryOptions, versionOne: VersionOneRefs | null = null) {
    this.store = store;
    this.#options = options;
    this.#versionOne = versionOne;
    this.#manifests = new ManifestCache(store, options.manifestCacheBytes);
  }

  /**
   * Make a repository with one empty snapshot.
   *
   * @throws ConflictError where there is one already.
   */
  static async create(store: ByteStore, options: RepositoryOptions & ReadOptions = {}): Promise<Repository> {
    const { signal } = options;
    const repository = new Repository(store, options);
    if (await Repository.exists(store, { signal })) throw alreadyThere(store);
    const config = toConfig(options);
    const settings = toSettings(config, options);
    const flushedAtMicros = nowMicros();
    await writeInitialSnapshot(store, settings, flushedAtMicros, { signal });
    const bytes = await encodeRepository(initialTable(config, flushedAtMicros), settings);
    if (!(await store.putIf(repositoryKey, bytes, null, { signal }))) throw alreadyThere(store);
    return repository;
  }

  /**
   * Open a repository. Nothing but its `repo` object is read.
   *
   * @throws NotFoundError where there is none.
   * @throws UnsupportedError where it is one of a newer spec version than 2.
   * @throws CorruptDataError where its `repo` object is damaged.
   */
  static async open(store: ByteStore, options: RepositoryOptions & ReadOptions = {}): Promise<Repository> {
    const { signal } = options;
    const isVersionTwo = (await findRepositoryFile(store, { signal })) !== null;
    return new Repository(store, options, isVersionTwo ? null : await openVersionOne(store, { signal }));
  }

  /** True where there is a repository, whole or damaged, of any spec version. */
  static async exists(store: ByteStore, options: ReadOptions = {}): Promise<boolean> {
    return (await store.head(repositoryKey, options)) !== null || (await store.head(versionOneKey, options)) !== null;
  }

  /**
   * A session to read.
   *
   * @throws NotFoundError where there is no such branch, tag or snapshot.
   */
  async session(at: At = { branch: "main" }, options: ReadOptions = {}): Promise<Session> {
    const id = await this.#resolve(at, options);
    return new Session({ store: this.store, manifests: this.#manifests }, await this.#snapshot(id, options));
  }

  /**
   * A session to change the newest snapshot of a branch. {@link transact} is this with the retries.
   *
   * @throws NotFoundError where there is no such branch.
   */
  async writableSession(branch = "main", options: ReadOptions = {}): Promise<WritableSession> {
    preloadZstdEncoder();
    const { table, config } = await readRepositoryFile(this.store, options);
    const { id } = table.snapshots[resolve(table, { branch }, this.store)]!;
    const context = {
      store: this.store,
      manifests: this.#manifests,
      branch,
      settings: toSettings(config, this.#options),
      commit: (request: CommitRequest, commitOptions: ReadOptions) => this.#commit(branch, request, commitOptions),
    };
    return new WritableSession(context, await this.#snapshot(id, options));
  }

  /**
   * Run `change` on a fresh session and commit; where another writer was faster, run it again on what is then there.
   *
   * `change` must therefore be repeatable: look at the session, not at what an earlier run saw. Returning false, or
   * changing nothing, commits nothing.
   */
  async transact(
    change: (session: WritableSession) => Answer | Promise<Answer>,
    options: TransactOptions,
  ): Promise<TransactResult> {
    return transact((branch, readOptions) => this.writableSession(branch, readOptions), change, options);
  }

  /** Snapshots from `at` back to the first, newest first. */
  async history(at: At = { branch: "main" }, options: ReadOptions = {}): Promise<SnapshotInfo[]> {
    if (this.#versionOne) return this.#versionOne.history(await this.#resolve(at, options), options);
    const { table } = await readRepositoryFile(this.store, options);
    return ancestors(table, resolve(table, at, this.store)).map((index) => toInfo(table, index));
  }

  /** Let snapshots older than a time leave the history; see {@link expireSnapshots}. */
  async expireSnapshots(options: ExpireOptions): Promise<ExpiredSnapshots> {
    return expireSnapshots(this.store, this.#options, options);
  }

  /** Delete what no branch or tag leads to, once it is old; see {@link collectGarbage}. */
  async collectGarbage(options: CollectOptions = {}): Promise<CollectedGarbage> {
    return collectGarbage(this.store, this.#options, options);
  }

  /** Bytes by kind; see {@link readStorageFigures}. */
  async storageFigures(options: ReadOptions = {}): Promise<StorageFigures> {
    return readStorageFigures(this.store, options);
  }

  /** Everything that is broken in the repository; see {@link checkRepository}, which a broken one does not stop. */
  async check(options: ReadOptions = {}): Promise<RepositoryCheck> {
    return checkRepository(this.store, options);
  }

  /** Branch name → id of its newest snapshot. */
  async branches(options: ReadOptions = {}): Promise<Map<string, string>> {
    if (this.#versionOne) return this.#versionOne.names("branch", options);
    const { table } = await readRepositoryFile(this.store, options);
    return new Map(
      table.branches.map(({ name, snapshotIndex }) => [name, idToText(table.snapshots[snapshotIndex]!.id)]),
    );
  }

  /** Tag name → id of its snapshot. */
  async tags(options: ReadOptions = {}): Promise<Map<string, string>> {
    if (this.#versionOne) return this.#versionOne.names("tag", options);
    const { table } = await readRepositoryFile(this.store, options);
    return new Map(table.tags.map(({ name, snapshotIndex }) => [name, idToText(table.snapshots[snapshotIndex]!.id)]));
  }

  /**
   * Give a snapshot a name for good.
   *
   * @throws ConflictError where the name is taken, or was once: deleted tags do not come back.
   * @throws NotFoundError where there is no such snapshot.
   * @throws UnsupportedError where the repository forbids it.
   */
  async createTag(name: string, snapshot: string, options: ReadOptions = {}): Promise<void> {
    await this.#update((table) => createTag(table, name, snapshot, this.store), options);
  }

  /**
   * Delete a tag. Its name is never used again.
   *
   * @throws NotFoundError where there is none.
   * @throws UnsupportedError where the repository forbids it.
   */
  async deleteTag(name: string, options: ReadOptions = {}): Promise<void> {
    await this.#update((table) => deleteTag(table, name, this.store), options);
  }

  /**
   * Start a branch at a snapshot.
   *
   * @throws ConflictError where there is one of that name.
   * @throws NotFoundError where there is no such snapshot.
   */
  async createBranch(name: string, snapshot: string, options: ReadOptions = {}): Promise<void> {
    await this.#update((table) => createBranch(table, name, snapshot, this.store), options);
  }

  /**
   * Delete a branch. Snapshots that nothing else leads to last until garbage is collected.
   *
   * @throws InvalidInputError for `main`, which every repository has.
   * @throws NotFoundError where there is none.
   */
  async deleteBranch(name: string, options: ReadOptions = {}): Promise<void> {
    await this.#update((table) => deleteBranch(table, name, this.store), options);
  }

  /**
   * Let a branch begin anew at a snapshot: back, forth, or aside.
   *
   * @throws ConflictError where `expected` is given and no longer the branch's newest snapshot.
   * @throws NotFoundError where there is no such branch or snapshot.
   */
  async resetBranch(name: string, snapshot: string, options: ResetOptions = {}): Promise<void> {
    const expected = options.expected ?? null;
    await this.#update((table) => resetBranch(table, name, snapshot, expected, this.store), options);
  }

  /**
   * What happened after `from` up to `to`, the newest of `main` where left out.
   *
   * @throws InvalidInputError where `from` is not in the history of `to`.
   */
  async diff(from: At, to: At = { branch: "main" }, options: ReadOptions = {}): Promise<SnapshotDiff> {
    return diffSnapshots(this.store, from, to, options);
  }

  /** Everything that was done to the repository, newest first, commits and all else. */
  operations(options: ReadOptions = {}): AsyncGenerator<Operation> {
    return readOperations(this.store, options);
  }

  /** What the repository lets its writers do. */
  async featureFlags(options: ReadOptions = {}): Promise<FeatureFlag[]> {
    return featureFlagsOf((await readRepositoryFile(this.store, options)).table);
  }

  /** Turn a feature on or off for all writers; null for the default. */
  async setFeatureFlag(name: FeatureName, setting: boolean | null, options: ReadOptions = {}): Promise<void> {
    await this.#update((table) => setFeatureFlag(table, name, setting), options);
  }

  /** Whether the repository may be written. */
  async status(options: ReadOptions = {}): Promise<RepositoryStatus> {
    return statusOf((await readRepositoryFile(this.store, options)).table);
  }

  /** Let nobody write, whichever engine they use, until {@link setOnline}. */
  async setReadOnly(reason: string | null = null, options: ReadOptions = {}): Promise<void> {
    await this.#update((table) => setAvailability(table, "readOnly", reason), { ...options, evenIfReadOnly: true });
  }

  /** Let the repository be written again. */
  async setOnline(options: ReadOptions = {}): Promise<void> {
    await this.#update((table) => setAvailability(table, "online", null), { ...options, evenIfReadOnly: true });
  }

  /** Facts about the repository as a whole. */
  async metadata(options: ReadOptions = {}): Promise<JsonObject> {
    return fromMetadataItems((await readRepositoryFile(this.store, options)).table.metadata, repositoryKey);
  }

  /** Replace the repository's metadata. */
  async setMetadata(metadata: JsonObject, options: ReadOptions = {}): Promise<void> {
    await this.#update((table) => setMetadata(table, metadata), options);
  }

  /** The stored configuration, as the official engine names its keys; what is not in it has its default. */
  async config(options: ReadOptions = {}): Promise<JsonObject> {
    return this.#config(options);
  }

  /**
   * Change the stored configuration by a JSON merge patch: objects are merged, null removes a key, all else replaces.
   *
   * @throws InvalidInputError where the patch holds containers, which have calls of their own.
   */
  async updateConfig(patch: JsonObject, options: ReadOptions = {}): Promise<void> {
    await this.#update((table, { config }) => setConfig(table, patchConfig(config, patch)), options);
  }

  /** The places that references may point into, longest prefix first, which is the order in which they win. */
  async containers(options: ReadOptions = {}): Promise<VirtualChunkContainer[]> {
    return containersOf(await this.#config(options));
  }

  /**
   * Add a place that references may point into; nothing happens where it is there and equal.
   *
   * @throws ConflictError where its name or prefix stands for another one.
   */
  async addContainer(container: VirtualChunkContainer, options: ReadOptions = {}): Promise<void> {
    await this.#update((table, { config }) => setConfig(table, addContainer(config, container)), options);
  }

  /**
   * Let a container's name stand for another place, or for one that is reached otherwise.
   *
   * @throws NotFoundError where there is none of that name.
   * @throws ConflictError where another container has its prefix.
   */
  async replaceContainer(container: VirtualChunkContainer, options: ReadOptions = {}): Promise<void> {
    await this.#update((table, { config }) => setConfig(table, replaceContainer(config, container)), options);
  }

  /**
   * Remove the container of this name or prefix: references into it can no longer be read.
   *
   * @throws NotFoundError where there is none.
   */
  async removeContainer(nameOrPrefix: string, options: ReadOptions = {}): Promise<void> {
    await this.#update((table, { config }) => setConfig(table, removeContainer(config, nameOrPrefix)), options);
  }

  /**
   * Let the container at one prefix lie at another: the data was moved. References by name (`vcc://`) follow; absolute
   * ones are rewritten by `WritableSession.relocateReferences`.
   *
   * @throws NotFoundError where there is no container at `oldPrefix`.
   * @throws ConflictError where there is one at `newPrefix`.
   */
  async relocate(oldPrefix: string, newPrefix: string, options: ReadOptions = {}): Promise<void> {
    await this.#update(
      (table, { config }) => setConfig(table, relocateContainer(config, oldPrefix, newPrefix)),
      options,
    );
  }

  async #commit(branch: string, request: CommitRequest, options: ReadOptions): Promise<void> {
    await this.#update((table) => addSnapshot(table, branch, request), options);
  }

  async #update(
    change: (table: RepositoryTable, file: RepositoryFile) => RepositoryChange | null,
    options: ReadOptions & { evenIfReadOnly?: boolean },
  ): Promise<void> {
    await updateRepository(this.store, { ...this.#options, ...options }, change);
  }

  async #config(options: ReadOptions): Promise<JsonObject> {
    return this.#versionOne ? this.#versionOne.config(options) : (await readRepositoryFile(this.store, options)).config;
  }

  async #resolve(at: At, options: ReadOptions): Promise<Uint8Array> {
    if (this.#versionOne) return this.#versionOne.resolve(at, options);
    const { table } = await readRepositoryFile(this.store, options);
    return table.snapshots[resolve(table, at, this.store)]!.id;
  }

  async #snapshot(id: Uint8Array, options: ReadOptions): Promise<SnapshotFile> {
    if (this.#lastSnapshot && compareBytes(this.#lastSnapshot.id, id) === 0) return this.#lastSnapshot;
    this.#lastSnapshot = await readSnapshot(this.store, id, options);
    return this.#lastSnapshot;
  }
}

function alreadyThere(store: ByteStore): ConflictError {
  return new ConflictError(`There is already an Icechunk repository at ${store.url}.`, {
    details: { store: store.url },
  });
}
