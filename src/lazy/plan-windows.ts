import type { BlockEncoding } from "../codec/block-encoding.js";
import { isImageCompression } from "../codec/supported.js";
import { bytesPerSample } from "../ndarray/dtype.js";
import { levelPath, maskPath } from "../warehouse/layout.js";
import { filePlace, type SlotTable, slotSize } from "../warehouse/slots.js";
import { maskBands, type Stack, type StackLevel } from "../warehouse/stack.js";
import type { Warehouse } from "../warehouse/warehouse.js";
import { firstShare } from "./first-share.js";
import type { PlannedHole, PlannedRead, PlannedSource, PlannedTarget, ReadCost, ReadPlan } from "./read-plan.js";

/** A window that a question needs: as {@link PlannedTarget}, its stack by the scene table's index. */
export interface WantedWindow extends Omit<PlannedTarget, "stack"> {
  stack: number;
}

interface Draft {
  sources: PlannedSource[];
  sourceIndex: Map<string, number>;
  encodings: BlockEncoding[];
  reads: PlannedRead[];
  holes: PlannedHole[];
  masks: PlannedRead[];
  maskHoles: PlannedHole[];
}

/**
 * The plan that fills each window with the named bands: which bytes of which files, decoded how, going where.
 *
 * Only references are looked up; no source is touched. A band that a stack does not have, or of which a scene has no file,
 * is in no read: it stays uncovered.
 */
export async function planWindows(
  warehouse: Warehouse,
  bands: readonly string[],
  windows: readonly WantedWindow[],
): Promise<ReadPlan> {
  const draft: Draft = {
    sources: [],
    sourceIndex: new Map(),
    encodings: [],
    reads: [],
    holes: [],
    masks: [],
    maskHoles: [],
  };
  const byArray = groupByArray(windows);
  for (const indices of byArray.values()) await planArray(warehouse, bands, windows, indices, draft);
  for (const reads of [draft.reads, draft.masks]) reads.sort((a, b) => a.target - b.target);
  return {
    kind: "read-plan",
    snapshot: warehouse.snapshot,
    bands,
    targets: windows.map((window) => ({ ...window, stack: warehouse.stack(window.stack).path })),
    sources: draft.sources,
    encodings: draft.encodings,
    reads: draft.reads,
    holes: draft.holes,
    masks: draft.masks,
    maskHoles: draft.maskHoles,
  };
}

function arrayKey(window: WantedWindow | undefined): string {
  return `${window?.stack} ${window?.level}`;
}

