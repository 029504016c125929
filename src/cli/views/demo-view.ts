import type { PointSeries } from "../../cube/point-series.js";
import type { IngestReport } from "../../ingest/ingest-report.js";
import type { WarehouseSummary } from "../../warehouse/catalog.js";
import type { ClearestScene } from "../demo/pictures.js";
import type { Place } from "../demo/places.js";
import type { Terminal } from "../terminal/describe-terminal.js";
import { formatBytes, formatDate, formatDuration, formatPlural } from "../terminal/format.js";
import { productTable } from "./info-view.js";
import { timeseriesPlot, timeseriesView } from "./timeseries-view.js";

/** What the demo did, as `demo --json` prints it. */
export interface DemoResult {
  readonly ingest: IngestReport;
  readonly info: WarehouseSummary;
  readonly places: readonly { readonly name: string; readonly series: PointSeries }[];
  /** The scene that the pictures show. */
  readonly scene: string;
  readonly pictures: readonly { readonly path: string; readonly shows: string }[];
}

/** The first step: what was ingested, and what that cost. */
export function demoIngest({ ingest, info }: DemoResult, terminal: Terminal): string {
  const read = `${formatPlural(ingest.added, "real Landsat 8 scene")} of 2018 around New York`;
  const cost = `${formatBytes(info.repositoryBytes)} of index for ${formatBytes(info.sourceBytes)} of files; no pixel was copied`;
  const heading = demoHeading(1, `${read}, ingested in ${formatDuration(ingest.elapsedMs)}`, terminal);
  return `${heading}${cost}\n\n${productTable(info.products, terminal)}\n`;
}

/** The second step: a place through the year. */
export function demoPlace({ name, lon, lat }: Place, series: PointSeries, terminal: Terminal): string {
  const heading = demoHeading(2, `${name} through the year, at ${lon}, ${lat}`, terminal);
  const plot = timeseriesPlot({ ...series, bands: ["ndvi"] }, terminal);
  return `${heading}${timeseriesView(series, terminal)}\nNDVI\n${plot}\n`;
}

/** The third step: pictures. */
export function demoPictures({ pictures }: DemoResult, terminal: Terminal): string {
  const widest = Math.max(...pictures.map(({ path }) => path.length));
  const { colors } = terminal;
  const lines = pictures.map(({ path, shows }) => `${colors.green(path.padEnd(widest))}  ${colors.dim(shows)}\n`);
  return `${demoHeading(3, "Pictures", terminal)}${lines.join("")}\n`;
}

/** A scene in words: `2018-07-10, the clearest scene: 1.4 % cloud`. */
export function describeScene({ date, clear, seen }: ClearestScene): string {
  return `${formatDate(date)}, the clearest scene: ${(((seen - clear) / seen) * 100).toFixed(1)} % cloud`;
}

/** Commands to go on with. */
export function demoNextSteps(commands: readonly string[], { colors }: Terminal): string {
  return `${colors.bold("Next")}\n${commands.map((command) => `  ${colors.cyan(command)}\n`).join("")}`;
}

function demoHeading(step: number, text: string, { colors }: Terminal): string {
  return `${colors.bold(`${step}. ${text}`)}\n`;
}
