import type { IngestReport } from "../../ingest/ingest.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatCount, formatDuration, formatPlural } from "../terminal/format.js";
import { type Cell, renderTable } from "../terminal/table.js";
import { renderCard } from "./card.js";

/** What an ingest did, as a table of counts and the snapshot. */
export function ingestSummary(report: IngestReport, isDryRun: boolean, terminal: Terminal): string {
  const { added, updated, skipped, failed } = report;
  const counts = renderTable(
    ["added", "updated", "skipped", "failed"].map((header) => ({ header, align: "right" })),
    [[count(added, "green"), count(updated, "green"), count(skipped, "dim"), count(failed.length, "red")]],
    terminal,
  );
  const where = renderCard(
    [
      ["Warehouse", report.warehouse],
      ["Snapshot", report.snapshot ?? "none"],
    ],
    terminal,
  );
  const files = formatPlural(report.sceneCount, "file");
  const elapsed = formatDuration(report.elapsedMs);
  const heading = isDryRun ? `A dry run over ${files}: nothing was written` : `${files} in ${elapsed}`;
  return `${heading}\n\n${counts}\n${where}`;
}

/** A count that is grey where there is nothing of it. */
function count(value: number, style: "green" | "red" | "dim"): Cell {
  return { text: formatCount(value), style: value === 0 ? "dim" : style };
}
