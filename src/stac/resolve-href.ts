import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidInputError } from "../errors.js";

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/** True for a URL, but for `file://`. */
function isUrl(place: string): boolean {
  return SCHEME.test(place) && !/^file:/i.test(place);
}

/**
 * Where a link or an asset leads: an absolute path, or a URL.
 *
 * @param base path or URL of the document that holds it
 * @throws InvalidInputError where a document from elsewhere names a file of this machine.
 */
export function resolveHref(href: string, base: string): string {
  const isFile = /^file:\/\//i.test(href);
  if (isFile && isUrl(base)) {
    throw new InvalidInputError(`${withoutQuery(base)}: names ${href}, a file of this machine; that is not followed`, {
      details: { document: withoutQuery(base), href },
    });
  }
  if (isFile) return fileURLToPath(href);
  if (isUrl(href)) return href;
  if (/^https?:/i.test(base)) return new URL(href, base).href;
  if (!isUrl(base)) return resolve(dirname(resolve(base)), href);
  const [, origin = "", path = ""] = /^([^:]+:\/\/[^/]+)(.*)$/.exec(base) ?? [];
  return `${origin}${resolve("/", dirname(path), href)}`;
}

/** A place as messages may show it: a query may hold a key. */
export function withoutQuery(place: string): string {
  return /^https?:/i.test(place) ? place.replace(/[?#].*$/s, "") : place;
}
