import type { PointRow, PointSeries } from "../../cube/point-series.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatDate, formatNumber } from "../terminal/format.js";
import { type PlotSeries, renderPlot } from "../terminal/plot.js";
import { displayWidth, printable, shorten } from "../terminal/printable.js";
import { sparkline } from "../terminal/sparkline.js";
import { type Cell, renderTable } from "../terminal/table.js";

/** Wider than this, a line of bars is no longer seen at one glance. */
const WIDEST_SPARKLINES = 120;
/** Columns that a sparkline's name, range and count take at most; the bars get the rest. */
const SPARKLINE_MARGIN = 48;
const LONGEST_NAME = 16;

/** A time series as a table with a sparkline for each band below it. */
export function timeseriesView(series: PointSeries, terminal: Terminal): string {
  return `${timeseriesTable(series, terminal)}\n${sparklines(series, terminal)}`;
}

function timeseriesTable({ bands, rows }: PointSeries, terminal: Terminal): string {
  const columns = [
    { header: "time (UTC)" },
    { header: "scene" },
    ...bands.map((header) => ({ header, align: "right" as const })),
  ];
  const cells = rows.map((row) => [
    formatDate(row.time),
    row.scene,
    ...bands.map((band) => valueCell(row, band, terminal)),
  ]);
  return renderTable(columns, cells, terminal);
}

function valueCell({ values, status }: PointRow, band: string, { isUnicode }: Terminal): Cell {
  const value = values[band] ?? null;
  if (value !== null) return formatNumber(value);
  const text = `${isUnicode ? "–" : "-"} ${status[band] ?? ""}`.trimEnd();
  return { text, style: status[band] === "failed" ? "red" : "dim" };
}

function sparklines({ bands, rows }: PointSeries, { width, isUnicode, colors }: Terminal): string {
  const names = bands.map((band) => shorten(printable(band), LONGEST_NAME, isUnicode));
  const nameWidth = Math.max(...names.map(displayWidth));
  const lines = bands.map((band, i) => {
    const values = rows.map((row) => row.values[band] ?? null);
    const name = names[i] ?? "";
    const bars = sparkline(values, {
      isUnicode,
      width: Math.max(10, Math.min(width, WIDEST_SPARKLINES) - SPARKLINE_MARGIN),
    });
    const facts = colors.dim(rangeLabel(values, isUnicode));
    return `${name}${" ".repeat(nameWidth - displayWidth(name))}  ${colors.cyan(bars)}  ${facts}\n`;
  });
  return lines.join("");
}

function rangeLabel(values: readonly (number | null)[], isUnicode: boolean): string {
  const valid = values.filter((value) => value !== null);
  if (valid.length === 0) return "no valid value";
  const [low, high] = [valid.reduce((a, b) => Math.min(a, b)), valid.reduce((a, b) => Math.max(a, b))];
  return `${formatNumber(low)} ${isUnicode ? "…" : ".."} ${formatNumber(high)}, ${valid.length} of ${values.length} valid`;
}

/** A time series as a drawing, a line a band. */
export function timeseriesPlot({ bands, rows }: PointSeries, terminal: Terminal): string {
  const series = bands.map((name): PlotSeries => {
    const points = rows.map(({ time, values }) => ({ time: new Date(time), value: values[name] ?? null }));
    return { name, points };
  });
  return renderPlot({ series }, terminal);
}
