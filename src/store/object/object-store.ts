import { CorruptDataError, UnsupportedError } from "../../errors.js";
import { type RetryOptions, withAttempts } from "../attempts.js";
import type { ByteRange, ByteStore, ObjectInfo, ReadOptions, S3Access, StoredBytes } from "../byte-store.js";
import { HTTP_TIME_PRECISION_MS, parseContentRange, readRange, unaskedRange, wholeSize } from "../http-answer.js";
import type { HttpExchange } from "../http-exchange.js";
import { assertKey, assertRange, isKey } from "../key.js";
import { ConditionalWrites } from "./conditional-writes.js";
import type { Fault, ListingPage, ObjectProtocol, ObjectRequest } from "./object-protocol.js";
import { isProbe } from "./probe.js";
import { ObjectRequests, type RequestOptions } from "./requests.js";
import { parseXml } from "./xml.js";

/** A page of a thousand keys of a thousand bytes, each letter encoded, is shorter. */
const longestPageBytes = 16 * 2 ** 20;

export interface ObjectStoreOptions extends RequestOptions {
  /** How requests that fail in passing are made again; pages of a listing one by one. */
  retries?: RetryOptions;
}

/**
 * A {@link ByteStore} over a bucket or container of a cloud, whichever `protocol` speaks. One request per call, apart from
 * those made again (see {@link ObjectStoreOptions.retries}), one for each page of a listing, and what
 * {@link ConditionalWrites} asks before the first conditional write.
 *
 * An object without a key that names something inside a store, such as the `folder/` that consoles make, is not listed.
 */
export class ObjectStore implements ByteStore {
  readonly url: string;
  readonly timePrecisionMs = HTTP_TIME_PRECISION_MS;
  readonly #protocol: ObjectProtocol;
  readonly #prefix: string;
  readonly #retries: RetryOptions;
  readonly #requests: ObjectRequests;
  readonly #conditions: ConditionalWrites;

  /**
   * @param url what people call the store: `s3://bucket/prefix`.
   * @param prefix what goes before each key: empty, or ending in a slash.
   */
  constructor(url: string, protocol: ObjectProtocol, prefix: string, options: ObjectStoreOptions = {}) {
    this.url = url;
    this.#protocol = protocol;
    this.#prefix = prefix;
    this.#retries = options.retries ?? {};
    this.#requests = new ObjectRequests(protocol, options);
    this.#conditions = new ConditionalWrites(url, protocol, this.#requests, (key) => this.#target(key), this.#retries);
  }

