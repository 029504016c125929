import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { containersOf, type RepositoryOptions, type VirtualChunkContainer } from "./config.js";
import type { FeatureFlag, FeatureName } from "./feature-flags.js";
import { idToText } from "./format/object-id.js";
import {
  fromMetadataItems,
  type RepositoryChange,
  type RepositoryFile,
  type RepositoryTable,
  readRepositoryFile,
  repositoryKey,
} from "./repository-file.js";
import type { RepositoryStatus } from "./repository-settings.js";
import type { VersionOneRefs } from "./v1-refs.js";
import type { JsonObject } from "./zarr-metadata.js";

export interface ResetOptions extends ReadOptions {
  /** The branch's newest snapshot as the caller knows it; where it is another, nothing is reset or deleted. */
  expected?: string | undefined;
}

/** Loaded when it is first asked for: readers need none of it, nor do those who only commit. */
export const loadAdministration = () => import("./administration.js");
type Administration = Awaited<ReturnType<typeof loadAdministration>>;

/**
 * What holds for a repository as a whole: its branches and tags, and who may do what, where references may lead, how it
 * is written. All of it lies in the `repo` object, of which every change is one conditional write.
 *
 * Every call looks at the store anew.
 */
export class RepositoryInfo {
  readonly store: ByteStore;
  protected readonly options: RepositoryOptions;
  /** Null for spec version 2. */
  protected readonly versionOne: VersionOneRefs | null;

  /** @internal This is half of a `Repository`. */
  constructor(store: ByteStore, options: RepositoryOptions, versionOne: VersionOneRefs | null) {
    this.store = store;
    this.options = options;
    this.versionOne = versionOne;
  }

  /** Branch name → id of its newest snapshot. */
  async branches(options: ReadOptions = {}): Promise<Map<string, string>> {
    if (this.versionOne) return this.versionOne.names("branch", options);
    const { table } = await readRepositoryFile(this.store, options);
    return new Map(
      table.branches.map(({ name, snapshotIndex }) => [name, idToText(table.snapshots[snapshotIndex]!.id)]),
    );
  }

  /** Tag name → id of its snapshot. */
  async tags(options: ReadOptions = {}): Promise<Map<string, string>> {
    if (this.versionOne) return this.versionOne.names("tag", options);
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
    await this.#update(({ createTag }, table) => createTag(table, name, snapshot, this.store), options);
  }

  /**
   * Delete a tag. Its name is never used again.
   *
   * @throws NotFoundError where there is none.
   * @throws UnsupportedError where the repository forbids it.
   */
  async deleteTag(name: string, options: ReadOptions = {}): Promise<void> {
    await this.#update(({ deleteTag }, table) => deleteTag(table, name, this.store), options);
  }

  /**
   * Start a branch at a snapshot.
   *
   * @throws ConflictError where there is one of that name.
   * @throws NotFoundError where there is no such snapshot.
   */
  async createBranch(name: string, snapshot: string, options: ReadOptions = {}): Promise<void> {
    await this.#update(({ createBranch }, table) => createBranch(table, name, snapshot, this.store), options);
  }

  /**
   * Delete a branch. Snapshots that nothing else leads to last until garbage is collected.
   *
   * @throws InvalidInputError for `main`, which every repository has.
   * @throws ConflictError where `expected` is given and no longer the branch's newest snapshot.
   * @throws NotFoundError where there is none.
   */
  async deleteBranch(name: string, options: ResetOptions = {}): Promise<void> {
    const expected = options.expected ?? null;
    await this.#update(({ deleteBranch }, table) => deleteBranch(table, name, expected, this.store), options);
  }

  /**
   * Let a branch begin anew at a snapshot: back, forth, or aside.
   *
   * @throws ConflictError where `expected` is given and no longer the branch's newest snapshot.
   * @throws NotFoundError where there is no such branch or snapshot.
   */
  async resetBranch(name: string, snapshot: string, options: ResetOptions = {}): Promise<void> {
    const expected = options.expected ?? null;
    await this.#update(({ resetBranch }, table) => resetBranch(table, name, snapshot, expected, this.store), options);
  }

  /** What the repository lets its writers do. */
  async featureFlags(options: ReadOptions = {}): Promise<FeatureFlag[]> {
    const { featureFlagsOf } = await loadAdministration();
    return featureFlagsOf((await readRepositoryFile(this.store, options)).table);
  }

  /** Turn a feature on or off for all writers; null for the default. */
  async setFeatureFlag(name: FeatureName, setting: boolean | null, options: ReadOptions = {}): Promise<void> {
    await this.#update(({ setFeatureFlag }, table) => setFeatureFlag(table, name, setting), options);
  }

