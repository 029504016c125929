import type { ReferenceTable } from "./reference-table.js";

/** Rows in ascending order of chunk index; of equal ones the last, which is the newest. */
export function sortRows(table: ReferenceTable, rows: readonly number[]): number[] {
  const sorted = isAscending(table, rows) ? rows : rows.toSorted((a, b) => table.compareRows(a, b) || a - b);
  return sorted.filter((row, i) => i === sorted.length - 1 || table.compareRows(row, sorted[i + 1]!) !== 0);
}

/** References mostly come in order, and then need no sorting. */
function isAscending(table: ReferenceTable, rows: readonly number[]): boolean {
  for (let i = 1; i < rows.length; i++) if (table.compareRows(rows[i - 1]!, rows[i]!) >= 0) return false;
  return true;
}
