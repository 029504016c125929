import { ConflictError, CorruptDataError, UnsupportedError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import type { RepositoryOptions } from "./config.js";
import { wrapFile } from "./format/envelope.js";
import { FlatbufferReader } from "./format/flatbuffer-reader.js";
import { idToText, randomId } from "./format/object-id.js";
import { decodeTable } from "./format/table-decoder.js";
import { encodeTable } from "./format/table-encoder.js";
import {
  assertConsistent,
  inconsistent,
  type RepositoryChange,
  type RepositoryFile,
  type RepositoryTable,
  readRepositoryFile,
  repositoryKey,
} from "./repository-file.js";
import { updateContradictionsOf } from "./repository-rules.js";
import { type Settings, toSettings } from "./settings.js";

const online = 0;
/** Writers that were faster are waited out; this many in a row means that something else is wrong. */
const maxAttempts = 1000;
/** A clock within this distance of the store's is right enough. */
const clockToleranceMs = 2000;

/**
 * Change the `repo` object: read, change, back the old one up, write if nobody else wrote meanwhile, else start again.
 * Every change of every kind goes through here.
 *
 * `change` edits the table in place and says what it did, or returns null for "nothing to do"; it may be called several
 * times, each time on what is then stored.
 *
 * @throws ConflictError where `change` throws it, or the store kept being written by others for 1000 attempts.
 */
export async function updateRepository(
  store: ByteStore,
  options: RepositoryOptions & ReadOptions & { evenIfReadOnly?: boolean },
  change: (table: RepositoryTable, file: RepositoryFile) => RepositoryChange | null,
): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    options.signal?.throwIfAborted();
    const file = await readRepositoryFile(store, options);
    if (!options.evenIfReadOnly) assertOnline(file, store);
    assertKnown(file, store);
    const previous = file.table.latestUpdates[0];
    const done = change(file.table, file);
    if (done === null) return;
    const settings = toSettings(file.config, options);
    const backup = backupName();
    await store.put(`overwritten/${backup}`, file.raw, options);
    const nowMicros = await storeClockMicros(store, `overwritten/${backup}`, options);
    if (previous) previous.backupPath = backup;
    file.table.latestUpdates.unshift({
      change: done,
      updatedAtMicros: Math.max(nowMicros, (previous?.updatedAtMicros ?? 0) + 1),
      backupPath: null,
    });
    cutUpdates(file.table, settings);
    const bytes = await encodeRepository(file.table, settings);
    if (await store.putIf(repositoryKey, bytes, file.version, options)) return;
    await store.delete(`overwritten/${backup}`, options);
    await backOff(attempt);
  }
  throw new ConflictError(`Other writers changed ${store.url} ${maxAttempts} times in a row. Try again later.`, {
    details: { store: store.url },
  });
}

/** The `repo` object's bytes: checked before, and read back after, for nothing repairs a broken one. */
export async function encodeRepository(table: RepositoryTable, settings: Settings): Promise<Uint8Array> {
  assertConsistent(table);
  assertUpdates(table);
  const payload = encodeTable("repository", table);
  const { value } = decodeTable(new FlatbufferReader(payload, repositoryKey), "repository");
  assertConsistent(value);
  if (value.snapshots.length !== table.snapshots.length) {
    throw new CorruptDataError(`The new ${repositoryKey} object does not read back as it was written.`);
  }
  return wrapFile("repository", payload, settings.compressionLevel);
}

function assertOnline({ table }: RepositoryFile, store: ByteStore): void {
  const { availability, reason } = table.status;
  if (availability !== online) {
    throw new UnsupportedError(`${store.url} is set to read-only${reason ? `: ${reason}` : ""}.`, {
      details: { store: store.url, reason },
    });
  }
}

function assertKnown({ hasUnknownFields }: RepositoryFile, store: ByteStore): void {
  if (hasUnknownFields) {
    throw new UnsupportedError(
      `${store.url} was written by a newer version of Icechunk; writing to it would lose what this version does not know.`,
      { details: { store: store.url } },
    );
  }
}

/** What the official engine expects of the log of updates, newest first. */
function assertUpdates(table: RepositoryTable): void {
  for (const what of updateContradictionsOf(table)) throw inconsistent(what);
}

/** Keep the log short: it is cut at an update with a backup, where the rest can be read on. */
function cutUpdates(table: RepositoryTable, { updatesPerFile }: Settings): void {
  if (table.latestUpdates.length <= updatesPerFile) return;
  const cut = table.latestUpdates.findIndex(({ backupPath }, i) => i >= updatesPerFile && backupPath !== null);
  if (cut < 0) return;
  table.repoBeforeUpdates = table.latestUpdates[cut]!.backupPath;
  table.latestUpdates.length = cut;
}

/** Names sort newest first: milliseconds left until the year 3000, then 12 random bytes. */
function backupName(): string {
  const msUntilYear3000 = 32_503_680_000_000 - Date.now();
  return `repo.${String(msUntilYear3000).padStart(14, "0")}.${idToText(randomId(12))}`;
}

/**
 * Microseconds since 1970, by the local clock unless it runs ahead of the store's: an update stamped in the future
 * would keep every other writer waiting until then.
 */
async function storeClockMicros(store: ByteStore, freshKey: string, options: ReadOptions): Promise<number> {
  const written = await store.head(freshKey, options);
  const aheadMs = written?.modifiedMs == null ? 0 : Date.now() - written.modifiedMs;
  return aheadMs > clockToleranceMs ? Math.floor(written!.modifiedMs! * 1000) : nowMicros();
}

/** The local time in microseconds since 1970. */
export function nowMicros(): number {
  return Date.now() * 1000;
}

async function backOff(attempt: number): Promise<void> {
  const ms = Math.random() * Math.min(500, 2 * (attempt + 1));
  await new Promise((resolve) => setTimeout(resolve, ms));
}
