import type { Terminal } from "../terminal/describe-terminal.js";
import { displayWidth, printable } from "../terminal/printable.js";

/** A fact and its value. */
export type CardRow = readonly [label: string, value: string];

/** Facts about one thing, a line each, the values in a column; long values go on below themselves. */
export function renderCard(rows: readonly CardRow[], { width, colors }: Terminal): string {
  const margin = Math.max(...rows.map(([label]) => displayWidth(label))) + 2;
  return rows
    .map(([label, value]) => {
      const [first = "", ...rest] = wrap(printable(value), Math.max(20, width - margin));
      const padding = " ".repeat(margin - displayWidth(label));
      const below = rest.map((line) => `${" ".repeat(margin)}${line}\n`).join("");
      return `${colors.dim(label)}${padding}${first}\n${below}`;
    })
    .join("");
}

/** Lines of at most `width` columns, broken at spaces; a longer word stands alone. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
