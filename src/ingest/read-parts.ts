import type { FileDraft } from "../warehouse/file-draft.js";
import type { StoredProduct } from "../warehouse/product.js";
import { type ReadScenes, readScenes } from "./headers/read-scenes.js";
import type { IngestOptions } from "./ingest-options.js";
import type { ContainedFile } from "./scenes/scene-group.js";

/** Drafts of whole scenes that are committed together. */
export interface DraftPart extends ReadScenes {
  /** True where scenes are left for a further part. */
  hasMore: boolean;
}

/**
 * Bytes of drafts that are committed together. A commit takes some ten times as much while it writes (measured with block
 * tables alone), so that a run stays within a gigabyte however many files it is given. Smaller parts would read the stacks'
 * slots, and write their last manifests, more often.
 */
export const MAX_DRAFT_BYTES = 64 * 2 ** 20;

/** Of a draft without its blocks: names, grid, encoding. Measured: 100,000 drafts in memory, less their block tables. */
const BARE_DRAFT_BYTES = 6 * 2 ** 10;

/** Files whose headers are read before it is asked again whether the part is full: at first, and at most. */
const FIRST_FILES = 16;
const MOST_FILES = 512;

/** Memory that a draft takes: exact for its block tables, which are most of a large file's. */
export function draftBytes({ levels, masks }: FileDraft): number {
  return [...levels, ...masks].reduce(
    (sum, { offsets, byteCounts }) => sum + offsets.byteLength + byteCounts.byteLength,
    BARE_DRAFT_BYTES,
  );
}

/**
 * Read the headers of scenes, part by part: a part ends where its drafts fill `maxDraftBytes`, and never inside of a scene.
 * One part is given even where there is nothing to read.
 */
export async function* readParts(
  scenes: readonly (readonly ContainedFile[])[],
  stored: StoredProduct | null,
  options: IngestOptions,
): AsyncGenerator<DraftPart> {
  const { maxDraftBytes = MAX_DRAFT_BYTES, dryRun } = options;
  const total = scenes.reduce((sum, files) => sum + files.length, 0);
  let [next, done, part, size] = [0, 0, emptyPart(), { bytes: 0, largest: 0 }];
  let most = FIRST_FILES;
  while (next < scenes.length) {
    const room = Math.floor((maxDraftBytes - size.bytes) / Math.max(1, size.largest));
    const files: ContainedFile[] = [];
    do files.push(...(scenes[next++] ?? []));
    while (next < scenes.length && files.length + (scenes[next]?.length ?? 0) <= Math.min(most, room));
    const read = await readScenes(files, stored, { ...options, onProgress: progressFrom(done, total, options) });
    done += files.length;
    most = Math.min(MOST_FILES, 2 * most);
    // A dry run writes no references, and so it is one part.
    part.drafts.push(...(dryRun === true ? read.drafts.map(withoutBlocks) : read.drafts));
    part.failed.push(...read.failed);
    if (dryRun === true) continue;
    const sizes = read.drafts.map(draftBytes);
    size = { bytes: sizes.reduce((sum, bytes) => sum + bytes, size.bytes), largest: Math.max(size.largest, ...sizes) };
    if (size.bytes + size.largest > maxDraftBytes && next < scenes.length) {
      yield { ...part, hasMore: true };
      [part, size] = [emptyPart(), { bytes: 0, largest: size.largest }];
    }
  }
  yield { ...part, hasMore: false };
}

function emptyPart(): ReadScenes {
  return { drafts: [], failed: [] };
}

/** A draft of which only the places of its blocks are not known. */
function withoutBlocks(draft: FileDraft): FileDraft {
  const none = new Float64Array(0);
  const bare = (images: FileDraft["levels"]) => images.map((image) => ({ ...image, offsets: none, byteCounts: none }));
  return { ...draft, levels: bare(draft.levels), masks: bare(draft.masks) };
}

function progressFrom(done: number, total: number, { onProgress }: IngestOptions): IngestOptions["onProgress"] {
  return onProgress && ((progress) => onProgress({ ...progress, done: done + progress.done, total }));
}
