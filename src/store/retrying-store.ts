import { type RetryOptions, withAttempts } from "./attempts.js";
import type { ByteStore, ReadOptions } from "./byte-store.js";
import { passThrough } from "./pass-through.js";

export type { RetryOptions } from "./attempts.js";

/**
 * `store`, trying again what failed in a way that may pass: connections that broke, servers that are overloaded. Waits
 * are random, so that many clients do not come back at once.
 *
 * Not tried again: `putIf`, since an answer that was lost may have been a yes, and a list once it has begun.
 */
export function withRetries(store: ByteStore, options: RetryOptions = {}): ByteStore {
  const retry = <T>(request: () => Promise<T>, { signal }: ReadOptions = {}) => withAttempts(request, options, signal);
  return {
    ...passThrough(store),
    get: (key, range, readOptions) => retry(() => store.get(key, range, readOptions), readOptions),
    head: (key, readOptions) => retry(() => store.head(key, readOptions), readOptions),
    put: (key, data, readOptions) => retry(() => store.put(key, data, readOptions), readOptions),
    delete: (key, readOptions) => retry(() => store.delete(key, readOptions), readOptions),
    async *list(prefix, readOptions) {
      const { iterator, first } = await retry(async () => {
        const begun = store.list(prefix, readOptions)[Symbol.asyncIterator]();
        return { iterator: begun, first: await begun.next() };
      }, readOptions);
      try {
        for (let step = first; !step.done; step = await iterator.next()) yield step.value;
      } finally {
        await iterator.return?.();
      }
    },
  };
}
