import { scaleLinear, scaleUtc } from "d3-scale";
import { InvalidInputError } from "../errors.js";
import type { StatusName } from "../ndarray/status.js";
import { type AxisTick, timeTicks, valueTicks } from "./chart-axes.js";
import { element, escapeXml, textWidth, truncateText } from "./svg.js";

/** One observation: a value, or the reason why there is none. */
export interface ChartPoint {
  readonly time: Date;
  /** null is missing. */
  readonly value: number | null;
  /** Why the value is missing; shown in the margin below and in the tooltip. */
  readonly status?: StatusName | undefined;
}

/** A line of the chart, its points sorted by time. */
export interface ChartSeries {
  readonly name: string;
  readonly points: readonly ChartPoint[];
  /** A CSS colour; left out, the next of a palette that people with colour blindness can tell apart. */
  readonly color?: string | undefined;
}

export interface ChartOptions {
  readonly title: string;
  /** A second line, smaller: where, from what. */
  readonly subtitle?: string | undefined;
  /** Above the value axis: the quantity and its unit. */
  readonly valueLabel?: string | undefined;
  readonly series: readonly ChartSeries[];
  /** CSS pixels. Default 960 × 460. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Okabe and Ito's palette (2008), darkest first, without the yellow that light paper swallows. */
const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#333333"];
const ink = { title: "#16202b", text: "#4a5663", faint: "#8a95a1", grid: "#e6eaee", axis: "#aab4be", paper: "#ffffff" };
const FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
/** Beyond this many points a dot for each would be a smear, and the file heavy. */
const MAX_DOTS = 1500;
const MARGIN_X = 28;

/** The plot inside the picture, in CSS pixels, and what turns data into them. */
interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The middle of the legend's row. */
  readonly legendY: number;
  readonly x: (time: Date) => number;
  readonly y: (value: number) => number;
  readonly xTicks: readonly AxisTick[];
  readonly yTicks: readonly AxisTick[];
}

/**
 * A time series chart as an SVG document: lines and dots on light paper, no script, no font and nothing else from
 * outside, so that it looks alike in a browser, a report and a converter.
 *
 * A missing value breaks the line (faint dashes bridge it) and leaves a hollow mark below the axis, whose tooltip and
 * legend say why.
 *
 * @throws InvalidInputError where the size leaves no room to draw.
 */
