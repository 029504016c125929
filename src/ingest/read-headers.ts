import type { CogInfo } from "../cog/cog-info.js";
import { openCogInfo } from "../cog/open-cog-info.js";
import { SourceChangedError } from "../errors.js";
import { lonLatBounds } from "../geo/lonlat-bounds.js";
import { openProjection } from "../geo/projection.js";
import { eachFile } from "./each-file.js";
import { groundKey, type ReadHeader } from "./place.js";
import type { SourceFile } from "./scan.js";

/** A header with the ground its image covers. */
export interface LocatedHeader extends ReadHeader {
  /** West, south, east, north in degrees; null without georeference. */
  bbox: readonly [number, number, number, number] | null;
}

export interface ReadHeadersOptions {
  signal?: AbortSignal | undefined;
  onHeader: (file: SourceFile, header: LocatedHeader) => void;
  onFailure: (file: SourceFile, error: unknown) => void;
}

/**
 * Read the headers of many files at once, one or two range reads each. A file that cannot be read is reported and the
 * rest go on.
 */
export async function readHeaders(files: readonly SourceFile[], options: ReadHeadersOptions): Promise<void> {
  const boundsOf = createBoundsCache();
  await eachFile(files, options.signal, async (file) => {
    try {
      const header = await readHeader(file, options.signal);
      options.onHeader(file, { ...header, bbox: await boundsOf(header.info) });
    } catch (error) {
      options.signal?.throwIfAborted();
      options.onFailure(file, error);
    }
  });
}

async function readHeader(file: SourceFile, signal: AbortSignal | undefined): Promise<ReadHeader> {
  const { info, version, headerHash } = await openCogInfo(file.store, file.key, { signal, sizeBytes: file.sizeBytes });
  if (version !== file.version) {
    throw new SourceChangedError(`${file.path}: changed while it was being ingested; run the ingest again`, {
      details: { path: file.path, listed: file.version, read: version },
    });
  }
  return { file, info, headerHash };
}

type Bounds = readonly [number, number, number, number] | null;

/** Bounds in degrees; scenes on one grid share one computation. */
function createBoundsCache(): (info: CogInfo) => Promise<Bounds> {
  const known = new Map<string, Bounds>();
  return async (info) => {
    if (info.crs === null || info.transform === null) return null;
    const key = groundKey(info, info.crs);
    let bounds = known.get(key);
    if (bounds === undefined) {
      bounds = lonLatBounds(await openProjection(info.crs), info.transform, info.width, info.height);
      known.set(key, bounds);
    }
    return bounds;
  };
}
