import type { CogInfo } from "../../cog/cog-info.js";
import { openCogInfo } from "../../cog/open-cog-info.js";
import { isPixelQueryError } from "../../errors.js";
import type { Affine } from "../../geo/affine.js";
import type { Crs } from "../../geo/crs.js";
import { lonLatBounds } from "../../geo/lonlat-bounds.js";
import { openProjection } from "../../geo/projection.js";
import { atOnceIn, eachFile } from "../each-file.js";
import type { SourceFile } from "../sources/scan.js";
import { withWorldFile } from "../sources/world-files.js";
import { groundKey, type ReadHeader } from "./place.js";

/** A header with the ground its image covers. */
export interface LocatedHeader extends ReadHeader {
  /** West, south, east, north in degrees; null without georeference, and where the CRS cannot be related to degrees. */
  bbox: Bounds | null;
  /** Why there is no `bbox`; null where there is one. */
  unlocated: string | null;
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
  const locate = createLocator();
  const work = async (file: SourceFile) => {
    try {
      const header = await readHeader(file, options.signal);
      options.onHeader(file, { ...header, ...(await locate(header.info)) });
    } catch (error) {
      options.signal?.throwIfAborted();
      options.onFailure(file, error);
    }
  };
  await eachFile(files, options.signal, work, atOnceIn(files.map(({ store }) => store.url)));
}

async function readHeader(file: SourceFile, signal: AbortSignal | undefined): Promise<ReadHeader> {
  const { sizeBytes, version } = file;
  const { info, headerHash } = await openCogInfo(file.store, file.key, { signal, sizeBytes, version });
  return { file, info: await withWorldFile(info, file.worldFiles, signal), headerHash };
}

type Bounds = readonly [number, number, number, number];
type Location = Pick<LocatedHeader, "bbox" | "unlocated">;

/** Bounds in degrees; scenes on one grid share one computation. */
function createLocator(): (info: CogInfo) => Promise<Location> {
  const known = new Map<string, Location>();
  return async ({ crs, transform, ...info }) => {
    if (crs === null || transform === null) return { bbox: null, unlocated: "no CRS or no transform" };
    const key = groundKey({ crs, transform, ...info }, crs);
    const location = known.get(key) ?? (await locateGrid(crs, transform, info));
    known.set(key, location);
    return location;
  };
}

/** A CRS that no projection here knows keeps nobody from reading the pixels. */
async function locateGrid(
  crs: Crs,
  transform: Affine,
  { width, height }: { width: number; height: number },
): Promise<Location> {
  try {
    return { bbox: lonLatBounds(await openProjection(crs), transform, width, height), unlocated: null };
  } catch (error) {
    if (!isPixelQueryError(error)) throw error;
    return { bbox: null, unlocated: error.message.replace(/\.$/, "") };
  }
}
