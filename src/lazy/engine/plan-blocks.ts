import { UnsupportedError } from "../../errors.js";
import type { FrameWindow, SceneSource } from "../graph/node.js";

/** Pixels of a block where nothing else decides: large enough that starting one costs nothing beside it. */
const BLOCK_PIXELS = 2 ** 18;

/** How stored blocks lie in a frame: where one starts, and their size. */
interface Tiling {
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
}

/**
 * A window cut into blocks of the frame that are computed one by one. Their edges follow those of the files' own blocks,
 * so that each of these is decoded for one block only, as long as memory allows.
 *
 * @param memoryBytes what one block may take; smaller blocks decode some of the files' blocks again
 * @throws UnsupportedError where not even one row of pixels fits
 */
export function planBlocks(
  sources: readonly SceneSource[],
  window: FrameWindow,
  bytesPerPixel: number,
  memoryBytes: number,
): FrameWindow[] {
  const most = Math.floor(memoryBytes / Math.max(1, bytesPerPixel));
  if (most < 1) {
    throw new UnsupportedError(
      `one pixel takes ${bytesPerPixel} bytes here, more than the ${memoryBytes} that a thread may use: give more memory, ` +
        "fewer threads, or ask for fewer scenes at once",
      { details: { bytesPerPixel, memoryBytes } },
    );
  }
  const tiling = tilingOf(sources) ?? { row: 0, col: 0, rows: window.rows, cols: window.cols };
  const { rows, cols } = blockSize(tiling, window, most);
  const blocks: FrameWindow[] = [];
  for (const [row, rowEnd] of cuts(window.row, window.row + window.rows, tiling.row, tiling.rows, rows)) {
    for (const [col, colEnd] of cuts(window.col, window.col + window.cols, tiling.col, tiling.cols, cols)) {
      blocks.push({ row, col, rows: rowEnd - row, cols: colEnd - col });
    }
  }
  return blocks;
}

/** The blocks of the first scene, in the frame: those of scenes on the same grid lie like them. */
function tilingOf(sources: readonly SceneSource[]): Tiling | null {
  for (const source of sources) {
    const layer = source.length > 0 ? source.layersOf(0).find(({ zoom }) => zoom === null) : undefined;
    if (layer === undefined) continue;
    const level = source.warehouse.stack(layer.stack).levels[source.level];
    if (level !== undefined) return { row: layer.row, col: layer.col, ...sizeOf(level.encoding) };
  }
  return null;
}

function sizeOf({ rows, cols }: { rows: number; cols: number }) {
  return { rows, cols };
}

/** A whole number of stored blocks, or, where one is more than memory allows, a part of its rows. */
function blockSize(tiling: Tiling, window: FrameWindow, most: number): { rows: number; cols: number } {
  const wanted = Math.min(BLOCK_PIXELS, most);
  const width = Math.min(tiling.cols, window.cols);
  if (width > most) return { rows: 1, cols: most };
  const height = Math.min(tiling.rows, window.rows);
  if (width * height > most) return { rows: Math.floor(most / width), cols: width };
  const down = Math.max(1, Math.min(Math.floor(wanted / (width * height)), Math.ceil(Math.sqrt(wanted) / height)));
  const across = Math.max(1, Math.floor(wanted / (width * height * down)));
  return { rows: down * tiling.rows, cols: across * tiling.cols };
}

/**
 * Half-open ranges that cover `start` to `stop`: multiples of `size` from the tiling's first edge. Parts of a stored block
 * start anew at each of its edges.
 */
function* cuts(start: number, stop: number, origin: number, tile: number, size: number): Generator<[number, number]> {
  const period = Math.max(size, tile);
  for (let at = start; at < stop; ) {
    const inPeriod = (((at - origin) % period) + period) % period;
    const next = Math.min(stop, at - inPeriod + Math.min(period, (Math.floor(inPeriod / size) + 1) * size));
    yield [at, next];
    at = next;
  }
}
