import { is } from "valibot";
import {
  CorruptDataError,
  type ErrorJson,
  errorToJson,
  InvalidInputError,
  isPixelQueryError,
  UnsupportedError,
} from "../errors.js";
import { inOrder } from "./in-order.js";
import { linkSchema, type StacLink } from "./item-schema.js";
import { idOf, parseItem } from "./parse-item.js";
import { type DocumentRequest, parseJson, type ReadDocumentOptions, readDocument } from "./read-document.js";
import { resolveHref, withoutQuery } from "./resolve-href.js";
import type { StacScene } from "./stac-scene.js";

/** Documents under way at once: enough to hide a network's latency, few enough for any server. */
const DOCUMENTS_AT_ONCE = 16;
/** More than any catalog that one ingest should follow; a catalog that makes up ever new links ends here. */
const MAX_DOCUMENTS = 200_000;
/** Most items of a run: their parsed form is held in memory. */
const MAX_ITEMS = 500_000;

/** A scene, or why an item is none. */
export type StacEntry =
  | { kind: "scene"; scene: StacScene }
  | { kind: "failed"; failed: { path: string; error: ErrorJson } };

/**
 * The items that a source leads to: an Item, an ItemCollection, NDJSON, a static Catalog or Collection with all that it
 * links to, a search or the items of a collection in a STAC API with all pages, or stac-geoparquet. In the source's order.
 *
 * An item that cannot be understood, and a linked document that cannot be read, comes as `failed`; the others go on.
 *
 * @throws NotFoundError, CorruptDataError, UnavailableError where the source itself cannot be read.
 * @throws UnsupportedError for the root of an API: it does not say which of its collections are meant.
 */
