import type { MergeReport } from "../../staging/merge.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatCount, formatDuration } from "../terminal/format.js";
import { renderTable } from "../terminal/table.js";
import { renderCard } from "./card.js";

/** What each way of merging means. */
const ways: Readonly<Record<MergeReport["how"], (report: MergeReport) => string>> = {
  "fast-forward": ({ into, branch }) => `${into} now has what ${branch} had`,
  applied: ({ into, branch }) => `${into} had moved: the scenes of ${branch} were applied to it again`,
  nothing: ({ into, branch }) => `${into} has all of ${branch} already`,
};

/** What a merge did: counts of each product, the snapshot, and what became of the branch. */
export function mergeSummary(report: MergeReport, terminal: Terminal): string {
  const { products, snapshot, branch, into, isBranchDeleted, elapsedMs } = report;
  const counts = renderTable(
    [
      { header: "product" },
      { header: "added", align: "right" },
      { header: "updated", align: "right" },
      { header: "pruned", align: "right" },
    ],
    products.map(({ productId, added, updated, pruned }) => [productId, ...[added, updated, pruned].map(formatCount)]),
    terminal,
  );
  const card = renderCard(
    [
      ["Warehouse", report.warehouse],
      ["Snapshot", `${snapshot} of ${into}`],
      ["Branch", `${branch} ${isBranchDeleted ? "was deleted" : "is kept"}`],
    ],
    terminal,
  );
  const heading = `${ways[report.how](report)}, in ${formatDuration(elapsedMs)}\n\n`;
  return products.length === 0 ? `${heading}${card}` : `${heading}${counts}\n${card}`;
}
