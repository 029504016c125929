import { expect, it } from "vitest";
import { growMask } from "../../../src/lazy/engine/grow-mask.js";

const [ROWS, COLS] = [7, 9];

/** Grow the pixels (3, 4) and (0, 0) of 7 × 9, drawn as lines of 0 and 1. */
function grown(distance: number, pixelHeight: number, pixelWidth: number): string[] {
  const rows = Math.floor(distance / pixelHeight);
  const cols = Math.floor(distance / pixelWidth);
  const from = { rows: ROWS + 2 * rows, cols: COLS + 2 * cols, haloRows: rows, haloCols: cols };
  const flags = new Uint8Array(from.rows * from.cols);
  for (const [row, col] of [
    [3, 4],
    [0, 0],
  ] as const) {
    flags[(row + rows) * from.cols + col + cols] = 1;
  }
  const to = { rows: ROWS, cols: COLS, haloRows: 0, haloCols: 0 };
  const mask = growMask(flags, from, to, { distance, pixelHeight, pixelWidth, rows, cols });
  return Array.from({ length: ROWS }, (_, row) => mask.subarray(row * COLS, (row + 1) * COLS).join(""));
}

// scipy.ndimage.distance_transform_edt(~flags, sampling=[height, width]) <= distance.
it.each([
  [20, [10, 10], ["111000000", "110010000", "100111000", "001111100", "000111000", "000010000", "000000000"]],
  [14.2, [10, 10], ["110000000", "110000000", "000111000", "000111000", "000111000", "000000000", "000000000"]],
  [30, [30, 10], ["111100000", "100000000", "000010000", "011111110", "000010000", "000000000", "000000000"]],
  [0, [10, 10], ["100000000", "000000000", "000000000", "000010000", "000000000", "000000000", "000000000"]],
] as const)("grows by %d metres of pixels of %o as scipy measures them", (distance, [height, width], lines) => {
  expect(grown(distance, height, width)).toEqual(lines);
});

it("takes in what lies outside, as far as the reach", () => {
  const from = { rows: 3, cols: 3, haloRows: 1, haloCols: 1 };
  const flags = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0);
  const to = { rows: 1, cols: 1, haloRows: 0, haloCols: 0 };
  const reach = { pixelHeight: 10, pixelWidth: 10, rows: 1, cols: 1 };
  expect([...growMask(flags, from, to, { ...reach, distance: 14 })]).toEqual([0]);
  expect([...growMask(flags, from, to, { ...reach, distance: 15 })]).toEqual([1]);
});
