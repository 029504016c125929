import { InvalidInputError, UnavailableError, UnsupportedError } from "../errors.js";
import type { ByteRange, ByteStore, ObjectInfo, ReadOptions, StoredBytes } from "./byte-store.js";
import {
  HTTP_TIME_PRECISION_MS,
  parseContentRange,
  parseCount,
  readRange,
  retryAfterSeconds,
  unaskedRange,
  wholeSize,
} from "./http-answer.js";
import { HttpExchange } from "./http-exchange.js";
import { assertKey, assertRange } from "./key.js";

const defaultIdleTimeoutMs = 30_000;
/** Request timeout, too early, too many requests: the same request may be answered later. */
const passingStatuses: readonly number[] = [408, 425, 429];
/** Method not allowed, not implemented: how servers say that they do not know HEAD. */
const noHeadStatuses: readonly number[] = [405, 501];

export interface HttpStoreOptions {
  /** Sent with every request, such as `{ authorization: "Bearer …" }`. Never shown in messages. */
  headers?: Readonly<Record<string, string>>;
  /** A request fails when nothing arrives for this long; 30,000 unless given. */
  idleTimeoutMs?: number;
  /** Take 403 for "there is no such object": what S3 answers to those who may not list a bucket. */
  forbiddenIsMissing?: boolean;
  /** Instead of the global `fetch`: a proxy, signed requests. */
  fetch?: typeof globalThis.fetch;
}

/**
 * A {@link ByteStore} over HTTP, for reading; keys are paths below a URL. One request per call: nothing is tried again
 * (`withRetries`), merged (`withRangeCoalescing`) or kept (`withCache`).
 *
 * In a browser the server must allow it (CORS). An object's version is its `ETag`, else its `Last-Modified`, else its size.
 *
 * @example
 * const store = withRetries(new HttpStore("https://example.org/data/cube.icechunk"));
 */
export class HttpStore implements ByteStore {
  /** Without the query, which may hold a secret. */
  readonly url: string;
  readonly timePrecisionMs = HTTP_TIME_PRECISION_MS;
  readonly #query: string;
  readonly #options: HttpStoreOptions;

  /**
   * @param url of the folder; its query, such as a signature, goes with every request.
   * @throws InvalidInputError for any other kind of URL, or one with a password in it.
   */
  constructor(url: string, options: HttpStoreOptions = {}) {
    const { href, search } = parseBaseUrl(url);
    this.url = href;
    this.#query = search;
    this.#options = options;
  }

  /**
   * @throws UnavailableError where the server is not reached, is overloaded or breaks off.
   * @throws InvalidInputError where access is denied.
   * @throws CorruptDataError where the server sends another range than the one asked for.
   * @throws UnsupportedError where it knows no ranges and the wanted one lies far into a large object.
   */
  async get(key: string, range?: ByteRange, options: ReadOptions = {}): Promise<StoredBytes | null> {
    if (range) assertRange(range, key);
    if (range?.length === 0) return this.#nothingOf(key, options);
    const exchange = await this.#open("GET", key, range, options);
    try {
      if (this.#isMissing(exchange.status)) return null;
      if (range && exchange.status === 416) return await this.#nothingOf(key, options);
      const name = this.#name(key);
      assertSuccess(exchange, name);
      if (!range && exchange.status === 206) throw unaskedRange(name);
      const data = range ? await readRange(exchange, range, name) : await exchange.read();
      const sizeBytes = wholeSize(exchange);
      const version = versionOf(exchange, data.length);
      return sizeBytes === null ? { data, version } : { data, version, info: toInfo(key, exchange, sizeBytes) };
    } finally {
      exchange.close();
    }
  }

  async head(key: string, options: ReadOptions = {}): Promise<ObjectInfo | null> {
    const exchange = await this.#open("HEAD", key, undefined, options);
    exchange.close();
    if (this.#isMissing(exchange.status)) return null;
    if (noHeadStatuses.includes(exchange.status)) return this.#headByRange(key, options);
    assertSuccess(exchange, this.#name(key));
    const sizeBytes = parseCount(exchange.header("content-length"));
    return sizeBytes === null ? this.#headByRange(key, options) : toInfo(key, exchange, sizeBytes);
  }

  /** @throws UnsupportedError always. */
  async put(key: string): Promise<void> {
    throw this.#readOnly(`write ${key}`);
  }

  /** @throws UnsupportedError always. */
  async putIf(key: string): Promise<boolean> {
    throw this.#readOnly(`write ${key}`);
  }

  /** @throws UnsupportedError always: HTTP has no listing. */
  // biome-ignore lint/correctness/useYield: there is nothing to yield.
  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    throw this.#readOnly(`list ${prefix === "" ? "its objects" : prefix}`);
  }

  /** @throws UnsupportedError always. */
  async delete(key: string): Promise<void> {
    throw this.#readOnly(`delete ${key}`);
  }

  #open(method: "GET" | "HEAD", key: string, range: ByteRange | undefined, { signal }: ReadOptions) {
    assertKey(key, this.url);
    const { headers = {}, fetch = globalThis.fetch, idleTimeoutMs = defaultIdleTimeoutMs } = this.#options;
    const asked = range ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {};
    return HttpExchange.open({
      // Called as a plain function: a browser's fetch must not have another `this`.
      fetch: (input, init) => fetch(input, init),
      url: this.#name(key) + this.#query,
      method,
      // Ranges count stored bytes, so the bytes must come as they are stored.
      headers: { "accept-encoding": "identity", ...headers, ...asked },
      name: this.#name(key),
      idleTimeoutMs,
      signal,
    });
  }

  /** What a range holds that is empty or begins behind the end. */
  async #nothingOf(key: string, options: ReadOptions): Promise<StoredBytes | null> {
    const info = await this.head(key, options);
    return info && { data: new Uint8Array(0), version: info.version };
  }

