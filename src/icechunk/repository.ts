import { ConflictError, InvalidInputError, UnsupportedError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { addSnapshot, type CommitRequest } from "./commit.js";
import {
  containersOf,
  type RepositoryOptions,
  toConfig,
  toSettings,
  type VirtualChunkContainer,
  withContainers,
} from "./config.js";
import { encodeFlexbuffer } from "./format/flexbuffer-encoder.js";
import { compareBytes, compareUtf8, idToText } from "./format/object-id.js";
import { type At, ancestors, resolve, type SnapshotInfo, toInfo } from "./history.js";
import { initialTable, writeInitialSnapshot } from "./initial-snapshot.js";
import { ManifestCache } from "./manifest-cache.js";
import {
  encodeRepository,
  nowMicros,
  type RepositoryTable,
  readRepositoryFile,
  repositoryKey,
  updateRepository,
} from "./repository-file.js";
import { Session } from "./session.js";
import { readSnapshot, type SnapshotFile } from "./snapshot-file.js";
import { WritableSession } from "./writable-session.js";
import type { JsonObject } from "./zarr-metadata.js";
import { preloadZstdEncoder } from "./zstd/compress.js";

/** Id of the feature flag without which tags cannot be created; on unless it was turned off. */
const createTagFlag = 4;

const maxTransactionAttempts = 1000;

export interface TransactOptions extends ReadOptions {
  message: string;
  metadata?: JsonObject | undefined;
  /** `main` where left out. */
  branch?: string | undefined;
}

/** What a transaction's function returns: false for "commit nothing". */
// biome-ignore lint/suspicious/noConfusingVoidType: functions that return nothing must fit, and only void lets them.
type Answer = false | void;

/** What {@link Repository.transact} led to. */
export interface TransactResult {
  /** The new snapshot; where nothing was committed, the one that was looked at. */
  snapshot: string;
  committed: boolean;
}

/**
 * An Icechunk repository of spec version 2: a tree of Zarr groups and arrays with a history, in any {@link ByteStore}.
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

  private constructor(store: ByteStore, options: RepositoryOptions) {
    this.store = store;
    this.#options = options;
    this.#manifests = new ManifestCache(store, options.manifestCacheBytes);
  }

  /**
   * Make a repository with one empty snapshot.
   *
   * @throws ConflictError where there is one already.
   */
  static async create(store: ByteStore, options: RepositoryOptions = {}): Promise<Repository> {
    const repository = new Repository(store, options);
    if (await Repository.exists(store)) throw alreadyThere(store);
    const config = toConfig(options);
    const settings = toSettings(config, options);
    const flushedAtMicros = nowMicros();
    await writeInitialSnapshot(store, settings, flushedAtMicros);
    const bytes = await encodeRepository(initialTable(config, flushedAtMicros), settings);
    if (!(await store.putIf(repositoryKey, bytes, null))) throw alreadyThere(store);
    return repository;
  }

  /**
   * Open a repository. Nothing but its `repo` object is read.
   *
   * @throws NotFoundError where there is none.
   * @throws UnsupportedError where it is one of spec version 1, or of a newer one.
   * @throws CorruptDataError where its `repo` object is damaged.
   */
  static async open(store: ByteStore, options: RepositoryOptions = {}): Promise<Repository> {
    await readRepositoryFile(store);
    return new Repository(store, options);
  }

  /** True where there is a repository of spec version 2, whole or damaged. */
  static async exists(store: ByteStore): Promise<boolean> {
    return (await store.head(repositoryKey)) !== null;
  }

  /**
   * A session to read.
   *
   * @throws NotFoundError where there is no such branch, tag or snapshot.
   */
  async session(at: At = { branch: "main" }, options: ReadOptions = {}): Promise<Session> {
    const { table } = await readRepositoryFile(this.store, options);
    const { id } = table.snapshots[resolve(table, at, this.store)]!;
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
    for (let attempt = 1; ; attempt++) {
      options.signal?.throwIfAborted();
      const session = await this.writableSession(options.branch, { signal: options.signal });
      const wanted = await change(session);
      if (wanted === false || !session.hasChanges) return { snapshot: session.snapshotId, committed: false };
      try {
        const { metadata, signal } = options;
        return { snapshot: await session.commit(options.message, { metadata, signal }), committed: true };
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt >= maxTransactionAttempts) throw error;
        await new Promise((done) => setTimeout(done, Math.random() * Math.min(100, 4 * attempt)));
      }
    }
  }

  /** Snapshots from `at` back to the first, newest first. */
  async history(at: At = { branch: "main" }, options: ReadOptions = {}): Promise<SnapshotInfo[]> {
    const { table } = await readRepositoryFile(this.store, options);
    return ancestors(table, resolve(table, at, this.store)).map((index) => toInfo(table, index));
  }

  /** Branch name → id of its newest snapshot. */
  async branches(options: ReadOptions = {}): Promise<Map<string, string>> {
    const { table } = await readRepositoryFile(this.store, options);
    return new Map(
      table.branches.map(({ name, snapshotIndex }) => [name, idToText(table.snapshots[snapshotIndex]!.id)]),
    );
  }

  /** Tag name → id of its snapshot. */
  async tags(options: ReadOptions = {}): Promise<Map<string, string>> {
    const { table } = await readRepositoryFile(this.store, options);
    return new Map(table.tags.map(({ name, snapshotIndex }) => [name, idToText(table.snapshots[snapshotIndex]!.id)]));
  }

  /**
   * Give a snapshot a name for good.
   *
   * @throws ConflictError where the name is taken, or was once: deleted tags do not come back.
   * @throws NotFoundError where there is no such snapshot.
   */
  async createTag(name: string, snapshot: string): Promise<void> {
    assertRefName(name);
    await updateRepository(this.store, this.#options, (table) => {
      assertFlag(table, createTagFlag, "creating tags", this.store);
      if (table.tags.some((tag) => tag.name === name) || table.deletedTags.includes(name)) {
        throw new ConflictError(`The tag "${name}" exists or existed; tags are never used twice.`, {
          details: { name },
        });
      }
      table.tags.push({ name, snapshotIndex: resolve(table, { snapshot }, this.store) });
      table.tags.sort((a, b) => compareUtf8(a.name, b.name));
      return { kind: "tagCreated", name };
    });
  }

  /**
   * Start a branch at a snapshot.
   *
   * @throws ConflictError where there is one of that name.
   * @throws NotFoundError where there is no such snapshot.
   */
  async createBranch(name: string, snapshot: string): Promise<void> {
    assertRefName(name);
    await updateRepository(this.store, this.#options, (table) => {
      if (table.branches.some((branch) => branch.name === name)) {
        throw new ConflictError(`There is already a branch "${name}".`, { details: { name } });
      }
      table.branches.push({ name, snapshotIndex: resolve(table, { snapshot }, this.store) });
      table.branches.sort((a, b) => compareUtf8(a.name, b.name));
      return { kind: "branchCreated", name };
    });
  }

  /** The places that references may point into, longest prefix first, which is the order in which they win. */
  async containers(options: ReadOptions = {}): Promise<VirtualChunkContainer[]> {
    return containersOf((await readRepositoryFile(this.store, options)).config);
  }

  /**
   * Add a place that references may point into; nothing happens where it is there and equal.
   *
   * @throws ConflictError where its name or prefix stands for another one.
   */
  async addContainer(container: VirtualChunkContainer): Promise<void> {
    assertContainer(container);
    await updateRepository(this.store, this.#options, (table, { config }) => {
      const containers = containersOf(config);
      const rival = containers.find(
        ({ name, urlPrefix }) => urlPrefix === container.urlPrefix || (name !== null && name === container.name),
      );
      if (rival) {
        if (isSameContainer(rival, container)) return null;
        throw new ConflictError(
          `The container "${rival.name}" at ${rival.urlPrefix} is in the way of "${container.name}" at ${container.urlPrefix}.`,
          { details: { name: container.name, urlPrefix: container.urlPrefix } },
        );
      }
      table.config = encodeFlexbuffer(withContainers(config, [...containers, container]));
      return { kind: "configChanged" };
    });
  }

  async #commit(branch: string, request: CommitRequest, options: ReadOptions): Promise<void> {
    await updateRepository(this.store, { ...this.#options, signal: options.signal }, (table) =>
      addSnapshot(table, branch, request),
    );
  }

  async #snapshot(id: Uint8Array, options: ReadOptions): Promise<SnapshotFile> {
    if (this.#lastSnapshot && compareBytes(this.#lastSnapshot.id, id) === 0) return this.#lastSnapshot;
    this.#lastSnapshot = await readSnapshot(this.store, id, options);
    return this.#lastSnapshot;
  }
}

