import { InvalidInputError } from "../errors.js";
import type { ByteStore, ReadOptions } from "./byte-store.js";

/**
 * `store` with at most `limit` requests under way; others wait in the order in which they came. A list takes a place for
 * each step, not for its whole length.
 *
 * @throws InvalidInputError where `limit` is not a whole number above zero.
 */
export function withConcurrencyLimit(store: ByteStore, limit: number): ByteStore {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new InvalidInputError(`${limit} requests at the same time are no limit; give a whole number above zero.`);
  }
  const places = new Places(limit);
  return {
    url: store.url,
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

class Places {
  #free: number;
  readonly #queue = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(request: () => Promise<T>, { signal }: ReadOptions = {}): Promise<T> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    try {
      return await request();
    } finally {
      this.#release();
    }
  }

  /** Who waits is handed the place of the one who leaves. */
  #release(): void {
    const [next] = this.#queue;
    if (next) next();
    else this.#free += 1;
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        this.#queue.delete(enter);
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#queue.delete(enter);
        reject(signal?.reason);
      };
      this.#queue.add(enter);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }
}
