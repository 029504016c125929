import { InvalidInputError, NotFoundError } from "../errors.js";
import type { ReadOptions } from "../store/byte-store.js";
import { type ChangeSet, emptyChangeSet, hasChanges, toTransactionLog } from "./change-set.js";
import { writeCommit } from "./commit.js";
import type { Settings } from "./config.js";
import type { ConflictSolver } from "./conflicts.js";
import { type SnapshotDiff, toDiff } from "./diff.js";
import { randomId } from "./format/object-id.js";
import { moveNodes } from "./move.js";
import { readIntervening, rebase } from "./rebase.js";
import { type ReferenceTable, referenceKinds } from "./reference-table.js";
import { relocateReferences } from "./relocate-references.js";
import { isInGrid, type ReadChunkOptions, Session, type SessionContext } from "./session.js";
import type { ArrayData, NodeRecord, SnapshotFile } from "./snapshot-file.js";
import type { CommitRequest } from "./snapshot-list.js";
import { StagedReferences } from "./staged-references.js";
import { assertInside, assertReferences, type VirtualReferences } from "./virtual-references.js";
import {
  assertNodePath,
  chunkCounts,
  type JsonObject,
  parentPath,
  type ZarrArray,
  type ZarrGroup,
} from "./zarr-metadata.js";

export interface CommitOptions extends ReadOptions {
  /** Facts about the commit, kept with its message. */
  metadata?: JsonObject | undefined;
  /** Replace the branch's newest snapshot by one that holds its changes and these, instead of adding one. */
  amend?: boolean | undefined;
}

export interface RebaseOptions extends ReadOptions {
  /** What to do about conflicts; where left out, every conflict is an error. */
  solver?: ConflictSolver | undefined;
}

/** How a writable session reaches back to its repository. */
export interface WritableContext extends SessionContext {
  branch: string;
  settings: Settings;
  commit(request: CommitRequest, options: ReadOptions): Promise<void>;
}

