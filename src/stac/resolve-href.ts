import { access } from "node:fs/promises";
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
 * @throws InvalidInputError where a document from elsewhere names a file of this machine, or any a file of another.
 */
export function resolveHref(href: string, base: string): string {
  const isFile = /^file:\/\//i.test(href);
  if (isFile && isUrl(base)) {
    throw new InvalidInputError(`${withoutQuery(base)}: names ${href}, a file of this machine; that is not followed`, {
      details: { document: withoutQuery(base), href },
    });
  }
  if (isFile) return localFile(href);
  if (isUrl(href)) return href;
  if (/^https?:/i.test(base)) return new URL(href, base).href;
  if (!isUrl(base)) return resolve(dirname(resolve(base)), href);
  const [, origin = "", path = ""] = /^([^:]+:\/\/[^/]+)(.*)$/.exec(base) ?? [];
  return `${origin}${resolve("/", dirname(path), href)}`;
}

function localFile(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new InvalidInputError(`${url}: names no file of this machine`, { details: { href: url }, cause });
  }
}

/**
 * A place as messages may show it: a query may hold a key, and what stands before `@` a password. Of what is not on the web
 * only `?name=…` counts as a query, for names of files may hold question marks.
 */
export function withoutQuery(place: string): string {
  if (!/^https?:/i.test(place)) return place.replace(/\?[^?/=]+=.*$/s, "");
  return place.replace(/[?#].*$/s, "").replace(/^([a-z]+:\/\/)[^/]*@/i, "$1");
}

/**
 * A path of this machine as it is there: as it is written, else with `%20` and the like as what they stand for, since an href
 * may be either.
 */
export async function existingPath(path: string): Promise<string> {
  if (!path.includes("%") || (await isThere(path))) return path;
  const decoded = percentDecoded(path);
  return decoded !== null && (await isThere(decoded)) ? decoded : path;
}

/** A percent-encoded text as what it stands for; null where it is none. */
export function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
