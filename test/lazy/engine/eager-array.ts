import type { Pixel } from "../kernel/scalar-interpreter.js";

/** Which dimensions an array has, and how long they are: null or false for those that it does not have. */
export interface EagerShape {
  readonly outer: number | null;
  readonly outerName: string | null;
  /** Milliseconds, while the outermost dimension is time. */
  readonly times: readonly number[] | null;
  readonly bands: number | null;
  readonly y: boolean;
  readonly x: boolean;
  readonly rows: number;
  readonly cols: number;
}

/** An array with all its pixels in memory, `(outer, band, y, x)`; what it lacks is repeated along. */
export interface EagerArray extends EagerShape {
  readonly at: (outer: number, band: number, row: number, col: number) => Pixel;
}

export const missing = (status: number): Pixel => ({ value: Number.NaN, status });

/** What a place holds whose number may be none at all. */
export const settled = (value: number): Pixel => (Number.isFinite(value) ? { value, status: 0 } : missing(4));

/** Uncovered, nodata, undefined, masked, failed: the later explains more. */
const explains = [0, 1, 2, 4, 3, 5];

/** The status that explains most; uncovered where nothing is given. */
export function mostOf(statuses: readonly number[]): number {
  return statuses.reduce((most, own) => (explains.indexOf(own) > explains.indexOf(most) ? own : most), 1);
}

const lengthsOf = ({ outer, bands, y, x, rows, cols }: EagerShape) =>
  [outer ?? 1, bands ?? 1, y ? rows : 1, x ? cols : 1] as const;

/** An array of which every pixel is computed at once. */
export function eager(shape: EagerShape, pixelOf: EagerArray["at"]): EagerArray {
  const [outers, bands, rows, cols] = lengthsOf(shape);
  const pixels: Pixel[] = [];
  for (let outer = 0; outer < outers; outer++) {
    for (let band = 0; band < bands; band++) {
      for (let row = 0; row < rows; row++) {
        for (let col = 0; col < cols; col++) pixels.push(pixelOf(outer, band, row, col));
      }
    }
  }
  const at: EagerArray["at"] = (outer, band, row, col) => {
    const [o, b] = [shape.outer === null ? 0 : outer, shape.bands === null ? 0 : band];
    const [r, c] = [shape.y ? row : 0, shape.x ? col : 0];
    return pixels[((o * bands + b) * rows + r) * cols + c]!;
  };
  return { ...shape, at };
}

/** Every pixel from the pixels of the same place. */
export function zip(arrays: readonly EagerArray[], compute: (...pixels: Pixel[]) => Pixel): EagerArray {
  const [first] = arrays as [EagerArray];
  const timed = arrays.find(({ outer }) => outer !== null) ?? first;
  const banded = arrays.find(({ bands }) => bands !== null) ?? first;
  const [y, x] = [arrays.some((array) => array.y), arrays.some((array) => array.x)];
  const { outer, outerName, times } = timed;
  const shape = { outer, outerName, times, bands: banded.bands, y, x, rows: first.rows, cols: first.cols };
  return eager(shape, (...place) => compute(...arrays.map(({ at }) => at(...place))));
}

/** All pixels in C order. */
export function pixelsOf(array: EagerArray): Pixel[] {
  const [outers, bands, rows, cols] = lengthsOf(array);
  const length = outers * bands * rows * cols;
  return Array.from({ length }, (_, i) =>
    array.at(
      Math.floor(i / (bands * rows * cols)),
      Math.floor(i / (rows * cols)) % bands,
      Math.floor(i / cols) % rows,
      i % cols,
    ),
  );
}

/** Names of the dimensions. */
export function dimsOf({ outerName, outer, bands, y, x }: EagerShape): string[] {
  return [outer !== null && outerName, bands !== null && "band", y && "y", x && "x"].filter(
    (name) => typeof name === "string",
  );
}
