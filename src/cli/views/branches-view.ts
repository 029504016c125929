import type { BranchInfo } from "../../staging/branches.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatCount, formatDate } from "../terminal/format.js";
import { type Column, renderTable } from "../terminal/table.js";

const columns: readonly Column[] = [
  { header: "branch" },
  { header: "ahead of main", align: "right" },
  { header: "snapshot" },
  { header: "time (UTC)" },
  { header: "message" },
];

/** Branches as a table, a line each. */
export function branchTable(branches: readonly BranchInfo[], terminal: Terminal): string {
  const rows = branches.map(({ name, snapshot, time, message, ahead }) => [
    name,
    name === "main" ? "" : formatCount(ahead),
    snapshot,
    formatDate(time),
    message,
  ]);
  return renderTable(columns, rows, terminal);
}
