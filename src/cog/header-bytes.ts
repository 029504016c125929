import type { ByteRange } from "../store/byte-store.js";

/** The parts of a file that have been read so far. */
export interface HeaderBytes {
  /** Size of the whole file; null where it is not known, and then nothing can be checked against it. */
  readonly sizeBytes: number | null;
  /** In any order; they may overlap. */
  readonly parts: readonly { readonly offset: number; readonly data: Uint8Array }[];
}

/** The parser's answer while bytes are missing: read these ranges, add them to the parts, parse again. */
export interface NeedBytes {
  readonly kind: "need-bytes";
  /** Ordered by offset, merged where they nearly touch; never beyond a known file size. */
  readonly ranges: readonly ByteRange[];
}

/** Gaps up to this length are read along: one request costs more than the bytes. */
const MERGE_GAP_BYTES = 16 * 1024;

/** A view of `length` bytes from `offset`, without copying; null where a part of them has not been read. */
export function viewBytes(header: HeaderBytes, offset: number, length: number): DataView | null {
  for (const part of header.parts) {
    const start = offset - part.offset;
    if (start >= 0 && start + length <= part.data.length) {
      return new DataView(part.data.buffer, part.data.byteOffset + start, length);
    }
  }
  return null;
}

/** A request for ranges, merged and cut to the file. */
export function needBytes(header: HeaderBytes, wanted: readonly ByteRange[]): NeedBytes {
  const end = header.sizeBytes ?? Number.MAX_SAFE_INTEGER;
  const ranges: ByteRange[] = [];
  for (const range of [...wanted].sort((one, other) => one.offset - other.offset)) {
    const stop = Math.min(range.offset + range.length, end);
    const last = ranges.at(-1);
    if (last !== undefined && range.offset <= last.offset + last.length + MERGE_GAP_BYTES) {
      last.length = Math.max(last.length, stop - last.offset);
    } else {
      ranges.push({ offset: range.offset, length: stop - range.offset });
    }
  }
  return { kind: "need-bytes", ranges };
}

/** True for a request of the parser, false for its result. */
export function isNeedBytes(result: object): result is NeedBytes {
  return "kind" in result && result.kind === "need-bytes";
}