  /** Whether the repository may be written. */
  async status(options: ReadOptions = {}): Promise<RepositoryStatus> {
    const { statusOf } = await loadAdministration();
    return statusOf((await readRepositoryFile(this.store, options)).table);
  }

  /** Let nobody write, whichever engine they use, until {@link setOnline}. */
  async setReadOnly(reason: string | null = null, options: ReadOptions = {}): Promise<void> {
    await this.#setAvailability("readOnly", reason, options);
  }

  /** Let the repository be written again. */
  async setOnline(options: ReadOptions = {}): Promise<void> {
    await this.#setAvailability("online", null, options);
  }

  /** Facts about the repository as a whole. */
  async metadata(options: ReadOptions = {}): Promise<JsonObject> {
    return fromMetadataItems((await readRepositoryFile(this.store, options)).table.metadata, repositoryKey);
  }

  /** Replace the repository's metadata. */
  async setMetadata(metadata: JsonObject, options: ReadOptions = {}): Promise<void> {
    await this.#update(({ setMetadata }, table) => setMetadata(table, metadata), options);
  }

  /** The stored configuration, as the official engine names its keys; what is not in it has its default. */
  async config(options: ReadOptions = {}): Promise<JsonObject> {
    return this.#readConfig(options);
  }

  /**
   * Change the stored configuration by a JSON merge patch: objects are merged, null removes a key, all else replaces.
   *
   * @throws InvalidInputError where the patch holds containers, which have calls of their own.
   */
  async updateConfig(patch: JsonObject, options: ReadOptions = {}): Promise<void> {
    await this.#changeConfig(({ patchConfig }, config) => patchConfig(config, patch), options);
  }

  /** The places that references may point into, longest prefix first, which is the order in which they win. */
  async containers(options: ReadOptions = {}): Promise<VirtualChunkContainer[]> {
    return containersOf(await this.#readConfig(options));
  }

  /**
   * Add a place that references may point into; nothing happens where it is there and equal.
   *
   * @throws ConflictError where its name or prefix stands for another one.
   */
  async addContainer(container: VirtualChunkContainer, options: ReadOptions = {}): Promise<void> {
    await this.#changeConfig(({ addContainer }, config) => addContainer(config, container), options);
  }

  /**
   * Let a container's name stand for another place, or for one that is reached otherwise.
   *
   * @throws NotFoundError where there is none of that name.
   * @throws ConflictError where another container has its prefix.
   */
  async replaceContainer(container: VirtualChunkContainer, options: ReadOptions = {}): Promise<void> {
    await this.#changeConfig(({ replaceContainer }, config) => replaceContainer(config, container), options);
  }

  /**
   * Remove the container of this name or prefix: references into it can no longer be read.
   *
   * @throws NotFoundError where there is none.
   */
  async removeContainer(nameOrPrefix: string, options: ReadOptions = {}): Promise<void> {
    await this.#changeConfig(({ removeContainer }, config) => removeContainer(config, nameOrPrefix), options);
  }

  /**
   * Let the container at one prefix lie at another: the data was moved. References by name (`vcc://`) follow; absolute
   * ones are rewritten by `WritableSession.relocateReferences`.
   *
   * @throws NotFoundError where there is no container at `oldPrefix`.
   * @throws ConflictError where there is one at `newPrefix`.
   */
  async relocate(oldPrefix: string, newPrefix: string, options: ReadOptions = {}): Promise<void> {
    await this.#changeConfig(
      ({ relocateContainer }, config) => relocateContainer(config, oldPrefix, newPrefix),
      options,
    );
  }

  async #setAvailability(
    availability: "online" | "readOnly",
    reason: string | null,
    options: ReadOptions,
  ): Promise<void> {
    await this.#update((edits, table) => edits.setAvailability(table, availability, reason), {
      ...options,
      evenIfReadOnly: true,
    });
  }

  /** Change the `repo` object by one of the functions in `administration.ts`. */
  async #update(
    change: (edits: Administration, table: RepositoryTable, file: RepositoryFile) => RepositoryChange | null,
    options: ReadOptions & { evenIfReadOnly?: boolean },
  ): Promise<void> {
    const edits = await loadAdministration();
    const updateOptions = { ...this.options, ...options };
    await edits.updateRepository(this.store, updateOptions, (table, file) => change(edits, table, file));
  }

  /** Change the stored configuration; nothing is done where `change` gives null. */
  async #changeConfig(
    change: (edits: Administration, config: JsonObject) => JsonObject | null,
    options: ReadOptions,
  ): Promise<void> {
    await this.#update((edits, table, { config }) => edits.setConfig(table, change(edits, config)), options);
  }

  async #readConfig(options: ReadOptions): Promise<JsonObject> {
    return this.versionOne ? this.versionOne.config(options) : (await readRepositoryFile(this.store, options)).config;
  }
}
