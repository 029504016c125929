import type { BandValues } from "../../staging/compare-bands.js";
import type { CloudCover } from "../../staging/compare-scenes.js";
import type { StagedProduct, StagedReport } from "../../staging/staged-report.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatCount, formatDate, formatNumber, formatPlural } from "../terminal/format.js";
import { type Cell, type Column, renderTable } from "../terminal/table.js";
import { type CardRow, renderCard } from "./card.js";
import { crsLabel } from "./crs-label.js";
import { stacksTable } from "./stacks-table.js";

/** This many names are read; the JSON document has them all. */
const MOST_NAMES = 5;
const MOST_ROWS = 20;

/** What waits on a branch in a few lines: scenes and dates of each product, and whether something looks odd. */
export function stagedSummary(report: StagedReport, terminal: Terminal): string {
  const { products, branch, into } = report;
  if (products.length === 0) return `${into.branch} has all of ${branch}\n`;
  const rows = products.map((product): Cell[] => [
    product.productId,
    ...[product.added, product.updated, product.dropped].map(({ length }) => formatCount(length)),
    formatCount(product.earlier),
    rangeText(product.dates.range),
    { text: formatCount(product.duplicates.length), style: product.duplicates.length > 0 ? "yellow" : "dim" },
    { text: formatCount(product.dates.outside.length), style: "dim" },
    { text: formatCount(newGridCount(product)), style: "dim" },
  ]);
  const headers: readonly Column[] = [
    { header: `staged on ${branch}` },
    { header: "new", align: "right" },
    { header: "changed", align: "right" },
    { header: "dropped", align: "right" },
    { header: "earlier", align: "right" },
    { header: "dates" },
    { header: "duplicates", align: "right" },
    { header: "outside earlier dates", align: "right" },
    { header: "new grids", align: "right" },
  ];
  return renderTable(headers, rows, terminal);
}

/** All that a report says, product by product. */
export function stagedView(report: StagedReport, terminal: Terminal): string {
  const { branch, snapshot, into, isFastForward, products } = report;
  const how = isFastForward
    ? `${into.branch} has not moved since: it will go on at ${snapshot}`
    : `${into.branch} has moved since: the scenes will be applied to it again`;
  const card = renderCard(
    [
      ["Branch", `${branch} at ${snapshot}`],
      ["Into", `${into.branch} at ${into.snapshot}`],
      ["Merging", products.length === 0 ? `${into.branch} has all of it` : how],
    ],
    terminal,
  );
  const parts = products.map((product) => productView(product, report.pixels, terminal));
  return [card, ...parts].join("\n");
}

