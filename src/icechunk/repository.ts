import { ConflictError, InvalidInputError, NotFoundError, UnsupportedError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { addSnapshot, type CommitRequest } from "./commit.js";
import {
  containersOf,
  type RepositoryOptions,
  type Settings,
  toConfig,
  toSettings,
  type VirtualChunkContainer,
  withContainers,
} from "./config.js";
import { wrapFile } from "./format/envelope.js";
import { encodeFlexbuffer } from "./format/flexbuffer-encoder.js";
import { compareBytes, compareUtf8, idToText, snapshotIdFromText } from "./format/object-id.js";
import { ManifestCache } from "./manifest-cache.js";
import {
  encodeRepository,
  fromMetadataItems,
  nowMicros,
  type RepositoryTable,
  readRepositoryFile,
  repositoryKey,
  toMetadataItems,
  updateRepository,
} from "./repository-file.js";
import { Session } from "./session.js";
import { encodeSnapshot, objectKey, readSnapshot, type SnapshotFile } from "./snapshot-file.js";
import { emptyTransactionLog, encodeTransactionLog } from "./transaction-log.js";
import { WritableSession } from "./writable-session.js";
import type { JsonObject } from "./zarr-metadata.js";
import { preloadZstdEncoder } from "./zstd/compress.js";

/** The first snapshot of every repository, 1CECHNKREP0F1RSTCMT0 in text (spec, "Initial snapshot"). */
const initialSnapshotId = snapshotIdFromText("1CECHNKREP0F1RSTCMT0");
const initialMessage = "Repository initialized";

/** Ids of the feature flags that forbid something where they are disabled. */
const createTagFlag = 4;

const maxTransactionAttempts = 1000;

/** Which snapshot is meant; the newest of the branch `main` where nothing is said. */
export type At =
  | { branch: string }
  | { tag: string }
  | { snapshot: string }
  /** The newest snapshot of the branch (`main` where left out) that is not younger than this. */
  | { asOf: Date; branch?: string };

/** A snapshot, without what is in it. */
export interface SnapshotInfo {
  id: string;
  /** Null for the first snapshot. */
  parentId: string | null;
  time: Date;
  message: string;
  metadata: JsonObject;
}

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

async function writeInitialSnapshot(store: ByteStore, settings: Settings, flushedAtMicros: number): Promise<void> {
  const snapshot: SnapshotFile = {
    id: initialSnapshotId,
    nodes: [],
    flushedAtMicros,
    message: initialMessage,
    manifestFiles: new Map(),
    extra: null,
    hasUnknownFields: false,
  };
  const { compressionLevel } = settings;
  const payload = encodeSnapshot(snapshot, initialMetadata);
  const log = encodeTransactionLog(initialSnapshotId, emptyTransactionLog());
  await Promise.all([
    store.put(objectKey("snapshots", initialSnapshotId), await wrapFile("snapshot", payload, compressionLevel)),
    store.put(objectKey("transactions", initialSnapshotId), await wrapFile("transactionLog", log, compressionLevel)),
  ]);
}

/** As the official engine marks the first snapshot. */
const initialMetadata: JsonObject = { __icechunk: { is_root: true } };

function initialTable(config: JsonObject, flushedAtMicros: number): RepositoryTable {
  return {
    specVersion: 2,
    tags: [],
    branches: [{ name: "main", snapshotIndex: 0 }],
    deletedTags: [],
    snapshots: [
      {
        id: initialSnapshotId,
        parentOffset: -1,
        flushedAtMicros,
        message: initialMessage,
        metadata: toMetadataItems(initialMetadata),
        prunedAncestors: null,
      },
    ],
    status: { availability: 0, setAtMicros: flushedAtMicros, reason: null },
    metadata: [],
    latestUpdates: [{ change: { kind: "repoInitialized" }, updatedAtMicros: flushedAtMicros + 1, backupPath: null }],
    repoBeforeUpdates: null,
    config: encodeFlexbuffer(config),
    enabledFeatureFlags: null,
    disabledFeatureFlags: null,
    extra: null,
  };
}

/** Index of the snapshot that is meant. */
function resolve(table: RepositoryTable, at: At, store: ByteStore): number {
  if ("snapshot" in at) {
    const id = snapshotIdFromText(at.snapshot);
    const index = table.snapshots.findIndex((snapshot) => compareBytes(snapshot.id, id) === 0);
    if (index >= 0) return index;
    throw notFound("snapshot", at.snapshot, [], store);
  }
  if ("tag" in at) return resolveName(table.tags, "tag", at.tag, store);
  const tip = resolveName(table.branches, "branch", at.branch ?? "main", store);
  if (!("asOf" in at)) return tip;
  const micros = at.asOf.getTime() * 1000;
  const index = ancestors(table, tip).find((each) => table.snapshots[each]!.flushedAtMicros <= micros);
  if (index === undefined) throw notFound("snapshot", `as of ${at.asOf.toISOString()}`, [], store);
  return index;
}

function resolveName(
  refs: readonly { name: string; snapshotIndex: number }[],
  kind: "branch" | "tag",
  name: string,
  store: ByteStore,
): number {
  const ref = refs.find((candidate) => candidate.name === name);
  if (ref) return ref.snapshotIndex;
  throw notFound(
    kind,
    name,
    refs.map((candidate) => candidate.name),
    store,
  );
}

function notFound(kind: string, name: string, known: string[], store: ByteStore): NotFoundError {
  const hint = known.length > 0 ? ` It has: ${known.slice(0, 20).join(", ")}.` : "";
  return new NotFoundError(`${store.url} has no ${kind} "${name}".${hint}`, { details: { kind, name, known } });
}

/** Indices of a snapshot and all before it, newest first. A loop, which only damage makes, ends the list. */
function ancestors(table: RepositoryTable, from: number): number[] {
  const seen = new Set<number>();
  for (let index = from; index >= 0 && !seen.has(index); index = table.snapshots[index]!.parentOffset) seen.add(index);
  return [...seen];
}

function toInfo(table: RepositoryTable, index: number): SnapshotInfo {
  const { id, parentOffset, flushedAtMicros, message, metadata } = table.snapshots[index]!;
  return {
    id: idToText(id),
    parentId: parentOffset < 0 ? null : idToText(table.snapshots[parentOffset]!.id),
    time: new Date(flushedAtMicros / 1000),
    message,
    metadata: fromMetadataItems(metadata, repositoryKey),
  };
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
