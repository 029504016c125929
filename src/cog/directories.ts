import { CorruptDataError } from "../errors.js";
import type { ByteRange } from "../store/byte-store.js";
import { type HeaderBytes, type NeedBytes, needBytes, viewBytes } from "./header-bytes.js";
import { bytesPerValue, Tag, tagName } from "./tiff-tags.js";

/** How a TIFF is written. */
export interface TiffStart {
  littleEndian: boolean;
  bigTiff: boolean;
  firstDirectory: number;
}

/** One field of a directory: where its values lie. */
export interface Field {
  tag: number;
  type: number;
  /** Values, as the file claims; not yet checked against anything but the file's size. */
  count: number;
  /** First byte of the values, inside the field itself where they fit. */
  offset: number;
}

/** An image file directory (IFD): the fields of one image. */
export interface Directory {
  offset: number;
  fields: Map<number, Field>;
}

/** All directories of a file, main chain first, then the SubIFDs of its first one. */
export interface Directories {
  start: TiffStart;
  directories: Directory[];
  /** What is wrong with the chain after its first directory; GDAL reads on as far as it leads, and so may the caller. */
  defects: string[];
}

/** More directories than any real file; a chain may be long (GDAL itself stops at 65535), a hostile one endless. */
const MAX_DIRECTORIES = 4096;
/** Faults after which the rest of a chain is not looked at: nobody reads thousands of them. */
const MAX_DEFECTS = 16;
/** libtiff's limit, and 20 times what real directories hold. */
const MAX_FIELDS = 4096;
/** Read with the start of a directory that lies outside of what was read: its fields and, mostly, its values. */
const DIRECTORY_READ_BYTES = 16 * 1024;

/**
 * The first bytes of a TIFF: byte order, classic or BigTIFF.
 *
 * @throws CorruptDataError where they are not a TIFF's.
 */
export function parseTiffStart(header: HeaderBytes): TiffStart | NeedBytes {
  const view = viewBytes(header, 0, 8);
  if (view === null) {
    if (header.sizeBytes !== null && header.sizeBytes < 8) {
      throw new CorruptDataError(`Not a TIFF: the file has ${header.sizeBytes} bytes, and a TIFF at least 8.`);
    }
    return needBytes(header, [{ offset: 0, length: DIRECTORY_READ_BYTES }]);
  }
  const order = view.getUint16(0);
  const littleEndian = order === 0x4949;
  const version = view.getUint16(2, littleEndian);
  if ((!littleEndian && order !== 0x4d4d) || (version !== 42 && version !== 43)) {
    const start = [...new Uint8Array(view.buffer, view.byteOffset, 4)].map((byte) =>
      byte.toString(16).padStart(2, "0"),
    );
    throw new CorruptDataError(`Not a TIFF: it starts with the bytes ${start.join(" ")}.`, { details: { start } });
  }
  if (version === 42) return { littleEndian, bigTiff: false, firstDirectory: view.getUint32(4, littleEndian) };
  const big = viewBytes(header, 0, 16);
  if (big === null) throw new CorruptDataError("A BigTIFF that ends within its first 16 bytes.");
  if (big.getUint16(4, littleEndian) !== 8) throw new CorruptDataError("A BigTIFF whose offsets are not 8 bytes long.");
  if (big.getUint16(6) !== 0) throw new CorruptDataError("A BigTIFF whose bytes 6 and 7 are not zero.");
  return { littleEndian, bigTiff: true, firstDirectory: readUint64(big, 8, littleEndian) };
}

/**
 * Every directory of a file: the chain, and the SubIFDs of its first directory. As in GDAL, those of further pages and what
 * a SubIFD links to are not this image's.
 *
 * @throws CorruptDataError where the first directory cannot be read; later faults are told as `defects`.
 */
