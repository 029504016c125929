import { isPixelQueryError } from "../errors.js";
import type { ByteStore, ReadOptions } from "./byte-store.js";
import { passThrough } from "./pass-through.js";

export interface RetryOptions {
  /** How often a request is made in all, 5 unless given. */
  attempts?: number;
  /** The first wait is up to this long and each further one up to twice as long as the one before; 200 unless given. */
  firstWaitMs?: number;
  /** No wait is longer, also where a server asks for it; 10,000 unless given. */
  longestWaitMs?: number;
}

/** Codes of Node.js for connections that broke or were not made in time. */
const passingCodes = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ETIMEDOUT",
  "EPIPE",
  "EAI_AGAIN",
  "EBUSY",
]);

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

async function withAttempts<T>(
  request: () => Promise<T>,
  options: RetryOptions,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { attempts = 5, firstWaitMs = 200, longestWaitMs = 10_000 } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (attempt >= attempts || signal?.aborted || !mayPass(error)) throw error;
      const backOffMs = Math.random() * firstWaitMs * 2 ** (attempt - 1);
      await wait(Math.min(longestWaitMs, Math.max(backOffMs, askedWaitMs(error))), signal);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (isPixelQueryError(error)) return error.name === "UnavailableError";
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && passingCodes.has(code);
}

function askedWaitMs(error: unknown): number {
  const seconds = isPixelQueryError(error) ? error.details.retryAfterSeconds : null;
  return typeof seconds === "number" ? seconds * 1000 : 0;
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
