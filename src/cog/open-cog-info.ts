import {
  CorruptDataError,
  errorFromJson,
  errorToJson,
  isPixelQueryError,
  NotFoundError,
  SourceChangedError,
} from "../errors.js";
import type { ByteRange, ByteStore } from "../store/byte-store.js";
import { objectName, type StoredObject } from "../store/object-name.js";
import type { CogInfo } from "./cog-info.js";
import { type HeaderBytes, isNeedBytes, type NeedBytes } from "./header-bytes.js";
import { parseCog } from "./parse.js";
import { parseTiffHeader, type TiffHeader } from "./tiff-header.js";

/** Holds the whole header of most COGs; the first read of every file. */
export const HEADER_READ_BYTES = 16 * 1024;
/** Rounds of reads before a header is held to be hostile: each directory of a scattered chain may need one. */
const MAX_READS = 64;
/** Bytes of header, block tables included, that are read before giving up: those of 60 million blocks. */
const MAX_HEADER_BYTES = 2 ** 30;

export interface OpenCogOptions {
  signal?: AbortSignal | undefined;
  /** Size of the object where the caller knows it, as a listing does: saves a request. */
  sizeBytes?: number | undefined;
  /** Version of the object that the caller saw: another one is not read as if it were that one. */
  version?: string | undefined;
}

/** A header with the version of the object that it was read from. */
export interface Opened<T> {
  info: T;
  version: string;
  sizeBytes: number;
  /** Fingerprint of the header's first read: tells one file from another, and proves nothing. */
  headerHash: number;
}

/**
 * Read what a TIFF's header says and where its blocks lie: one range read for most COGs, and a size request where
 * `sizeBytes` is not given. No pixel is read.
 *
 * @throws NotFoundError where the store has no such object.
 * @throws SourceChangedError where the object changes between two reads, or is not at `version`.
 * @throws CorruptDataError, UnsupportedError as `parseCog` does.
 */
export function openCogInfo(store: ByteStore, key: string, options: OpenCogOptions = {}): Promise<Opened<CogInfo>> {
  return openHeader(store, key, options, parseCog);
}

/** The same for any TIFF, readable or not, without its blocks' places: what `inspect` shows. */
export function openTiffHeader(
  store: ByteStore,
  key: string,
  options: OpenCogOptions = {},
): Promise<Opened<TiffHeader>> {
  return openHeader(store, key, options, parseTiffHeader);
}

async function openHeader<T extends object>(
  store: ByteStore,
  key: string,
  { signal, sizeBytes: knownSize, version: knownVersion }: OpenCogOptions,
  parse: (bytes: HeaderBytes) => T | NeedBytes,
): Promise<Opened<T>> {
  const sizeBytes = knownSize ?? (await store.head(key, { signal }))?.sizeBytes;
  if (sizeBytes === undefined) throw missing(store, key);
  const parts: { offset: number; data: Uint8Array }[] = [];
  let version = knownVersion ?? null;
  let wanted: readonly ByteRange[] = [{ offset: 0, length: Math.min(HEADER_READ_BYTES, sizeBytes) }];
  let readBytes = 0;
  for (let round = 0; round < MAX_READS; round++) {
    readBytes += wanted.reduce((sum, range) => sum + range.length, 0);
    if (readBytes > MAX_HEADER_BYTES) break;
    for (const read of await readRanges(store, key, wanted, signal)) {
      if (version !== null && version !== read.version) throw changed(store, key);
      version = read.version;
      parts.push({ offset: read.offset, data: read.data });
    }
    const info = parseNamed({ store, key }, () => parse({ sizeBytes, parts }));
    if (!isNeedBytes(info)) return { info, version: version ?? "", sizeBytes, headerHash: fingerprint(parts[0]?.data) };
    wanted = info.ranges;
  }
  throw new CorruptDataError(
    `${objectName({ store, key })}: the header is scattered over more parts than any TIFF's: not read.`,
    {
      details: { key, readBytes },
    },
  );
}

/** What a parser finds wrong is said with the file's name in front: a parser sees bytes and knows no file. */
function parseNamed<T>(object: StoredObject, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!isPixelQueryError(error)) throw error;
    const path = objectName(object);
    const { name, message, details } = errorToJson(error);
    throw errorFromJson({ name, message: `${path}: ${message}`, details: { ...details, path } });
  }
}

async function readRanges(
  store: ByteStore,
  key: string,
  ranges: readonly ByteRange[],
  signal: AbortSignal | undefined,
) {
  return Promise.all(
    ranges.map(async (range) => {
      const read = await store.get(key, range, { signal });
      if (read === null) throw missing(store, key);
      if (read.data.length < range.length) throw changed(store, key);
      return { offset: range.offset, ...read };
    }),
  );
}

function missing(store: ByteStore, key: string): NotFoundError {
  return new NotFoundError(`${objectName({ store, key })}: no such file`, { details: { key, store: store.url } });
}

function changed(store: ByteStore, key: string): SourceChangedError {
  return new SourceChangedError(`${objectName({ store, key })}: changed while its header was read; try again.`, {
    details: { key, store: store.url },
  });
}

/** FNV-1a over 32-bit words, in the platform's (little-endian) order: a quarter of the steps, and as good for this. */
function fingerprint(bytes: Uint8Array = new Uint8Array(0)): number {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ (words[i] as number), 0x01000193);
  return hash >>> 0;
}