const encoder = new TextEncoder();

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
    return toDiff([toTransactionLog(this.base, records, this.#changes)], this.base.nodes, records);
  }

  /**
   * Create a group, with the groups above it, or replace its attributes. Nothing changes where they are the same.
   *
   * @throws InvalidInputError where an array is in the way.
   */
  setGroup(path: string, attributes: JsonObject = {}): void {
    const zarr: ZarrGroup = { zarr_format: 3, node_type: "group", attributes };
    this.#setNode(path, zarr, () => ({ kind: "group" }));
  }

  /**
   * Create an array, with the groups above it, or replace its metadata. A new shape is a resize: references outside of
   * it are dropped by the commit. Nothing changes where the metadata is the same.
   *
   * @throws InvalidInputError where a group is in the way, the metadata contradicts itself, or an array that is there
   * has another number of axes: references of the one mean nothing to the other.
   */
  setArray(path: string, zarr: ZarrArray): void {
    const counts = chunkCounts(path, zarr);
    assertRank(path, this.records.get(path), counts.length);
    this.#setNode(path, zarr, (old) => ({
      kind: "array",
      dimensions: counts.map((chunkCount, axis) => ({ length: zarr.shape[axis]!, chunkCount })),
      dimensionNames: zarr.dimension_names ?? null,
      manifests: old?.kind === "array" ? old.manifests : [],
    }));
  }

  /**
   * Store a chunk's bytes, as the array's codecs encode them: inside the manifest where they are few, else as an object
   * that the commit writes.
   */
  setChunk(path: string, index: readonly number[], bytes: Uint8Array): void {
    const { record, data } = this.#writableArray(path);
    assertInside(path, data, index, 1);
    const staged = this.#stage(record, data);
    const row = staged.table.addRow(index, 0);
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
    const { table } = this.#stage(record, data);
    table.reserve(count);
    const sources = columns.locations.map((url, i) => {
      const etag = columns.etags?.[i] ?? null;
      return table.internLocation(url, etag === null ? (columns.lastModifiedSeconds?.[i] ?? 0) : 0, etag);
    });
    for (let i = 0; i < count; i++) {
      const row = table.addRow(columns.indices, i * table.rank);
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
    const { manifests } = this.context;
    return relocateReferences(this.records.values(), this.#changes, manifests, oldPrefix, newPrefix, options);
  }

  /** Forget the references of these chunks: they read as fill. Chunks without a reference are passed over. */
  deleteReferences(path: string, indices: Uint32Array): void {
    const { record, data } = this.#writableArray(path);
    const rank = data.dimensions.length;
    const count = rank === 0 ? 1 : indices.length / rank;
    assertInside(path, data, indices, count);
    const { table } = this.#stage(record, data);
    for (let i = 0; i < count; i++) table.set(table.addRow(indices, i * rank), referenceKinds.none, 0, 0, 0);
  }

  /**
   * Delete a node and everything below it.
   *
   * @throws NotFoundError where there is none.
   */
  delete(path: string): void {
    this.#assertChangeable();
    const doomed = this.nodes(path);
    if (!this.records.has(path)) {
      throw new NotFoundError(`There is no node at ${path} to delete.`, { details: { path } });
    }
    for (const { path: each } of doomed) {
      const record = this.records.get(each)!;
      this.records.delete(each);
      this.#changes.staged.delete(record.id);
      this.#changes.updatedNodes.delete(record.id);
      if (!this.#changes.newNodes.delete(record.id)) this.#changes.deletedNodes.push(record);
    }
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
   * @throws InvalidInputError where there is nothing to commit.
   */
  async commit(message: string, options: CommitOptions = {}): Promise<string> {
    return this.#write(options.amend ? "amend" : "commit", message, options);
  }

  /**
   * Write all changes as a snapshot on no branch. It lasts until garbage is collected, unless a branch or tag is made
   * for it.
   *
   * @returns the new snapshot's id.
   * @throws InvalidInputError where there is nothing to write.
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
    if (!this.hasChanges) throw new InvalidInputError("There is nothing to commit: the session has no changes.");
    const request = await writeCommit(this.#context, {
      base: this.base,
      records: [...this.records.values()],
      changes: this.#changes,
      kind,
      message,
      metadata: options.metadata ?? {},
      signal: options.signal,
    });
    await this.#context.commit(request, options);
    this.#isCommitted = true;
    return request.idText;
  }

  #setNode(
    path: string,
    zarr: ZarrGroup | ZarrArray,
    toData: (old: NodeRecord["data"] | null) => NodeRecord["data"],
  ): void {
    this.#assertChangeable();
    assertNodePath(path);
    const old = this.records.get(path) ?? null;
    if (old && old.data.kind !== zarr.node_type) {
      throw new InvalidInputError(
        `There is already ${old.data.kind === "array" ? "an array" : "a group"} at ${path}.`,
        {
          details: { path },
        },
      );
    }
    const zarrJson = encoder.encode(JSON.stringify(zarr));
    if (old && equalBytes(old.zarrJson, zarrJson)) return;
    if (!old) this.#createParents(path);
    const id = old?.id ?? randomId(8);
    this.records.set(path, { id, path, zarrJson, data: toData(old?.data ?? null), extra: old?.extra ?? null });
    if (!old) this.#changes.newNodes.add(id);
    else if (!this.#changes.newNodes.has(id)) this.#changes.updatedNodes.add(id);
  }

  #createParents(path: string): void {
    const parent = parentPath(path);
    if (parent === null) return;
    const kind = this.records.get(parent)?.data.kind;
    if (kind === "array") {
      throw new InvalidInputError(`${path} cannot be created: ${parent} is an array.`, { details: { path, parent } });
    }
    if (kind === undefined) this.setGroup(parent);
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

function assertRank(path: string, old: NodeRecord | undefined, rank: number): void {
  if (old?.data.kind !== "array" || old.data.dimensions.length === rank) return;
  throw new InvalidInputError(
    `The array ${path} has ${old.data.dimensions.length} axes and cannot have ${rank}. Delete it, and create it anew.`,
    { details: { path, rank } },
  );
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
