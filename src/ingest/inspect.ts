import { type InspectedFile, inspectJson } from "../cog/inspect.js";
import { openTiffHeader } from "../cog/open-cog-info.js";
import { type ErrorJson, errorToJson, NotFoundError } from "../errors.js";
import { eachFile } from "./each-file.js";
import { resolveSourceRoot, type SourceFile, scanFiles } from "./sources/scan.js";
import { withWorldFile } from "./sources/world-files.js";

/** A file that could not be read, in a listing of many. */
export interface InspectFailure {
  path: string;
  error: ErrorJson;
}

export interface InspectDirectoryOptions {
  /** Glob pattern of the files taken. Default: any `.tif`, `.tiff` or `.gtiff` at any depth. */
  globPattern?: string;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/**
 * What a TIFF's header says: grid, type, CRS, encoding, overviews, band names. No pixel is read.
 *
 * A file without a georeference of its own takes that of a world file beside it (.tfw, .tifw, .wld); GDAL's .aux.xml and
 * MapInfo's .tab are not read.
 *
 * @throws NotFoundError where there is no such file.
 * @throws CorruptDataError where it is no TIFF, or a broken one.
 *
 * @example
 * const { width, height, crs } = await inspectCog("./scene.tif");
 */
export async function inspectCog(path: string, options: { signal?: AbortSignal } = {}): Promise<InspectedFile> {
  const root = await resolveSourceRoot(path);
  const {
    files: [file, another],
  } = await scanFiles(root, undefined, options.signal);
  if (file === undefined || another !== undefined) {
    throw new NotFoundError(`${path}: not one file; inspectDirectory takes folders and patterns`, {
      details: { path },
    });
  }
  return inspectFile(file, path, options.signal);
}

async function inspectFile(file: SourceFile, path: string, signal: AbortSignal | undefined): Promise<InspectedFile> {
  const { info } = await openTiffHeader(file.store, file.key, { signal, sizeBytes: file.sizeBytes });
  return inspectJson(path, await withWorldFile(info, file.worldFiles, signal));
}

/**
 * What the headers of a folder's TIFFs say, sorted by path. A file that cannot be read is listed with its error.
 *
 * @throws NotFoundError where there is no such folder.
 */
export async function inspectDirectory(
  path: string,
  options: InspectDirectoryOptions = {},
): Promise<(InspectedFile | InspectFailure)[]> {
  const root = await resolveSourceRoot(path, options.globPattern);
  const { files } = await scanFiles(root, undefined, options.signal);
  const found = new Array<InspectedFile | InspectFailure>(files.length);
  let done = 0;
  await eachFile(files, options.signal, async (file, index) => {
    try {
      found[index] = await inspectFile(file, file.path, options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      found[index] = { path: file.path, error: errorToJson(error) };
    }
    options.onProgress?.(++done, files.length);
  });
  return found;
}
