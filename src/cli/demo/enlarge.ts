import { createTypedArray, type DType, type TypedArray } from "../../ndarray/dtype.js";

/** Rows and columns of pixels, `stop` not included. */
export interface PixelWindow {
  readonly y: { readonly start: number; readonly stop: number };
  readonly x: { readonly start: number; readonly stop: number };
}

/**
 * The smallest window that holds every valid pixel; null where there is none.
 *
 * @param status `[y, x]`; null where all are valid.
 */
export function validWindow(status: Uint8Array | null, width: number, height: number): PixelWindow | null {
  if (status === null) return { y: { start: 0, stop: height }, x: { start: 0, stop: width } };
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let row = 0; row < height; row++) {
    for (let col = 0; col < width; col++) {
      if (status[row * width + col] !== 0) continue;
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
      [left, right] = [Math.min(left, col), Math.max(right, col + 1)];
    }
  }
  return bottom === 0 ? null : { y: { start: top, stop: bottom }, x: { start: left, stop: right } };
}

/** A plane `[y, x]` whose every pixel becomes a square of `factor` × `factor`: nothing is invented in between. */
export function enlarge<T extends TypedArray>(plane: T, width: number, factor: number, dtype: DType): TypedArray {
  const height = plane.length / width;
  const large = createTypedArray(dtype, plane.length * factor * factor);
  for (let row = 0; row < height * factor; row++) {
    const from = Math.floor(row / factor) * width;
    const to = row * width * factor;
    for (let col = 0; col < width * factor; col++) {
      large[to + col] = plane[from + Math.floor(col / factor)] as never;
    }
  }
  return large;
}
