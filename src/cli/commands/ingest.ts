import type { Command } from "commander";
import { InvalidInputError } from "../../errors.js";
import { ingest } from "../../ingest/ingest.js";
import type { IngestOptions } from "../../ingest/ingest-options.js";
import type { IngestWarning } from "../../ingest/ingest-problem.js";
import type { IngestReport } from "../../ingest/ingest-report.js";
import type { WatchOptions } from "../../ingest/watch.js";
import { MAIN_BRANCH } from "../../warehouse/branches.js";
import { catalog } from "../../warehouse/catalog.js";
import { type CliContext, stderrTerminal, tableTerminal, writeJson } from "../context.js";
import { EXIT_OK, EXIT_SOME_FAILED } from "../exit-codes.js";
import { placeOf, writeNext } from "../next-steps.js";
import {
  addCommonOptions,
  addExamples,
  addWarehouseOption,
  parseNames,
  parsePositive,
  type WarehouseOptions,
} from "../options.js";
import { startProgress } from "../terminal/progress.js";
import { ingestSummary } from "../views/ingest-view.js";
import { renderProblems } from "../views/problem-list.js";

interface IngestFlags extends WarehouseOptions {
  readonly product?: string;
  readonly bands?: string[];
  readonly mask?: string;
  readonly datePattern?: string;
  readonly glob?: string;
  readonly assets?: string[];
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly message?: string;
  readonly provider?: string;
  readonly branch?: string;
  readonly watch?: boolean;
  readonly interval?: number;
}

/** `ingest SOURCE…`: files become scenes, in one commit. */
export function defineIngest(command: Command, context: CliContext): void {
  command.argument(
    "<source...>",
    "folders, files, quoted glob patterns, @FILE that names them, or STAC: items, a catalog, a search, .parquet",
  );
  addWarehouseOption(command)
    .option(
      "--product <id|file>",
      "product of the scenes, or its profile as JSON (default: by the files' names, else the folder's)",
    )
    .option("--bands <names>", "band names in the files' order (default: the files' own)", parseNames)
    .option("--mask <folder>", "masks: each becomes a band of the scene that has its time or name")
    .option("--date-pattern <regex>", "where the date is in a file name, as (?<year>…)(?<month>…)(?<day>…)")
    .option("--glob <pattern>", "files to take from folders (default: *.tif and *.tiff at any depth)")
    .option("--assets <names>", "assets of STAC items, by key or band (default: the data, and known masks)", parseNames)
    .option("--dry-run", "say what would happen, and write nothing")
    .option("--prune", "forget files below the sources that are gone; older snapshots still have them")
    .option("--message <text>", "what the commit is for (default: how many scenes)")
    .option("--provider <name>", "who made the data")
    .option("--branch <name>", "write to this branch, made from main where it is absent; see merge")
    .option("--watch", "keep going: take what is new or changed, until Ctrl-C; with --json a line of JSON each time")
    .option("--interval <seconds>", "with --watch: wait so long between two listings (default: 30)", parsePositive);
  addCommonOptions(command);
  addExamples(command, [
    "ingest ./cogs",
    "ingest ./landsat --dry-run",
    "ingest @scenes.txt -w s3://bucket/warehouse",
    "ingest ./ndvi --mask ./clouds --prune",
    "ingest ./cogs -w ./warehouse --product drone --bands blue,green,red,nir",
    "ingest ./flights --product ./vineyard.json",
    "ingest ./new --branch staging",
    "ingest ./incoming --watch --interval 10",
    'ingest ./in --glob "**/*_SR.tif" --date-pattern "_(\\d{8})_" --dry-run',
    "ingest items.json --assets red,nir,scl",
    'ingest "https://earth-search.aws.element84.com/v1/search?collections=sentinel-2-c1-l2a&bbox=11,46,11.2,46.2"',
  ]);
  command.action(async (sources: string[], flags: IngestFlags) => {
    if (flags.interval !== undefined && !flags.watch) {
      throw new InvalidInputError("--interval says how often --watch lists: give both, or neither");
    }
    if (flags.watch) {
      const { watchSources } = await import("../watch-sources.js");
      return watchSources(sources, watchOptions(flags), { ...flags, context });
    }
    const { report, warnings } = await ingestWithProgress(sources, flags, context);
    context.exitCode = report.failed.length > 0 ? EXIT_SOME_FAILED : EXIT_OK;
    if (flags.json) writeJson(context, report);
    else context.stdout.write(ingestSummary(report, flags.dryRun === true, tableTerminal(context)));
    writeProblems(report, warnings, context);
    if (!flags.json && flags.dryRun !== true && report.snapshot !== null) await writeNextSteps(flags, report, context);
  });
}

