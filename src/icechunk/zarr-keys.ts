import type { Session } from "./session.js";
import type { ZarrArray } from "./zarr-metadata.js";

const metadataName = "zarr.json";
/** Chunk numbers are 32-bit in Icechunk's files; a larger one would become another one. */
const largestChunkNumber = 2 ** 32 - 1;

/** What a key of a Zarr store means in a session. */
export type ZarrKey =
  | { kind: "metadata"; path: string }
  | { kind: "chunk"; path: string; index: number[] }
  /** Nothing that Icechunk stores. */
  | { kind: "other" };

/** The node or chunk behind a key such as `/group/array/c/0/1`. Chunks are known by the array that they lie below. */
export function parseZarrKey(session: Session, key: string): ZarrKey {
  if (key.endsWith(`/${metadataName}`))
    return { kind: "metadata", path: key.slice(0, -metadataName.length - 1) || "/" };
  for (let slash = key.lastIndexOf("/"); slash >= 0; slash = key.lastIndexOf("/", slash - 1)) {
    const path = key.slice(0, slash) || "/";
    const node = session.node(path);
    if (node?.kind === "array") {
      const index = parseChunkKey(node.zarr, key.slice(slash + 1));
      return index ? { kind: "chunk", path, index } : { kind: "other" };
    }
    if (slash === 0) break;
  }
  return { kind: "other" };
}

/** Chunk numbers out of a key such as `c/0/1` (default encoding) or `0.1` (v2 encoding). */
function parseChunkKey({ chunk_key_encoding, shape }: ZarrArray, key: string): number[] | null {
  const isDefault = chunk_key_encoding.name === "default";
  const separator = chunk_key_encoding.configuration?.separator ?? (isDefault ? "/" : ".");
  const parts = key.split(separator);
  if (isDefault && parts.shift() !== "c") return null;
  if (!isDefault && shape.length === 0) return key === "0" ? [] : null;
  if (parts.length !== shape.length || !parts.every((part) => /^(0|[1-9][0-9]*)$/.test(part))) return null;
  const index = parts.map(Number);
  return index.every((number) => number <= largestChunkNumber) ? index : null;
}
