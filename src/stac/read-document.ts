import { basename, dirname, resolve } from "node:path";
import { CorruptDataError, InvalidInputError, NotFoundError, UnavailableError, UnsupportedError } from "../errors.js";
import { withAttempts } from "../store/attempts.js";
import { retryAfterSeconds } from "../store/http-answer.js";
import { HttpExchange } from "../store/http-exchange.js";
import { openStore, type StoredObject } from "../store/index.js";
import { existingPath, withoutQuery } from "./resolve-href.js";

/** A page of a thousand items takes some ten million bytes. */
const MAX_DOCUMENT_BYTES = 256 * 2 ** 20;
const IDLE_TIMEOUT_MS = 60_000;
/** Too early, too many requests and the like: the same request may be answered later. */
const passingStatuses: readonly number[] = [408, 425, 429];

export interface ReadDocumentOptions {
  signal?: AbortSignal | undefined;
}

/** A request that is more than a place: how STAC APIs are asked for further pages. */
export interface DocumentRequest {
  /** Path or URL. */
  place: string;
  /** Sent by POST where there is one. */
  body?: string | undefined;
}

/**
 * The text of a document: a file, an object in a bucket, or what a server answers.
 *
 * @throws NotFoundError where there is none; UnavailableError, InvalidInputError where a server cannot or will not answer.
 * @throws UnsupportedError where it is too long to be one.
 */
export async function readDocument({ place, body }: DocumentRequest, { signal }: ReadDocumentOptions): Promise<string> {
  const bytes = /^https?:\/\//i.test(place)
    ? await withAttempts(() => ask(assertAddress(place), body, signal), {}, signal)
    : await readStored(place, signal);
  return new TextDecoder().decode(bytes);
}

/** Store and key of a file or an object in a bucket. */
export function storedObject(place: string): StoredObject {
  if (/^https?:\/\//i.test(place)) {
    const { origin, pathname, search } = new URL(place);
    const at = pathname.lastIndexOf("/");
    return {
      store: openStore(origin + pathname.slice(0, at) + search),
      key: decodeURIComponent(pathname.slice(at + 1)),
    };
  }
  const isUrl = /^[a-z][a-z0-9+.-]+:\/\//i.test(place);
  const path = isUrl ? place : resolve(place);
  const at = path.lastIndexOf("/");
  return isUrl
    ? { store: openStore(path.slice(0, at)), key: path.slice(at + 1) }
    : { store: openStore(dirname(path)), key: basename(path) };
}

async function readStored(place: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const { store, key } = storedObject(/^[a-z][a-z0-9+.-]+:\/\//i.test(place) ? place : await existingPath(place));
  const info = await store.head(key, { signal });
  if (info === null) throw missing(place);
  if (info.sizeBytes > MAX_DOCUMENT_BYTES) throw tooLong(place);
  const stored = await store.get(key, undefined, { signal });
  if (stored === null) throw missing(place);
  return stored.data;
}

async function ask(url: string, body: string | undefined, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const name = withoutQuery(url);
  const exchange = await HttpExchange.open({
    fetch: (input, init) => globalThis.fetch(input, init),
    url,
    method: body === undefined ? "GET" : "POST",
    headers: {
      accept: "application/geo+json, application/json;q=0.9, */*;q=0.1",
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    body,
    name,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    signal,
  });
  try {
    assertAnswered(exchange, name);
    const bytes = await exchange.read(0, MAX_DOCUMENT_BYTES + 1);
    if (bytes.length > MAX_DOCUMENT_BYTES) throw tooLong(name);
    return bytes;
  } finally {
    exchange.close();
  }
}

function assertAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.username === "" && parsed.password === "") return url;
  const name = withoutQuery(url);
  const reason = parsed === null ? "no address" : "a password in an address is not used";
  throw new InvalidInputError(`${name}: ${reason}`, { details: { url: name } });
}

function assertAnswered(exchange: HttpExchange, name: string): void {
  const { status } = exchange;
  if (status >= 200 && status < 300) return;
  const details = { url: name, status };
  if (status === 404 || status === 410) throw missing(name);
  if (status >= 500 || passingStatuses.includes(status)) {
    const seconds = retryAfterSeconds(exchange.header("retry-after"));
    throw new UnavailableError(`The server of ${name} cannot answer now (HTTP status ${status}).`, {
      details: seconds === null ? details : { ...details, retryAfterSeconds: seconds },
    });
  }
  throw new InvalidInputError(`The server of ${name} refused the request (HTTP status ${status}).`, { details });
}

function missing(place: string): NotFoundError {
  const name = withoutQuery(place);
  return new NotFoundError(`${name}: no such document`, { details: { path: name } });
}

function tooLong(place: string): UnsupportedError {
  const name = withoutQuery(place);
  return new UnsupportedError(
    `${name}: longer than ${MAX_DOCUMENT_BYTES / 2 ** 20} MiB; ask for smaller pages, or write it as GeoParquet`,
    { details: { path: name, limitBytes: MAX_DOCUMENT_BYTES } },
  );
}

/**
 * The value of a JSON text.
 *
 * @throws CorruptDataError naming the document.
 */
export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const name = withoutQuery(place);
    const hint = /^\s*</.test(text) ? "; it looks like a web page, and folders on the web cannot be listed" : "";
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
    throw new CorruptDataError(`${name}: not JSON (${reason})${hint}`, { details: { path: name }, cause });
  }
}
