import { CorruptDataError } from "../errors.js";
import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { unwrapFile } from "./format/envelope.js";
import { idToText } from "./format/object-id.js";
import { ManifestReader } from "./manifest-reader.js";
import { objectKey } from "./snapshot-file.js";

const defaultBudgetBytes = 64 * 2 ** 20;

/** Manifests by id, read once and kept within a budget of bytes, the least recently used dropped first. */
export class ManifestCache {
  readonly #store: ByteStore;
  readonly #budgetBytes: number;
  /** In order of last use. */
  readonly #readers = new Map<string, ManifestReader>();
  readonly #pending = new Map<string, Promise<ManifestReader>>();
  #usedBytes = 0;

  constructor(store: ByteStore, budgetBytes: number = defaultBudgetBytes) {
    this.#store = store;
    this.#budgetBytes = budgetBytes;
  }

  /**
   * The manifest `id`. Calls that come while it is being read share one request.
   *
   * @throws CorruptDataError where it is missing or damaged.
   */
  async get(id: Uint8Array, options: ReadOptions = {}): Promise<ManifestReader> {
    const text = idToText(id);
    const known = this.#readers.get(text);
    if (known) {
      this.#readers.delete(text);
      this.#readers.set(text, known);
      return known;
    }
    // A caller that can be cancelled reads for itself: its cancelling must not fail others.
    if (options.signal) return this.#keep(text, await readManifest(this.#store, id, options));
    let pending = this.#pending.get(text);
    if (!pending) {
      pending = readManifest(this.#store, id).finally(() => this.#pending.delete(text));
      this.#pending.set(text, pending);
    }
    return this.#keep(text, await pending);
  }

  #keep(text: string, reader: ManifestReader): ManifestReader {
    if (this.#readers.has(text)) return reader;
    this.#readers.set(text, reader);
    this.#usedBytes += reader.sizeBytes;
    for (const [oldest, { sizeBytes }] of this.#readers) {
      if (this.#usedBytes <= this.#budgetBytes || oldest === text) break;
      this.#readers.delete(oldest);
      this.#usedBytes -= sizeBytes;
    }
    return reader;
  }
}

/**
 * Read a manifest, past any cache.
 *
 * @throws CorruptDataError where it is missing or damaged.
 */
export async function readManifest(
  store: ByteStore,
  id: Uint8Array,
  options: ReadOptions = {},
): Promise<ManifestReader> {
  const key = objectKey("manifests", id);
  const stored = await store.get(key, undefined, options);
  if (!stored) {
    throw new CorruptDataError(`The manifest ${key} of ${store.url} is missing.`, {
      details: { key, store: store.url },
    });
  }
  const { payload } = await unwrapFile("manifest", stored.data, key);
  return ManifestReader.open(payload, key);
}
