import { join } from "node:path";
import { parseStoreLocation } from "../store/index.js";

/** True for a place in a bucket or on the web: a URL, but for `file://`. */
export function isRemote(place: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(place) && !/^file:/i.test(place);
}

/** Where people find an object: a path, or a URL. */
export function pathIn(place: string, key: string): string {
  return isRemote(place) ? `${place}/${key}` : join(place, ...key.split("/"));
}

/** How official readers of the repository reach a place: its kind of storage by the names of Icechunk's configuration. */
export function officialStore(place: string): Record<string, Record<string, never> | string> {
  const { kind } = parseStoreLocation(place);
  switch (kind) {
    case "file":
      return { local_file_system: `${place}/` };
    case "gs":
      return { gcs: {} };
    default:
      return { [kind]: {} };
  }
}
