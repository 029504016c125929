import { relative, sep } from "node:path";
import type { InspectedFile } from "../../cog/inspect.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatDate, formatNumber } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";
import { type Column, renderTable } from "../terminal/table.js";
import { type CardRow, renderCard } from "./card.js";
import { crsLabel } from "./crs-label.js";

const columns: readonly Column[] = [
  { header: "file" },
  { header: "size", align: "right" },
  { header: "bands", align: "right" },
  { header: "type" },
  { header: "CRS" },
  { header: "pixel", align: "right" },
  { header: "codec" },
  { header: "block", align: "right" },
  { header: "ovr", align: "right" },
];

/** Files as a table, a line each; their common folder stands above it, once. */
export function inspectTable(files: readonly InspectedFile[], terminal: Terminal): string {
  const folder = commonFolder(files.map(({ path }) => shownPath(path)));
  const rows = files.map((file) => [
    shownPath(file.path).slice(folder.length),
    `${file.width}×${file.height}`,
    String(file.count),
    file.dtype,
    crsLabel(file.crs),
    pixelLabel(file.resolution),
    file.compression,
    file.blockSize.join("×"),
    String(file.overviews.length),
  ]);
  const heading = folder === "" ? "" : `${printable(folder)}\n\n`;
  return `${heading}${renderTable(columns, rows.map(inAscii(terminal)), terminal)}`;
}

/** One file as a card with all that its header says. */
export function inspectCard(file: InspectedFile, terminal: Terminal): string {
  const rows: CardRow[] = [
    ["File", shownPath(file.path)],
    ["Kind", file.driver === "COG" ? "Cloud-Optimized GeoTIFF" : "TIFF, not cloud-optimized"],
    [
      "Size",
      `${file.width} × ${file.height} pixels, ${file.count} ${file.count === 1 ? "band" : "bands"}, ${file.dtype}`,
    ],
    ["Bands", file.bandNames.map((name, i) => name ?? `(${i + 1})`).join(", ")],
    ["Acquired", file.acquisitionTime === null ? "not in the tags" : formatDate(file.acquisitionTime)],
    ["CRS", crsLabel(file.crs)],
    ["Pixel size", pixelLabel(file.resolution)],
    ["Bounds", file.bounds?.map(shownNumber).join(", ") ?? "none"],
    ["Transform", file.transform?.map(shownNumber).join(", ") ?? "none"],
    ["Nodata", file.nodata === null ? "none" : String(file.nodata)],
    ["Blocks", `${file.blockSize.join(" × ")}, ${encodingLabel(file)}`],
    ["Overviews", file.overviews.map(({ width, height }) => `${width} × ${height}`).join(", ") || "none"],
  ];
  if (file.scale.some((scale) => scale !== 1)) rows.push(["Scale", file.scale.map(shownNumber).join(", ")]);
  if (file.offset.some((offset) => offset !== 0)) rows.push(["Offset", file.offset.map(shownNumber).join(", ")]);
  const toAscii = inAscii(terminal);
  return renderCard(
    rows.map(([label, value]) => [label, toAscii([value])[0] ?? ""]),
    terminal,
  );
}

function encodingLabel({ compression, predictor, interleave }: InspectedFile): string {
  const predicted = predictor === 1 ? "" : `, predictor ${predictor}`;
  return `${compression}${predicted}, interleaved by ${interleave.toLowerCase()}`;
}

function pixelLabel(resolution: readonly number[] | null): string {
  if (resolution === null) return "none";
  const [x = 0, y = 0] = resolution;
  return x === y ? formatNumber(x) : `${formatNumber(x)}×${formatNumber(y)}`;
}

function shownNumber(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/** What all paths begin with up to a separator, that included; empty where they share no folder. */
function commonFolder([first = "", ...others]: readonly string[]): string {
  let length = first.lastIndexOf(sep) + 1;
  while (length > 0 && !others.every((path) => path.startsWith(first.slice(0, length)))) {
    length = first.lastIndexOf(sep, length - 2) + 1;
  }
  return first.slice(0, length);
}

/** A path below the working folder as relative, which is how people name it. */
function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below === "" || below === ".." || below.startsWith(`..${sep}`) ? path : below;
}

function inAscii({ isUnicode }: Terminal): (cells: readonly string[]) => string[] {
  return (cells) => cells.map((cell) => (isUnicode ? cell : cell.replaceAll("×", "x")));
}
