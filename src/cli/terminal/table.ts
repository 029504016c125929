import type { Colors } from "./color.js";
import type { Terminal } from "./describe-terminal.js";
import { displayWidth, printable, shorten } from "./printable.js";

/** A column of a table. */
export interface Column {
  readonly header: string;
  /** Numbers stand right, so that their digits line up. Default `left`. */
  readonly align?: "left" | "right" | undefined;
}

/** What a cell shows; an object where it has a style. */
export type Cell = string | { readonly text: string; readonly style: CellStyle };

/** Colours that carry a meaning. */
export type CellStyle = "dim" | "bold" | "red" | "yellow" | "green" | "cyan";

const GAP = "  ";
/** A text column is never shortened below this: less says nothing. */
const MIN_TEXT_WIDTH = 10;

/**
 * Rows and columns as lines of text, each ending in a line feed.
 *
 * Where the table is wider than the terminal, the widest text (left-aligned) column is shortened, then the next;
 * numbers are never cut, so a table of too many columns runs over. Colours only where the terminal wants them.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  terminal: Terminal,
): string {
  const texts = rows.map((row) => columns.map((_, i) => printable(textOf(row[i] ?? ""))));
  const natural = columns.map(({ header }, i) =>
    Math.max(displayWidth(header), ...texts.map((row) => displayWidth(row[i]!))),
  );
  const widths = fitWidths(columns, natural, terminal.width);
  const { colors, isUnicode } = terminal;
  const toLine = (cells: readonly string[], paint: (text: string, column: number) => string): string => {
    const padded = cells.map((text, i) => {
      const shown = shorten(text, widths[i]!, isUnicode);
      const padding = " ".repeat(widths[i]! - displayWidth(shown));
      return columns[i]!.align === "right" ? padding + paint(shown, i) : paint(shown, i) + padding;
    });
    return `${padded.join(GAP).trimEnd()}\n`;
  };
  const rule = widths.map((width) => (isUnicode ? "─" : "-").repeat(width));
  return [
    toLine(
      columns.map(({ header }) => header),
      (text) => colors.bold(text),
    ),
    `${colors.dim(rule.join(GAP))}\n`,
    ...texts.map((row, r) => toLine(row, (text, c) => paintCell(text, rows[r]![c] ?? "", colors))),
  ].join("");
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function paintCell(text: string, cell: Cell, colors: Colors): string {
  return typeof cell === "string" || text === "" ? text : colors[cell.style](text);
}

/** Take column by column from the widest text column until the row fits, or none can give any more. */
function fitWidths(columns: readonly Column[], natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  const gaps = GAP.length * (columns.length - 1);
  let excess = widths.reduce((total, width) => total + width, gaps) - available;
  while (excess > 0) {
    const textColumns = widths.map((width, i) => (columns[i]!.align === "right" ? 0 : width));
    const widest = Math.max(...textColumns);
    if (widest <= MIN_TEXT_WIDTH) break;
    widths[textColumns.indexOf(widest)]!--;
    excess--;
  }
  return widths;
}
