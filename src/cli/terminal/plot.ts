import { scaleLinear, scaleUtc } from "d3-scale";
import { type Canvas, type CanvasCell, createBrailleCanvas, createMarkerCanvas, drawLine } from "./canvas.js";
import type { Terminal } from "./describe-terminal.js";
import { displayWidth, printable, shorten } from "./printable.js";

/** A line of the plot, its points sorted by time. A missing value (null) breaks it. */
export interface PlotSeries {
  readonly name: string;
  readonly points: readonly { readonly time: Date; readonly value: number | null }[];
}

export interface PlotOptions {
  readonly series: readonly PlotSeries[];
  /** Rows of the drawing itself, without axis and legend. Default 12. */
  readonly height?: number | undefined;
}

const seriesColors = ["cyan", "yellow", "green", "magenta", "blue", "red"] as const;
const unicodeMarkers = ["●", "▲", "■", "◆", "○", "△"];
const asciiMarkers = ["*", "o", "x", "+", "#", "@"];
const unicodeFrame = { tick: "┤", side: "│", corner: "└", floor: "─", mark: "┬" };
const asciiFrame = { tick: "+", side: "|", corner: "+", floor: "-", mark: "+" };
const MIN_WIDTH = 20;

/** What the drawing and its axes share. */
interface Layout {
  /** Cells of the drawing. */
  readonly width: number;
  readonly height: number;
  readonly labelWidth: number;
  readonly values: readonly [low: number, high: number];
  readonly times: readonly [first: Date, last: Date];
  /** Labels by row of the drawing, row 0 at the top. */
  readonly yLabels: ReadonlyMap<number, string>;
}

/**
 * A time series as lines of text with axes, as wide as the terminal: in braille where it shows Unicode and the lines
 * can be told apart (there is one, or there are colours), else with a character for each series.
 *
 * Several series get a legend. Nothing but one line saying so where no value is there.
 */