export async function* readStac(given: string, options: ReadDocumentOptions = {}): AsyncGenerator<StacEntry> {
  const source = /^file:\/\//i.test(given) ? resolveHref(given, "") : given;
  const walk: Walk = { ...options, visited: new Set(), items: 0 };
  if (/\.(?:geo)?parquet$/i.test(source.replace(/[?#].*$/s, ""))) {
    const { readGeoparquet } = await import("./read-geoparquet.js");
    for await (const item of readGeoparquet(source, options)) yield entryOf(item, source, walk);
    return;
  }
  const text = await visit({ place: source }, walk);
  if (text === null) return;
  if (/\.(?:ndjson|jsonl|geojsonl|geojsons)$/i.test(withoutQuery(source))) yield* linesOf(text, source, walk);
  else yield* follow(parseJson(text, source), { place: source }, walk);
}

interface Walk extends ReadDocumentOptions {
  /** Requests that were made: a link that leads back is not followed again. */
  visited: Set<string>;
  items: number;
}

/** A document's text; null where it was read before. */
async function visit(request: DocumentRequest, walk: Walk): Promise<string | null> {
  const key = JSON.stringify([request.place, request.body ?? null]);
  if (walk.visited.has(key)) return null;
  walk.visited.add(key);
  if (walk.visited.size > MAX_DOCUMENTS) {
    throw new InvalidInputError(
      `${withoutQuery(request.place)}: more than ${MAX_DOCUMENTS} documents are linked; name a part of the catalog`,
      { details: { limit: MAX_DOCUMENTS } },
    );
  }
  return readDocument(request, walk);
}

function entryOf(value: unknown, base: string, walk: Walk): StacEntry {
  if (++walk.items > MAX_ITEMS) {
    throw new InvalidInputError(`${withoutQuery(base)}: more than ${MAX_ITEMS} items; narrow the search`, {
      details: { limit: MAX_ITEMS },
    });
  }
  try {
    return { kind: "scene", scene: parseItem(value, base) };
  } catch (error) {
    const id = idOf(value);
    return { kind: "failed", failed: { path: id === null ? withoutQuery(base) : id, error: errorToJson(error) } };
  }
}

function* linesOf(text: string, place: string, walk: Walk): Generator<StacEntry> {
  for (const [index, line] of text.split("\n").entries()) {
    // RFC 8142's record separator may go before each record.
    const record = (line.startsWith("\u001e") ? line.slice(1) : line).trim();
    if (record === "") continue;
    try {
      yield entryOf(parseJson(record, `${withoutQuery(place)}, line ${index + 1}`), place, walk);
    } catch (error) {
      if (error instanceof InvalidInputError) throw error;
      yield { kind: "failed", failed: { path: withoutQuery(place), error: errorToJson(error) } };
    }
  }
}

/** What a document holds and leads to. */
async function* follow(value: unknown, request: DocumentRequest, walk: Walk): AsyncGenerator<StacEntry> {
  const { place } = request;
  const items = Array.isArray(value) ? value : featuresOf(value);
  if (items !== null) {
    for (const item of items) yield entryOf(item, place, walk);
    yield* nextPage(value, request, walk);
    return;
  }
  switch (typeOf(value)) {
    case "Feature":
      yield entryOf(value, place, walk);
      return;
    case "Catalog":
    case "Collection":
      yield* linked(value, place, walk);
      return;
  }
  throw new CorruptDataError(
    `${withoutQuery(place)}: no STAC: its type is ${JSON.stringify(typeOf(value))}, not Feature, FeatureCollection, Catalog or Collection`,
    { details: { path: withoutQuery(place) } },
  );
}

function typeOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  if ("type" in value && typeof value.type === "string") return value.type;
  // Catalogs of before STAC 1.0 have no type.
  return "stac_version" in value && "links" in value ? "Catalog" : null;
}

function featuresOf(value: unknown): unknown[] | null {
  if (typeOf(value) !== "FeatureCollection") return null;
  const { features } = value as { features?: unknown };
  return Array.isArray(features) ? features : [];
}

function linksOf(value: unknown, rel: string): StacLink[] {
  const links = typeof value === "object" && value !== null && "links" in value ? value.links : [];
  return (Array.isArray(links) ? links : []).filter(
    (link): link is StacLink => is(linkSchema, link) && link.rel === rel,
  );
}

async function* nextPage(value: unknown, request: DocumentRequest, walk: Walk): AsyncGenerator<StacEntry> {
  let [page, at] = [value, request];
  for (;;) {
    const [link] = linksOf(page, "next");
    if (link === undefined) return;
    at = nextRequest(link, at);
    const text = await visit(at, walk);
    if (text === null) return;
    page = parseJson(text, at.place);
    const features = featuresOf(page);
    if (features === null) throw notPage(at.place);
    for (const item of features) yield entryOf(item, at.place, walk);
  }
}

function notPage(place: string): CorruptDataError {
  const name = withoutQuery(place);
  return new CorruptDataError(`${name}: the next page is no FeatureCollection`, { details: { path: name } });
}

/** STAC API, paging: a link's body stands alone, or with `merge` is added to the one that was sent. */
function nextRequest({ href, method, body, merge }: StacLink, sent: DocumentRequest): DocumentRequest {
  const place = resolveHref(href, sent.place);
  if (method?.toUpperCase() !== "POST") return { place };
  const before = merge === true && sent.body !== undefined ? (JSON.parse(sent.body) as object) : {};
  return { place, body: JSON.stringify({ ...before, ...body }) };
}

/** Everything below a catalog: its own items first, then its children's. */
async function* linked(value: unknown, place: string, walk: Walk): AsyncGenerator<StacEntry> {
  const [items, children] = [linksOf(value, "item"), linksOf(value, "child")];
  // A collection of an API names its items by one link; a static one by a link for each.
  const pages = items.length + children.length === 0 ? linksOf(value, "items") : [];
  if (Object.hasOwn(value as object, "conformsTo") && items.length === 0) throw apiRoot(place, children);
  for (const part of [pages, items, children]) {
    const hrefs = part.map(({ href }) => href);
    for await (const read of inOrder(hrefs, DOCUMENTS_AT_ONCE, (href) => attempt(href, place, walk))) {
      if ("failed" in read) yield read;
      else if (read.text !== null) yield* followLinked(read.text, read.place, walk);
    }
  }
}

/** A linked document, its text null where it was read before; what to report where it cannot be read. */
async function attempt(
  href: string,
  base: string,
  walk: Walk,
): Promise<{ place: string; text: string | null } | (StacEntry & { kind: "failed" })> {
  let place = href;
  try {
    place = resolveHref(href, base);
    return { place, text: await visit({ place }, walk) };
  } catch (error) {
    return failedLink(error, place, walk);
  }
}

async function* followLinked(text: string, place: string, walk: Walk): AsyncGenerator<StacEntry> {
  try {
    yield* follow(parseJson(text, place), { place }, walk);
  } catch (error) {
    yield failedLink(error, place, walk);
  }
}

/** @throws what ends the whole run: a limit, a signal, and what nobody foresaw. */
function failedLink(error: unknown, place: string, { signal }: Walk): StacEntry & { kind: "failed" } {
  signal?.throwIfAborted();
  if (!isPixelQueryError(error) || error.details.limit !== undefined) throw error;
  return { kind: "failed", failed: { path: withoutQuery(place), error: errorToJson(error) } };
}

function apiRoot(place: string, children: readonly StacLink[]): UnsupportedError {
  const name = withoutQuery(place);
  const example = `${name.replace(/\/+$/, "")}/search?collections=…&bbox=…&datetime=…`;
  return new UnsupportedError(
    `${name}: the root of a STAC API with ${children.length} collections; name a search, such as ${example}`,
    { details: { path: name } },
  );
}