export function readDirectories(header: HeaderBytes, start: TiffStart): Directories | NeedBytes {
  const result: Directories = { start, directories: [], defects: [] };
  const seen = new Set<number>();
  const pending = [{ offset: start.firstDirectory, inChain: true }];
  while (pending.length > 0 && result.defects.length < MAX_DEFECTS) {
    const { offset, inChain } = pending.shift() as { offset: number; inChain: boolean };
    if (offset === 0 && result.directories.length > 0) continue;
    if (seen.has(offset)) {
      result.defects.push(`the chain of directories loops back to offset ${offset}`);
      continue;
    }
    if (seen.size >= MAX_DIRECTORIES) {
      result.defects.push(`more than ${MAX_DIRECTORIES} directories`);
      break;
    }
    seen.add(offset);
    const read = readDirectory(header, start, offset);
    if (read === "defect") {
      const defect = `the directory at offset ${offset} does not lie within the file or is damaged`;
      if (result.directories.length === 0)
        throw new CorruptDataError(`Not a readable TIFF: ${defect}.`, { details: { offset } });
      result.defects.push(defect);
      continue;
    }
    if ("kind" in read) return read;
    result.directories.push(read.directory);
    if (inChain) pending.unshift({ offset: read.next, inChain });
    if (result.directories.length > 1) continue;
    const children = subDirectories(header, start, read.directory);
    if ("kind" in children) return children;
    pending.push(...children.map((child) => ({ offset: child, inChain: false })));
  }
  return result;
}

function readDirectory(
  header: HeaderBytes,
  { bigTiff, littleEndian }: TiffStart,
  offset: number,
): { directory: Directory; next: number } | NeedBytes | "defect" {
  const countBytes = bigTiff ? 8 : 2;
  const fieldBytes = bigTiff ? 20 : 12;
  const linkBytes = bigTiff ? 8 : 4;
  if (offset < 8 || isOutside(header, offset, countBytes)) return "defect";
  const countView = viewBytes(header, offset, countBytes);
  if (countView === null) return needBytes(header, [{ offset, length: DIRECTORY_READ_BYTES }]);
  const count = bigTiff ? readUint64(countView, 0, littleEndian) : countView.getUint16(0, littleEndian);
  if (count === 0 || count > MAX_FIELDS || isOutside(header, offset, countBytes + count * fieldBytes)) return "defect";

  const hasLink = !isOutside(header, offset, countBytes + count * fieldBytes + linkBytes);
  const length = countBytes + count * fieldBytes + (hasLink ? linkBytes : 0);
  const view = viewBytes(header, offset, length);
  if (view === null) return needBytes(header, [{ offset, length: Math.max(length, DIRECTORY_READ_BYTES) }]);
  const fields = new Map<number, Field>();
  for (let index = 0; index < count; index++) {
    const at = countBytes + index * fieldBytes;
    const field = readField(view, at, offset + at, bigTiff, littleEndian);
    if (!fields.has(field.tag)) fields.set(field.tag, field);
  }
  const link = countBytes + count * fieldBytes;
  const next = !hasLink ? 0 : bigTiff ? readUint64(view, link, littleEndian) : view.getUint32(link, littleEndian);
  return { directory: { offset, fields }, next };
}

function readField(view: DataView, at: number, fileOffset: number, bigTiff: boolean, littleEndian: boolean): Field {
  const tag = view.getUint16(at, littleEndian);
  const type = view.getUint16(at + 2, littleEndian);
  const count = bigTiff ? readUint64(view, at + 4, littleEndian) : view.getUint32(at + 4, littleEndian);
  const valueAt = bigTiff ? 12 : 8;
  const isInline = count * bytesPerValue(type) <= (bigTiff ? 8 : 4);
  if (isInline) return { tag, type, count, offset: fileOffset + valueAt };
  const offset = bigTiff ? readUint64(view, at + valueAt, littleEndian) : view.getUint32(at + valueAt, littleEndian);
  return { tag, type, count, offset };
}

function subDirectories(header: HeaderBytes, start: TiffStart, directory: Directory): number[] | NeedBytes {
  const field = directory.fields.get(Tag.SubIfds);
  if (field === undefined) return [];
  const needed = missingRange(header, field, MAX_DIRECTORIES);
  if (needed !== null) return needBytes(header, [needed]);
  return [...(readNumbers(header, start, field, MAX_DIRECTORIES) ?? [])];
}

