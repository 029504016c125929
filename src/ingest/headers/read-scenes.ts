import { errorToJson } from "../../errors.js";
import type { FileDraft } from "../../warehouse/file-draft.js";
import type { StoredProduct } from "../../warehouse/product.js";
import { sourceLocation } from "../../warehouse/sources.js";
import type { FailedFile, IngestWarning } from "../ingest-problem.js";
import { parseDatePattern } from "../scenes/acquisition-time.js";
import type { ContainedFile } from "../scenes/scene-group.js";
import type { SourceFile } from "../sources/scan.js";
import { contradictions } from "./check-stated.js";
import { placeFile, type TimeSource } from "./place.js";
import { readHeaders } from "./read-headers.js";
import { readSidecars } from "./sidecars.js";

export interface ReadScenesOptions {
  bandNames?: readonly string[] | undefined;
  datePattern?: string | undefined;
  onProgress?: ((progress: { phase: "headers"; done: number; total: number }) => void) | undefined;
  onWarning?: ((warning: IngestWarning) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Files to append, and those that cannot be. */
export interface ReadScenes {
  drafts: FileDraft[];
  failed: FailedFile[];
}

/** Read the headers of files and make each a scene or part of one. Files that cannot be read are listed, the others go on. */
export async function readScenes(
  files: readonly ContainedFile[],
  product: StoredProduct | null,
  options: ReadScenesOptions,
): Promise<ReadScenes> {
  const told = await readSidecars(files, options);
  const contained = new Map(told.files.map((own) => [own.file, own]));
  const datePattern = options.datePattern === undefined ? undefined : parseDatePattern(options.datePattern);
  const drafts: FileDraft[] = [];
  const failed = told.failed.map(({ file, error }) => ({ path: file.file.path, error: errorToJson(error) }));
  const total = files.length;
  const report = () => options.onProgress?.({ phase: "headers", done: drafts.length + failed.length, total });
  await readHeaders(
    told.files.map(({ file }) => file),
    {
      signal: options.signal,
      onHeader: (file, header) => {
        const { container, part = null } = contained.get(file) ?? {};
        const { draft, timeSource } = placeFile(header, header.bbox, {
          bandNames: options.bandNames,
          defaultBandNames: product?.bands.map((band) => band.name),
          datePattern,
          container: container?.name ?? "",
          part,
        });
        warn(file, draft, timeSource, header.unlocated, options);
        for (const message of contradictions(part?.stated, file, header.info)) {
          options.onWarning?.({ path: file.path, message });
        }
        drafts.push(draft);
        report();
      },
      onFailure: (file, error) => {
        failed.push({ path: file.path, error: errorToJson(error) });
        report();
      },
    },
  );
  // Headers arrive in any order; the order of slots and bands should be that of the listing.
  const order = new Map(files.map(({ file, container }, i) => [sourceLocation(container.name, file.key), i]));
  drafts.sort((a, b) => (order.get(a.source) ?? 0) - (order.get(b.source) ?? 0));
  failed.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { drafts, failed };
}

function warn(
  file: SourceFile,
  draft: FileDraft,
  timeSource: TimeSource,
  unlocated: string | null,
  options: ReadScenesOptions,
): void {
  if (timeSource === "modified") {
    const time = new Date(draft.scene.timeMs).toISOString();
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
