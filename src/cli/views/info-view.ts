import type { ProductSummary, SnapshotSummary, WarehouseSummary } from "../../warehouse/catalog.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatBytes, formatCount, formatDate, formatNumber } from "../terminal/format.js";
import { type Column, renderTable } from "../terminal/table.js";
import { renderCard } from "./card.js";

const productColumns: readonly Column[] = [
  { header: "product" },
  { header: "scenes", align: "right" },
  { header: "bands" },
  { header: "first" },
  { header: "last" },
  { header: "pixel", align: "right" },
  { header: "provider" },
];

const snapshotColumns: readonly Column[] = [{ header: "snapshot" }, { header: "time (UTC)" }, { header: "message" }];

/** A warehouse: where it is, what it costs, its products. */
export function infoView(summary: WarehouseSummary, terminal: Terminal): string {
  const { warehouse, snapshot, products, repositoryBytes, sourceBytes } = summary;
  const card = renderCard(
    [
      ["Warehouse", warehouse],
      ["Snapshot", snapshot],
      ["Size", `${formatBytes(repositoryBytes)} that refer to ${formatBytes(sourceBytes)} of files`],
    ],
    terminal,
  );
  return `${card}\n${productTable(products, terminal)}`;
}

/** Products as a table, a line each. */
export function productTable(products: readonly ProductSummary[], terminal: Terminal): string {
  const rows = products.map(({ productId, scenes, bands, timeRange, resolution, provider }) => [
    productId,
    formatCount(scenes),
    bands.join(", "),
    timeRange === null ? "" : formatDate(timeRange[0]),
    timeRange === null ? "" : formatDate(timeRange[1]),
    resolution === null ? "" : formatNumber(resolution),
    provider ?? "",
  ]);
  const hasProvider = products.some(({ provider }) => provider !== null);
  return renderTable(hasProvider ? productColumns : productColumns.slice(0, -1), rows, terminal);
}

/** The history, newest first. */
export function snapshotTable(snapshots: readonly SnapshotSummary[], terminal: Terminal): string {
  const rows = snapshots.map(({ id, time, message }) => [id, formatDate(time), message]);
  return renderTable(snapshotColumns, rows, terminal);
}
