import type { ByteStore, ReadOptions } from "./byte-store.js";
import { introduceStore } from "./pass-through.js";

/**
 * `store`, with a signal of its own for each call: a request listens to its signal in several places, and Node.js warns of
 * a leak where many listen to one.
 */
export function withOwnSignals(store: ByteStore): ByteStore {
  return {
    ...introduceStore(store),
    get: (key, range, options) => store.get(key, range, own(options)),
    head: (key, options) => store.head(key, own(options)),
    put: (key, data, options) => store.put(key, data, own(options)),
    putIf: (key, data, version, options) => store.putIf(key, data, version, own(options)),
    list: (prefix, options) => store.list(prefix, own(options)),
    delete: (key, options) => store.delete(key, own(options)),
  };
}

function own(options: ReadOptions | undefined): ReadOptions {
  return options?.signal === undefined ? {} : { signal: AbortSignal.any([options.signal]) };
}
