/** Print rows as a table of Markdown; columns from `firstNumber` on are set to the right. */
export function printTable(head, rows, firstNumber) {
  const rule = head.map((_, column) => (column < firstNumber ? "---" : "--:"));
  for (const row of [head, rule, ...rows]) console.log(`| ${row.join(" | ")} |`);
}

/** `1 LIST, 243 GET`. */
export function countsText({ requests }) {
  return Object.entries(requests)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ");
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
