import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { Dataset } from "../../cube/dataset.js";
import { openDataset } from "../../cube/open-dataset.js";
import { NotFoundError } from "../../errors.js";
import { ingest } from "../../ingest/ingest.js";
import { catalog } from "../../warehouse/catalog.js";
import { type CliContext, stdoutTerminal, writeJson } from "../context.js";
import { type DemoFolder, prepareDemoFolder } from "../demo/output-folder.js";
import { drawChart, drawNdvi, drawTrueColor, findClearestScene } from "../demo/pictures.js";
import { NDVI, places, readPlace } from "../demo/places.js";
import { addCommonOptions, addExamples, type CommonOptions } from "../options.js";
import { packageRoot } from "../package-root.js";
import {
  type DemoResult,
  demoIngest,
  demoNextSteps,
  demoPictures,
  demoPlace,
  describeScene,
} from "../views/demo-view.js";
import { programName } from "../views/program-name.js";
import { shellCommand } from "../views/shell-words.js";

interface DemoFlags extends CommonOptions {
  readonly output: string;
}

/** Real scenes that come with the package. */
const bundledScenes = fileURLToPath(new URL("data/landsat8-new-york/one-grid", packageRoot));

/** `demo`: the main job from files to pictures, on the bundled scenes. */
export function defineDemo(command: Command, context: CliContext): void {
  command.option("--output <folder>", "where the warehouse and the pictures go; replaced each time", "demo-output");
  addCommonOptions(command);
  addExamples(command, ["demo", "demo --output ./somewhere-else"]);
  command.action(async ({ output, json }: DemoFlags) => {
    const folder = await prepareDemoFolder(output);
    const result = await runDemo(folder, context.signal);
    if (json) writeJson(context, result);
    else writeStory(result, folder, context);
  });
}

async function runDemo(folder: DemoFolder, signal: AbortSignal): Promise<DemoResult> {
  const { warehouse } = folder;
  const report = await ingest(bundledScenes, { warehouse, productId: "landsat8", provider: "USGS", signal });
  const info = await (await catalog(warehouse)).summary();
  const dataset = await openDataset(warehouse);
  const series = await Promise.all(places.map((place) => readPlace(dataset, place, signal)));
  const { scene, shown } = await drawScene(dataset, folder, signal);
  await writeFile(folder.chart, drawChart(places, series));
  return {
    ingest: report,
    info,
    places: places.map(({ name }, i) => ({ name, series: series[i] as (typeof series)[number] })),
    scene,
    pictures: [
      { path: folder.trueColor, shows: `natural colours of ${shown}` },
      { path: folder.ndvi, shows: "how green the land was on that day (NDVI)" },
      { path: folder.chart, shows: `NDVI through the year at ${places.length} places` },
    ],
  };
}

async function drawScene(
  dataset: Dataset,
  { trueColor, ndvi }: DemoFolder,
  signal: AbortSignal,
): Promise<{ scene: string; shown: string }> {
  const clearest = await findClearestScene(dataset, signal);
  if (clearest === null) throw new NotFoundError(`${bundledScenes}: no scene shows the ground`);
  await writeFile(trueColor, await drawTrueColor(dataset, clearest, signal));
  await writeFile(ndvi, await drawNdvi(dataset, clearest, signal));
  return { scene: clearest.id, shown: describeScene(clearest) };
}

function writeStory(result: DemoResult, { warehouse }: DemoFolder, context: CliContext): void {
  const { stdout, env } = context;
  const terminal = stdoutTerminal(context);
  const [place] = places;
  const [first] = result.places;
  stdout.write(demoIngest(result, terminal));
  if (first !== undefined) stdout.write(demoPlace(place, first.series, terminal));
  stdout.write(demoPictures(result, terminal));
  const at = ["--lon", String(place.lon), "--lat", String(place.lat)];
  const commands = [
    ["info", "-w", warehouse, "--snapshots"],
    ["scenes", "-w", warehouse, "--time", "2018-06/2018-08"],
    ["timeseries", "-w", warehouse, ...at, "--expr", NDVI, "--plot"],
    ["ingest", "./your-cogs", "-w", "./warehouse"],
  ];
  stdout.write(
    demoNextSteps(
      commands.map((words) => `${programName(env)} ${shellCommand(words)}`),
      terminal,
    ),
  );
}
