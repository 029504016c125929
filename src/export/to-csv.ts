/** One row of a time series: the values of each band at one scene. */
export interface CsvRow {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The scene's id. */
  readonly scene: string;
  /** By band; null, or left out, is missing. */
  readonly values: Readonly<Record<string, number | bigint | null>>;
}

/**
 * A time series as CSV: the header `time,scene,<band>…`, one line a row, an empty cell for a missing value.
 *
 * Quoted as RFC 4180 says; lines end in a line feed, as GDAL's and numpy's do. Numbers are written so that they read
 * back to the very same value.
 */
export function toCsv(bands: readonly string[], rows: Iterable<CsvRow>): string {
  const lines = [toLine(["time", "scene", ...bands])];
  for (const { time, scene, values } of rows) {
    lines.push(toLine([time, scene, ...bands.map((band) => toCell(values, band))]));
  }
  return lines.join("");
}

function toCell(values: CsvRow["values"], band: string): string {
  // A band may be called "constructor".
  const value = Object.hasOwn(values, band) ? values[band] : null;
  return value === null || value === undefined || Number.isNaN(value) ? "" : String(value);
}

function toLine(cells: readonly string[]): string {
  return `${cells.map(quote).join(",")}\n`;
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
