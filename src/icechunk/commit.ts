import { ConflictError, CorruptDataError, UnsupportedError } from "../errors.js";
import { distribute, type Shard, sortRows } from "./array-shards.js";
import type { Settings } from "./config.js";
import { type FileType, wrapFile } from "./format/envelope.js";
import { compareBytes, idToText, randomId } from "./format/object-id.js";
import { buildManifest } from "./manifest-builder.js";
import { nowMicros, type RepositoryChange, type RepositoryTable, toMetadataItems } from "./repository-file.js";
import type { SessionContext } from "./session.js";
import {
  type ArrayData,
  encodeSnapshot,
  type ManifestFile,
  type ManifestRef,
  type NodeRecord,
  objectKey,
  type SnapshotFile,
} from "./snapshot-file.js";
import type { StagedReferences } from "./staged-references.js";
import { emptyTransactionLog, encodeTransactionLog, type TransactionLog } from "./transaction-log.js";
import type { JsonObject } from "./zarr-metadata.js";

/** Objects written at the same time. */
const concurrentWrites = 16;

/** What a session changed. */
export interface SessionChanges {
  base: SnapshotFile;
  /** All nodes as they shall be. */
  records: readonly NodeRecord[];
  newNodes: ReadonlySet<Uint8Array>;
  updatedNodes: ReadonlySet<Uint8Array>;
  deletedNodes: readonly NodeRecord[];
  staged: ReadonlyMap<Uint8Array, StagedReferences>;
  message: string;
  metadata: JsonObject;
  signal?: AbortSignal | undefined;
}

/** A snapshot that is written, and waits to be made a branch's newest. */
export interface CommitRequest {
  id: Uint8Array;
  idText: string;
  parentId: Uint8Array;
  flushedAtMicros: number;
  message: string;
  metadata: JsonObject;
}

/** What writing one commit needs and gathers. */
interface Writing {
  context: SessionContext & { settings: Settings };
  changes: SessionChanges;
  writes: WriteQueue;
  manifestFiles: Map<string, ManifestFile>;
}

/**
 * Write everything of a commit but the change of the branch: chunks, manifests, snapshot, transaction log, all under
 * new names, so that nobody sees them yet.
 */
export async function writeCommit(
  context: SessionContext & { settings: Settings },
  changes: SessionChanges,
): Promise<CommitRequest> {
  const { base, message, metadata } = changes;
  if (base.hasUnknownFields) {
    throw new UnsupportedError(
      `The snapshot ${idToText(base.id)} was written by a newer version of Icechunk; a commit on top would lose what this version does not know.`,
    );
  }
  const writing: Writing = { context, changes, writes: new WriteQueue(concurrentWrites), manifestFiles: new Map() };
  const nodes: NodeRecord[] = [];
  for (const record of changes.records) nodes.push(await flushNode(writing, record));
  // The snapshot lists its manifests with their sizes, so they come first.
  await writing.writes.finish();
  const id = randomId(12);
  const flushedAtMicros = Math.max(nowMicros(), base.flushedAtMicros + 1);
  const { manifestFiles } = writing;
  const snapshot = { id, nodes, flushedAtMicros, message, manifestFiles, extra: base.extra, hasUnknownFields: false };
  await writing.writes.add(() =>
    put(writing, "snapshot", objectKey("snapshots", id), encodeSnapshot(snapshot, metadata)),
  );
  const log = encodeTransactionLog(id, toTransactionLog(changes));
  await writing.writes.add(() => put(writing, "transactionLog", objectKey("transactions", id), log));
  await writing.writes.finish();
  return { id, idText: idToText(id), parentId: base.id, flushedAtMicros, message, metadata };
}

/**
 * Make a written snapshot the newest of `branch`, in the repository's table.
 *
 * @throws ConflictError where the branch's newest snapshot is no longer the commit's parent.
 */
export function addSnapshot(table: RepositoryTable, branch: string, request: CommitRequest): RepositoryChange {
  const ref = table.branches.find(({ name }) => name === branch);
  const tip = ref ? table.snapshots[ref.snapshotIndex] : undefined;
  if (!ref || !tip || compareBytes(tip.id, request.parentId) !== 0) {
    const now = tip ? `is at ${idToText(tip.id)}` : "is gone";
    throw new ConflictError(
      `The branch "${branch}" ${now}; this commit was made on ${idToText(request.parentId)}. Do it again on a new session.`,
      { details: { branch, parent: idToText(request.parentId), tip: tip ? idToText(tip.id) : null } },
    );
  }
  const parentIndex = ref.snapshotIndex;
  const found = table.snapshots.findIndex(({ id }) => compareBytes(id, request.id) > 0);
  const position = found < 0 ? table.snapshots.length : found;
  const shifted = (index: number) => (index >= position ? index + 1 : index);
  for (const snapshot of table.snapshots) snapshot.parentOffset = shifted(snapshot.parentOffset);
  for (const each of [...table.tags, ...table.branches]) each.snapshotIndex = shifted(each.snapshotIndex);
  table.snapshots.splice(position, 0, {
    id: request.id,
    parentOffset: shifted(parentIndex),
    flushedAtMicros: request.flushedAtMicros,
    message: request.message,
    metadata: toMetadataItems(request.metadata),
    prunedAncestors: null,
  });
  ref.snapshotIndex = position;
  return { kind: "newCommit", branch, newSnapshot: request.id };
}

