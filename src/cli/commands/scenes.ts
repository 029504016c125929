import type { Command } from "commander";
import { parseTimeRange } from "../../cube/time-range.js";
import { catalog } from "../../warehouse/catalog.js";
import { type CliContext, tableTerminal, writeJson, writeNote } from "../context.js";
import {
  addAtOption,
  addCommonOptions,
  addExamples,
  addWarehouseOption,
  parseBounds,
  parseLimit,
  type WarehouseOptions,
} from "../options.js";
import { scenesTable } from "../views/scenes-view.js";

interface ScenesFlags extends WarehouseOptions {
  readonly product?: string;
  readonly time?: string;
  readonly bounds?: [west: number, south: number, east: number, north: number];
  readonly limit?: number;
  readonly at?: string;
}

/** `scenes`: the scenes that pass a filter, in the order of time. */
export function defineScenes(command: Command, context: CliContext): void {
  addAtOption(addWarehouseOption(command))
    .option("--product <id>", "only of this product")
    .option("--time <start/end>", "only of this period, ends included: 2024-03, 2024-01-01/.., 2023/2024-06")
    .option("--bounds <west,south,east,north>", "only what touches this box, in degrees", parseBounds)
    .option("--limit <count>", "the first ones only", parseLimit);
  addCommonOptions(command);
  addExamples(command, [
    "scenes",
    "scenes --time 2024-06/2024-08 --bounds -74.1,40.6,-73.8,40.9",
    "scenes --limit 10 --json",
  ]);
  command.action(async ({ warehouse, at, product, time, bounds, limit, json }: ScenesFlags) => {
    const timeMs = time === undefined ? undefined : parseTimeRange(time);
    const found = await catalog(warehouse, { at });
    const scenes = await found.scenes({ productId: product, timeMs, bbox: bounds }, limit);
    if (json) writeJson(context, scenes);
    else if (scenes.length > 0) context.stdout.write(scenesTable(scenes, tableTerminal(context)));
    if (scenes.length === 0)
      writeNote(context, "no scene matches; `pixelquery info` lists products and their time range");
  });
}
