import type { Terminal } from "../terminal/describe-terminal.js";
import { formatCount } from "../terminal/format.js";
import { type Cell, type Column, renderTable } from "../terminal/table.js";
import { crsLabel } from "./crs-label.js";

/** A stack that scenes were, or would be, put into. */
export interface ListedStack {
  readonly name: string;
  readonly isNew: boolean;
  /** Scenes that files were added to. */
  readonly scenes: number;
  readonly bands: readonly string[];
  readonly dtype: string;
  readonly width: number;
  readonly height: number;
  /** Width of a pixel in units of the CRS; null where there is none for all. */
  readonly pixelSize: number | null;
  readonly crs: string | null;
}

/** This many are read; the JSON document has them all. */
const MOST_ROWS = 20;

const columns: readonly Column[] = [
  { header: "stack" },
  { header: "scenes", align: "right" },
  { header: "bands" },
  { header: "type" },
  { header: "pixels", align: "right" },
  { header: "size", align: "right" },
  { header: "CRS" },
];

/** Stacks as a table, a line each. */
export function stacksTable(stacks: readonly ListedStack[], terminal: Terminal): string {
  const table = renderTable(columns, stacks.slice(0, MOST_ROWS).map(rowOf), terminal);
  return stacks.length <= MOST_ROWS ? table : `${table}and ${formatCount(stacks.length - MOST_ROWS)} more\n`;
}

function rowOf({ name, isNew, scenes, bands, dtype, width, height, pixelSize, crs }: ListedStack): Cell[] {
  return [
    isNew ? { text: `${name} (new)`, style: "yellow" } : name,
    formatCount(scenes),
    bands.join(" "),
    dtype,
    `${formatCount(width)} × ${formatCount(height)}`,
    pixelSize === null ? "" : String(Number(pixelSize.toPrecision(6))),
    crsLabel(crs),
  ];
}
