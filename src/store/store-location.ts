import { InvalidInputError } from "../errors.js";

/** Where a store is, taken apart. Prefixes have no slash at either end, and are empty for a whole bucket. */
export type StoreLocation =
  | { kind: "file"; path: string }
  | { kind: "http"; url: string }
  | { kind: "s3"; bucket: string; prefix: string }
  | { kind: "gs"; bucket: string; prefix: string }
  | { kind: "azure"; account: string; container: string; prefix: string };

/** True for the URL of a store in a bucket, which can be listed, takes many requests at once and knows ETags. */
export function isBucket(url: string): boolean {
  return /^(s3|gs|az):\/\//.test(url);
}

/**
 * A location as people write it: a path, `file://`, `http(s)://`, `s3://bucket/prefix` (also `s3a://`), `gs://bucket/prefix`
 * (also `gcs://`), `az://account/container/prefix`, `abfs(s)://container@account.dfs.core.windows.net/prefix`.
 *
 * Names in buckets are taken as they are written: nothing is percent-decoded, as the clouds' own tools have it. A path in
 * `file://` is decoded.
 *
 * @throws InvalidInputError for another scheme, or where a part is missing.
 */
export function parseStoreLocation(location: string): StoreLocation {
  const match = /^([a-z][a-z0-9+.-]+):\/\/(.*)$/is.exec(location);
  if (!match) return { kind: "file", path: location };
  const [scheme, rest] = [match[1]!.toLowerCase(), match[2]!];
  switch (scheme) {
    case "file":
      return { kind: "file", path: decodePath(rest.replace(/^localhost(?=\/)/, ""), location) };
    case "http":
    case "https":
      return { kind: "http", url: location };
    case "s3":
    case "s3a":
      return { kind: "s3", ...bucketOf(rest, location) };
    case "gs":
    case "gcs":
      return { kind: "gs", ...bucketOf(rest, location) };
    case "az":
    case "azure":
      return azureOf(rest, location);
    case "abfs":
    case "abfss":
      return fileSystemOf(rest, location);
  }
  throw new InvalidInputError(
    `${hidden(location)}: there is no storage for ${scheme}:// here. Give a path, or a URL that begins with file://, s3://, gs://, ` +
      "az://, abfs://, http:// or https://.",
    { details: { scheme } },
  );
}

/**
 * The one way to write a location in a cloud: `s3://`, `gs://` or `az://`, without a slash at the end. Others are given back
 * as they are.
 *
 * @throws InvalidInputError as {@link parseStoreLocation} does.
 */
export function canonicalLocation(location: string): string {
  const parsed = parseStoreLocation(location);
  if (parsed.kind === "file" || parsed.kind === "http") return location;
  return cloudUrl(parsed);
}

/** URL of a location in a cloud. */
export function cloudUrl(location: Exclude<StoreLocation, { kind: "file" | "http" }>): string {
  const prefix = location.prefix === "" ? "" : `/${location.prefix}`;
  if (location.kind === "azure") return `az://${location.account}/${location.container}${prefix}`;
  return `${location.kind}://${location.bucket}${prefix}`;
}

function decodePath(path: string, location: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new InvalidInputError(`${location}: a "%" in a file:// URL must be written as %25.`, {
      details: { location },
    });
  }
}

function bucketOf(rest: string, location: string): { bucket: string; prefix: string } {
  const [bucket = "", ...segments] = rest.split("/");
  if (bucket === "") throw incomplete(location, "the bucket's name is missing");
  if (/[@:?#]/.test(bucket)) throw incomplete(hidden(location), "a bucket's name holds none of @ : ? #");
  return { bucket, prefix: prefixOf(segments, location) };
}

function azureOf(rest: string, location: string) {
  const [account = "", container = "", ...segments] = rest.split("/");
  if (account === "" || container === "") throw incomplete(location, "write az://ACCOUNT/CONTAINER/PREFIX");
  if (/[@:?#]/.test(account)) throw incomplete(hidden(location), "an account's name holds none of @ : ? #");
  return { kind: "azure" as const, account, container, prefix: prefixOf(segments, location) };
}

function fileSystemOf(rest: string, location: string) {
  const [authority = "", ...segments] = rest.split("/");
  const match = /^([^@:?#]+)@([a-z0-9]+)\.(?:dfs|blob)\.[a-z.]+$/i.exec(authority);
  if (!match) {
    const form = "write abfs://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX";
    throw incomplete(hidden(location), form);
  }
  return { kind: "azure" as const, account: match[2]!, container: match[1]!, prefix: prefixOf(segments, location) };
}

function prefixOf(segments: readonly string[], location: string): string {
  const prefix = segments.join("/").replace(/\/+$/, "");
  const isClean = prefix === "" || prefix.split("/").every((segment) => !["", ".", ".."].includes(segment));
  if (!isClean) throw incomplete(location, "a part of the path is empty, . or ..");
  return prefix;
}

/** The location's scheme alone, where more of it may be a password that does not belong there. */
function hidden(location: string): string {
  return `${location.slice(0, location.indexOf("://"))}://…`;
}

function incomplete(location: string, reason: string): InvalidInputError {
  return new InvalidInputError(`${location}: ${reason}.`, { details: { location } });
}
