import { CorruptDataError, type Json, NotFoundError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { unwrapFile } from "./format/envelope.js";
import { FlatbufferReader } from "./format/flatbuffer-reader.js";
import { decodeMessagePack } from "./format/messagepack-decoder.js";
import { idToText, snapshotIdFromText } from "./format/object-id.js";
import type { Table } from "./format/schema.js";
import { decodeTable } from "./format/table-decoder.js";
import type { At, SnapshotInfo } from "./history.js";
import { fromMetadataItems, versionOneKey } from "./repository-file.js";
import { isNotYounger, objectKey } from "./snapshot-file.js";
import { parseYamlConfig } from "./v1-config.js";
import type { JsonObject } from "./zarr-metadata.js";

const configKey = "config.yaml";

/** A name in {@link VersionOneRefs.branches} costs a request; this many run at the same time. */
const concurrentReads = 16;

/**
 * Branches, tags and history of a repository of spec version 1, for reading: each branch and tag is an object of its
 * own, and a snapshot names the one before it.
 *
 * A branch by name, which sessions begin with, is one request. Lists of names need a store that can list, and history
 * reads every snapshot whole: the format has no shorter way.
 */
export class VersionOneRefs {
  readonly #store: ByteStore;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  /**
   * The id of the snapshot that is meant.
   *
   * @throws NotFoundError where there is none.
   */
  async resolve(at: At, options: ReadOptions): Promise<Uint8Array> {
    if ("snapshot" in at) return this.#existing(at.snapshot, options);
    if ("tag" in at) {
      const isDeleted = (await this.#store.head(`${refKey("tag", at.tag)}.deleted`, options)) !== null;
      return (isDeleted ? null : await this.#read("tag", at.tag, options)) ?? this.#throwMissing("tag", at.tag);
    }
    const branch = at.branch ?? "main";
    const tip = (await this.#read("branch", branch, options)) ?? this.#throwMissing("branch", branch);
    if (!("asOf" in at)) return tip;
    for await (const snapshot of this.#ancestors(tip, options)) if (isNotYounger(snapshot, at.asOf)) return snapshot.id;
    return this.#throwMissing("snapshot", `as of ${at.asOf.toISOString()}`);
  }

  /** The snapshot and all before it, newest first. */
  async history(from: Uint8Array, options: ReadOptions): Promise<SnapshotInfo[]> {
    const history: SnapshotInfo[] = [];
    for await (const snapshot of this.#ancestors(from, options)) history.push(snapshot.info);
    return history;
  }

  /** Branch or tag name → id of its snapshot. Deleted tags are left out. */
  async names(kind: "branch" | "tag", options: ReadOptions): Promise<Map<string, string>> {
    const prefix = `refs/${kind}.`;
    const names = new Set<string>();
    const deleted = new Set<string>();
    for await (const { key } of this.#store.list(prefix, options)) {
      const [name = "", file] = key.slice(prefix.length).split("/");
      if (file === "ref.json") names.add(name);
      if (file === "ref.json.deleted") deleted.add(name);
    }
    const left = [...names].filter((name) => !deleted.has(name)).sort();
    const ids = new Map<string, string>();
    for (let i = 0; i < left.length; i += concurrentReads) {
      const some = left.slice(i, i + concurrentReads);
      const found = await Promise.all(some.map((name) => this.#read(kind, name, options)));
      // One that was deleted since it was listed is gone.
      for (const [j, id] of found.entries()) if (id) ids.set(some[j]!, idToText(id));
    }
    return ids;
  }

  /** The stored configuration; empty where there is none. */
  async config(options: ReadOptions): Promise<JsonObject> {
    const stored = await this.#store.get(configKey, undefined, options);
    return stored ? parseYamlConfig(stored.data, configKey) : {};
  }

  async #existing(text: string, options: ReadOptions): Promise<Uint8Array> {
    const id = snapshotIdFromText(text);
    if (await this.#store.head(objectKey("snapshots", id), options)) return id;
    return this.#throwMissing("snapshot", text);
  }

  async #read(kind: "branch" | "tag", name: string, options: ReadOptions): Promise<Uint8Array | null> {
    if (name === "" || name.includes("/")) return null;
    const key = refKey(kind, name);
    const stored = await this.#store.get(key, undefined, options);
    return stored && parseRef(stored.data, key);
  }

  async *#ancestors(
    from: Uint8Array,
    options: ReadOptions,
  ): AsyncGenerator<{ id: Uint8Array; flushedAtMicros: number; info: SnapshotInfo }> {
    const seen = new Set<string>();
    // A loop, which only damage makes, ends the list.
    for (let id: Uint8Array | null = from; id && !seen.has(idToText(id)); ) {
      seen.add(idToText(id));
      const { snapshot, specVersion } = await this.#readSnapshot(id, options);
      yield { id, flushedAtMicros: snapshot.flushedAtMicros, info: toInfo(snapshot, specVersion, id) };
      id = snapshot.parentId;
    }
  }

  async #readSnapshot(id: Uint8Array, options: ReadOptions) {
    const key = objectKey("snapshots", id);
    const stored = await this.#store.get(key, undefined, options);
    if (!stored) {
      throw new CorruptDataError(`The snapshot ${key} of ${this.#store.url} is missing.`, {
        details: { key, store: this.#store.url },
      });
    }
    const { payload, specVersion } = await unwrapFile("snapshot", stored.data, key);
    return { snapshot: decodeTable(new FlatbufferReader(payload, key), "snapshot").value, specVersion };
  }

  #throwMissing(kind: string, name: string): never {
    throw new NotFoundError(`${this.#store.url} has no ${kind} "${name}".`, { details: { kind, name } });
  }
}

/**
 * The branches and tags of the repository of spec version 1 in `store`.
 *
 * @throws NotFoundError where there is none.
 */
export async function openVersionOne(store: ByteStore, options: ReadOptions = {}): Promise<VersionOneRefs> {
  if (await store.head(versionOneKey, options)) return new VersionOneRefs(store);
  throw new NotFoundError(`There is no Icechunk repository at ${store.url}.`, { details: { store: store.url } });
}

function refKey(kind: "branch" | "tag", name: string): string {
  return `refs/${kind}.${name}/ref.json`;
}

function parseRef(bytes: Uint8Array, key: string): Uint8Array {
  try {
    const { snapshot } = JSON.parse(new TextDecoder().decode(bytes)) as { snapshot: Json };
    return snapshotIdFromText(String(snapshot));
  } catch (cause) {
    throw new CorruptDataError(`${key} does not name a snapshot.`, { details: { key }, cause });
  }
}

function toInfo(snapshot: Table<"snapshot">, specVersion: number, id: Uint8Array): SnapshotInfo {
  const key = objectKey("snapshots", id);
  const { parentId, flushedAtMicros, message, metadata } = snapshot;
  const decoded =
    specVersion === 1
      ? Object.fromEntries(metadata.map(({ name, value }) => [name, decodeMessagePack(value, key)]))
      : fromMetadataItems(metadata, key);
  return {
    id: idToText(id),
    parentId: parentId && idToText(parentId),
    time: new Date(flushedAtMicros / 1000),
    message,
    metadata: decoded,
  };
}
