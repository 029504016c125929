import { InvalidInputError, type Json } from "../errors.js";
import { encodeFlexbuffer } from "./format/flexbuffer-encoder.js";
import { toMetadataItems } from "./metadata-items.js";
import type { RepositoryChange, RepositoryTable } from "./repository-file.js";
import { nowMicros } from "./repository-update.js";
import type { JsonObject } from "./zarr-metadata.js";

/** `RepoAvailability` in `repo.fbs`, by value. */
const availabilities = ["online", "readOnly", "offline"] as const;

/** Whether a repository may be written. */
export interface RepositoryStatus {
  availability: (typeof availabilities)[number];
  /** Why it is not online; null where nobody said. */
  reason: string | null;
  since: Date;
}

/** The status of a repository, out of its table. */
export function statusOf({ status }: RepositoryTable): RepositoryStatus {
  return {
    // The official engine takes what it does not know for online; not to write is the safer mistake.
    availability: availabilities[status.availability] ?? "offline",
    reason: status.reason,
    since: new Date(status.setAtMicros / 1000),
  };
}

/**
 * Let a repository be written, or only read, in its table. Null where it is so already. "Offline" is not offered: the
 * official engine takes it for online, and writes.
 *
 * @param reason null for "online", where there is nothing to explain.
 */
export function setAvailability(
  table: RepositoryTable,
  availability: "online" | "readOnly",
  reason: string | null,
): RepositoryChange | null {
  const value = availabilities.indexOf(availability);
  if (table.status.availability === value && table.status.reason === reason) return null;
  table.status = { availability: value, setAtMicros: nowMicros(), reason };
  return { kind: "statusChanged", status: table.status };
}

/** Give a repository other metadata, in its table. */
export function setMetadata(table: RepositoryTable, metadata: JsonObject): RepositoryChange {
  table.metadata = toMetadataItems(metadata);
  return { kind: "metadataChanged" };
}

/** Give a repository another configuration, in its table; null, and nothing done, for null. */
export function setConfig(table: RepositoryTable, config: JsonObject | null): RepositoryChange | null {
  if (config === null) return null;
  table.config = encodeFlexbuffer(config);
  return { kind: "configChanged" };
}

/**
 * `config` changed by a JSON merge patch (RFC 7396): objects are merged key by key, null removes a key, all else
 * replaces. Keys that the patch does not name stay, those of newer versions too.
 *
 * @throws InvalidInputError where the patch holds containers, which have calls of their own.
 */
export function patchConfig(config: JsonObject, patch: JsonObject): JsonObject {
  if ("virtual_chunk_containers" in patch) {
    throw new InvalidInputError("Containers are changed by addContainer, replaceContainer, removeContainer.");
  }
  return mergePatch(config, patch);
}

function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isObject(value) ? mergePatch(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
