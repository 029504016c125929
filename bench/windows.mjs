/**
 * Five windows of the standard workload, inside the valid data: around the rows of the five points, so that their mean is
 * fair to a reader that stops at the row it needs, in five block columns. One of them, as of windows of this size in
 * general, lies across the edge of two blocks.
 */
export const windows = [
  { row: 8, col: 668 },
  { row: 218, col: 2868 },
  { row: 399, col: 1504 },
  { row: 568, col: 2218 },
  { row: 788, col: 1768 },
].map((corner) => ({ ...corner, rows: 64, cols: 64 }));
