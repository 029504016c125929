import type { WritableSession } from "../icechunk/index.js";
import type { LevelBlocks, SceneDraft } from "./append.js";
import { levelPath, maskPath } from "./layout.js";
import type { Slot } from "./slots.js";
import type { Stack, StackLevel } from "./stack.js";

/** A slot that receives a draft's references. */
export interface Placement {
  draft: SceneDraft;
  slot: Slot;
  /** True where the slot held older references of the same source. */
  replaces: boolean;
}

/** What an append changes in a stack. */
export interface StackChanges {
  stack: Stack;
  placements: readonly Placement[];
  /** Slots whose source moved to another stack. */
  vacated: readonly Slot[];
}

/**
 * Stage where the blocks of placed drafts lie, in the arrays of a stack's levels and masks. The references that vacated
 * slots and replaced sources had are taken away.
 */
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
  { placements, vacated }: StackChanges,
  path: string,
  level: StackLevel,
  blocksOf: (draft: SceneDraft) => LevelBlocks | undefined,
): void {
  const gone = [...vacated, ...placements.filter(({ replaces }) => replaces).map(({ slot }) => slot)];
  for (const slot of gone) session.deleteReferences(path, blockIndices(level, slot.index));
  if (placements.length > 0) session.setVirtualReferences(path, referenceColumns(placements, level.planes, blocksOf));
}

/** Every chunk index that a slot may have: time, band or plane, block row, block column. */
function blockIndices(level: StackLevel, slot: number): Uint32Array {
  const down = Math.ceil(level.height / level.encoding.rows);
  const across = Math.ceil(level.width / level.encoding.cols);
  const out = new Uint32Array(level.planes * down * across * 4);
  for (let i = 0; i < out.length / 4; i++) {
    out.set([slot, Math.floor(i / (down * across)), Math.floor(i / across) % down, i % across], i * 4);
  }
  return out;
}

function referenceColumns(
  placements: readonly Placement[],
  planes: number,
  blocksOf: (draft: SceneDraft) => LevelBlocks | undefined,
) {
  const total = placements.reduce((sum, { draft }) => sum + (blocksOf(draft)?.offsets.length ?? 0), 0);
  const indices = new Uint32Array(total * 4);
  const locationIndex = new Uint32Array(total);
  const offsets = new Float64Array(total);
  const lengths = new Float64Array(total);
  let n = 0;
  placements.forEach(({ draft, slot }, location) => {
    const blocks = blocksOf(draft);
    if (blocks === undefined) return;
    const inPlane = blocks.blocksDown * blocks.blocksAcross;
    for (let i = 0; i < planes * inPlane; i++) {
      const length = blocks.byteCounts[i] ?? 0;
      // A block the file leaves out has no reference: it reads as fill, with status nodata.
      if (length === 0) continue;
      indices[n * 4] = slot.index;
      indices[n * 4 + 1] = Math.floor(i / inPlane);
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
    // Whole seconds, rounded up: a reader accepts a file that is not newer.
    lastModifiedSeconds: Uint32Array.from(placements, ({ draft }) => Math.ceil(draft.modifiedMs / 1000)),
  };
}
