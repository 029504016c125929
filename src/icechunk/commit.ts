import { CorruptDataError, InvalidInputError, UnsupportedError } from "../errors.js";
import type { ByteStore } from "../store/byte-store.js";
import { boundedSplit, distribute, type Shard } from "./array-shards.js";
import { type ChangeSet, toTransactionLog } from "./change-set.js";
import { isInGrid } from "./chunk-grid.js";
import { type FileType, wrapFile } from "./format/envelope.js";
import { compareBytes, idToText, randomId } from "./format/object-id.js";
import { initialSnapshotId } from "./initial-snapshot.js";
import { buildManifest } from "./manifest-builder.js";
import { nowMicros } from "./repository-update.js";
import type { SessionContext } from "./session.js";
import type { Settings } from "./settings.js";
import { encodeSnapshot } from "./snapshot-encoder.js";
import {
  type ArrayData,
  type ManifestFile,
  type ManifestRef,
  type NodeRecord,
  objectKey,
  type SnapshotFile,
} from "./snapshot-file.js";
import { type CommitRequest, firstCannotBeAmended } from "./snapshot-list.js";
import type { StagedReferences } from "./staged-references.js";
import { isEmptyLog, type TransactionLog } from "./transaction-log.js";
import { encodeTransactionLog } from "./transaction-log-encoder.js";
import type { JsonObject } from "./zarr-metadata.js";

/** Objects written at the same time. */
const concurrentWrites = 16;

/** What a session wants to have committed. */
export interface SessionChanges {
  base: SnapshotFile;
  /** All nodes as they shall be. */
  records: readonly NodeRecord[];
  changes: ChangeSet;
  kind: CommitRequest["kind"];
  message: string;
  metadata: JsonObject;
  signal?: AbortSignal | undefined;
}

/** What writing one commit needs and gathers. */
interface Writing {
  context: SessionContext & { settings: Settings };
  wanted: SessionChanges;
  writes: WriteQueue;
  manifestFiles: Map<string, ManifestFile>;
}

/**
 * Write everything of a commit but the change of the branch: chunks, manifests, snapshot, transaction log, all under
 * new names, so that nobody sees them yet.
 */
export async function writeCommit(
  context: SessionContext & { settings: Settings },
  wanted: SessionChanges,
): Promise<CommitRequest> {
  const { base, kind, message, metadata } = wanted;
  if (base.hasUnknownFields) {
    throw new UnsupportedError(
      `The snapshot ${idToText(base.id)} was written by a newer version of Icechunk; a commit on top would lose what this version does not know.`,
    );
  }
  const log = await logOf(context.store, wanted);
  const writing: Writing = { context, wanted, writes: new WriteQueue(concurrentWrites), manifestFiles: new Map() };
  const nodes: NodeRecord[] = [];
  for (const record of wanted.records) nodes.push(await flushNode(writing, record));
  // The snapshot lists its manifests with their sizes, so they come first.
  await writing.writes.finish();
  const id = randomId(12);
  const flushedAtMicros = Math.max(nowMicros(), base.flushedAtMicros + 1);
  const { manifestFiles } = writing;
  const snapshot = { id, nodes, flushedAtMicros, message, manifestFiles, extra: base.extra, hasUnknownFields: false };
  await writing.writes.add(() =>
    put(writing, "snapshot", objectKey("snapshots", id), encodeSnapshot(snapshot, metadata)),
  );
  await writing.writes.add(() =>
    put(writing, "transactionLog", objectKey("transactions", id), encodeTransactionLog(id, log)),
  );
  await writing.writes.finish();
  const hasMoves = log.movedNodes.length > 0;
  return { kind, id, idText: idToText(id), baseId: base.id, flushedAtMicros, message, metadata, hasMoves };
}

/** What the commit will have done; for an amendment, together with what it amends. */
async function logOf(
  store: ByteStore,
  { base, records, changes, kind, signal }: SessionChanges,
): Promise<TransactionLog> {
  const log = toTransactionLog(base, records, changes);
  if (kind !== "amend") return log;
  if (compareBytes(base.id, initialSnapshotId) === 0) throw firstCannotBeAmended();
  const { mergeTransactionLogs, readTransactionLog } = await import("./administration.js");
  const amended = await readTransactionLog(store, base.id, { signal });
  // Others could not rebase over a commit that moves nodes and changes them.
  if (!isEmptyLog(amended) && !isEmptyLog(log) && amended.movedNodes.length > 0 !== log.movedNodes.length > 0) {
    throw new InvalidInputError(
      `The snapshot ${idToText(base.id)} ${amended.movedNodes.length > 0 ? "moved nodes; other changes" : "changed nodes; moves"} cannot be amended to it. Make a new commit instead.`,
      { details: { snapshot: idToText(base.id) } },
    );
  }
  return mergeTransactionLogs(amended, log);
}

async function flushNode(writing: Writing, record: NodeRecord): Promise<NodeRecord> {
  const { data, id } = record;
  if (data.kind === "group") return record;
  const staged = writing.wanted.changes.staged.get(id) ?? null;
  if (!staged && !writing.wanted.changes.updatedNodes.has(id)) {
    for (const ref of data.manifests) keepManifest(writing, ref);
    return record;
  }
  if (staged) await queueNativeChunks(writing, data, staged);
  return { ...record, data: { ...data, manifests: await flushArray(writing, record, data, staged) } };
}

async function flushArray(
  writing: Writing,
  record: NodeRecord,
  data: ArrayData,
  staged: StagedReferences | null,
): Promise<ManifestRef[]> {
  const { settings, manifests } = writing.context;
  const wanted = settings.splitSizes(record.path, data.dimensionNames ?? [], data.dimensions.length);
  const sizes = boundedSplit(wanted, data);
  const { kept, written } = await distribute(record.id, data, staged?.table ?? null, sizes, manifests);
  for (const ref of kept) keepManifest(writing, ref);
  const refs = [...kept];
  for (const shard of written) refs.push(await queueManifest(writing, record, shard));
  return refs.sort((a, b) => (a.extents[0]?.from ?? 0) - (b.extents[0]?.from ?? 0));
}

function keepManifest({ wanted, manifestFiles }: Writing, ref: ManifestRef): void {
  const id = idToText(ref.id);
  const file = wanted.base.manifestFiles.get(id);
  if (!file) {
    const key = objectKey("snapshots", wanted.base.id);
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

async function queueNativeChunks(writing: Writing, data: ArrayData, staged: StagedReferences): Promise<void> {
  const { table, nativeChunks, storedChunks } = staged;
  const { store } = writing.context;
  const { signal } = writing.wanted;
  for (const [row, bytes] of nativeChunks) {
    // A shape that shrank since leaves chunks outside, to which nothing will refer.
    if (storedChunks.has(row) || !isInGrid(data, table.indexOf(row))) continue;
    const key = objectKey("chunks", table.payloads[table.sources[row]!]!);
    await writing.writes.add(async () => {
      await store.put(key, bytes, { signal });
      storedChunks.add(row);
    });
  }
}

async function put(writing: Writing, type: FileType, key: string, payload: Uint8Array): Promise<number> {
  const { store, settings } = writing.context;
  const file = await wrapFile(type, payload, settings.compressionLevel);
  await store.put(key, file, { signal: writing.wanted.signal });
  return file.length;
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