function groupByArray(windows: readonly WantedWindow[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  windows.forEach((window, i) => {
    const key = arrayKey(window);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  });
  return groups;
}

/** One block of a window: what {@link PlannedRead} says, before its bytes are known. */
interface WantedBlock {
  target: number;
  /** Chunk index: slot, plane, block row, block column. */
  index: readonly [number, number, number, number];
  samples: number[];
  bands: number[];
  rowStart: number;
  rowStop: number;
  colStart: number;
  colStop: number;
  storedRows: number;
  row: number;
  col: number;
}

/** One of a stack's arrays: the pixels of a level, or its mask. */
interface PlannedArray {
  path: string;
  level: StackLevel;
  planes: readonly Plane[];
  reads: PlannedRead[];
  holes: PlannedHole[];
}

async function planArray(
  warehouse: Warehouse,
  bands: readonly string[],
  windows: readonly WantedWindow[],
  indices: readonly number[],
  draft: Draft,
): Promise<void> {
  const first = windows[indices[0] ?? 0];
  if (first === undefined) return;
  const stack = warehouse.stack(first.stack);
  const slots = await warehouse.slots(stack);
  const [level, mask] = [stack.levels[first.level], stack.masks[first.level]];
  const arrays: PlannedArray[] = [];
  if (level !== undefined) {
    const planes = planesOf(stack, level.planes, bands);
    arrays.push({ path: levelPath(stack.path, first.level), level, planes, reads: draft.reads, holes: draft.holes });
  }
  if (mask !== undefined) {
    const planes = maskBands(mask) === 1 ? maskPlane(stack, bands) : planesOf(stack, mask.planes, bands);
    const { masks: reads, maskHoles: holes } = draft;
    arrays.push({ path: maskPath(stack.path, first.level), level: mask, planes, reads, holes });
  }
  for (const array of arrays) {
    const wanted = indices.flatMap((target) => {
      const window = windows[target];
      return window === undefined ? [] : blocksOf(stack, slots, array, window, target);
    });
    await planBlocks(warehouse, slots, array, wanted, draft);
  }
}

async function planBlocks(
  warehouse: Warehouse,
  slots: SlotTable,
  { path, level, reads, holes }: PlannedArray,
  wanted: readonly WantedBlock[],
  draft: Draft,
): Promise<void> {
  const flat = new Uint32Array(wanted.length * 4);
  wanted.forEach((block, i) => {
    flat.set(block.index, i * 4);
  });
  const references = await warehouse.session.chunkReferences(path, flat);
  const encoding = draft.encodings.push(level.encoding) - 1;
  wanted.forEach((block, i) => {
    if (references.found[i] === 0) {
      holes.push(toHole(block));
      return;
    }
    const location = references.locations[references.locationIndex[i] ?? 0] ?? "";
    const source = sourceOf(draft, location, slots, filePlace(slots, block.index[0], block.index[1]));
    const [offset, length] = [references.offsets[i] ?? 0, references.lengths[i] ?? 0];
    reads.push(toRead(block, source, { index: encoding, encoding: level.encoding }, offset, length));
  });
}

/** @param file place of the file in the columns of the slots */
function sourceOf(draft: Draft, location: string, slots: SlotTable, file: number): number {
  let source = draft.sourceIndex.get(location);
  if (source === undefined) {
    const planned = {
      location,
      sizeBytes: slots.sizeBytes[file] ?? 0,
      modifiedMs: slots.modifiedMs[file] ?? 0,
      etag: slots.etag[file] ?? "",
    };
    source = draft.sources.push(planned) - 1;
    draft.sourceIndex.set(location, source);
  }
  return source;
}

function blocksOf(
  stack: Stack,
  slots: SlotTable,
  { level, planes }: PlannedArray,
  window: WantedWindow,
  target: number,
): WantedBlock[] {
  const { encoding } = level;
  const { height } = slotSize(slots, stack.levels.length, window.slot, window.level);
  const blocks: WantedBlock[] = [];
  const rowEnd = window.row + window.rows;
  const colEnd = window.col + window.cols;
  for (const plane of planes) {
    if (slots.source[filePlace(slots, window.slot, plane.plane)] === "") continue;
    for (let down = Math.floor(window.row / encoding.rows); down * encoding.rows < rowEnd; down++) {
      for (let across = Math.floor(window.col / encoding.cols); across * encoding.cols < colEnd; across++) {
        const [top, left] = [down * encoding.rows, across * encoding.cols];
        const [row, col] = [Math.max(window.row, top), Math.max(window.col, left)];
        blocks.push({
          target,
          index: [window.slot, plane.plane, down, across],
          samples: plane.samples,
          bands: plane.bands,
          rowStart: row - top,
          rowStop: Math.min(rowEnd, top + encoding.rows) - top,
          colStart: col - left,
          colStop: Math.min(colEnd, left + encoding.cols) - left,
          // Tiles at the bottom are stored whole, or should be: their rows below the image are never asked for. An image
          // inside a tile is decoded as one.
          storedRows:
            level.layout === "tiled" && isImageCompression(encoding.compression)
              ? encoding.rows
              : Math.min(encoding.rows, height - top),
          row: row - window.row,
          col: col - window.col,
        });
      }
    }
  }
  return blocks;
}

/** A plane of an array, the samples wanted of it, and the bands they are. */
interface Plane {
  plane: number;
  samples: number[];
  bands: number[];
}

/** The mask is one sample for all bands that the stack has. */
function maskPlane(stack: Stack, bands: readonly string[]): Plane[] {
  const own = [...bands.keys()].filter((band) => stack.bands.includes(bands[band] ?? ""));
  return own.length === 0 ? [] : [{ plane: 0, samples: [0], bands: own }];
}

/** Which planes hold the wanted bands, and as which of their samples. */
function planesOf(stack: Stack, planes: number, bands: readonly string[]): Plane[] {
  const places = bands
    .map((name, band) => ({ band, place: stack.bands.indexOf(name) }))
    .filter(({ place }) => place >= 0);
  if (places.length === 0) return [];
  if (planes > 1) return places.map(({ band, place }) => ({ plane: place, samples: [0], bands: [band] }));
  return [{ plane: 0, samples: places.map(({ place }) => place), bands: places.map(({ band }) => band) }];
}

function toHole({ target, row, col, rowStart, rowStop, colStart, colStop, bands }: WantedBlock): PlannedHole {
  return { target, row, col, rows: rowStop - rowStart, cols: colStop - colStart, bands };
}

function toRead(
  block: WantedBlock,
  source: number,
  { index, encoding }: { index: number; encoding: BlockEncoding },
  offset: number,
  length: number,
): PlannedRead {
  const { target, row, col, bands, rowStart, rowStop, colStart, colStop, samples, storedRows } = block;
  const window = { rowStart, rowStop, colStart, colStop, samples, storedRows };
  const firstLength = firstShare(encoding, window, length);
  return { source, encoding: index, offset, length, firstLength, window, target, row, col, bands };
}

/** What a plan will read, but for blocks whose first share turns out to be too short. */
export function costOf(plan: ReadPlan): ReadCost {
  let [bytes, decodedBytes] = [0, 0];
  for (const { firstLength, window, encoding } of [...plan.reads, ...plan.masks]) {
    bytes += firstLength;
    const pixels = (window.rowStop - window.rowStart) * (window.colStop - window.colStart) * window.samples.length;
    decodedBytes += pixels * bytesPerSample(plan.encodings[encoding]?.dtype ?? "uint8");
  }
  return { files: plan.sources.length, requests: plan.reads.length + plan.masks.length, bytes, decodedBytes };
}
