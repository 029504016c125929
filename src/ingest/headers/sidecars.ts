import { isPixelQueryError } from "../../errors.js";
import { mergeMetadata, type SceneMetadata } from "../../product/sidecars/scene-metadata.js";
import { eachFile } from "../each-file.js";
import type { IngestWarning } from "../ingest-problem.js";
import { bandMeanings } from "../scenes/band-meanings.js";
import type { FilePart, Sidecar } from "../scenes/file-part.js";
import type { ContainedFile } from "../scenes/scene-group.js";

/** Files with what the sidecars of their scenes say, and those whose sidecars could not be fetched. */
export interface ToldFiles {
  files: ContainedFile[];
  /** To be tried again: what is in a sidecar may change what pixels mean. */
  failed: { file: ContainedFile; error: unknown }[];
}

/**
 * Read the sidecars of the scenes that files belong to, each once. One that holds something else is warned of, and the scene
 * goes on with what names say.
 */
export async function readSidecars(
  files: readonly ContainedFile[],
  options: { signal?: AbortSignal | undefined; onWarning?: ((warning: IngestWarning) => void) | undefined },
): Promise<ToldFiles> {
  const ofScenes = new Map(
    files.flatMap(({ part }) => (part && part.sidecars.length > 0 ? [[part.sidecars, part.scene.timeMs]] : [])),
  );
  const told = new Map<readonly Sidecar[], SceneMetadata>();
  const errors = new Map<readonly Sidecar[], unknown>();
  await eachFile([...ofScenes], options.signal, async ([sidecars, namedMs]) => {
    try {
      const parts = await Promise.all(sidecars.map((sidecar) => readSidecar(sidecar, options)));
      const metadata = mergeMetadata(parts.flat());
      told.set(sidecars, metadata);
      for (const warning of warnOfOtherDay(sidecars, namedMs, metadata)) options.onWarning?.(warning);
    } catch (error) {
      options.signal?.throwIfAborted();
      errors.set(sidecars, error);
    }
  });
  const failed = files.flatMap((file) =>
    file.part && errors.has(file.part.sidecars) ? [{ file, error: errors.get(file.part.sidecars) }] : [],
  );
  const known = files.filter(({ part }) => !part || !errors.has(part.sidecars));
  return { files: known.map((file) => withMetadata(file, told)), failed };
}

const HOUR_MS = 3_600_000;

/** What to say of metadata of another day than the names': it may be another scene's. Days of names may be local ones. */
function warnOfOtherDay(
  [first]: readonly Sidecar[],
  namedMs: number | null,
  { timeMs }: SceneMetadata,
): IngestWarning[] {
  if (first === undefined || namedMs === null || timeMs === null) return [];
  const hours = (timeMs - namedMs) / HOUR_MS;
  if (hours > -24 && hours < 48) return [];
  const [told, named] = [timeMs, namedMs].map((time) => new Date(time).toISOString());
  const message = `says ${told}, the names of its scene ${named}: the metadata counts; where it is another scene's, take it away and ingest again`;
  return [{ path: first.path, message }];
}

async function readSidecar(
  { path, store, key, sizeBytes, format }: Sidecar,
  {
    signal,
    onWarning,
  }: { signal?: AbortSignal | undefined; onWarning?: ((warning: IngestWarning) => void) | undefined },
): Promise<SceneMetadata[]> {
  // Loaded where there is one: most runs have none.
  const { MAX_SIDECAR_BYTES, parseSidecar } = await import("../../product/sidecars/parse-sidecar.js");
  const length = Math.min(sizeBytes, MAX_SIDECAR_BYTES);
  const read = length === 0 ? null : await store.get(key, { offset: 0, length }, { signal });
  try {
    return [parseSidecar(format, new TextDecoder().decode(read?.data), path)];
  } catch (error) {
    if (!isPixelQueryError(error, "CorruptDataError")) throw error;
    onWarning?.({ path, message: `left out: ${error.message.replace(`${path}: `, "")}; the names of the files count` });
    return [];
  }
}

function withMetadata(
  { part, ...file }: ContainedFile,
  told: ReadonlyMap<readonly Sidecar[], SceneMetadata>,
): ContainedFile {
  const metadata = part && told.get(part.sidecars);
  if (!metadata) return { ...file, part };
  const { timeMs, cloudCover, sunAzimuth, sunElevation, baseline } = metadata;
  const scene: FilePart["scene"] = {
    ...part.scene,
    timeMs: timeMs ?? part.scene.timeMs,
    cloudCover,
    sunAzimuth,
    sunElevation,
    baseline: baseline ?? part.scene.baseline,
  };
  return {
    ...file,
    part: {
      ...part,
      scene,
      meanings: part.recognised === null ? part.meanings : bandMeanings(part.recognised, metadata),
    },
  };
}