function assertRefName(name: string): void {
  if (name === "" || name.includes("/")) {
    throw new InvalidInputError(`"${name}" cannot be the name of a branch or tag: it is empty or holds a slash.`);
  }
}

function assertFlag(table: RepositoryTable, flag: number, what: string, store: ByteStore): void {
  if (table.disabledFeatureFlags?.includes(flag)) {
    throw new UnsupportedError(`${store.url} forbids ${what} (feature flag ${flag}).`, { details: { flag } });
  }
}

function assertContainer({ name, urlPrefix }: VirtualChunkContainer): void {
  if (!urlPrefix.endsWith("/") || !urlPrefix.includes("://")) {
    throw new InvalidInputError(`The container's prefix "${urlPrefix}" must be an absolute URL that ends in "/".`);
  }
  if (name !== null && !/^[A-Za-z0-9_.-]+$/.test(name)) {
    throw new InvalidInputError(`"${name}" cannot name a container: use letters, digits, "_", "." and "-".`);
  }
}

function isSameContainer(a: VirtualChunkContainer, b: VirtualChunkContainer): boolean {
  const bytes = (container: VirtualChunkContainer) => encodeFlexbuffer(container.store);
  return a.name === b.name && a.urlPrefix === b.urlPrefix && compareBytes(bytes(a), bytes(b)) === 0;
}

function alreadyThere(store: ByteStore): ConflictError {
  return new ConflictError(`There is already an Icechunk repository at ${store.url}.`, {
    details: { store: store.url },
  });
}
