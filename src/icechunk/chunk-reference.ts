import type { ByteRange } from "../store/byte-store.js";
import { idToText } from "./format/object-id.js";
import { type ReferenceKind, type ReferenceTable, referenceKinds } from "./reference-table.js";

/** Where the bytes of one chunk are. */
export type ChunkReference =
  | {
      kind: "virtual";
      /** Absolute URL, or `vcc://<container>/<path>`. */
      location: string;
      offset: number;
      length: number;
      /** Whole seconds since 1970: the object must not be younger. Null where not recorded. */
      lastModifiedSeconds: number | null;
      /** Null where not recorded. */
      etag: string | null;
    }
  | { kind: "inline"; data: Uint8Array }
  | { kind: "native"; chunkId: string; offset: number; length: number };

/** The reference in a row; null where it leads nowhere. */
export function toReference(table: ReferenceTable, row: number): ChunkReference | null {
  const kind = table.kinds[row]! as ReferenceKind;
  const source = table.sources[row]!;
  const offset = table.offsets[row]!;
  const length = table.lengths[row]!;
  if (kind === referenceKinds.none) return null;
  if (kind === referenceKinds.inline) return { kind: "inline", data: table.payloads[source]!.slice() };
  if (kind === referenceKinds.native) {
    return { kind: "native", chunkId: idToText(table.payloads[source]!), offset, length };
  }
  const { url, lastModifiedSeconds, etag } = table.locations[source]!;
  const lastModified = lastModifiedSeconds === 0 ? null : lastModifiedSeconds;
  return { kind: "virtual", location: url, offset, length, lastModifiedSeconds: lastModified, etag };
}

/** `range`, counted from the start of the chunk, as a range of the object that holds it; cut at the chunk's end. */
export function partOf(reference: ByteRange, range: ByteRange | undefined): ByteRange {
  if (!range) return { offset: reference.offset, length: reference.length };
  const offset = Math.min(range.offset, reference.length);
  return { offset: reference.offset + offset, length: Math.min(range.length, reference.length - offset) };
}
