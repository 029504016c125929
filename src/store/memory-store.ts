import type { ByteRange, ByteStore, ObjectInfo, ReadOptions, StoredBytes } from "./byte-store.js";
import { assertKey, assertRange } from "./key.js";

interface MemoryObject {
  data: Uint8Array;
  version: string;
  modifiedMs: number;
}

/** A {@link ByteStore} that lives and dies with the program: for tests, browsers and scratch repositories. */
export class MemoryStore implements ByteStore {
  readonly url: string;
  readonly #objects = new Map<string, MemoryObject>();
  #writes = 0;

  constructor(name = "memory") {
    this.url = `memory://${name}`;
  }

  async get(key: string, range?: ByteRange, options: ReadOptions = {}): Promise<StoredBytes | null> {
    this.#check(key, options);
    if (range) assertRange(range, key);
    const object = this.#objects.get(key);
    if (!object) return null;
    const data = range ? object.data.slice(range.offset, range.offset + range.length) : object.data.slice();
    return { data, version: object.version };
  }

  async head(key: string, options: ReadOptions = {}): Promise<ObjectInfo | null> {
    this.#check(key, options);
    const object = this.#objects.get(key);
    return object ? toInfo(key, object) : null;
  }

  async put(key: string, data: Uint8Array, options: ReadOptions = {}): Promise<void> {
    this.#check(key, options);
    this.#writes += 1;
    this.#objects.set(key, { data: data.slice(), version: String(this.#writes), modifiedMs: Date.now() });
  }

  async putIf(key: string, data: Uint8Array, version: string | null, options: ReadOptions = {}): Promise<boolean> {
    this.#check(key, options);
    if ((this.#objects.get(key)?.version ?? null) !== version) return false;
    await this.put(key, data);
    return true;
  }

  async *list(prefix: string, options: ReadOptions = {}): AsyncGenerator<ObjectInfo> {
    for (const [key, object] of [...this.#objects]) {
      options.signal?.throwIfAborted();
      if (key.startsWith(prefix)) yield toInfo(key, object);
    }
  }

  async delete(key: string, options: ReadOptions = {}): Promise<void> {
    this.#check(key, options);
    this.#objects.delete(key);
  }

  #check(key: string, options: ReadOptions): void {
    options.signal?.throwIfAborted();
    assertKey(key, this.url);
  }
}

function toInfo(key: string, object: MemoryObject): ObjectInfo {
  return { key, sizeBytes: object.data.length, modifiedMs: object.modifiedMs, version: object.version };
}
