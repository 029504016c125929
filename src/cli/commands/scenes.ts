import { type Command, Option } from "commander";
import { parseTimeRange } from "../../cube/time-range.js";
import { InvalidInputError } from "../../errors.js";
import { storedObject } from "../../stac/read-document.js";
import type { StacItem } from "../../stac/stac-item.js";
import { stacItems } from "../../stac/stac-items.js";
import { toStacGeoparquet } from "../../stac/to-stac-geoparquet.js";
import { catalog } from "../../warehouse/catalog.js";
import type { SceneFilter } from "../../warehouse/select-scenes.js";
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
import { formatPlural } from "../terminal/format.js";
import { scenesTable } from "../views/scenes-view.js";

interface ScenesFlags extends WarehouseOptions {
  readonly product?: string;
  readonly time?: string;
  readonly bounds?: [west: number, south: number, east: number, north: number];
  readonly limit?: number;
  readonly at?: string;
  readonly format?: (typeof formats)[number];
  readonly output?: string;
}

const formats = ["table", "json", "stac", "ndjson", "stac-geoparquet"] as const;

/** `scenes`: the scenes that pass a filter, in the order of time. */
export function defineScenes(command: Command, context: CliContext): void {
  addAtOption(addWarehouseOption(command))
    .option("--product <id>", "only of this product")
    .option("--time <start/end>", "only of this period, ends included: 2024-03, 2024-01-01/.., 2023/2024-06")
    .option("--bounds <west,south,east,north>", "only what touches this box, in degrees", parseBounds)
    .option("--limit <count>", "the first ones only", parseLimit)
    .addOption(
      new Option("--format <format>", "stac: an ItemCollection; ndjson: an item a line (default: table)").choices(
        formats,
      ),
    )
    .option("--output <file>", "a file or an object to write in place of printing");
  addCommonOptions(command);
  addExamples(command, [
    "scenes",
    "scenes --time 2024-06/2024-08 --bounds -74.1,40.6,-73.8,40.9",
    "scenes --limit 10 --json",
    "scenes --format stac > items.json",
    "scenes --product sentinel-2-l2a --format stac-geoparquet --output scenes.parquet",
  ]);
  command.action(async (flags: ScenesFlags) => {
    const { warehouse, at, product, time, bounds, limit } = flags;
    const format = formatOf(flags);
    const timeMs = time === undefined ? undefined : parseTimeRange(time);
    const filter: SceneFilter = { productId: product, timeMs, bbox: bounds };
    if (format === "table" || format === "json") {
      const scenes = await (await catalog(warehouse, { at })).scenes(filter, limit);
      if (format === "json") writeJson(context, scenes);
      else if (scenes.length > 0) context.stdout.write(scenesTable(scenes, tableTerminal(context)));
      if (scenes.length === 0) writeNote(context, NOTHING);
      return;
    }
    const items = await stacItems(warehouse, { ...filter, at, limit });
    if (items.length === 0) writeNote(context, NOTHING);
    if (format === "stac-geoparquet" && items.length === 0) return;
    await writeItems(items, format, flags.output, context);
  });
}

const NOTHING = "no scene matches; `pixelquery info` lists products and their time range";

function formatOf({ json, format, output }: ScenesFlags): (typeof formats)[number] {
  const chosen = json ? "json" : (format ?? "table");
  if (json && format !== undefined && format !== "json") {
    throw new InvalidInputError(`--json and --format ${format} contradict each other: give one of them`);
  }
  if (output !== undefined && (chosen === "table" || chosen === "json")) {
    throw new InvalidInputError(`--output goes with --format stac, ndjson or stac-geoparquet, not with ${chosen}`);
  }
  if (output === undefined && chosen === "stac-geoparquet") {
    throw new InvalidInputError("--format stac-geoparquet is no text: say with --output where to write it");
  }
  return chosen;
}

async function writeItems(
  items: readonly StacItem[],
  format: "stac" | "ndjson" | "stac-geoparquet",
  output: string | undefined,
  context: CliContext,
): Promise<void> {
  if (output === undefined) {
    context.stdout.write(itemsText(items, format));
    return;
  }
  const data =
    format === "stac-geoparquet" ? await toStacGeoparquet(items) : new TextEncoder().encode(itemsText(items, format));
  const { store, key } = storedObject(output);
  await store.put(key, data, { signal: context.signal });
  writeNote(context, `${formatPlural(items.length, "item")} written to ${output}`);
}

function itemsText(items: readonly StacItem[], format: string): string {
  if (format === "ndjson") return items.map((item) => `${JSON.stringify(item)}\n`).join("");
  return `${JSON.stringify({ type: "FeatureCollection", features: items }, null, 2)}\n`;
}
