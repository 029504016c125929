import { type ByteStore, MemoryStore, type ObjectInfo } from "../../src/store/index.js";

/** A store in memory where time passes when the test says so. */
export interface AgingStore extends ByteStore {
  /** Let everything written so far be this much older. */
  age(ms: number): void;
}

export function createAgingStore(name = "aging"): AgingStore {
  const store = new MemoryStore(name);
  const writtenMs = new Map<string, number>();
  const aged = (info: ObjectInfo): ObjectInfo => ({ ...info, modifiedMs: writtenMs.get(info.key) ?? info.modifiedMs });
  return {
    url: store.url,
    age(ms) {
      for (const [key, at] of writtenMs) writtenMs.set(key, at - ms);
    },
    get: (key, range, options) => store.get(key, range, options),
    delete: (key, options) => store.delete(key, options),
    async head(key, options) {
      const info = await store.head(key, options);
      return info && aged(info);
    },
    async put(key, data, options) {
      await store.put(key, data, options);
      writtenMs.set(key, Date.now());
    },
    async putIf(key, data, version, options) {
      const isWritten = await store.putIf(key, data, version, options);
      if (isWritten) writtenMs.set(key, Date.now());
      return isWritten;
    },
    async *list(prefix, options) {
      for await (const info of store.list(prefix, options)) yield aged(info);
    },
  };
}

/** All keys below a prefix, sorted. */
export async function keysIn(store: ByteStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.sort();
}
