import type { ByteStore } from "./byte-store.js";
import { HTTP_TIME_PRECISION_MS } from "./http-answer.js";

/**
 * A store of a cloud that `load` brings when it is first asked for something: code and settings for a cloud are read by those alone who
 * use it. A failure to load is given to whoever asked, and the next one tries again.
 */
export function deferStore(url: string, load: () => Promise<ByteStore>): ByteStore {
  let loading: Promise<ByteStore> | null = null;
  const store = () => {
    loading ??= load().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
  return {
    url,
    timePrecisionMs: HTTP_TIME_PRECISION_MS,
    access: async () => (await (await store()).access?.()) ?? null,
    get: async (key, range, options) => (await store()).get(key, range, options),
    head: async (key, options) => (await store()).head(key, options),
    put: async (key, data, options) => (await store()).put(key, data, options),
    putIf: async (key, data, version, options) => (await store()).putIf(key, data, version, options),
    async *list(prefix, options) {
      yield* (await store()).list(prefix, options);
    },
    delete: async (key, options) => (await store()).delete(key, options),
  };
}
