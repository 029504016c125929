import type { Dataset } from "./cube/dataset.js";
import { datasetOf } from "./cube/open-dataset.js";
import { createScope } from "./cube/scope.js";
import { NotFoundError } from "./errors.js";
import { ingestIntoMemory } from "./ingest/ingest-into-memory.js";
import { selectScenes } from "./warehouse/select-scenes.js";

export interface OpenCogOptions {
  /** 0 is full resolution, 1 the first overview. */
  overview?: number;
  /** Apply the file's scale and offset. */
  scaled?: boolean;
  /** Band names in the file's order. Default: the file's own, else `band_1` … */
  bandNames?: readonly string[];
  signal?: AbortSignal;
}

/**
 * One file as a Dataset of one time step, without a warehouse: the same engine reads it, from references held in
 * memory. Only its header is read.
 *
 * @throws NotFoundError where there is no such file.
 * @throws SelectionError where it has no such overview.
 * @throws UnsupportedError, CorruptDataError as an ingest of the file would.
 *
 * @example
 * const red = await (await openCog("./scene.tif")).band("red").compute();
 */
export async function openCog(path: string, options: OpenCogOptions = {}): Promise<Dataset> {
  const warehouse = await ingestIntoMemory(path, options);
  const scenes = selectScenes(warehouse, {});
  if (scenes.length !== 1)
    throw new NotFoundError(`${path}: not one file`, { details: { path, files: scenes.length } });
  const { overview = 0, scaled = false } = options;
  return datasetOf(await createScope(warehouse, scenes, overview), { scaled });
}
