import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { checkRepository, type RepositoryCheck } from "./check.js";
import type { RepositoryOptions } from "./config.js";
import type { ExpiredSnapshots, ExpireOptions } from "./expiry.js";
import { compareBytes } from "./format/object-id.js";
import type { CollectedGarbage, CollectOptions } from "./garbage-collection.js";
import { type At, ancestors, resolve, type SnapshotInfo, toInfo } from "./history.js";
import { ManifestCache } from "./manifest-cache.js";
import type { Operation } from "./operations.js";
import { findRepositoryFile, readRepositoryFile, repositoryKey, versionOneKey } from "./repository-file.js";
import { loadAdministration, RepositoryInfo } from "./repository-info.js";
import { Session } from "./session.js";
import type { SnapshotDiff } from "./snapshot-diff.js";
import { readSnapshot, type SnapshotFile } from "./snapshot-file.js";
import type { StorageFigures } from "./storage-figures.js";
import type { Answer, TransactOptions, TransactResult } from "./transact.js";
import type { VersionOneRefs } from "./v1-refs.js";
import type { WritableSession } from "./writable-session.js";
import { preloadZstdEncoder } from "./zstd/compress.js";

/** Loaded when somebody writes; readers never do. */
const loadWriting = () => import("./writing.js");

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
export class Repository extends RepositoryInfo {
  readonly #manifests: ManifestCache;
  /** The snapshot read last: sessions on the same one follow each other. */
  #lastSnapshot: SnapshotFile | null = null;

  private constructor(store: ByteStore, options: RepositoryOptions, versionOne: VersionOneRefs | null = null) {
    super(store, options, versionOne);
    this.#manifests = new ManifestCache(store, options.manifestCacheBytes);
  }

  /**
   * Make a repository with one empty snapshot.
   *
   * @throws ConflictError where there is one already.
   */
  static async create(store: ByteStore, options: RepositoryOptions & ReadOptions = {}): Promise<Repository> {
    const { createRepository } = await loadWriting();
    await createRepository(store, options);
    return new Repository(store, options);
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
    if (await findRepositoryFile(store, { signal })) return new Repository(store, options);
    const { openVersionOne } = await import("./v1-refs.js");
    return new Repository(store, options, await openVersionOne(store, { signal }));
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
    const [{ beginSession }, { table, config }] = await Promise.all([
      loadWriting(),
      readRepositoryFile(this.store, options),
    ]);
    const { id } = table.snapshots[resolve(table, { branch }, this.store)]!;
    const shared = { store: this.store, manifests: this.#manifests };
    return beginSession(shared, branch, await this.#snapshot(id, options), config, this.options);
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
    const { transact } = await loadWriting();
    return transact((branch, readOptions) => this.writableSession(branch, readOptions), change, options);
  }

  /** Snapshots from `at` back to the first, newest first. */
  async history(at: At = { branch: "main" }, options: ReadOptions = {}): Promise<SnapshotInfo[]> {
    if (this.versionOne) return this.versionOne.history(await this.#resolve(at, options), options);
    const { table } = await readRepositoryFile(this.store, options);
    return ancestors(table, resolve(table, at, this.store)).map((index) => toInfo(table, index));
  }

  /** Let snapshots older than a time leave the history; see {@link expireSnapshots}. */
  async expireSnapshots(options: ExpireOptions): Promise<ExpiredSnapshots> {
    const { expireSnapshots } = await loadAdministration();
    return expireSnapshots(this.store, this.options, options);
  }

  /** Delete what no branch or tag leads to, once it is old; see {@link collectGarbage}. */
  async collectGarbage(options: CollectOptions = {}): Promise<CollectedGarbage> {
    const { collectGarbage } = await loadAdministration();
    return collectGarbage(this.store, this.options, options);
  }

  /** Bytes by kind; see {@link readStorageFigures}. */
  async storageFigures(options: ReadOptions = {}): Promise<StorageFigures> {
    const { readStorageFigures } = await loadAdministration();
    return readStorageFigures(this.store, options);
  }

  /** Everything that is broken in the repository; see {@link checkRepository}, which a broken one does not stop. */
  async check(options: ReadOptions = {}): Promise<RepositoryCheck> {
    return checkRepository(this.store, options);
  }

  /**
   * What happened after `from` up to `to`, the newest of `main` where left out.
   *
   * @throws InvalidInputError where `from` is not in the history of `to`.
   */
  async diff(from: At, to: At = { branch: "main" }, options: ReadOptions = {}): Promise<SnapshotDiff> {
    const { diffSnapshots } = await loadAdministration();
    return diffSnapshots(this.store, from, to, options);
  }

  /** Everything that was done to the repository, newest first, commits and all else. */
  async *operations(options: ReadOptions = {}): AsyncGenerator<Operation> {
    const { readOperations } = await loadAdministration();
    yield* readOperations(this.store, options);
  }

  async #resolve(at: At, options: ReadOptions): Promise<Uint8Array> {
    if (this.versionOne) return this.versionOne.resolve(at, options);
    const { table } = await readRepositoryFile(this.store, options);
    return table.snapshots[resolve(table, at, this.store)]!.id;
  }

  async #snapshot(id: Uint8Array, options: ReadOptions): Promise<SnapshotFile> {
    if (this.#lastSnapshot && compareBytes(this.#lastSnapshot.id, id) === 0) return this.#lastSnapshot;
    this.#lastSnapshot = await readSnapshot(this.store, id, options);
    return this.#lastSnapshot;
  }
}
