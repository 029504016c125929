import type { Json } from "../errors.js";
import { type Repository, resolveLocation, type VirtualChunkContainer } from "../icechunk/index.js";
import {
  type ByteStore,
  FileStore,
  isBucket,
  type ObjectInfo,
  openStore,
  type StoredObject,
  withRangeCoalescing,
} from "../store/index.js";

/** Scheme of references that name a container of the repository's configuration instead of a place. */
const SCHEME = "vcc://";

/**
 * Location of a source file as references hold it. Each path segment is percent-encoded, so that names with spaces,
 * `#`, `?`, `%` or letters beyond ASCII survive every reader's URL parser.
 */
export function sourceLocation(container: string, key: string): string {
  return `${SCHEME}${container}/${key.split("/").map(encodeURIComponent).join("/")}`;
}

/** Container and key of a location that {@link sourceLocation} gave. */
export function parseSourceLocation(location: string): { container: string; key: string } {
  const [container = "", ...segments] = location.slice(SCHEME.length).split("/");
  return { container, key: segments.map(decodeURIComponent).join("/") };
}

/**
 * URL of a local folder as containers hold it, ending in a slash. Only what would end a URL's path is percent-encoded: official
 * readers compare the prefix with decoded locations.
 */
export function folderUrl(folder: string): string {
  return `file://${folder.replace(/\/+$/, "").replace(/[%#?]/g, encodeURIComponent)}/`;
}

/**
 * The place that a container stands for, without a slash at its end: the path of a local folder, or a URL as `openStore`
 * takes it.
 */
export function containerPlace({ urlPrefix, store }: VirtualChunkContainer): string {
  const trimmed = urlPrefix.replace(/\/$/, "");
  if (trimmed.startsWith("file://")) return decodeURIComponent(trimmed.slice("file://".length));
  const account = azureAccount(store);
  return account === null ? trimmed : trimmed.replace(/^az:\/\//, `az://${account}/`);
}

/** Official readers have the account in the container's store, and not in its URL. */
function azureAccount(store: Json): string | null {
  if (!isJsonObject(store) || !isJsonObject(store.azure)) return null;
  const { account } = store.azure;
  return typeof account === "string" ? account : null;
}

function isJsonObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Bytes read in vain between two blocks of one file: they take no longer than another request's way there and back. */
const DISTANT_GAP_BYTES = 256 * 1024;

/** The stores behind a repository's containers: nothing outside them is ever read. */
export interface SourceStores {
  /** Longest prefix first, as `Repository.containers` gives them. */
  readonly containers: readonly VirtualChunkContainer[];
  /**
   * The store whose keys are relative to the container's prefix.
   *
   * @throws InvalidInputError for storage that is not known.
   */
  readonly storeOf: (container: VirtualChunkContainer) => ByteStore;
}

/** The stores of a repository's containers, each opened when it is first asked for. */
export async function openSourceStores(repository: Repository): Promise<SourceStores> {
  const stores = new Map<string, ByteStore>();
  const storeOf = (container: VirtualChunkContainer) => {
    const place = containerPlace(container);
    const store = stores.get(place) ?? openPlace(place);
    stores.set(place, store);
    return store;
  };
  return { containers: await repository.containers(), storeOf };
}

/** In a distant store blocks that lie near each other are read with one request. */
function openPlace(place: string): ByteStore {
  const store = openStore(place);
  return store instanceof FileStore ? store : withRangeCoalescing(store, { gapBytes: DISTANT_GAP_BYTES });
}

/**
 * The store and key behind a location.
 *
 * @throws InvalidInputError where the repository has no container for it.
 */
export function resolveSource({ containers, storeOf }: SourceStores, location: string): StoredObject {
  const { container, key } = resolveLocation(containers, location);
  return { store: storeOf(container), key };
}

/** An ETag as it is recorded and compared: that of an object in a bucket, where it stands for the bytes; else "". */
export function recordedEtag({ url }: ByteStore, { etag }: Pick<ObjectInfo, "etag">): string {
  return etag && isBucket(url) && !etag.startsWith("W/") ? etag : "";
}

/** A modification time as it is recorded and compared: as precisely as the store surely knows it. */
export function recordedTime({ timePrecisionMs = 1 }: ByteStore, modifiedMs: number): number {
  return Math.floor(modifiedMs / timePrecisionMs) * timePrecisionMs;
}
