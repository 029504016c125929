import { InvalidInputError, SourceChangedError } from "../errors.js";
import type { ByteStore, ObjectInfo } from "../store/byte-store.js";
import type { VirtualChunkContainer } from "./config.js";
import type { VirtualFetch } from "./session.js";

type VirtualReference = Parameters<VirtualFetch>[0];

const relativeScheme = "vcc://";

/** A location as a key of the container that it lies in. */
export interface ResolvedLocation {
  container: VirtualChunkContainer;
  /** Relative to the container's prefix, not percent-encoded. */
  key: string;
}

/**
 * The container and key that a reference's location means: `vcc://<name>/<path>` by name, any other URL by the longest
 * prefix.
 *
 * @param containers as `Repository.containers` gives them, longest prefix first.
 * @throws InvalidInputError where no container covers the location: nothing outside of them is ever read.
 */
export function resolveLocation(containers: readonly VirtualChunkContainer[], location: string): ResolvedLocation {
  for (const container of containers) {
    const path = pathInside(container, location);
    if (path !== null) return { container, key: decodeKey(location, path) };
  }
  throw new InvalidInputError(`No virtual chunk container of the repository covers ${location}.`, {
    details: { location },
  });
}

function pathInside({ name, urlPrefix }: VirtualChunkContainer, location: string): string | null {
  if (location.startsWith(relativeScheme)) {
    const prefix = `${relativeScheme}${name}/`;
    return name !== null && location.startsWith(prefix) ? location.slice(prefix.length) : null;
  }
  // Writers differ in whether they encode a prefix with spaces.
  const url = normalize(location);
  const prefix = normalize(urlPrefix);
  return url.startsWith(prefix) ? url.slice(prefix.length) : null;
}

function normalize(url: string): string {
  return URL.canParse(url) ? new URL(url).href : url;
}

function decodeKey(location: string, path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new InvalidInputError(`The location ${location} is not percent-encoded correctly.`, {
      details: { location },
      cause,
    });
  }
}

/**
 * Reads virtual chunks through byte stores, one per container, for `Session.readChunk` and `createZarrStore`. Before the
 * first read of an object its time or ETag is compared with what the reference recorded, where the store knows it.
 *
 * @param storeOf the store of a container, whose keys are relative to the container's prefix.
 */
export function createVirtualFetch(
  containers: readonly VirtualChunkContainer[],
  storeOf: (container: VirtualChunkContainer) => ByteStore,
): VirtualFetch {
  const unchanged = new Set<string>();
  return async (reference, range, options) => {
    const { location, lastModifiedSeconds, etag } = reference;
    const { container, key } = resolveLocation(containers, location);
    const store = storeOf(container);
    const check = `${lastModifiedSeconds} ${etag} ${location}`;
    if ((lastModifiedSeconds !== null || etag !== null) && !unchanged.has(check)) {
      const info = await store.head(key, options);
      if (info) assertUnchanged(reference, info);
      unchanged.add(check);
    }
    const stored = await store.get(key, range, options);
    if (stored?.data.length === range.length) return stored.data;
    const found = stored ? `ends before byte ${range.offset + range.length}` : "is gone";
    throw new SourceChangedError(`${location} ${found}; a reference leads there.`, { details: { location, ...range } });
  };
}

/** @throws SourceChangedError where the object is another one than was referenced. */
function assertUnchanged({ location, lastModifiedSeconds, etag }: VirtualReference, info: ObjectInfo): void {
  // Whole milliseconds: whoever wrote the reference may have had no finer clock.
  const modifiedMs = info.modifiedMs === null ? null : Math.floor(info.modifiedMs);
  if (lastModifiedSeconds !== null && modifiedMs !== null && modifiedMs > lastModifiedSeconds * 1000) {
    throw new SourceChangedError(
      `${location} was changed at ${new Date(modifiedMs).toISOString()}, after it was referenced (${new Date(lastModifiedSeconds * 1000).toISOString()}).`,
      { details: { location, modifiedMs, lastModifiedSeconds } },
    );
  }
  if (etag !== null && info.etag != null && bareEtag(etag) !== bareEtag(info.etag)) {
    throw new SourceChangedError(`${location} has the ETag ${info.etag} now; when it was referenced it had ${etag}.`, {
      details: { location, etag, found: info.etag },
    });
  }
}

/** Writers differ in whether they record the quotes, and servers in whether they call an ETag weak. */
function bareEtag(etag: string): string {
  return etag.replace(/^W\//, "").replace(/^"(.*)"$/, "$1");
}
