import { CorruptDataError, UnavailableError } from "../errors.js";

/** Servers may announce what they like; nothing longer is read into memory. */
const longestBodyBytes = 2 ** 31;
/** What a slow line sends in a millisecond: a longer body has more time before silence counts. */
const slowestBytesPerMs = 64;

export interface HttpRequest {
  fetch: typeof globalThis.fetch;
  url: string;
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array | string | undefined;
  /** `manual` gives a redirection as the answer, for whom another address needs another signature. Else it is followed. */
  redirect?: "follow" | "manual";
  /** What messages call the object: its URL without secrets. */
  name: string;
  /** Give up when nothing arrives for this long. */
  idleTimeoutMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * One HTTP request and its answer. Whatever goes wrong on the way is an `UnavailableError` that names the object, unless
 * the caller cancelled: then it is the signal's reason. {@link close} it, read or not.
 */
export class HttpExchange {
  readonly #request: HttpRequest;
  readonly #controller = new AbortController();
  readonly #cancel = () => this.#controller.abort(this.#request.signal?.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timedOut = false;
  #response: Response | null = null;

  private constructor(request: HttpRequest) {
    this.#request = request;
    request.signal?.addEventListener("abort", this.#cancel, { once: true });
  }

  /** Send the request; done as soon as the answer's headers are there. */
  static async open(request: HttpRequest): Promise<HttpExchange> {
    request.signal?.throwIfAborted();
    const exchange = new HttpExchange(request);
    try {
      await exchange.#send();
      return exchange;
    } catch (error) {
      exchange.close();
      throw error;
    }
  }

  get status(): number {
    return this.#response?.status ?? 0;
  }

  /** A header of the answer; null where it has none, or where a browser keeps it from us. */
  header(name: string): string | null {
    return this.#response?.headers.get(name) ?? null;
  }

  /**
   * The body from byte `skip` on, at most `limit` bytes of it: what comes after that is not downloaded.
   *
   * @throws CorruptDataError where the body has no end.
   */
  async read(skip = 0, limit: number = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const reader = this.#response?.body?.getReader();
    const parts: Uint8Array[] = [];
    let position = 0;
    let length = 0;
    while (reader && length < limit) {
      const { done, value } = await this.#guard(() => reader.read());
      if (done) break;
      const part = value.subarray(Math.min(value.length, Math.max(0, skip - position)));
      position += value.length;
      if (part.length === 0) continue;
      parts.push(part.subarray(0, limit - length));
      length += parts.at(-1)!.length;
      if (length > longestBodyBytes) throw this.#tooLong();
    }
    return join(parts, length);
  }

  /** Let go of the connection; what has not been read is dropped. */
  close(): void {
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener("abort", this.#cancel);
    // Harmless after the end of the body, and before it the only way to stop the download.
    this.#controller.abort();
  }

  async #send(): Promise<void> {
    const { fetch, url, method, headers, body, redirect = "follow" } = this.#request;
    const { signal } = this.#controller;
    // `no-cache` asks the server whether a browser's copy still holds: one object of a repository changes.
    const init: RequestInit = { method, headers, signal, redirect, cache: "no-cache" };
    // A view of shared memory is no body for fetch's types; none of ours is one.
    if (body !== undefined) init.body = body as Uint8Array<ArrayBuffer> | string;
    this.#response = await this.#guard(() => fetch(url, init), (body?.length ?? 0) / slowestBytesPerMs);
  }

  /** Wait for the next sign of life, no longer than the idle timeout and `extraMs`. */
  async #guard<T>(step: () => Promise<T>, extraMs = 0): Promise<T> {
    const { idleTimeoutMs, signal } = this.#request;
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.#controller.abort();
    }, idleTimeoutMs + extraMs);
    try {
      return await step();
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#toUnavailable(error);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  #toUnavailable(cause: unknown): UnavailableError {
    const { name, idleTimeoutMs } = this.#request;
    const what = this.#timedOut
      ? `sent nothing for ${idleTimeoutMs / 1000} s`
      : this.#response
        ? `was cut off (${reasonOf(cause)})`
        : `cannot be reached (${reasonOf(cause)})`;
    return new UnavailableError(`${name} ${what}.`, { details: { url: name }, cause });
  }

  #tooLong(): CorruptDataError {
    const { name } = this.#request;
    return new CorruptDataError(`${name} is longer than ${longestBodyBytes} bytes, which nothing here needs.`, {
      details: { url: name },
    });
  }
}

/** Node.js hides what happened in the cause of a "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error.cause instanceof Error)) return error.message;
  const code = "code" in error.cause && typeof error.cause.code === "string" ? error.cause.code : null;
  return error.cause.message || code || error.message;
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}