  /** Size and version from the answer to a request for the first byte. */
  async #headByRange(key: string, options: ReadOptions): Promise<ObjectInfo | null> {
    const exchange = await this.#open("GET", key, { offset: 0, length: 1 }, options);
    exchange.close();
    if (this.#isMissing(exchange.status)) return null;
    if (exchange.status !== 416) assertSuccess(exchange, this.#name(key));
    const length = exchange.status === 200 ? parseCount(exchange.header("content-length")) : null;
    const sizeBytes = length ?? parseContentRange(exchange.header("content-range"))?.total ?? null;
    if (sizeBytes === null) {
      throw new UnsupportedError(`The server does not tell the size of ${this.#name(key)}.`, {
        details: { url: this.#name(key) },
      });
    }
    return toInfo(key, exchange, sizeBytes);
  }

  #isMissing(status: number): boolean {
    return status === 404 || status === 410 || (status === 403 && this.#options.forbiddenIsMissing === true);
  }

  #name(key: string): string {
    return `${this.url}/${key.split("/").map(encodeURIComponent).join("/")}`;
  }

  #readOnly(action: string): UnsupportedError {
    return new UnsupportedError(`Cannot ${action}: ${this.url} is read over HTTP, which has no way to do that.`, {
      details: { store: this.url },
    });
  }
}

function parseBaseUrl(text: string): { href: string; search: string } {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new InvalidInputError(`"${text}" is not a URL that begins with http:// or https://.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new InvalidInputError(`Give the password for ${url.host} as a header, not in the URL.`);
  }
  return { href: url.origin + url.pathname.replace(/\/+$/, ""), search: url.search };
}

/** @throws UnavailableError, InvalidInputError, UnsupportedError for an answer that is neither the object nor part of it. */
function assertSuccess(exchange: HttpExchange, name: string): void {
  const { status } = exchange;
  if (status === 200 || status === 206) return;
  const details = { url: name, status };
  if (status >= 500 || passingStatuses.includes(status)) {
    const seconds = retryAfterSeconds(exchange.header("retry-after"));
    const hint = seconds === null ? "" : `; it asks to wait ${seconds} s`;
    throw new UnavailableError(`The server of ${name} cannot answer now (HTTP status ${status})${hint}.`, {
      details: seconds === null ? details : { ...details, retryAfterSeconds: seconds },
    });
  }
  if (status === 401 || status === 403) {
    throw new InvalidInputError(`Access to ${name} was denied (HTTP status ${status}).`, { details });
  }
  throw new InvalidInputError(`The server of ${name} refused the request (HTTP status ${status}).`, { details });
}

function versionOf(exchange: HttpExchange, lengthBytes: number): string {
  const total = parseContentRange(exchange.header("content-range"))?.total ?? lengthBytes;
  return exchange.header("etag") ?? exchange.header("last-modified") ?? `size ${total}`;
}

function toInfo(key: string, exchange: HttpExchange, sizeBytes: number): ObjectInfo {
  const modifiedMs = Date.parse(exchange.header("last-modified") ?? "");
  return {
    key,
    sizeBytes,
    modifiedMs: Number.isNaN(modifiedMs) ? null : modifiedMs,
    etag: exchange.header("etag"),
    version: versionOf(exchange, sizeBytes),
  };
}
