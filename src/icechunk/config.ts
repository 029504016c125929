import { CorruptDataError, type Json } from "../errors.js";
import { decodeFlexbuffer } from "./format/flexbuffer-decoder.js";
import type { JsonObject } from "./zarr-metadata.js";

/**
 * Cut manifests along one axis of the arrays whose path matches: appending to a long array then rewrites only the last
 * of them.
 */
export interface SplitRule {
  /** Regular expression, found anywhere in the node's path. */
  path: string;
  axis: number;
  /** Chunks along the axis in one manifest. */
  chunks: number;
}

/** A place outside of the repository that references may point into. Nothing else is ever read. */
export interface VirtualChunkContainer {
  /** References may say `vcc://<name>/<path>`: they follow when the container moves. Null in older repositories. */
  name: string | null;
  /** Absolute URL, ending in `/`. */
  urlPrefix: string;
  /**
   * How official readers reach it: `{ local_file_system: "/folder/" }`, `{ s3: { region: … } }`, …
   */
  store: Json;
}

/** How a repository is opened and written. What is not given comes from the repository's own configuration. */
export interface RepositoryOptions {
  /** Stored by {@link Repository.create}; on opening, used instead of what is stored. */
  splitting?: readonly SplitRule[];
  /** Chunks up to this size are kept inside manifests; 512 unless stored otherwise. */
  inlineThresholdBytes?: number;
  /** Level of zstd, 1 to 22; 3 unless stored otherwise. */
  compressionLevel?: number;
  /** Stored by {@link Repository.create}; ignored on opening. */
  containers?: readonly VirtualChunkContainer[];
  /** Memory for manifests that were read, 64 MiB unless given. */
  manifestCacheBytes?: number;
}

/** The stored configuration as JSON, with every key that it has; empty where nothing is stored. */
export function parseConfig(bytes: Uint8Array | null, key: string): JsonObject {
  if (bytes === null || bytes.length === 0) return {};
  const config = decodeFlexbuffer(bytes, key);
  if (!isObject(config)) throw new CorruptDataError(`The configuration in ${key} is not a map.`, { details: { key } });
  return config;
}

/** The containers of a configuration, longest prefix first, which is the order in which they win. */
export function containersOf(config: JsonObject): VirtualChunkContainer[] {
  const stored = config.virtual_chunk_containers;
  if (!isObject(stored)) return [];
  return Object.entries(stored)
    .filter((entry): entry is [string, JsonObject] => isObject(entry[1]))
    .map(([prefix, { name, url_prefix, store }]) => ({
      name: typeof name === "string" ? name : null,
      urlPrefix: typeof url_prefix === "string" ? url_prefix : prefix,
      store: store ?? null,
    }))
    .sort((a, b) => b.urlPrefix.length - a.urlPrefix.length);
}

/** True for a map of JSON. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
