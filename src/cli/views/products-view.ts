import type { Terminal } from "../terminal/describe-terminal.js";
import { formatCount } from "../terminal/format.js";
import { type Column, renderTable } from "../terminal/table.js";

/** A product as `products --json` prints it. */
export interface ListedProduct {
  readonly id: string;
  /** null where it has none. */
  readonly title: string | null;
  readonly provider: string | null;
  /** `built-in` by PixelQuery's own profile; `warehouse` by what is stored there. */
  readonly origin: "built-in" | "warehouse";
  readonly bands: readonly string[];
  /** Bands that find clouds; [] where none is known to. */
  readonly cloudBands: readonly string[];
  /** In the warehouse. */
  readonly scenes: number;
}

const columns: readonly Column[] = [
  { header: "product" },
  { header: "title" },
  { header: "bands" },
  { header: "clouds by" },
  { header: "scenes", align: "right" },
  { header: "from" },
];

/** Products as a table, a line each. */
export function productsTable(products: readonly ListedProduct[], terminal: Terminal): string {
  const rows = products.map(({ id, title, bands, cloudBands, scenes, origin }) => [
    { text: id, style: "bold" } as const,
    title ?? "",
    bands.join(" "),
    cloudBands.join(" "),
    scenes === 0 ? "" : formatCount(scenes),
    origin,
  ]);
  return renderTable(columns, rows, terminal);
}