export function chartSvg(options: ChartOptions): string {
  const { width = 960, height = 460 } = options;
  const isDrawable = width >= 320 && height >= 220 && width <= 10_000 && height <= 10_000;
  if (!isDrawable) {
    throw new InvalidInputError(`a chart of ${width} × ${height} cannot be drawn: 320 × 220 to 10000 × 10000`, {
      details: { width: String(width), height: String(height) },
    });
  }
  const series = options.series.map((one, i) => ({ ...one, color: one.color ?? palette[i % palette.length]! }));
  const frame = layOut(options, series, width, height);
  const content = [
    element("rect", { width, height, fill: ink.paper }),
    drawHeading(options, width),
    drawLegend(series, frame),
    drawAxes(frame, options.valueLabel),
    ...series.map((one) => drawLine(one, frame)),
    ...series.map((one) => drawDots(one, frame)),
    drawMissing(series, frame),
    series.every(({ points }) => points.every(({ value }) => value === null)) ? drawNothing(frame) : "",
  ].join("\n");
  const size = { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` };
  const label = { role: "img", "aria-label": options.title, "font-family": FONT };
  return `${element("svg", { ...size, ...label }, `\n${content}\n`)}\n`;
}

type DrawnSeries = ChartSeries & { readonly color: string };

function layOut(options: ChartOptions, series: readonly DrawnSeries[], width: number, height: number): Frame {
  const points = series.flatMap((one) => one.points);
  const heading = 50 + (options.subtitle ? 22 : 0);
  const legend = hasLegendRow(series) ? 28 : 0;
  const top = heading + legend + (options.valueLabel ? 26 : 8);
  const bottom = height - 68;
  const yScale = scaleLinear(valueDomain(points), [bottom, top]).nice(Math.max(2, Math.floor((bottom - top) / 50)));
  const yTicks = valueTicks(yScale, Math.max(2, Math.floor((bottom - top) / 50)));
  const left = MARGIN_X + 12 + Math.max(...yTicks.map(({ label }) => textWidth(label, 12)));
  const right = width - MARGIN_X - 8;
  // Room for a dot at either end, so that the first one does not sit on the axis.
  const xScale = scaleUtc(timeDomain(points), [left + 12, right - 8]);
  const xTicks = timeTicks(xScale, Math.max(2, Math.floor((right - left) / 88)));
  return {
    left,
    right,
    top,
    bottom,
    legendY: heading + 10,
    x: (time) => xScale(time),
    y: (value) => yScale(value),
    xTicks,
    yTicks,
  };
}

function valueDomain(points: readonly ChartPoint[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { value } of points) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  // One value alone gets an axis around it.
  const pad = low === high ? Math.abs(low) / 10 || 1 : 0;
  return [low - pad, high + pad];
}

function timeDomain(points: readonly ChartPoint[]): [Date, Date] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { time } of points) {
    first = Math.min(first, time.getTime());
    last = Math.max(last, time.getTime());
  }
  const day = 86_400_000;
  if (first > last) return [new Date(0), new Date(365 * day)];
  return first === last ? [new Date(first - day), new Date(last + day)] : [new Date(first), new Date(last)];
}

function drawHeading({ title, subtitle }: ChartOptions, width: number): string {
  const room = width - 2 * MARGIN_X;
  const heading = { x: MARGIN_X, y: 40, "font-size": 20, "font-weight": 600, fill: ink.title };
  const below = { x: MARGIN_X, y: 63, "font-size": 13, fill: ink.text };
  const first = element("text", heading, escapeXml(truncateText(title, 20, room)));
  return subtitle ? `${first}\n${element("text", below, escapeXml(truncateText(subtitle, 13, room)))}` : first;
}

function hasLegendRow(series: readonly ChartSeries[]): boolean {
  return series.length > 1 || missingCounts(series).length > 0;
}

function drawLegend(series: readonly DrawnSeries[], frame: Frame): string {
  if (!hasLegendRow(series)) return "";
  const y = frame.legendY;
  const parts: string[] = [];
  let x = MARGIN_X;
  const place = (mark: string, label: string): void => {
    const name = truncateText(label, 12.5, 220);
    if (x + 24 + textWidth(name, 12.5) > frame.right) return;
    parts.push(mark, element("text", { x: x + 24, y: y + 4, "font-size": 12.5, fill: ink.text }, escapeXml(name)));
    x += 24 + textWidth(name, 12.5) + 22;
  };
  for (const { name, color } of series.length > 1 ? series : []) {
    const line = element("line", { x1: x, x2: x + 18, y1: y, y2: y, stroke: color, "stroke-width": 2.25 });
    place(line + element("circle", { cx: x + 9, cy: y, r: 3.5, fill: color, stroke: ink.paper }), name);
  }
  const counts = missingCounts(series);
  if (counts.length > 0) place(missingMark(x + 9, y, ink.faint), `no value: ${counts.join(", ")}`);
  return element("g", {}, parts.join("\n"));
}

/** `["3 masked", "1 nodata"]`, commonest first. */
function missingCounts(series: readonly ChartSeries[]): string[] {
  const counts = new Map<string, number>();
  for (const { value, status } of series.flatMap(({ points }) => points)) {
    if (value === null) counts.set(status ?? "missing", (counts.get(status ?? "missing") ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([status, count]) => `${count} ${status}`);
}

function drawAxes(frame: Frame, valueLabel: string | undefined): string {
  const { left, right, top, bottom } = frame;
  const parts: string[] = [];
  for (const { at, label } of frame.yTicks) {
    parts.push(element("line", { x1: left, x2: right, y1: at, y2: at, stroke: ink.grid }));
    const text = { x: left - 10, y: at + 4, "text-anchor": "end", "font-size": 12, fill: ink.text };
    parts.push(element("text", text, escapeXml(label)));
  }
  parts.push(element("line", { x1: left, x2: right, y1: bottom, y2: bottom, stroke: ink.axis }));
  for (const { at, label, second } of frame.xTicks) {
    parts.push(element("line", { x1: at, x2: at, y1: bottom, y2: bottom + 5, stroke: ink.axis }));
    const text = { x: at, "text-anchor": "middle", "font-size": 12 };
    parts.push(element("text", { ...text, y: bottom + 32, fill: ink.text }, escapeXml(label)));
    if (second) {
      parts.push(element("text", { ...text, y: bottom + 48, fill: ink.faint, "font-weight": 600 }, escapeXml(second)));
    }
  }
  if (valueLabel) {
    const text = { x: MARGIN_X, y: top - 16, "font-size": 12, fill: ink.faint };
    parts.push(element("text", text, escapeXml(truncateText(valueLabel, 12, right - MARGIN_X))));
  }
  return element("g", {}, parts.join("\n"));
}

/** Runs of points with values become solid lines; the gap between two runs is bridged by faint dashes. */
function drawLine({ points, color }: DrawnSeries, { x, y }: Frame): string {
  let solid = "";
  let dashed = "";
  let previous: { at: string; isNeighbour: boolean } | null = null;
  for (const { time, value } of points) {
    if (value === null || !Number.isFinite(value)) {
      if (previous) previous.isNeighbour = false;
      continue;
    }
    const at = `${round(x(time))} ${round(y(value))}`;
    if (previous?.isNeighbour) solid += solid.endsWith(previous.at) ? `L${at}` : `M${previous.at}L${at}`;
    else if (previous) dashed += `M${previous.at}L${at}`;
    previous = { at, isNeighbour: true };
  }
  const stroke = { fill: "none", stroke: color, "stroke-linejoin": "round", "stroke-linecap": "round" };
  const faint = { ...stroke, "stroke-width": 1.25, "stroke-dasharray": "1 5", "stroke-opacity": 0.75 };
  return [
    dashed ? element("path", { d: dashed, ...faint }) : "",
    solid ? element("path", { d: solid, ...stroke, "stroke-width": 1.75, "stroke-opacity": 0.8 }) : "",
  ].join("");
}

function drawDots({ name, points, color }: DrawnSeries, { x, y }: Frame): string {
  if (points.length > MAX_DOTS) return "";
  const dots = points.map(({ time, value }) => {
    if (value === null || !Number.isFinite(value)) return "";
    const tooltip = element("title", {}, escapeXml(`${name}: ${round(value, 4)}\n${isoText(time)}`));
    return element("circle", { cx: round(x(time)), cy: round(y(value)), r: 3.25 }, tooltip);
  });
  return element("g", { fill: color, stroke: ink.paper, "stroke-width": 1 }, dots.join(""));
}

/** One row of hollow marks just below the axis: in the colour of its series, or grey where several share a time. */
function drawMissing(series: readonly DrawnSeries[], { x, bottom }: Frame): string {
  const atTime = new Map<number, { reasons: string[]; color: string }>();
  for (const { name, color, points } of series) {
    for (const { time, value, status } of points) {
      if (value !== null) continue;
      const known = atTime.get(time.getTime());
      const reason = `${name}: ${status ?? "missing"}`;
      if (known) known.reasons.push(reason);
      atTime.set(time.getTime(), known ? { ...known, color: ink.faint } : { reasons: [reason], color });
    }
  }
  if (atTime.size === 0 || atTime.size > MAX_DOTS) return "";
  const marks = [...atTime].map(([time, { reasons, color }]) => {
    const tooltip = escapeXml(`${reasons.join("\n")}\n${isoText(new Date(time))}`);
    return missingMark(round(x(new Date(time))), bottom + 12, color, element("title", {}, tooltip));
  });
  return element("g", {}, marks.join(""));
}

function missingMark(cx: number, cy: number, color: string, tooltip = ""): string {
  return element("circle", { cx, cy, r: 3, fill: ink.paper, stroke: color, "stroke-width": 1.25 }, tooltip);
}

function drawNothing({ left, right, top, bottom }: Frame): string {
  const place = { x: (left + right) / 2, y: (top + bottom) / 2, "text-anchor": "middle" };
  return element("text", { ...place, "font-size": 15, fill: ink.faint }, "no valid observation");
}

function isoText(time: Date): string {
  return time
    .toISOString()
    .replace("T", " ")
    .replace(":00.000Z", " UTC")
    .replace(/\.\d+Z$/, " UTC");
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
