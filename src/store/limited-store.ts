import type { ByteStore } from "./byte-store.js";
import { introduceStore } from "./pass-through.js";
import { Places } from "./places.js";

/**
 * `store` with at most `limit` requests under way; others wait in the order in which they came. A list takes a place for
 * each step, not for its whole length.
 *
 * @throws InvalidInputError where `limit` is not a whole number above zero.
 */
export function withConcurrencyLimit(store: ByteStore, limit: number): ByteStore {
  const places = new Places(limit);
  return {
    ...introduceStore(store),
    get: (key, range, options) => places.run(() => store.get(key, range, options), options),
    head: (key, options) => places.run(() => store.head(key, options), options),
    put: (key, data, options) => places.run(() => store.put(key, data, options), options),
    putIf: (key, data, version, options) => places.run(() => store.putIf(key, data, version, options), options),
    delete: (key, options) => places.run(() => store.delete(key, options), options),
    async *list(prefix, options) {
      const iterator = store.list(prefix, options)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const step = await places.run(() => iterator.next(), options);
          if (step.done) return;
          yield step.value;
        }
      } finally {
        await iterator.return?.();
      }
    },
  };
}
