import type { ReadOptions } from "../store/byte-store.js";
import type { Session, VirtualFetch } from "./session.js";
import type { ZarrArray } from "./zarr-metadata.js";

export interface ZarrStoreOptions {
  /** Reads virtual chunks; without it they are an `UnsupportedError`. */
  fetchVirtual?: VirtualFetch | undefined;
}

/** Bytes from an offset, or the last ones. */
export type ZarrRange = { offset: number; length: number } | { suffixLength: number };

/** A Zarr v3 store for reading, of the shape that zarrita asks for. `undefined` for a key without value. */
export interface ZarrStore {
  get(key: string, options?: ReadOptions): Promise<Uint8Array | undefined>;
  getRange(key: string, range: ZarrRange, options?: ReadOptions): Promise<Uint8Array | undefined>;
}

const encoder = new TextEncoder();
const metadataName = "zarr.json";

/**
 * A session as a Zarr v3 store.
 *
 * @example
 * const array = await zarr.open(zarr.root(createZarrStore(session)).resolve("/temperature"), { kind: "array" });
 */
export function createZarrStore(session: Session, options: ZarrStoreOptions = {}): ZarrStore {
  const { fetchVirtual } = options;
  const get: ZarrStore["get"] = async (key, { signal } = {}) => {
    const metadata = readMetadata(session, key);
    if (metadata) return metadata;
    const chunk = findChunk(session, key);
    if (!chunk) return undefined;
    return (await session.readChunk(chunk.path, chunk.index, { signal, fetchVirtual })) ?? undefined;
  };
  return {
    get,
    async getRange(key, range, { signal } = {}) {
      const chunk = findChunk(session, key);
      if ("suffixLength" in range || !chunk) {
        const value = await get(key, { signal });
        return value && slice(value, range);
      }
      return (await session.readChunk(chunk.path, chunk.index, { signal, fetchVirtual, range })) ?? undefined;
    },
  };
}

function slice(value: Uint8Array, range: ZarrRange): Uint8Array {
  if ("suffixLength" in range) return value.subarray(Math.max(0, value.length - range.suffixLength));
  return value.subarray(range.offset, range.offset + range.length);
}

function readMetadata(session: Session, key: string): Uint8Array | null {
  if (key !== `/${metadataName}` && !key.endsWith(`/${metadataName}`)) return null;
  const path = key.slice(0, -metadataName.length - 1) || "/";
  const node = session.node(path);
  return node ? encoder.encode(JSON.stringify(node.zarr)) : null;
}

/** The chunk that a key means; null where it names none, whatever else it may name. */
function findChunk(session: Session, key: string): { path: string; index: number[] } | null {
  for (let slash = key.lastIndexOf("/"); slash >= 0; slash = key.lastIndexOf("/", slash - 1)) {
    const path = key.slice(0, slash) || "/";
    const node = session.node(path);
    if (node?.kind === "array") {
      const index = parseChunkKey(node.zarr, key.slice(slash + 1));
      return index && { path, index };
    }
    if (slash === 0) break;
  }
  return null;
}

/** Chunk numbers out of a key such as `c/0/1` (default encoding) or `0.1` (v2 encoding). */
function parseChunkKey({ chunk_key_encoding, shape }: ZarrArray, key: string): number[] | null {
  const isDefault = chunk_key_encoding.name === "default";
  const separator = chunk_key_encoding.configuration?.separator ?? (isDefault ? "/" : ".");
  const parts = key.split(separator);
  if (isDefault && parts.shift() !== "c") return null;
  if (!isDefault && shape.length === 0) return key === "0" ? [] : null;
  if (parts.length !== shape.length || !parts.every((part) => /^(0|[1-9][0-9]*)$/.test(part))) return null;
  return parts.map(Number);
}
