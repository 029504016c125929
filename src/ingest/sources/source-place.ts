import { join } from "node:path";
import type { Json } from "../../errors.js";
import type { VirtualChunkContainer } from "../../icechunk/index.js";
import { parseStoreLocation, type S3Access } from "../../store/index.js";
import { folderUrl } from "../../warehouse/sources.js";

/** True for a place in a bucket or on the web: a URL, but for `file://`. */
export function isRemote(place: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(place) && !/^file:/i.test(place);
}

/** Where people find an object: a path, or a URL. */
export function pathIn(place: string, key: string): string {
  return isRemote(place) ? `${place}/${key}` : join(place, ...key.split("/"));
}

/**
 * A place as a container of the repository's configuration has it, so that official readers find it: by the names of
 * Icechunk's configuration, and with all that they need but credentials.
 *
 * @param access How the place was reached, where its URL does not say it.
 */
export function officialContainer(
  place: string,
  access: S3Access | null,
): Pick<VirtualChunkContainer, "urlPrefix" | "store"> {
  const parsed = parseStoreLocation(place);
  switch (parsed.kind) {
    case "file":
      return { urlPrefix: folderUrl(place), store: { local_file_system: `${place}/` } };
    case "s3":
      return { urlPrefix: `${place}/`, store: officialS3(access) };
    case "gs":
      return { urlPrefix: `${place}/`, store: { gcs: {} } };
    case "azure": {
      const { account, container, prefix } = parsed;
      return { urlPrefix: `az://${[container, prefix].filter(Boolean).join("/")}/`, store: { azure: { account } } };
    }
    case "http":
      return { urlPrefix: `${place}/`, store: { http: {} } };
  }
}

/** `S3Options` of Icechunk, every field of it: its readers refuse a repository where one is missing. */
function officialS3(access: S3Access | null): Json {
  const { region = null, endpoint = null, addressing, anonymous = false, requesterPays = false } = access ?? {};
  const options = {
    region,
    endpoint_url: endpoint,
    anonymous,
    allow_http: endpoint?.startsWith("http:") ?? false,
    force_path_style: addressing === "path",
    network_stream_timeout_seconds: null,
    requester_pays: requesterPays,
  };
  return endpoint === null ? { s3: options } : { s3_compatible: options };
}
