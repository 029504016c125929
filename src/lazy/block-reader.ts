import type { BlockDecoder } from "../codec/block-decoder.js";
import type { BlockEncoding } from "../codec/block-encoding.js";
import { CorruptDataError, isPixelQueryError, SourceChangedError, UnsupportedError } from "../errors.js";
import type { TypedArray } from "../ndarray/dtype.js";
import { FileStore, type ObjectInfo, objectName, type StoredObject } from "../store/index.js";
import { isSameEtag } from "../warehouse/known-sources.js";
import { recordedEtag, recordedTime } from "../warehouse/sources.js";
import type { PlannedRead, PlannedSource } from "./read-plan.js";

/** Where a planned source really lies. */
export interface OpenSource extends StoredObject {
  planned: PlannedSource;
}

/**
 * Read one block's window from its source and decode it.
 *
 * Only as much of the block is read as its wanted rows seem to need, and the rest where that runs dry. The source is
 * compared with what was recorded, by size and modification time, in the same step. A local file is read without
 * giving up the thread: that is what worker threads are for.
 *
 * @param allocate memory for the answer; fresh by default
 * @returns Samples band-major, `[window.samples, rows, cols]`.
 * @throws SourceChangedError where the file is gone or not the one that was ingested.
 * @throws CorruptDataError where the block does not decode.
 * @throws UnsupportedError where it is of a kind that is not read; all name the file.
 */
export async function readBlock(
  decoder: BlockDecoder,
  source: OpenSource,
  encoding: BlockEncoding,
  read: PlannedRead,
  allocate?: (lengthBytes: number) => ArrayBuffer,
): Promise<TypedArray> {
  const { store } = source;
  for (const lengthBytes of [read.firstLength, read.length]) {
    // Nothing may come between filling the decoder's input and decoding it: other reads share the decoder.
    const fetched = store instanceof FileStore ? null : await fetchBytes(source, read.offset, lengthBytes);
    const input = decoder.input(lengthBytes);
    if (fetched !== null) input.set(fetched);
    else readFile(source, store as FileStore, read.offset, input);
    const values = decode(decoder, source, encoding, read, lengthBytes, allocate);
    if (values !== null) return values;
  }
  throw new CorruptDataError(`${objectName(source)}: the block at byte ${read.offset} ends early`, {
    details: { path: objectName(source), offset: read.offset, length: read.length },
  });
}

function decode(
  decoder: BlockDecoder,
  source: OpenSource,
  encoding: BlockEncoding,
  read: PlannedRead,
  lengthBytes: number,
  allocate: ((lengthBytes: number) => ArrayBuffer) | undefined,
): TypedArray | null {
  try {
    return decoder.decode(encoding, lengthBytes, read.window, { whole: lengthBytes === read.length, allocate });
  } catch (cause) {
    const isCorrupt = isPixelQueryError(cause, "CorruptDataError");
    if (!isCorrupt && !isPixelQueryError(cause, "UnsupportedError")) throw cause;
    const where = objectName(source);
    const BlockError = isCorrupt ? CorruptDataError : UnsupportedError;
    throw new BlockError(
      `${where}: the block at byte ${read.offset} (${read.length} bytes) cannot be decoded: ${cause.message}`,
      { details: { ...cause.details, path: where, offset: read.offset, length: read.length }, cause },
    );
  }
}

function readFile(source: OpenSource, store: FileStore, offset: number, into: Uint8Array): void {
  const got = store.readSync(source.key, offset, into);
  assertUnchanged(source, got);
  assertLength(source, offset, into.length, got?.bytesRead ?? 0);
}

/** Versions of sources while they are open: all reads of one must be of the same. */
const versions = new WeakMap<OpenSource, string>();

async function fetchBytes(source: OpenSource, offset: number, length: number): Promise<Uint8Array> {
  const { store, key } = source;
  const got = await store.get(key, { offset, length });
  const info = got?.info ?? (await store.head(key));
  assertUnchanged(source, info);
  const known = versions.get(source) ?? info.version;
  versions.set(source, known);
  if (got === null || got.version !== known) throw changedMeanwhile(source);
  assertLength(source, offset, length, got.data.length);
  return got.data;
}

function changedMeanwhile(source: OpenSource): SourceChangedError {
  const where = objectName(source);
  return new SourceChangedError(`${where}: changed while it was read; ingest it again`, { details: { path: where } });
}

type FileState = Pick<ObjectInfo, "sizeBytes" | "modifiedMs" | "etag">;

function assertUnchanged<T extends FileState>(source: OpenSource, now: T | null): asserts now is T {
  const { planned } = source;
  const where = objectName(source);
  if (now === null) {
    throw new SourceChangedError(
      `${where}: is gone; it was ingested with ${planned.sizeBytes} bytes. Put it back, or ingest the folder again`,
      { details: { path: where, recorded: { sizeBytes: planned.sizeBytes, modifiedMs: planned.modifiedMs } } },
    );
  }
  const modifiedMs = recordedTime(source.store, now.modifiedMs ?? planned.modifiedMs);
  const etag = recordedEtag(source.store, now);
  const isSame = now.sizeBytes === planned.sizeBytes && modifiedMs === planned.modifiedMs;
  if (isSame && isSameEtag(planned.etag, etag)) return;
  const [was, is] = [describe(planned), describe({ sizeBytes: now.sizeBytes, modifiedMs, etag })];
  throw new SourceChangedError(`${where}: changed since it was ingested (${was}, now ${is}); ingest it again`, {
    details: {
      path: where,
      recorded: { sizeBytes: planned.sizeBytes, modifiedMs: planned.modifiedMs, etag: planned.etag },
      found: { sizeBytes: now.sizeBytes, modifiedMs, etag },
    },
  });
}

function assertLength(source: OpenSource, offset: number, wanted: number, got: number): void {
  if (got === wanted) return;
  const where = objectName(source);
  throw new CorruptDataError(`${where}: ends inside the block at byte ${offset} (${got} of ${wanted} bytes)`, {
    details: { path: where, offset, wanted, got },
  });
}

function describe({ sizeBytes, modifiedMs, etag }: Omit<OpenSource["planned"], "location">): string {
  return `${sizeBytes} bytes of ${new Date(modifiedMs).toISOString()}${etag === "" ? "" : `, ETag ${etag}`}`;
}