function productView(product: StagedProduct, pixels: boolean, terminal: Terminal): string {
  const { colors } = terminal;
  const { productId, added, updated, dropped, earlier, leftOut } = product;
  const rows: CardRow[] = [
    ["New", namesText(added)],
    ["Changed", namesText(updated)],
    ["Dropped", namesText(dropped)],
    ["Earlier", `${formatPlural(earlier, "scene")}, ${rangeText(product.dates.earlierRange)}`],
    ["Dates", datesText(product)],
    ["Clouds", `${coverText(product.cloudCover.staged)}; earlier: ${coverText(product.cloudCover.earlier)}`],
    ...(leftOut.length > 0 ? [["Left out", namesText(leftOut.map(({ source }) => source))] as const] : []),
  ];
  const sections = [
    `${colors.bold(productId)}${product.isNew ? " (new)" : ""}\n${renderCard(rows, terminal)}`,
    stacksTable(product.stacks, terminal),
    gridTable(product, terminal),
    bandTable(product, pixels, terminal),
    duplicateTable(product, terminal),
    oddTable(product, pixels, terminal),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function gridTable({ grids }: StagedProduct, terminal: Terminal): string {
  const rows = grids.map(({ crs, pixelSize, scenes, earlier, newGrids }): Cell[] => [
    crsLabel(crs),
    pixelSize === null ? "" : [...new Set(pixelSize)].map((size) => formatNumber(size, 6)).join(" × "),
    formatCount(scenes),
    earlier === 0 ? { text: "none", style: "yellow" } : formatCount(earlier),
    formatCount(newGrids),
  ]);
  const headers: readonly Column[] = [
    { header: "grid" },
    { header: "pixel", align: "right" },
    { header: "scenes", align: "right" },
    { header: "earlier scenes on it", align: "right" },
    { header: "with a new extent", align: "right" },
  ];
  return renderRows(headers, rows, terminal);
}

function bandTable({ bands }: StagedProduct, pixels: boolean, terminal: Terminal): string {
  const value = (number: number | null) => (number === null ? "" : formatNumber(number));
  const share = (missing: number | null) => (missing === null ? "" : `${Math.round(missing * 100)} %`);
  const valuesOf = (values: BandValues): Cell[] => [
    values.dtypes.join(" "),
    ...(pixels ? [value(values.min), value(values.median), value(values.max), share(values.missing)] : []),
  ];
  const headersOf = (whose: string): Column[] => [
    { header: `type${whose}` },
    ...(pixels ? ["min", "median", "max", "missing"] : []).map(
      (header): Column => ({ header: `${header}${whose}`, align: "right" }),
    ),
  ];
  const rows = bands.map(({ band, staged, earlier }): Cell[] => [band, ...valuesOf(staged), ...valuesOf(earlier)]);
  return renderRows([{ header: "band" }, ...headersOf(""), ...headersOf(", earlier")], rows, terminal);
}

function duplicateTable({ duplicates }: StagedProduct, terminal: Terminal): string {
  if (duplicates.length === 0) return "";
  const rows = duplicates.map(({ scene, other, kind }): Cell[] => [
    { text: scene, style: "yellow" },
    other,
    kind === "place" ? "same time and place" : "same content",
  ]);
  return renderRows([{ header: "duplicate" }, { header: "of" }, { header: "why" }], rows, terminal);
}

function oddTable({ odd }: StagedProduct, pixels: boolean, terminal: Terminal): string {
  if (!pixels) return "";
  if (odd.length === 0) return "By its pixels no scene looks odd.\n";
  const rows = odd.map(({ scene, band, reason }): Cell[] => [{ text: scene, style: "yellow" }, band ?? "", reason]);
  return renderRows([{ header: "odd scene" }, { header: "band" }, { header: "why" }], rows, terminal);
}

/** The first rows of a table, and how many more there are. */
function renderRows(headers: readonly Column[], rows: readonly Cell[][], terminal: Terminal): string {
  const table = renderTable(headers, rows.slice(0, MOST_ROWS), terminal);
  return rows.length <= MOST_ROWS ? table : `${table}and ${formatCount(rows.length - MOST_ROWS)} more\n`;
}

function namesText(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length > MOST_NAMES ? `, and ${formatCount(names.length - MOST_NAMES)} more` : "";
  return `${formatCount(names.length)}: ${names.slice(0, MOST_NAMES).join(", ")}${more}`;
}

function datesText({ dates }: StagedProduct): string {
  const { range, outside, equalTimes } = dates;
  return [
    rangeText(range),
    ...(outside.length > 0 ? [`${formatCount(outside.length)} outside of the earlier dates`] : []),
    ...(equalTimes.length > 0 ? [`${formatCount(equalTimes.length)} at the time of another scene`] : []),
  ].join("; ");
}

function rangeText(range: readonly [string, string] | null): string {
  if (range === null) return "none";
  const [first, last] = range.map(formatDate);
  return first === last ? `${first}` : `${first} to ${last}`;
}

function coverText({ scenes, known, min, median, max }: CloudCover): string {
  if (known === 0) return "not known";
  const [low, middle, high] = [min, median, max].map((cover) => Math.round(cover ?? 0));
  const of = known < scenes ? ` (known of ${formatCount(known)} of ${formatCount(scenes)})` : "";
  return `${low} to ${high} %, median ${middle} %${of}`;
}

function newGridCount({ grids }: StagedProduct): number {
  return grids.reduce((sum, { newGrids }) => sum + newGrids, 0);
}
