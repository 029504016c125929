import type { WritableSession } from "../icechunk/index.js";
import type { FileDraft, LevelBlocks } from "./file-draft.js";
import { levelPath, maskPath } from "./layout.js";
import type { Slot } from "./slots.js";
import type { Stack, StackLevel } from "./stack.js";

/** Where the pixels of a file lie in a stack: all of a slot, or one plane of it. */
export interface SlotPlace {
  slot: Slot;
  /** Index of the slot's file; in a stack with a file for each band it is the plane, too. */
  file: number;
}

/** A place that receives a draft's references. */
export interface Placement extends SlotPlace {
  draft: FileDraft;
}

/** What an append changes in a stack. */
export interface StackChanges {
  stack: Stack;
  placements: readonly Placement[];
  /** Places whose older references go: of sources that were replaced, or moved to another stack. */
  cleared: readonly SlotPlace[];
}

/** Stage where the blocks of placed drafts lie, in the arrays of a stack's levels and masks; cleared places lose theirs. */
export function writeReferences(session: WritableSession, changes: StackChanges): void {
  const { path, levels, masks } = changes.stack;
  levels.forEach((level, index) => {
    writeLevelReferences(session, changes, levelPath(path, index), level, (draft) => draft.levels[index]);
  });
  masks.forEach((mask, index) => {
    writeLevelReferences(session, changes, maskPath(path, index), mask, (draft) => draft.masks[index]);
  });
}

function writeLevelReferences(
  session: WritableSession,
  { stack, placements, cleared }: StackChanges,
  path: string,
  level: StackLevel,
  blocksOf: (draft: FileDraft) => LevelBlocks | undefined,
): void {
  const isPerBand = stack.fileOf === "band";
  for (const { slot, file } of cleared) {
    const planes = isPerBand ? [file] : Array.from({ length: level.planes }, (_, plane) => plane);
    session.deleteReferences(path, blockIndices(level, slot.index, planes));
  }
  if (placements.length === 0) return;
  const planes = isPerBand ? 1 : level.planes;
  session.setVirtualReferences(path, referenceColumns(placements, planes, isPerBand, blocksOf));
}

/** Every chunk index that planes of a slot may have: time, band or plane, block row, block column. */
function blockIndices(level: StackLevel, slot: number, planes: readonly number[]): Uint32Array {
  const down = Math.ceil(level.height / level.encoding.rows);
  const across = Math.ceil(level.width / level.encoding.cols);
  const out = new Uint32Array(planes.length * down * across * 4);
  for (let i = 0; i < out.length / 4; i++) {
    const plane = planes[Math.floor(i / (down * across))] ?? 0;
    out.set([slot, plane, Math.floor(i / across) % down, i % across], i * 4);
  }
  return out;
}

/** @param isPerBand True where a file's one plane is the one of its place. */
function referenceColumns(
  placements: readonly Placement[],
  planes: number,
  isPerBand: boolean,
  blocksOf: (draft: FileDraft) => LevelBlocks | undefined,
) {
  const total = placements.reduce((sum, { draft }) => sum + (blocksOf(draft)?.offsets.length ?? 0), 0);
  const indices = new Uint32Array(total * 4);
  const locationIndex = new Uint32Array(total);
  const offsets = new Float64Array(total);
  const lengths = new Float64Array(total);
  let n = 0;
  placements.forEach(({ draft, slot, file }, location) => {
    const blocks = blocksOf(draft);
    if (blocks === undefined) return;
    const inPlane = blocks.blocksDown * blocks.blocksAcross;
    for (let i = 0; i < planes * inPlane; i++) {
      const length = blocks.byteCounts[i] ?? 0;
      // A block the file leaves out has no reference: it reads as fill, with status nodata.
      if (length === 0) continue;
      indices[n * 4] = slot.index;
      indices[n * 4 + 1] = isPerBand ? file : Math.floor(i / inPlane);
      indices[n * 4 + 2] = Math.floor((i % inPlane) / blocks.blocksAcross);
      indices[n * 4 + 3] = i % blocks.blocksAcross;
      locationIndex[n] = location;
      offsets[n] = blocks.offsets[i] ?? 0;
      lengths[n] = length;
      n++;
    }
  });
  return {
    indices: indices.subarray(0, n * 4),
    locations: placements.map(({ draft }) => draft.source),
    locationIndex: locationIndex.subarray(0, n),
    offsets: offsets.subarray(0, n),
    lengths: lengths.subarray(0, n),
    // The next whole second: a reader accepts a file that is not newer, and may know its time more finely than we do.
    lastModifiedSeconds: Uint32Array.from(placements, ({ draft }) => Math.floor(draft.modifiedMs / 1000) + 1),
  };
}