/** @throws InvalidInputError where a flag has no meaning while watching. */
function watchOptions(flags: IngestFlags): WatchOptions {
  const { dryRun, ...options } = ingestOptions(flags);
  if (dryRun) throw new InvalidInputError("--dry-run writes nothing, so there is nothing to --watch: give one of them");
  return { ...options, ...(flags.interval !== undefined && { intervalSeconds: flags.interval }) };
}

async function ingestWithProgress(
  sources: readonly string[],
  flags: IngestFlags,
  context: CliContext,
): Promise<{ report: IngestReport; warnings: IngestWarning[] }> {
  const { stderr, signal } = context;
  const progress = startProgress(stderr, stderrTerminal(context), { label: "Reading headers", unit: "files" });
  const warnings: IngestWarning[] = [];
  try {
    const report = await ingest(sources, {
      ...ingestOptions(flags),
      signal,
      onWarning: (warning) => warnings.push(warning),
      onProgress: ({ phase, done, total }) => {
        if (phase === "headers" && total !== null) progress.update(done, total);
      },
    });
    return { report, warnings };
  } finally {
    progress.stop();
  }
}

/** A product's id has no slash; one that ends like a JSON file is taken for that. */
function isProfilePath(product: string): boolean {
  return /[/\\]|\.json$/i.test(product);
}

function ingestOptions(flags: IngestFlags): IngestOptions {
  const { warehouse, product, bands, mask, datePattern, glob, assets, dryRun, prune, message, provider, branch } =
    flags;
  return {
    warehouse,
    ...(product !== undefined && (isProfilePath(product) ? { profile: product } : { productId: product })),
    ...(bands !== undefined && { bandNames: bands }),
    ...(mask !== undefined && { maskPath: mask }),
    ...(datePattern !== undefined && { datePattern }),
    ...(glob !== undefined && { globPattern: glob }),
    ...(assets !== undefined && { assets }),
    ...(dryRun !== undefined && { dryRun }),
    ...(prune !== undefined && { prune }),
    ...(message !== undefined && { message }),
    ...(provider !== undefined && { provider }),
    ...(branch !== undefined && { branch }),
  };
}

function writeProblems(report: IngestReport, warnings: readonly IngestWarning[], context: CliContext): void {
  const { colors } = stderrTerminal(context);
  const failed = report.failed.map(({ path, error }) => ({ path, message: error.message }));
  context.stderr.write(renderProblems(warnings, colors.yellow("warning:")));
  context.stderr.write(renderProblems(failed, colors.red("failed:")));
}

/** What waits on a branch, in short, and the command that tells the rest. */
async function writeStaged(
  { warehouse }: IngestFlags,
  { branch, isNewBranch }: IngestReport,
  context: CliContext,
): Promise<void> {
  // Samples pixels, and so brings the engine along: an ingest into main does without.
  const [{ stagedReport }, { stagedSummary }] = await Promise.all([
    import("../../staging/staged-report.js"),
    import("../views/staged-view.js"),
  ]);
  const terminal = tableTerminal(context);
  const report = await stagedReport(warehouse, branch, { pixels: false, signal: context.signal });
  if (isNewBranch) context.stdout.write(`\nThe branch ${branch} was made from the tip of main.\n`);
  context.stdout.write(`\n${stagedSummary(report, terminal)}`);
  if (report.products.length > 0) writeNext([["merge", branch, ...placeOf(warehouse), "--dry-run"]], context);
}

/** The next commands, with a place where there is data: they work as they stand. */
async function writeNextSteps(flags: IngestFlags, report: IngestReport, context: CliContext): Promise<void> {
  const { warehouse } = flags;
  if (report.branch !== MAIN_BRANCH) return writeStaged(flags, report, context);
  const [scene] = await (await catalog(warehouse)).scenes({ productId: report.productId }, 1);
  const where = placeOf(warehouse);
  const steps = [["scenes", ...where]];
  const [west, south, east, north] = scene?.bbox ?? [];
  if (west !== undefined && south !== undefined && east !== undefined && north !== undefined && west <= east) {
    const [lon, lat] = [(west + east) / 2, (south + north) / 2].map((degrees) => String(Number(degrees.toFixed(4))));
    steps.push(["timeseries", ...where, "--lon", lon ?? "", "--lat", lat ?? ""]);
  }
  writeNext(steps, context);
}
