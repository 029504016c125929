import { UnsupportedError } from "../../errors.js";

/** Sizes and numbers of The .xz File Format, version 1.2.1. */
const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
export const STREAM_HEADER_BYTES = 12;
const DELTA = 0x03;
const LZMA2 = 0x21;
/** Bytes of a block's check by its type (section 2.1.1.2). */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;

/** Which checksum stands behind a block's bytes. Other types have a length, and are not compared. */
export type XzCheck = "none" | "crc32" | "crc64" | "other";

/** What the stream's header says. */
export interface XzStream {
  check: XzCheck;
  checkBytes: number;
}

/** What a block's header says. */
export interface XzBlock {
  headerBytes: number;
  /** Distances of the delta filters in the order in which they are undone. */
  deltas: readonly number[];
  /** Bytes that the block expands to where the header says so, else null. */
  expandedBytes: number | null;
}

/** What a parser found: the thing itself, too few bytes ("dry"), or what is wrong. */
export type Parsed<T> = T | "dry" | { fault: string };

/** Computes the CRC-32 of bytes of the input. */
export type Crc32 = (at: number, lengthBytes: number) => number;

/** The header that an xz stream starts with (section 2.1.1). */
export function parseXzStream(input: Uint8Array, crc32: Crc32): Parsed<XzStream> {
  const there = Math.min(input.length, MAGIC.length);
  if (MAGIC.slice(0, there).some((byte, at) => input[at] !== byte)) return { fault: "no xz stream" };
  if (input.length < STREAM_HEADER_BYTES) return "dry";
  if (littleEndian32(input, 8) !== crc32(6, 2)) return { fault: "the xz header's checksum differs" };
  const flags = input[7]!;
  if (input[6] !== 0 || flags > 15) return { fault: "xz header flags that are not known" };
  const checks: Readonly<Record<number, XzCheck>> = { 0: "none", 1: "crc32", 4: "crc64" };
  return { check: checks[flags] ?? "other", checkBytes: CHECK_BYTES[flags]! };
}

/**
 * The header of the block at `at` (section 3.1), or null where the index begins instead and there are no more blocks.
 *
 * The dictionary's size is not looked at: the expanded bytes are the dictionary, so no claim costs memory.
 *
 * @throws UnsupportedError for filters other than LZMA2 with delta filters before it
 */
export function parseXzBlock(input: Uint8Array, at: number, crc32: Crc32): Parsed<XzBlock> | null {
  const size = input[at];
  if (size === undefined) return "dry";
  if (size === 0) return null;
  const headerBytes = (size + 1) * 4;
  if (input.length - at < headerBytes) return "dry";
  const header = input.subarray(at, at + headerBytes - 4);
  if (littleEndian32(input, at + header.length) !== crc32(at, header.length)) {
    return { fault: "the checksum of an xz block's header differs" };
  }
  return parseFields(header, headerBytes) ?? { fault: "an xz block's header that contradicts itself" };
}

/** @returns null where fields reach behind the header or break its rules */
function parseFields(header: Uint8Array, headerBytes: number): XzBlock | null {
  const flags = header[1]!;
  if ((flags & 0x3c) !== 0) return null;
  const fields = new Fields(header, 2);
  if ((flags & 0x40) !== 0) fields.integer();
  const expandedBytes = (flags & 0x80) === 0 ? null : fields.integer();
  const filters = Array.from({ length: (flags & 3) + 1 }, () => fields.filter());
  const last = filters.pop()!;
  if (!fields.isSound || last.properties.length !== 1) return null;
  const strange = [...filters.filter(({ id }) => id !== DELTA), ...(last.id === LZMA2 ? [] : [last])];
  if (strange.length > 0) throw noSuchFilter(strange[0]!.id);
  if (filters.some(({ properties }) => properties.length !== 1)) return null;
  const deltas = filters.map(({ properties }) => properties[0]! + 1).reverse();
  return { headerBytes, deltas, expandedBytes };
}

interface Filter {
  id: number;
  properties: Uint8Array;
}

/** Reads the fields of a block's header one behind another. */
class Fields {
  readonly #bytes: Uint8Array;
  #at: number;
  /** False as soon as a field was longer than the header, or malformed. */
  isSound = true;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** A multibyte integer (section 1.2); beyond 2^53 it is as good as any other large number. */
  integer(): number {
    let value = 0;
    for (let digit = 0; digit < 9; digit++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 128 ** digit;
      if ((byte & 0x80) === 0) return value;
    }
    this.isSound = false;
    return 0;
  }

  filter(): Filter {
    const id = this.integer();
    const lengthBytes = this.integer();
    if (lengthBytes > this.#bytes.length - this.#at) this.isSound = false;
    const properties = this.#bytes.subarray(this.#at, this.#at + lengthBytes);
    this.#at += lengthBytes;
    return { id, properties };
  }
}

function noSuchFilter(id: number): UnsupportedError {
  return new UnsupportedError(`xz filter 0x${id.toString(16)} is not read: only LZMA2 and delta are`, {
    details: { compression: "LZMA", filter: id },
  });
}

function littleEndian32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}
