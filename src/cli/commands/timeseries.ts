import { type Command, Option } from "commander";
import type { PointSeries } from "../../cube/point-series.js";
import { type TimeseriesOptions, timeseries } from "../../cube/timeseries.js";
import { InvalidInputError } from "../../errors.js";
import { toCsv } from "../../export/to-csv.js";
import { type CliContext, stderrTerminal, stdoutTerminal, tableTerminal, writeJson, writeNote } from "../context.js";
import {
  addAtOption,
  addCommonOptions,
  addExamples,
  addWarehouseOption,
  parseNames,
  parseNumber,
  type WarehouseOptions,
} from "../options.js";
import { startProgress } from "../terminal/progress.js";
import { timeseriesPlot, timeseriesView } from "../views/timeseries-view.js";

const formats = ["table", "csv", "json"] as const;

interface TimeseriesFlags extends WarehouseOptions {
  readonly lon: number;
  readonly lat: number;
  readonly bands?: string[];
  readonly expr?: string;
  readonly product?: string;
  readonly time?: string;
  readonly at?: string;
  readonly cloudMask?: boolean;
  readonly scaled?: boolean;
  readonly markFailed?: boolean;
  readonly format?: (typeof formats)[number];
  readonly plot?: boolean;
}

/** `timeseries`: what was at a place, in every scene that covers it. */
export function defineTimeseries(command: Command, context: CliContext): void {
  addAtOption(addWarehouseOption(command))
    .requiredOption("--lon <degrees>", "longitude, WGS 84", parseNumber)
    .requiredOption("--lat <degrees>", "latitude, WGS 84", parseNumber)
    .option("--bands <names>", "bands to read (default: all)", parseNames)
    .addOption(new Option("--expr <text>", "band math in place of bands").conflicts("bands"))
    .option("--product <id>", "only of this product")
    .option("--time <start/end>", "only of this period, ends included: 2024-03, 2024-01-01/.., 2023/2024-06")
    .option("--cloud-mask", "leave out what cloud masks cover")
    .option("--scaled", "apply the files' scale and offset")
    .option("--mark-failed", "mark values that cannot be read as failed, and go on")
    .addOption(new Option("--format <format>", "how to print (default: table)").choices(formats))
    .option("--plot", "draw the values");
  addCommonOptions(command);
  addExamples(command, [
    "timeseries --lon -73.97 --lat 40.78",
    "timeseries --lon -73.97 --lat 40.78 --bands red,nir --format csv > series.csv",
    'timeseries --lon -73.97 --lat 40.78 --expr "(nir - red) / (nir + red)" --plot',
  ]);
  command.action(async (flags: TimeseriesFlags) => {
    const format = outputFormat(flags);
    const series = await readWithProgress(flags, context);
    write(series, format, flags.plot === true, context);
    if (series.rows.length === 0) writeNote(context, `no scene covers longitude ${flags.lon}, latitude ${flags.lat}`);
  });
}

function outputFormat({ json, format, plot }: TimeseriesFlags): (typeof formats)[number] {
  const chosen = json ? "json" : (format ?? "table");
  if (json && format !== undefined && format !== "json") {
    throw new InvalidInputError(`--json and --format ${format} contradict each other: give one of them`);
  }
  if (plot && chosen !== "table") {
    throw new InvalidInputError(`--plot is for people, ${chosen} for programs: give one of them`);
  }
  return chosen;
}

async function readWithProgress(flags: TimeseriesFlags, context: CliContext): Promise<PointSeries> {
  const { stderr, signal } = context;
  const progress = startProgress(stderr, stderrTerminal(context), { label: "Reading", unit: "blocks" });
  try {
    return await timeseries(flags.warehouse, { ...timeseriesOptions(flags), signal, onProgress: progress.update });
  } finally {
    progress.stop();
  }
}

function timeseriesOptions(flags: TimeseriesFlags): TimeseriesOptions {
  const { lon, lat, bands, expr, product, time, at, cloudMask, scaled, markFailed } = flags;
  return {
    lon,
    lat,
    ...(bands !== undefined && { bands }),
    ...(expr !== undefined && { expr }),
    ...(product !== undefined && { productId: product }),
    ...(time !== undefined && { timeRange: time }),
    ...(at !== undefined && { at }),
    ...(cloudMask !== undefined && { cloudMask }),
    ...(scaled !== undefined && { scaled }),
    ...(markFailed && { onReadError: "mark" as const }),
  };
}

function write(series: PointSeries, format: (typeof formats)[number], isPlot: boolean, context: CliContext): void {
  if (format === "json") writeJson(context, series);
  else if (format === "csv") context.stdout.write(toCsv(series.bands, series.rows));
  else if (series.rows.length > 0) {
    context.stdout.write(timeseriesView(series, tableTerminal(context)));
    if (isPlot) context.stdout.write(`\n${timeseriesPlot(series, stdoutTerminal(context))}`);
  }
}
