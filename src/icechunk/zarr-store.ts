import type { ReadOptions } from "../store/byte-store.js";
import type { Session, VirtualFetch } from "./session.js";
import { parseZarrKey } from "./zarr-keys.js";

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

/**
 * A session as a Zarr v3 store.
 *
 * @example
 * const array = await zarr.open(zarr.root(createZarrStore(session)).resolve("/temperature"), { kind: "array" });
 */
export function createZarrStore(session: Session, options: ZarrStoreOptions = {}): ZarrStore {
  const { fetchVirtual } = options;
  const get: ZarrStore["get"] = async (key, { signal } = {}) => {
    const parsed = parseZarrKey(session, key);
    if (parsed.kind === "metadata") return readMetadata(session, parsed.path);
    if (parsed.kind === "other") return undefined;
    return (await session.readChunk(parsed.path, parsed.index, { signal, fetchVirtual })) ?? undefined;
  };
  return {
    get,
    async getRange(key, range, { signal } = {}) {
      const parsed = parseZarrKey(session, key);
      if ("suffixLength" in range || parsed.kind !== "chunk") {
        const value = await get(key, { signal });
        return value && slice(value, range);
      }
      return (await session.readChunk(parsed.path, parsed.index, { signal, fetchVirtual, range })) ?? undefined;
    },
  };
}

function slice(value: Uint8Array, range: ZarrRange): Uint8Array {
  if ("suffixLength" in range) return value.subarray(Math.max(0, value.length - range.suffixLength));
  return value.subarray(range.offset, range.offset + range.length);
}

function readMetadata(session: Session, path: string): Uint8Array | undefined {
  const node = session.node(path);
  return node ? encoder.encode(JSON.stringify(node.zarr)) : undefined;
}
