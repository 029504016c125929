import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

// The same path from src/geo and from dist/geo.
const tableUrl = new URL("../../data/epsg/proj4.txt.gz", import.meta.url);

let lines: Map<number, string> | null = null;

/**
 * The PROJ string of an EPSG code's horizontal part, its datum as `+ellps` and `+towgs84`; null for an unknown code.
 *
 * The common families (WGS 84 and its UTM zones, Web Mercator) come from arithmetic. Any other code loads the table that
 * `scripts/make_epsg_table.py` made from EPSG's dataset: once a process, a few milliseconds.
 */
export function epsgProjString(code: number): string | null {
  return commonProjString(code) ?? tabledProjString(code);
}

function commonProjString(code: number): string | null {
  if (code === 4326) return "+proj=longlat +ellps=WGS84";
  if (code === 3857) return "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1";
  if (code > 32600 && code <= 32660) return `+proj=utm +zone=${code - 32600} +ellps=WGS84`;
  if (code > 32700 && code <= 32760) return `+proj=utm +zone=${code - 32700} +south +ellps=WGS84`;
  return null;
}

function tabledProjString(code: number): string | null {
  lines ??= readTable();
  const line = lines.get(code);
  if (line === undefined) return null;
  return line.startsWith("=") ? (lines.get(Number(line.slice(1))) ?? null) : line;
}

function readTable(): Map<number, string> {
  const table = new Map<number, string>();
  for (const line of gunzipSync(readFileSync(tableUrl)).toString("latin1").split("\n")) {
    const tab = line.indexOf("\t");
    if (tab > 0) table.set(Number(line.slice(0, tab)), line.slice(tab + 1));
  }
  return table;
}
