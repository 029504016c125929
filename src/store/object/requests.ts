import { HttpExchange } from "../http-exchange.js";
import { Places } from "../places.js";
import { readFault, toError } from "./fault.js";
import type { Fault, ObjectProtocol, ObjectRequest } from "./object-protocol.js";

const defaultIdleTimeoutMs = 30_000;
/** As many as a server in one region answers without slowing down, and as a process has file handles for. */
const defaultConcurrency = 64;
/** Asking again because of something learnt happens at most this often: a region, then fresh credentials. */
const mostLessons = 2;

export interface RequestOptions {
  /** Requests under way at the same time, 64 unless given; the others wait. */
  concurrency?: number;
  /** A request fails when nothing arrives for this long; 30,000 unless given. */
  idleTimeoutMs?: number;
  /** Instead of the global `fetch`: a proxy, a recording. */
  fetch?: typeof globalThis.fetch;
}

/** A request with what people know its object by. */
export interface NamedRequest extends ObjectRequest {
  name: string;
}

/** Signed requests to one bucket, so many at a time. Nothing is tried again but what the protocol has learnt to ask better. */
export class ObjectRequests {
  readonly #protocol: ObjectProtocol;
  readonly #options: RequestOptions;
  readonly #places: Places;

  constructor(protocol: ObjectProtocol, options: RequestOptions) {
    this.#protocol = protocol;
    this.#options = options;
    this.#places = new Places(options.concurrency ?? defaultConcurrency);
  }

  /**
   * What `read` makes of a success (any 2xx), or `judge` of a fault; where `judge` has null or is left out, the fault is
   * thrown as an error.
   * `read` has the connection for as long as it runs.
   */
  send<T, U = never>(
    request: NamedRequest,
    signal: AbortSignal | undefined,
    read: (exchange: HttpExchange) => Promise<T>,
    judge?: (fault: Fault) => U | null,
  ): Promise<T | U> {
    return this.#places.run(
      async () => {
        for (let lessons = 0; ; lessons++) {
          const exchange = await this.#open(request, signal);
          try {
            if (exchange.status >= 200 && exchange.status < 300) return await read(exchange);
            const fault = await readFault(exchange, request.method, request.name);
            if (lessons < mostLessons && this.#protocol.learn(fault)) continue;
            const judged = judge?.(fault) ?? null;
            if (judged === null) throw toError(this.#protocol, fault);
            return judged;
          } finally {
            exchange.close();
          }
        }
      },
      { signal },
    );
  }

  async #open(request: NamedRequest, signal: AbortSignal | undefined): Promise<HttpExchange> {
    const { fetch = globalThis.fetch, idleTimeoutMs = defaultIdleTimeoutMs } = this.#options;
    const { url, headers } = await unlessCancelled(this.#protocol.authorize(request), signal);
    return HttpExchange.open({
      // Called as a plain function: a browser's fetch must not have another `this`.
      fetch: (input, init) => fetch(input, init),
      url,
      method: request.method,
      // Unsigned, since servers in between change it. Ranges count stored bytes, so the bytes must come as they are stored.
      headers: { ...headers, "accept-encoding": "identity" },
      body: request.body,
      // A signature holds for one address.
      redirect: "manual",
      name: request.name,
      idleTimeoutMs,
      signal,
    });
  }
}

/** The promise's value; who cancels does not wait for it. Credentials are fetched for others as well, so that goes on. */
function unlessCancelled<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
