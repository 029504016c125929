import type { SceneInfo } from "../../warehouse/catalog.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatDate } from "../terminal/format.js";
import { type Column, renderTable } from "../terminal/table.js";
import { crsLabel } from "./crs-label.js";

const columns: readonly Column[] = [
  { header: "time (UTC)" },
  { header: "scene" },
  { header: "product" },
  { header: "CRS" },
  { header: "west, south, east, north", align: "right" },
  { header: "cloud", align: "right" },
];

/** Scenes as a table, a line each. */
export function scenesTable(scenes: readonly SceneInfo[], terminal: Terminal): string {
  const rows = scenes.map(({ acquisitionTime, id, productId, crs, bbox, cloudCover }) => [
    formatDate(acquisitionTime),
    id,
    productId,
    crsLabel(crs),
    bbox?.map((degrees) => degrees.toFixed(2)).join(", ") ?? "none",
    cloudCover === null ? "" : `${Math.round(cloudCover)} %`,
  ]);
  const hasClouds = scenes.some(({ cloudCover }) => cloudCover !== null);
  return renderTable(hasClouds ? columns : columns.slice(0, -1), rows, terminal);
}
