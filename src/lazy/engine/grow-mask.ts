import type { Reach } from "../graph/node.js";
import type { Domain } from "./loaded-plane.js";

/**
 * 1 for every pixel of `to` with a 1 of `flags` within reach.
 *
 * @param flags over `from`, which is wider than `to` by the reach on each side
 */
export function growMask(flags: Uint8Array, from: Domain, to: Domain, reach: Reach): Uint8Array {
  const out = new Uint8Array(to.rows * to.cols);
  const [top, left] = [from.haloRows - to.haloRows, from.haloCols - to.haloCols];
  const widths = Array.from({ length: reach.rows + 1 }, (_, distance) => halfWidth(distance, reach));
  const counts = new Uint32Array(from.cols + 1);
  for (let row = 0; row < from.rows; row++) {
    for (let col = 0; col < from.cols; col++) counts[col + 1] = counts[col]! + flags[row * from.cols + col]!;
    if (counts[from.cols] === 0) continue;
    const [first, last] = [row - top - reach.rows, row - top + reach.rows];
    for (let target = Math.max(0, first); target <= Math.min(to.rows - 1, last); target++) {
      const width = widths[Math.abs(row - top - target)]!;
      for (let col = 0; col < to.cols; col++) {
        const [start, stop] = [Math.max(0, col + left - width), Math.min(from.cols, col + left + width + 1)];
        if (counts[stop]! > counts[start]!) out[target * to.cols + col] = 1;
      }
    }
  }
  return out;
}

/** Columns within reach to each side at a distance of so many rows: distances are compared, so none is lost to a root. */
function halfWidth(rows: number, { distance, pixelHeight, pixelWidth, cols }: Reach): number {
  let width = cols;
  while (width > 0 && (rows * pixelHeight) ** 2 + (width * pixelWidth) ** 2 > distance ** 2) width--;
  return width;
}
