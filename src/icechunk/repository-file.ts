import { CorruptDataError, type Json, NotFoundError, UnsupportedError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { parseConfig } from "./config.js";
import { unwrapFile } from "./format/envelope.js";
import { FlatbufferReader } from "./format/flatbuffer-reader.js";
import { decodeFlexbuffer } from "./format/flexbuffer-decoder.js";
import type { Table } from "./format/schema.js";
import { decodeTable } from "./format/table-decoder.js";
import { contradictionsOf } from "./repository-rules.js";
import type { JsonObject } from "./zarr-metadata.js";

/** Key of the one object that changes: branches, tags, the list of snapshots, the configuration. */
export const repositoryKey = "repo";
/** A version 1 repository has this instead. */
export const versionOneKey = "refs/branch.main/ref.json";

export type RepositoryTable = Table<"repository">;
/** What an update of the repository did, for its log. */
export type RepositoryChange = Table<"update">["change"];

/** The `repo` object as it was read. */
export interface RepositoryFile {
  table: RepositoryTable;
  config: JsonObject;
  /** Of the object in the store, for the conditional write. */
  version: string;
  raw: Uint8Array;
  /** True where a newer writer stored something that rewriting would lose. */
  hasUnknownFields: boolean;
}

/**
 * Read the `repo` object.
 *
 * @throws NotFoundError where there is no repository.
 * @throws UnsupportedError where it is one of spec version 1, whose sessions `VersionOneRefs` finds.
 */
export async function readRepositoryFile(store: ByteStore, options: ReadOptions = {}): Promise<RepositoryFile> {
  const file = await findRepositoryFile(store, options);
  if (!file) throw await missingRepository(store, options);
  return file;
}

/** The `repo` object; null where there is none, as in repositories of spec version 1. */
export async function findRepositoryFile(store: ByteStore, options: ReadOptions = {}): Promise<RepositoryFile | null> {
  const stored = await store.get(repositoryKey, undefined, options);
  if (!stored) return null;
  const { value, hasUnknownFields } = await decodeRepository(stored.data, repositoryKey);
  assertConsistent(value);
  const config = parseConfig(value.config, repositoryKey);
  return { table: value, config, version: stored.version, raw: stored.data, hasUnknownFields };
}

/**
 * The table in the bytes of a `repo` object, or of one that was overwritten. Whether it contradicts itself is not looked
 * at.
 *
 * @throws CorruptDataError naming `key`.
 */
export async function decodeRepository(
  bytes: Uint8Array,
  key: string,
): Promise<{ value: RepositoryTable; hasUnknownFields: boolean }> {
  const { payload } = await unwrapFile("repository", bytes, key);
  return decodeTable(new FlatbufferReader(payload, key), "repository");
}

async function missingRepository(store: ByteStore, options: ReadOptions): Promise<Error> {
  const details = { store: store.url };
  if (await store.head(versionOneKey, options)) {
    return new UnsupportedError(
      `${store.url} is an Icechunk repository of spec version 1, which can be read but has no such operation here; migrate it to version 2 with the official engine.`,
      { details },
    );
  }
  return new NotFoundError(`There is no Icechunk repository at ${store.url}.`, { details });
}

/**
 * What every reader relies on.
 *
 * @throws CorruptDataError naming what is wrong.
 */
export function assertConsistent(table: RepositoryTable): void {
  for (const what of contradictionsOf(table)) throw inconsistent(what);
}

/** What to throw where the `repo` object contradicts itself. */
export function inconsistent(what: string): CorruptDataError {
  return new CorruptDataError(`The object "${repositoryKey}" contradicts itself: ${what}.`, {
    details: { key: repositoryKey },
  });
}

/** Metadata as plain JSON. */
export function fromMetadataItems(items: readonly Table<"metadataItem">[] | null, key: string): JsonObject {
  const entries = (items ?? []).map(({ name, value }): [string, Json] => [name, decodeFlexbuffer(value, key)]);
  return Object.fromEntries(entries);
}