export function renderPlot({ series, height = 12 }: PlotOptions, terminal: Terminal): string {
  const layout = layOut(series, height, terminal);
  if (layout === null) return "no valid observation\n";
  const isBraille = terminal.isUnicode && (series.length === 1 || terminal.colors.isColorSupported);
  const markers = terminal.isUnicode ? unicodeMarkers : asciiMarkers;
  const canvas = isBraille
    ? createBrailleCanvas(layout.width, height)
    : createMarkerCanvas(layout.width, height, markers);
  for (const [number, one] of series.entries()) drawSeries(canvas, one, number, layout, isBraille);
  const lines = [...drawRows(canvas, layout, terminal), ...drawTimeAxis(layout, terminal)];
  if (series.length > 1) lines.push(drawLegend(series, isBraille, markers, layout, terminal));
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function layOut(series: readonly PlotSeries[], height: number, terminal: Terminal): Layout | null {
  const points = series.flatMap((one) => one.points);
  const values = points
    .map(({ value }) => value)
    .filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (values.length === 0) return null;
  const [low, high] = extent(values);
  const pad = low === high ? Math.abs(low) / 10 || 1 : 0;
  const tickCount = Math.max(2, Math.floor(height / 3));
  const scale = scaleLinear([low - pad, high + pad], [height - 1, 0]).nice(tickCount);
  const format = scale.tickFormat(tickCount);
  const yLabels = new Map(
    scale.ticks(tickCount).map((tick) => [Math.round(scale(tick)), format(tick).replace("−", "-")]),
  );
  const labelWidth = Math.max(...[...yLabels.values()].map((label) => label.length));
  const width = Math.max(MIN_WIDTH, terminal.width - labelWidth - 2);
  const [first, last] = extent(points.map(({ time }) => time.getTime()));
  const [bottom, top] = scale.domain() as [number, number];
  return { width, height, labelWidth, values: [bottom, top], times: [new Date(first), new Date(last)], yLabels };
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

function drawSeries(canvas: Canvas, { points }: PlotSeries, number: number, layout: Layout, isJoined: boolean): void {
  const [bottom, top] = layout.values;
  const [first, last] = layout.times.map((time) => time.getTime()) as [number, number];
  let previous: [number, number] | null = null;
  for (const { time, value } of points) {
    if (value === null || !Number.isFinite(value)) {
      previous = null;
      continue;
    }
    const across = last === first ? 0.5 : (time.getTime() - first) / (last - first);
    const down = (top - value) / (top - bottom);
    const dot: [number, number] = [
      Math.round(across * (canvas.dotColumns - 1)),
      Math.round(down * (canvas.dotRows - 1)),
    ];
    drawLine(canvas, isJoined && previous ? previous : dot, dot, number);
    previous = dot;
  }
}

function drawRows(canvas: Canvas, layout: Layout, { colors, isUnicode }: Terminal): string[] {
  const frame = isUnicode ? unicodeFrame : asciiFrame;
  return canvas.rows().map((cells, row) => {
    const label = layout.yLabels.get(row);
    const axis = `${(label ?? "").padStart(layout.labelWidth)} ${label === undefined ? frame.side : frame.tick}`;
    return `${colors.dim(axis)}${paintRuns(cells, colors)}`;
  });
}

/** Neighbours of one series share one colour code. */
function paintRuns(cells: readonly CanvasCell[], colors: Terminal["colors"]): string {
  let line = "";
  for (let from = 0, to = 0; from < cells.length; from = to) {
    const { series } = cells[from]!;
    while (to < cells.length && cells[to]!.series === series) to++;
    const text = cells.slice(from, to).map(({ character }) => character);
    line += series < 0 ? text.join("") : paint(series, text.join(""), colors);
  }
  return line;
}

function paint(series: number, text: string, colors: Terminal["colors"]): string {
  return colors[seriesColors[series % seriesColors.length]!](text);
}

/** The floor with its marks, and the dates under them as far as they do not touch. */
function drawTimeAxis({ width, labelWidth, times }: Layout, { colors, isUnicode }: Terminal): string[] {
  const frame = isUnicode ? unicodeFrame : asciiFrame;
  const [first, last] = times;
  const isInstant = first.getTime() === last.getTime();
  const scale = scaleUtc(times, [0, width - 1]);
  const ticks = isInstant ? [first] : scale.ticks(Math.max(2, Math.floor(width / 14)));
  const floor = Array.from({ length: width }, () => frame.floor);
  const margin = " ".repeat(labelWidth + 1);
  let labels = "";
  for (const tick of ticks) {
    const column = isInstant ? Math.floor((width - 1) / 2) : Math.round(scale(tick));
    const text = tickText(tick, ticks);
    const from = Math.max(0, Math.min(column - Math.floor(text.length / 2), width - text.length));
    floor[column] = frame.mark;
    if (labels.length > 0 && from < labels.length + 2) continue;
    labels = labels.padEnd(from) + text;
  }
  return [colors.dim(`${margin}${frame.corner}${floor.join("")}`), colors.dim(`${margin} ${labels}`)];
}

/** As much of the date as the ticks differ in. */
function tickText(tick: Date, ticks: readonly Date[]): string {
  const iso = tick.toISOString();
  const step = ticks.length > 1 ? ticks[1]!.getTime() - ticks[0]!.getTime() : 0;
  const day = 86_400_000;
  if (step >= 360 * day) return iso.slice(0, 4);
  if (step >= 28 * day) return iso.slice(0, 7);
  return step === 0 || step >= day ? iso.slice(0, 10) : iso.slice(0, 16).replace("T", " ");
}

function drawLegend(
  series: readonly PlotSeries[],
  isBraille: boolean,
  markers: readonly string[],
  layout: Layout,
  { colors, isUnicode }: Terminal,
): string {
  const entries: string[] = [];
  let used = 0;
  for (const [number, { name }] of series.entries()) {
    const label = shorten(printable(name), 24, isUnicode);
    used += displayWidth(label) + 5;
    if (used > layout.width) break;
    entries.push(`${paint(number, isBraille ? "──" : markers[number % markers.length]!, colors)} ${label}`);
  }
  return `${" ".repeat(layout.labelWidth + 2)}${entries.join("   ")}`;
}
