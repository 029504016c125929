import { isPixelQueryError } from "../errors.js";

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
 * The answer of `request`, which is made again, after a random wait, while it fails in a way that may pass. A server
 * that says how long to wait (`details.retryAfterSeconds`) is given that long.
 *
 * @throws whatever the last attempt threw; the signal's reason where the caller cancelled while waiting.
 */
export async function withAttempts<T>(
  request: () => Promise<T>,
  options: RetryOptions,
  signal: AbortSignal | undefined,
  mayPass: (error: unknown) => boolean = isPassing,
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

/** True for connections that broke and servers that are overloaded. */
function isPassing(error: unknown): boolean {
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