async function flushNode(writing: Writing, record: NodeRecord): Promise<NodeRecord> {
  const { data, id } = record;
  if (data.kind === "group") return record;
  const staged = writing.changes.staged.get(id) ?? null;
  if (!staged && !writing.changes.updatedNodes.has(id)) {
    for (const ref of data.manifests) keepManifest(writing, ref);
    return record;
  }
  if (staged) await queueNativeChunks(writing, staged);
  return { ...record, data: { ...data, manifests: await flushArray(writing, record, data, staged) } };
}

async function flushArray(
  writing: Writing,
  record: NodeRecord,
  data: ArrayData,
  staged: StagedReferences | null,
): Promise<ManifestRef[]> {
  const { settings, manifests } = writing.context;
  const sizes = settings.splitSizes(record.path, data.dimensionNames ?? [], data.dimensions.length);
  const { kept, written } = await distribute(record.id, data, staged?.table ?? null, sizes, manifests);
  for (const ref of kept) keepManifest(writing, ref);
  const refs = [...kept];
  for (const shard of written) refs.push(await queueManifest(writing, record, shard));
  return refs.sort((a, b) => (a.extents[0]?.from ?? 0) - (b.extents[0]?.from ?? 0));
}

function keepManifest({ changes, manifestFiles }: Writing, ref: ManifestRef): void {
  const id = idToText(ref.id);
  const file = changes.base.manifestFiles.get(id);
  if (!file) {
    const key = objectKey("snapshots", changes.base.id);
    throw new CorruptDataError(`${key} refers to the manifest ${id}, which its list of manifests does not have.`, {
      details: { key, manifest: id },
    });
  }
  manifestFiles.set(id, file);
}

async function queueManifest(
  writing: Writing,
  record: NodeRecord,
  { table, rows, extents }: Shard,
): Promise<ManifestRef> {
  const id = randomId(12);
  await writing.writes.add(async () => {
    const payload = buildManifest(id, record.id, table, rows);
    const sizeBytes = await put(writing, "manifest", objectKey("manifests", id), payload);
    writing.manifestFiles.set(idToText(id), { id, sizeBytes, referenceCount: rows.length, extra: null });
  });
  return { id, extents };
}

async function queueNativeChunks(writing: Writing, { table, nativeChunks }: StagedReferences): Promise<void> {
  const { store } = writing.context;
  const { signal } = writing.changes;
  for (const [row, bytes] of nativeChunks) {
    const key = objectKey("chunks", table.payloads[table.sources[row]!]!);
    await writing.writes.add(() => store.put(key, bytes, { signal }));
  }
}

async function put(writing: Writing, type: FileType, key: string, payload: Uint8Array): Promise<number> {
  const { store, settings } = writing.context;
  const file = await wrapFile(type, payload, settings.compressionLevel);
  await store.put(key, file, { signal: writing.changes.signal });
  return file.length;
}

function toTransactionLog(changes: SessionChanges): TransactionLog {
  const log = emptyTransactionLog();
  for (const { id, data } of changes.records) {
    if (changes.newNodes.has(id)) (data.kind === "array" ? log.newArrays : log.newGroups).push(id);
    if (changes.updatedNodes.has(id)) (data.kind === "array" ? log.updatedArrays : log.updatedGroups).push(id);
    const table = changes.staged.get(id)?.table;
    if (!table) continue;
    const rows = sortRows(
      table,
      Array.from({ length: table.count }, (_, row) => row),
    );
    log.updatedChunks.push({ node: id, table, rows });
  }
  for (const { id, data } of changes.deletedNodes) {
    (data.kind === "array" ? log.deletedArrays : log.deletedGroups).push(id);
  }
  return log;
}

/** Runs a few writes at a time; the first failure stops what has not begun. */
class WriteQueue {
  readonly #limit: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begin a write, waiting for a free place first. */
  async add(write: () => Promise<unknown>): Promise<void> {
    while (this.#running.size >= this.#limit) await Promise.race(this.#running);
    this.#throwFailure();
    const running: Promise<void> = write().then(
      () => {
        this.#running.delete(running);
      },
      (error: unknown) => {
        this.#running.delete(running);
        this.#failure ??= { error };
      },
    );
    this.#running.add(running);
  }

  /** Wait for all writes. */
  async finish(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