/** The range of a field's first `limit` values where it has not been read; null where it has, or lies outside of the file. */
export function missingRange(header: HeaderBytes, field: Field, limit: number): ByteRange | null {
  const length = Math.min(field.count, limit) * bytesPerValue(field.type);
  if (length === 0 || isOutside(header, field.offset, length)) return null;
  return viewBytes(header, field.offset, length) === null ? { offset: field.offset, length } : null;
}

/**
 * A field's first `limit` values as numbers; null where they lie outside of the file or are no numbers.
 *
 * 64-bit values beyond 2^53 come rounded: no offset or size in a real file is that large.
 */
export function readNumbers(header: HeaderBytes, start: TiffStart, field: Field, limit: number): Float64Array | null {
  const size = bytesPerValue(field.type);
  const count = Math.min(field.count, limit);
  const read = numberReaders[field.type];
  if (read === undefined || isOutside(header, field.offset, count * size)) return null;
  const view = viewBytes(header, field.offset, count * size);
  if (view === null) return null;
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) values[index] = read(view, index * size, start.littleEndian);
  return values;
}

/** A field's text as UTF-8, or Latin-1 where it is not that, up to its first NUL; null where it lies outside of the file. */
export function readText(header: HeaderBytes, field: Field, limit: number): string | null {
  const count = Math.min(field.count, limit);
  if (bytesPerValue(field.type) !== 1) return null;
  const view = viewBytes(header, field.offset, count);
  if (view === null) return null;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, count);
  const nul = bytes.indexOf(0);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, nul < 0 ? count : nul);
  const decoded = text.toString("utf8");
  return decoded.includes("\ufffd") ? text.toString("latin1") : decoded;
}

/** One number of a field, as the tag's usual single value; `fallback` where the tag is absent. */
export function readNumber<T>(header: HeaderBytes, start: TiffStart, directory: Directory, tag: number, fallback: T) {
  const field = directory.fields.get(tag);
  if (field === undefined || field.count === 0) return fallback;
  const value = readNumbers(header, start, field, 1)?.[0];
  if (value === undefined) {
    throw new CorruptDataError(
      `${tagName(tag)} at offset ${field.offset} holds no number or lies outside of the file.`,
      {
        details: { tag, offset: field.offset },
      },
    );
  }
  return value;
}

function isOutside(header: HeaderBytes, offset: number, length: number): boolean {
  return header.sizeBytes !== null && offset + length > header.sizeBytes;
}

function readUint64(view: DataView, at: number, littleEndian: boolean): number {
  const low = view.getUint32(littleEndian ? at : at + 4, littleEndian);
  const high = view.getUint32(littleEndian ? at + 4 : at, littleEndian);
  return high * 2 ** 32 + low;
}

type NumberReader = (view: DataView, at: number, littleEndian: boolean) => number;

const numberReaders: Readonly<Record<number, NumberReader>> = {
  1: (view, at) => view.getUint8(at),
  3: (view, at, littleEndian) => view.getUint16(at, littleEndian),
  4: (view, at, littleEndian) => view.getUint32(at, littleEndian),
  5: (view, at, littleEndian) => view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian),
  6: (view, at) => view.getInt8(at),
  8: (view, at, littleEndian) => view.getInt16(at, littleEndian),
  9: (view, at, littleEndian) => view.getInt32(at, littleEndian),
  10: (view, at, littleEndian) => view.getInt32(at, littleEndian) / view.getInt32(at + 4, littleEndian),
  11: (view, at, littleEndian) => view.getFloat32(at, littleEndian),
  12: (view, at, littleEndian) => view.getFloat64(at, littleEndian),
  13: (view, at, littleEndian) => view.getUint32(at, littleEndian),
  16: readUint64,
  17: (view, at, littleEndian) => Number(view.getBigInt64(at, littleEndian)),
  18: readUint64,
};
