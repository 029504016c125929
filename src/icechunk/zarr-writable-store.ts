import { InvalidInputError, NotFoundError, UnsupportedError } from "../errors.js";
import type { WritableSession } from "./writable-session.js";
import { parseZarrKey } from "./zarr-keys.js";
import type { JsonObject, ZarrArray } from "./zarr-metadata.js";
import { createZarrStore, type ZarrStore, type ZarrStoreOptions } from "./zarr-store.js";

/** A Zarr v3 store for reading and writing, of the shape that zarrita asks for. */
export interface WritableZarrStore extends ZarrStore {
  /**
   * Store a `zarr.json` or a chunk.
   *
   * @throws NotFoundError for a chunk of an array that is not there, or a key that is none of Zarr's.
   * @throws InvalidInputError where the metadata is not that of a Zarr v3 node, or the chunk lies outside of its array.
   */
  set(key: string, value: Uint8Array): Promise<void>;
  /** Delete a chunk, or, by the key of its `zarr.json`, a node with all below it. Nothing happens where it is not there. */
  delete(key: string): Promise<void>;
}

/**
 * A session as a Zarr v3 store that can be written; what was written is seen at once, and lasts once the session commits.
 *
 * @example
 * const session = await repository.writableSession();
 * const root = zarr.root(createWritableZarrStore(session));
 * await zarr.create(root.resolve("/temperature"), { shape: [365], chunkShape: [30], dtype: "float32" });
 * await session.commit("Temperature, still empty");
 */
export function createWritableZarrStore(session: WritableSession, options: ZarrStoreOptions = {}): WritableZarrStore {
  return {
    ...createZarrStore(session, options),
    async set(key, value) {
      const parsed = parseZarrKey(session, key);
      if (parsed.kind === "metadata") setMetadata(session, parsed.path, value);
      else if (parsed.kind === "chunk") session.setChunk(parsed.path, parsed.index, value);
      else throw noSuchKey(key);
    },
    async delete(key) {
      const parsed = parseZarrKey(session, key);
      if (parsed.kind === "metadata" && session.node(parsed.path)) session.delete(parsed.path);
      // Chunks outside of the array, and those that were never written, have nothing to delete.
      if (parsed.kind !== "chunk" || (await session.chunkReference(parsed.path, parsed.index)) === null) return;
      session.deleteReferences(parsed.path, Uint32Array.from(parsed.index));
    },
  };
}

function setMetadata(session: WritableSession, path: string, value: Uint8Array): void {
  const zarr = parseMetadata(path, value);
  if (zarr.zarr_format !== 3) {
    throw new UnsupportedError(`${path} is of Zarr format ${JSON.stringify(zarr.zarr_format)}; Icechunk stores 3.`, {
      details: { path },
    });
  }
  if (zarr.node_type === "array") session.setArray(path, zarr as object as ZarrArray);
  else if (zarr.node_type === "group") session.setGroup(path, toAttributes(path, zarr));
  else throw notMetadata(path, "node_type must be array or group");
}

/** Consolidated metadata, a copy of what the session knows better, is left out; nothing else may be lost. */
function toAttributes(path: string, { attributes = {}, ...rest }: JsonObject): JsonObject {
  const known = ["zarr_format", "node_type", "consolidated_metadata"];
  const unknown = Object.keys(rest).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw notMetadata(path, `a group has no ${unknown.join(", ")}`);
  if (typeof attributes === "object" && attributes !== null && !Array.isArray(attributes)) {
    return attributes as JsonObject;
  }
  throw notMetadata(path, "attributes must be a map");
}

function parseMetadata(path: string, value: Uint8Array): JsonObject {
  let zarr: unknown;
  try {
    zarr = JSON.parse(new TextDecoder().decode(value));
  } catch (cause) {
    throw notMetadata(path, "it is not JSON", cause);
  }
  if (typeof zarr === "object" && zarr !== null && !Array.isArray(zarr)) return zarr as JsonObject;
  throw notMetadata(path, "it is not a map");
}

function notMetadata(path: string, what: string, cause?: unknown): InvalidInputError {
  return new InvalidInputError(`The zarr.json of ${path} is not that of a Zarr v3 node: ${what}.`, {
    details: { path },
    cause,
  });
}

function noSuchKey(key: string): NotFoundError {
  return new NotFoundError(`${key} is no zarr.json, and no chunk of an array that is there.`, { details: { key } });
}
