import { type ErrorJson, errorToJson } from "../errors.js";
import type { FileStore } from "../store/index.js";
import type { SceneDraft } from "../warehouse/append.js";
import type { ProductProfile } from "../warehouse/product.js";
import { parseDatePattern } from "./acquisition-time.js";
import { placeScene, type TimeSource } from "./place.js";
import { readHeaders } from "./read-headers.js";
import type { SourceFile } from "./scan.js";

/** A folder that sources are read from, under its name in the repository. */
export interface Container {
  name: string;
  folder: string;
  /** Reads what lies in the folder. */
  store: FileStore;
  isNew: boolean;
}

/** A file with the container its reference will name. */
export interface ContainedFile {
  file: SourceFile;
  container: Container;
}

/** A file that was left out, and why. */
export interface FailedFile {
  path: string;
  error: ErrorJson;
}

/** Something people should know although the run goes on. */
export interface IngestWarning {
  path: string;
  message: string;
}

export interface ReadScenesOptions {
  bandNames?: readonly string[] | undefined;
  datePattern?: string | undefined;
  onProgress?: ((progress: { phase: "headers"; done: number; total: number }) => void) | undefined;
  onWarning?: ((warning: IngestWarning) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Scenes to append, and the files that are none. */
export interface ReadScenes {
  drafts: SceneDraft[];
  failed: FailedFile[];
}

/** Read the headers of files and make each a scene. Files that cannot be read are listed, the others go on. */
export async function readScenes(
  files: readonly ContainedFile[],
  profile: ProductProfile | null,
  options: ReadScenesOptions,
): Promise<ReadScenes> {
  const containers = new Map(files.map(({ file, container }) => [file, container.name]));
  const datePattern = options.datePattern === undefined ? undefined : parseDatePattern(options.datePattern);
  const drafts: SceneDraft[] = [];
  const failed: FailedFile[] = [];
  const total = files.length;
  const report = () => options.onProgress?.({ phase: "headers", done: drafts.length + failed.length, total });
  await readHeaders(
    files.map(({ file }) => file),
    {
      signal: options.signal,
      onHeader: (file, header) => {
        const { draft, timeSource } = placeScene(header, header.bbox, {
          bandNames: options.bandNames,
          defaultBandNames: profile?.bands.map((band) => band.name),
          datePattern,
          container: containers.get(file) ?? "",
        });
        warn(file, draft, timeSource, header.unlocated, options);
        drafts.push(draft);
        report();
      },
      onFailure: (file, error) => {
        failed.push({ path: file.path, error: errorToJson(error) });
        report();
      },
    },
  );
  // Headers arrive in any order; the order of slots should be that of the listing.
  drafts.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
  failed.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { drafts, failed };
}

function warn(
  file: SourceFile,
  draft: SceneDraft,
  timeSource: TimeSource,
  unlocated: string | null,
  options: ReadScenesOptions,
): void {
  if (timeSource === "modified") {
    const time = new Date(draft.timeMs).toISOString();
    options.onWarning?.({
      path: file.path,
      message: `no date in its name or tags: its modification time ${time} was taken (give --date-pattern to say where the date is)`,
    });
  }
  if (unlocated !== null) {
    options.onWarning?.({
      path: file.path,
      message: `${unlocated}: questions by longitude and latitude will not find it`,
    });
  }
}