  /**
   * @throws NotFoundError where the bucket does not exist.
   * @throws InvalidInputError where access is denied, saying why where the server tells.
   * @throws UnavailableError where the server is not reached, is overloaded or breaks off.
   * @throws CorruptDataError where it sends another range than the one asked for.
   */
  async get(key: string, range?: ByteRange, options: ReadOptions = {}): Promise<StoredBytes | null> {
    assertKey(key, this.url);
    if (range) assertRange(range, key);
    if (range?.length === 0) return this.#nothingOf(key, options);
    const headers: Record<string, string> = range
      ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` }
      : {};
    const answer = await this.#attempt(options, () =>
      this.#requests.send(
        this.#request("GET", key, headers),
        options.signal,
        (exchange) => this.#readBody(exchange, key, range),
        (fault) => this.#missing(fault) ?? (range && fault.status === 416 ? { kind: "behind the end" as const } : null),
      ),
    );
    if (answer.kind === "behind the end") return this.#nothingOf(key, options);
    return answer.kind === "missing" ? null : answer.stored;
  }

  async access(): Promise<S3Access | null> {
    return this.#protocol.access?.() ?? null;
  }

  async head(key: string, options: ReadOptions = {}): Promise<ObjectInfo | null> {
    assertKey(key, this.url);
    const answer = await this.#attempt(options, () =>
      this.#requests.send(
        this.#request("HEAD", key),
        options.signal,
        async (exchange) => ({ kind: "there" as const, info: this.#headOf(exchange, key) }),
        (fault) => this.#missing(fault),
      ),
    );
    return answer.kind === "there" ? answer.info : null;
  }

  async put(key: string, data: Uint8Array, options: ReadOptions = {}): Promise<void> {
    assertKey(key, this.url);
    const { url, name } = this.#target(key);
    const request = { method: "PUT" as const, url, name, headers: this.#protocol.writeHeaders, body: data };
    await this.#attempt(options, () => this.#requests.send(request, options.signal, done));
  }

  async putIf(key: string, data: Uint8Array, version: string | null, options: ReadOptions = {}): Promise<boolean> {
    assertKey(key, this.url);
    return this.#conditions.put(key, data, version, options.signal);
  }

  async *list(prefix: string, options: ReadOptions = {}): AsyncGenerator<ObjectInfo> {
    let page: string | null = null;
    do {
      const asked: string | null = page;
      const listing: ListingPage = await this.#attempt(options, () => this.#listPage(prefix, asked, options.signal));
      for (const object of listing.objects) {
        options.signal?.throwIfAborted();
        const key = object.key.slice(this.#prefix.length);
        if (object.key.startsWith(this.#prefix) && isKey(key) && !isProbe(key)) yield { ...object, key };
      }
      if (listing.next !== null && listing.next === page) {
        throw new CorruptDataError(`The listing of ${this.url} does not end: a page leads to itself.`, {
          details: { url: this.url },
        });
      }
      page = listing.next;
    } while (page !== null);
  }

  async delete(key: string, options: ReadOptions = {}): Promise<void> {
    assertKey(key, this.url);
    const request = this.#request("DELETE", key);
    await this.#attempt(options, () =>
      this.#requests.send(request, options.signal, done, (fault) => this.#missing(fault)),
    );
  }

  #attempt<T>({ signal }: ReadOptions, request: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    return withAttempts(request, this.#retries, signal);
  }

  #listPage(prefix: string, page: string | null, signal: AbortSignal | undefined): Promise<ListingPage> {
    const url = this.#protocol.listUrl(this.#prefix + prefix, page);
    const request = { method: "GET" as const, url, name: this.url, headers: {} };
    const read = async (exchange: HttpExchange) => {
      const body = await exchange.read(0, longestPageBytes);
      return this.#protocol.parseListing(parseXml(new TextDecoder().decode(body), this.url), this.url);
    };
    return this.#requests.send(request, signal, read);
  }

  async #readBody(exchange: HttpExchange, key: string, range: ByteRange | undefined) {
    const { name } = this.#target(key);
    if (!range && exchange.status === 206) throw unaskedRange(name);
    const data = range ? await readRange(exchange, range, name) : await exchange.read();
    const info = this.#infoOf(exchange, key, wholeSize(exchange));
    const stored: StoredBytes = { data, version: this.#versionOf(exchange, name), ...(info !== null && { info }) };
    return { kind: "there" as const, stored };
  }

  #headOf(exchange: HttpExchange, key: string): ObjectInfo {
    const { name } = this.#target(key);
    const sizeBytes = wholeSize(exchange) ?? parseContentRange(exchange.header("content-range"))?.total ?? null;
    const info = this.#infoOf(exchange, key, sizeBytes);
    if (info !== null) return info;
    throw new UnsupportedError(`The server does not tell the size of ${name}.`, { details: { url: name } });
  }

  #infoOf(exchange: HttpExchange, key: string, sizeBytes: number | null): ObjectInfo | null {
    if (sizeBytes === null) return null;
    const { name } = this.#target(key);
    const modifiedMs = Date.parse(exchange.header("last-modified") ?? "");
    return {
      key,
      sizeBytes,
      modifiedMs: Number.isNaN(modifiedMs) ? null : modifiedMs,
      etag: exchange.header("etag"),
      version: this.#versionOf(exchange, name),
    };
  }

  #versionOf(exchange: HttpExchange, name: string): string {
    const version = this.#protocol.versionOf((header) => exchange.header(header));
    if (version !== null) return version;
    throw new UnsupportedError(
      `The answer to the request for ${name} tells no version (ETag). In a browser the bucket's CORS rules must expose it.`,
      { details: { url: name } },
    );
  }

  /** What a range holds that is empty or begins behind the end. */
  async #nothingOf(key: string, options: ReadOptions): Promise<StoredBytes | null> {
    const info = await this.head(key, options);
    return info && { data: new Uint8Array(0), version: info.version };
  }

  #missing(fault: Fault): { kind: "missing" } | null {
    return this.#protocol.isMissingObject(fault) ? { kind: "missing" } : null;
  }

  #request(method: ObjectRequest["method"], key: string, headers: Readonly<Record<string, string>> = {}) {
    return { method, headers, ...this.#target(key) };
  }

  #target(key: string): { url: URL; name: string } {
    return { url: this.#protocol.objectUrl(this.#prefix + key), name: `${this.url}/${key}` };
  }
}

async function done(): Promise<void> {}
