import type { IngestReport } from "../../ingest/ingest-report.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatCount, formatDuration, formatPlural } from "../terminal/format.js";
import { type Cell, renderTable } from "../terminal/table.js";
import { renderCard } from "./card.js";
import { stacksTable } from "./stacks-table.js";

/** What an ingest did, as a table of counts and the snapshot; of a dry run the stacks as well. */
export function ingestSummary(report: IngestReport, isDryRun: boolean, terminal: Terminal): string {
  const { added, updated, skipped, pruned, failed } = report;
  const columns = ["added", "updated", "skipped", ...(pruned > 0 ? ["pruned"] : []), "failed"];
  const cells = [count(added, "green"), count(updated, "green"), count(skipped, "dim")];
  const lost = pruned > 0 ? [count(pruned, "red")] : [];
  const counts = renderTable(
    columns.map((header) => ({ header, align: "right" })),
    [[...cells, ...lost, count(failed.length, "red")]],
    terminal,
  );
  const where = renderCard(
    [
      ["Warehouse", report.warehouse],
      ["Product", report.productId],
      ...(report.branch === "main" ? [] : [["Branch", report.branch] as const]),
      ["Snapshot", `${report.snapshot ?? "none"}${partsText(report)}`],
    ],
    terminal,
  );
  const scenes = report.sceneCount === report.fileCount ? "" : `${formatPlural(report.sceneCount, "scene")} in `;
  const files = `${scenes}${formatPlural(report.fileCount, "file")}`;
  const elapsed = formatDuration(report.elapsedMs);
  const heading = isDryRun ? `A dry run over ${files}: nothing was written` : `${files} in ${elapsed}`;
  const stacks = isDryRun && report.stacks.length > 0 ? `\n${stacksTable(report.stacks, terminal)}` : "";
  return `${heading}\n\n${counts}${stacks}\n${where}`;
}

/** Of a batch that was too large for one commit: how many there were. */
function partsText({ snapshots }: IngestReport): string {
  return snapshots.length > 1 ? `, the last of ${formatCount(snapshots.length)} commits` : "";
}

/** A count that is grey where there is nothing of it. */
function count(value: number, style: "green" | "red" | "dim"): Cell {
  return { text: formatCount(value), style: value === 0 ? "dim" : style };
}
