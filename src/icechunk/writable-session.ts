import { InvalidInputError } from "../errors.js";
import type { ReadOptions } from "../store/byte-store.js";
import { type ChangeSet, emptyChangeSet, hasChanges, toTransactionLog } from "./change-set.js";
import { isInGrid } from "./chunk-grid.js";
import type { SessionChanges } from "./commit.js";
import type { ConflictSolver } from "./conflicts.js";
import { randomId } from "./format/object-id.js";
import { moveNodes } from "./move.js";
import { type ReferenceTable, referenceKinds } from "./reference-table.js";
import { type ReadChunkOptions, Session, type SessionContext } from "./session.js";
import type { Settings } from "./settings.js";
import { type SnapshotDiff, toDiff } from "./snapshot-diff.js";
import type { ArrayData, NodeRecord, SnapshotFile } from "./snapshot-file.js";
import type { CommitRequest } from "./snapshot-list.js";
import { deleteNode, putArray, putGroup } from "./staged-nodes.js";
import { StagedReferences } from "./staged-references.js";
import { assertInside, assertReferences, type VirtualReferences } from "./virtual-references.js";
import type { JsonObject, ZarrArray } from "./zarr-metadata.js";

export interface CommitOptions extends ReadOptions {
  /** Facts about the commit, kept with its message. */
  metadata?: JsonObject | undefined;
  /** Replace the branch's newest snapshot by one that holds its changes and these, instead of adding one. */
  amend?: boolean | undefined;
  /** Commit also where nothing has changed: for the sake of the message, or of another one for what is amended. */
  allowEmpty?: boolean | undefined;
}

export interface RebaseOptions extends ReadOptions {
  /** What to do about conflicts; where left out, every conflict is an error. */
  solver?: ConflictSolver | undefined;
}

/** How a writable session reaches back to its repository. */
export interface WritableContext extends SessionContext {
  branch: string;
  settings: Settings;
  /** Write the changes as a snapshot, and make it the branch's newest unless it is flushed; its id. */
  commit(changes: SessionChanges, options: ReadOptions): Promise<string>;
}

/**
 * Changes on top of a branch's newest snapshot, in memory until {@link commit}. Reading it shows the changes.
 *
 * One session makes one commit; after that it only reads.
 */
export class WritableSession extends Session {
  readonly branch: string;
  readonly #context: WritableContext;
  #changes: ChangeSet = emptyChangeSet();
  #isCommitted = false;

  /** @internal Sessions come from `Repository.writableSession`. */
  constructor(context: WritableContext, snapshot: SnapshotFile) {
    super(context, snapshot);
    this.#context = context;
    this.branch = context.branch;
  }

