import type { ByteStore } from "./byte-store.js";

/** What a store says of itself as data. */
export function describeStore({ url, timePrecisionMs = 1 }: ByteStore): Pick<ByteStore, "url" | "timePrecisionMs"> {
  return { url, timePrecisionMs };
}

/** What a store says of itself, for one that wraps it. */
export function introduceStore(store: ByteStore): Pick<ByteStore, "url" | "timePrecisionMs" | "access"> {
  return { ...describeStore(store), access: async () => (await store.access?.()) ?? null };
}

/** A store that hands every call on to `store`: what a wrapper does not change. */
export function passThrough(store: ByteStore): ByteStore {
  return {
    ...introduceStore(store),
    get: (key, range, options) => store.get(key, range, options),
    head: (key, options) => store.head(key, options),
    put: (key, data, options) => store.put(key, data, options),
    putIf: (key, data, version, options) => store.putIf(key, data, version, options),
    list: (prefix, options) => store.list(prefix, options),
    delete: (key, options) => store.delete(key, options),
  };
}
