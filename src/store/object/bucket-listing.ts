import { CorruptDataError } from "../../errors.js";
import { parseCount } from "../http-answer.js";
import type { ListedObject, ListingPage } from "./object-protocol.js";
import { childrenOf, textOf, type XmlElement } from "./xml.js";

/** Parameters of a page of a listing (ListObjectsV2 of S3, which Google's XML interface has as well). */
export function listingParameters(prefix: string, page: string | null): [string, string][] {
  const parameters: [string, string][] = [
    ["list-type", "2"],
    // Keys may hold letters that XML cannot.
    ["encoding-type", "url"],
    ["prefix", prefix],
  ];
  if (page !== null) parameters.push(["continuation-token", page]);
  return parameters;
}

/**
 * A page of a listing as ListObjectsV2 answers it.
 *
 * @param versionOf version of a listed object from its element and its ETag.
 * @throws CorruptDataError where the answer is something else, or a number is none.
 */
export function parseBucketListing(
  answer: XmlElement,
  source: string,
  versionOf: (object: XmlElement, etag: string | null) => string | null,
): ListingPage {
  if (answer.name !== "ListBucketResult") throw notListing(source, `it is a <${answer.name}>`);
  const decode = textOf(answer, "EncodingType") === "url" ? decodeListed : (text: string) => text;
  const objects = childrenOf(answer, "Contents").map((object) => parseObject(object, source, decode, versionOf));
  const isTruncated = textOf(answer, "IsTruncated") === "true";
  const next = textOf(answer, "NextContinuationToken");
  if (isTruncated && !next) throw notListing(source, "it goes on, but does not say where");
  return { objects, next: isTruncated ? next : null };
}

function parseObject(
  object: XmlElement,
  source: string,
  decode: (text: string) => string,
  versionOf: (object: XmlElement, etag: string | null) => string | null,
): ListedObject {
  const etag = quoted(textOf(object, "ETag"));
  // Not trimmed: a key may end in a space.
  const key = object.children.find(({ name }) => name === "Key")?.text ?? "";
  const sizeBytes = parseCount(textOf(object, "Size"));
  const version = versionOf(object, etag);
  if (key === "" || sizeBytes === null || version === null) {
    throw notListing(source, "an object is without key, size or version");
  }
  const modifiedMs = Date.parse(textOf(object, "LastModified") ?? "");
  return { key: decode(key), sizeBytes, modifiedMs: Number.isNaN(modifiedMs) ? null : modifiedMs, etag, version };
}

/** Amazon writes a space as `+`, as forms do; others as `%20`. */
function decodeListed(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    // Half a letter: a key that was not UTF-8. It cannot be asked for either way.
    return text;
  }
}

/** ETags have quotes in headers; some servers leave them out in listings. */
export function quoted(etag: string | null): string | null {
  return etag === null || etag === "" ? null : /^(?:W\/)?".*"$/.test(etag) ? etag : `"${etag}"`;
}

function notListing(source: string, reason: string): CorruptDataError {
  return new CorruptDataError(`The answer of ${source} is not a listing: ${reason}.`, { details: { url: source } });
}
