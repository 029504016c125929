import type { ByteRange, ByteStore, ReadOptions, StoredBytes } from "./byte-store.js";
import { assertKey, assertRange } from "./key.js";
import { passThrough } from "./pass-through.js";
import { SharedRequest } from "./shared-request.js";

export interface CacheOptions {
  /** Memory for what was read; the least recently used goes first. */
  budgetBytes: number;
  /** True for keys whose bytes never change once they are there. Others are not kept. */
  isImmutable(key: string): boolean;
}

/**
 * `store`, keeping what was read of immutable objects, whole or in ranges, in memory. Callers that want the same at the
 * same time share one request. That an object is missing is not kept: it may come.
 */
export function withCache(store: ByteStore, { budgetBytes, isImmutable }: CacheOptions): ByteStore {
  const kept = new KeptBytes(budgetBytes);
  const pending = new Map<string, SharedRequest<StoredBytes | null>>();
  const request = (name: string, key: string, range: ByteRange | undefined) => {
    const running = pending.get(name);
    if (running?.isOpen) return running;
    const shared = new SharedRequest(async (signal) => {
      try {
        const stored = await store.get(key, range, { signal });
        if (stored && pending.get(name) === shared) kept.add(key, name, stored);
        return stored;
      } finally {
        if (pending.get(name) === shared) pending.delete(name);
      }
    });
    pending.set(name, shared);
    return shared;
  };
  const forget = (key: string) => {
    kept.forget(key);
    for (const name of pending.keys()) if (keyOf(name) === key) pending.delete(name);
  };
  return {
    ...passThrough(store),
    async get(key, range, options: ReadOptions = {}) {
      if (!isImmutable(key)) return store.get(key, range, options);
      options.signal?.throwIfAborted();
      assertKey(key, store.url);
      if (range) assertRange(range, key);
      const known = kept.find(key, range);
      if (known) return copyOf(known);
      const stored = await request(nameOf(key, range), key, range).join(options.signal);
      return stored && copyOf(stored);
    },
    async put(key, data, options) {
      await store.put(key, data, options);
      forget(key);
    },
    async putIf(key, data, version, options) {
      const isWritten = await store.putIf(key, data, version, options);
      forget(key);
      return isWritten;
    },
    async delete(key, options) {
      await store.delete(key, options);
      forget(key);
    },
  };
}

/** Answers by key and range, in order of last use. */
class KeptBytes {
  readonly #budgetBytes: number;
  readonly #answers = new Map<string, StoredBytes>();
  readonly #namesOfKey = new Map<string, Set<string>>();
  #usedBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** The answer to the same question, or the part of the whole object. */
  find(key: string, range: ByteRange | undefined): StoredBytes | null {
    const exact = this.#use(nameOf(key, range));
    if (exact || !range) return exact;
    const whole = this.#use(nameOf(key, undefined));
    return whole && { ...whole, data: whole.data.subarray(range.offset, range.offset + range.length) };
  }

  add(key: string, name: string, stored: StoredBytes): void {
    if (stored.data.length > this.#budgetBytes) return;
    this.#drop(name);
    this.#answers.set(name, stored);
    this.#usedBytes += stored.data.length;
    const names = this.#namesOfKey.get(key);
    if (names) names.add(name);
    else this.#namesOfKey.set(key, new Set([name]));
    for (const oldest of this.#answers.keys()) {
      if (this.#usedBytes <= this.#budgetBytes) break;
      this.#drop(oldest);
    }
  }

  forget(key: string): void {
    for (const name of this.#namesOfKey.get(key) ?? []) this.#drop(name);
  }

  #use(name: string): StoredBytes | null {
    const answer = this.#answers.get(name);
    if (!answer) return null;
    this.#answers.delete(name);
    this.#answers.set(name, answer);
    return answer;
  }

  #drop(name: string): void {
    const answer = this.#answers.get(name);
    if (!answer) return;
    this.#answers.delete(name);
    this.#usedBytes -= answer.data.length;
    const key = keyOf(name);
    const names = this.#namesOfKey.get(key);
    names?.delete(name);
    if (names?.size === 0) this.#namesOfKey.delete(key);
  }
}

/** Keys hold no NUL. */
function nameOf(key: string, range: ByteRange | undefined): string {
  return range ? `${key}\0${range.offset}+${range.length}` : `${key}\0`;
}

function keyOf(name: string): string {
  return name.slice(0, name.indexOf("\0"));
}

/** Callers may change what they are given. */
function copyOf(stored: StoredBytes): StoredBytes {
  return { ...stored, data: stored.data.slice() };
}