  /** True where a commit would write something. */
  get hasChanges(): boolean {
    return hasChanges(this.base, [...this.records.values()], this.#changes);
  }

  /** What a commit would do. */
  status(): SnapshotDiff {
    const records = [...this.records.values()];
    const log = toTransactionLog(this.base, records, this.#changes);
    return toDiff([log], log.updatedChunks, this.base.nodes, records);
  }

  /**
   * Create a group, with the groups above it, or replace its attributes. Nothing changes where they are the same.
   *
   * @throws InvalidInputError where an array is in the way.
   */
  setGroup(path: string, attributes: JsonObject = {}): void {
    this.#assertChangeable();
    putGroup(this.records, this.#changes, path, attributes);
  }

  /**
   * Create an array, with the groups above it, or replace its metadata. A new shape is a resize: references outside of
   * it are dropped by the commit. Nothing changes where the metadata is the same.
   *
   * @throws InvalidInputError where a group is in the way, the metadata contradicts itself, or an array that is there
   * has another number of axes: references of the one mean nothing to the other.
   */
  setArray(path: string, zarr: ZarrArray): void {
    this.#assertChangeable();
    putArray(this.records, this.#changes, path, zarr);
  }

  /**
   * Store a chunk's bytes, as the array's codecs encode them: inside the manifest where they are few, else as an object
   * that the commit writes.
   */
  setChunk(path: string, index: readonly number[], bytes: Uint8Array): void {
    const { record, data } = this.#writableArray(path);
    assertInside(path, data, index, 1);
    const staged = this.#stage(record, data);
    const row = staged.addRow(index, 0);
    const copy = bytes.slice();
    if (bytes.length <= this.#context.settings.inlineThresholdBytes) {
      staged.table.set(row, referenceKinds.inline, 0, bytes.length, staged.table.addPayload(copy));
      return;
    }
    staged.table.set(row, referenceKinds.native, 0, bytes.length, staged.table.addPayload(randomId(12)));
    staged.nativeChunks.set(row, copy);
  }

  /**
   * Let chunks refer to byte ranges of objects outside of the repository. Nothing of them is read or checked.
   *
   * @throws InvalidInputError where a column is too short, a chunk lies outside of the array, or a range is empty
   * (readers refuse those: leave such chunks out).
   */
  setVirtualReferences(path: string, columns: VirtualReferences): void {
    const { record, data } = this.#writableArray(path);
    const count = columns.offsets.length;
    assertInside(path, data, columns.indices, count);
    assertReferences(path, columns);
    const staged = this.#stage(record, data);
    const { table } = staged;
    table.reserve(count);
    const sources = columns.locations.map((url, i) => {
      const etag = columns.etags?.[i] ?? null;
      return table.internLocation(url, etag === null ? (columns.lastModifiedSeconds?.[i] ?? 0) : 0, etag);
    });
    for (let i = 0; i < count; i++) {
      const row = staged.addRow(columns.indices, i * table.rank);
      const source = sources[columns.locationIndex[i]!]!;
      table.set(row, referenceKinds.virtual, columns.offsets[i]!, columns.lengths[i]!, source);
    }
  }

  /**
   * Let every virtual reference whose location begins with `oldPrefix` begin with `newPrefix` instead, in all arrays.
   * Reads all of their manifests; what the references name is neither read nor checked.
   *
   * @returns how many references changed.
   */
  async relocateReferences(oldPrefix: string, newPrefix: string, options: ReadOptions = {}): Promise<number> {
    this.#assertChangeable();
    const { relocateReferences } = await import("./administration.js");
    const { manifests } = this.context;
    return relocateReferences(this.records.values(), this.#changes, manifests, oldPrefix, newPrefix, options);
  }

  /** Forget the references of these chunks: they read as fill. Chunks without a reference are passed over. */
  deleteReferences(path: string, indices: Uint32Array): void {
    const { record, data } = this.#writableArray(path);
    const rank = data.dimensions.length;
    const count = rank === 0 ? 1 : indices.length / rank;
    assertInside(path, data, indices, count);
    const staged = this.#stage(record, data);
    for (let i = 0; i < count; i++) staged.table.set(staged.addRow(indices, i * rank), referenceKinds.none, 0, 0, 0);
  }

  /**
   * Delete a node and everything below it.
   *
   * @throws NotFoundError where there is none.
   */
  delete(path: string): void {
    this.#assertChangeable();
    deleteNode(this.records, this.#changes, path);
  }

  /**
   * Give a node, and all below it, another path. Their chunks and history stay theirs; nothing is copied.
   *
   * @throws NotFoundError where there is no node at `from`, or no group to hold `to`.
   * @throws InvalidInputError where `to` is taken or lies inside of `from`, or the session has changes of other kinds:
   * moves need a commit of their own.
   */
  move(from: string, to: string): void {
    this.#assertOpen();
    if (this.#changes.moves.length === 0 && this.hasChanges) {
      throw new InvalidInputError("Nodes cannot be moved in a session with other changes; commit those first.", {
        details: { from, to },
      });
    }
    moveNodes(this.records, from, to);
    this.#changes.moves.push({ from, to });
  }

  /**
   * Write all changes as one snapshot and make it the branch's newest.
   *
   * @returns the new snapshot's id.
   * @throws ConflictError where the branch has moved since this session began; nothing of the commit is then visible.
   * @throws InvalidInputError where there is nothing to commit, unless `allowEmpty` is set.
   */
  async commit(message: string, options: CommitOptions = {}): Promise<string> {
    return this.#write(options.amend ? "amend" : "commit", message, options);
  }

  /**
   * Write all changes as a snapshot on no branch. It lasts until garbage is collected, unless a branch or tag is made
   * for it.
   *
   * @returns the new snapshot's id.
   * @throws InvalidInputError where there is nothing to write, unless `allowEmpty` is set.
   */
  async flush(message: string, options: Omit<CommitOptions, "amend"> = {}): Promise<string> {
    return this.#write("flush", message, options);
  }

  /**
   * Make the changes of this session again on top of what others committed on the branch since it began. Afterwards it
   * reads, and can be committed, as if it had begun there. Nothing is written.
   *
   * @returns true where there was something new.
   * @throws ConflictError naming in `details.conflicts` what does not fit; the session is then as it was.
   */
  async rebase(options: RebaseOptions = {}): Promise<boolean> {
    this.#assertOpen();
    const { readIntervening, rebase } = await import("./administration.js");
    const intervening = await readIntervening(this.context.store, this.branch, this.base, options);
    if (!intervening) return false;
    const { base, records, changes } = rebase(this.records, this.#changes, intervening, options.solver);
    this.base = base;
    this.records = records;
    this.#changes = changes;
    return true;
  }

  /** As {@link Session.readChunk}; chunks that are not written yet come out of memory. */
  override async readChunk(
    path: string,
    index: readonly number[],
    options: ReadChunkOptions = {},
  ): Promise<Uint8Array | null> {
    const { record, data } = this.array(path);
    const staged = isInGrid(data, index) ? this.#changes.staged.get(record.id) : undefined;
    const pending = staged?.nativeChunk(index) ?? null;
    if (pending === null || this.#isCommitted) return super.readChunk(path, index, options);
    const { offset, length } = options.range ?? { offset: 0, length: pending.length };
    return pending.slice(offset, offset + length);
  }

  protected override fillStaged(path: string, table: ReferenceTable): number[] | null {
    return this.#changes.staged.get(this.array(path).record.id)?.fill(table) ?? null;
  }

  async #write(kind: CommitRequest["kind"], message: string, options: CommitOptions): Promise<string> {
    this.#assertOpen();
    if (!this.hasChanges && !options.allowEmpty) {
      throw new InvalidInputError("There is nothing to commit: the session has no changes.");
    }
    const { base } = this;
    const records = [...this.records.values()];
    const { metadata = {}, signal } = options;
    const changes = { base, records, changes: this.#changes, kind, message, metadata, signal };
    const id = await this.#context.commit(changes, options);
    this.#isCommitted = true;
    return id;
  }

  #writableArray(path: string): { record: NodeRecord; data: ArrayData } {
    this.#assertChangeable();
    return this.array(path);
  }

  #stage(record: NodeRecord, data: ArrayData): StagedReferences {
    let staged = this.#changes.staged.get(record.id);
    if (!staged) {
      staged = new StagedReferences(data.dimensions.length);
      this.#changes.staged.set(record.id, staged);
    }
    return staged;
  }

  #assertChangeable(): void {
    this.#assertOpen();
    if (this.#changes.moves.length > 0) {
      throw new InvalidInputError("This session moves nodes; commit that first, and change them in another session.");
    }
  }

  #assertOpen(): void {
    if (this.#isCommitted) {
      throw new InvalidInputError("This session has been committed; ask the repository for a new one.");
    }
  }
}
