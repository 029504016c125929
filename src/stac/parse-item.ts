import { getDotPath, safeParse } from "valibot";
import { CorruptDataError, isPixelQueryError } from "../errors.js";
import type { Affine } from "../geo/affine.js";
import { type Crs, parseCrs } from "../geo/crs.js";
import { type ItemAsset, itemSchema } from "./item-schema.js";
import { resolveHref, withoutQuery } from "./resolve-href.js";
import type { StacAsset, StacBand, StacGrid, StacScene } from "./stac-scene.js";

type Facts = Readonly<Record<string, unknown>>;

/**
 * What a STAC item says, of version 1.0 or 1.1. Pure.
 *
 * Extensions: eo, raster, projection, view, file, processing, and what Earth Search, Planetary Computer and USGS add. Facts of
 * an odd type or value count as absent; what an item cannot be without is an error.
 *
 * @param base path or URL of the document, which relative hrefs start from
 * @throws CorruptDataError naming the document, the item and what is wrong.
 */
export function parseItem(value: unknown, base: string): StacScene {
  const source = withoutQuery(base);
  const result = safeParse(itemSchema, value);
  if (!result.success) throw malformed(source, idOf(value), result.issues);
  const { id, collection, properties, assets } = result.output;
  const timeMs = instant(properties.datetime) ?? instant(properties.start_datetime);
  if (timeMs === null) {
    throw new CorruptDataError(`${source}: item ${id} has no time: neither datetime nor start_datetime is one`, {
      details: { document: source, item: id },
    });
  }
  return {
    id,
    collection: collection ?? null,
    timeMs,
    ...factsOf(properties),
    source,
    assets: Object.entries(assets).map(([key, asset]) => assetOf(key, asset, properties, base)),
  };
}

function malformed(
  source: string,
  id: string | null,
  issues: readonly Parameters<typeof getDotPath>[0][],
): CorruptDataError {
  const lines = issues.slice(0, 5).map((issue) => {
    const { expected, received, type } = issue as { expected: string | null; received: string; type: string };
    const path = getDotPath(issue) ?? "it";
    if (received === "undefined") return `${path} is missing`;
    const what = `${type.endsWith("_length") ? "length " : ""}${expected ?? "something else"}`;
    return `${path}: expected ${what}, got ${received.length > 60 ? `${received.slice(0, 57)}…` : received}`;
  });
  const which = id === null ? "" : ` ${id}`;
  return new CorruptDataError(`${source}: item${which} is no STAC item: ${lines.join("; ")}`, {
    details: { document: source, ...(id !== null && { item: id }) },
  });
}

/** The id of what may be an item, for messages; null where it has none. */
export function idOf(value: unknown): string | null {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : null;
  return typeof id === "string" && id !== "" ? id.slice(0, 100) : null;
}

function factsOf(properties: Facts): Omit<StacScene, "id" | "collection" | "timeMs" | "source" | "assets"> {
  const zenith = numberAt(properties, "s2:mean_solar_zenith");
  return {
    cloudCover: percent(properties["eo:cloud_cover"]) ?? percent(properties["landsat:cloud_cover_land"]),
    sunAzimuth: numberAt(properties, "view:sun_azimuth") ?? numberAt(properties, "s2:mean_solar_azimuth"),
    sunElevation: numberAt(properties, "view:sun_elevation") ?? (zenith === null ? null : 90 - zenith),
    baseline: textAt(properties, "s2:processing_baseline") ?? textAt(properties, "processing:version"),
    productUri: textAt(properties, "s2:product_uri"),
    isOffsetApplied: booleanAt(properties, "earthsearch:boa_offset_applied"),
    updatedMs: instant(properties.updated),
  };
}

function assetOf(key: string, asset: ItemAsset, properties: Facts, base: string): StacAsset {
  return {
    key,
    href: resolveHref(asset.href, base),
    mediaType: asset.type ?? null,
    roles: asset.roles ?? [],
    bands: bandsOf(asset),
    grid: gridOf({ ...projectionOf(properties), ...projectionOf(asset) }),
    sizeBytes: numberAt(asset, "file:size"),
  };
}

/** `bands` of 1.1 and `eo:bands`, `raster:bands` of 1.0, band by band; what stands at the asset holds for all. */
function bandsOf(asset: ItemAsset): StacBand[] {
  const lists = [asset.bands ?? [], asset["raster:bands"] ?? [], asset["eo:bands"] ?? []];
  const count = Math.max(1, ...lists.map((list) => list.length));
  return Array.from({ length: count }, (_, i) => {
    const own: Facts = Object.assign({}, ...lists.map((list) => list[i] ?? {}).reverse());
    return {
      name: textAt(own, "name"),
      commonName: textAt(own, "eo:common_name") ?? textAt(own, "common_name") ?? textAt(asset, "eo:common_name"),
      scale: scaleAt(own, "raster:scale") ?? scaleAt(own, "scale") ?? scaleAt(asset, "raster:scale"),
      offset: numberAt(own, "raster:offset") ?? numberAt(own, "offset") ?? numberAt(asset, "raster:offset"),
      nodata: nodataOf(own.nodata) ?? nodataOf(asset.nodata),
      dataType: textAt(own, "data_type") ?? textAt(asset, "data_type"),
    };
  });
}

const crsFields = ["proj:code", "proj:epsg", "proj:wkt2", "proj:projjson"];

function projectionOf(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([key]) => key.startsWith("proj:")));
}

function gridOf(facts: Facts): StacGrid {
  const shape = numbersAt(facts, "proj:shape");
  const [a, b, c, d, e, f] = numbersAt(facts, "proj:transform") ?? [];
  const transform: Affine | null =
    a === undefined || b === undefined || c === undefined || d === undefined || e === undefined || f === undefined
      ? null
      : [a, b, c, d, e, f];
  return { crs: crsOf(facts), transform, height: shape?.[0] ?? null, width: shape?.[1] ?? null };
}

/** The first CRS that can be made sense of. */
function crsOf(facts: Facts): Crs | null {
  for (const field of crsFields) {
    const value = facts[field];
    const isText = typeof value === "string" || typeof value === "number";
    const text = isText ? String(value) : field === "proj:projjson" && value ? JSON.stringify(value) : "";
    try {
      if (text !== "") return parseCrs(text);
    } catch (error) {
      if (!isPixelQueryError(error, "InvalidInputError")) throw error;
    }
  }
  return null;
}

/** A time without a zone is UTC, as all of STAC's are; RFC 3339 allows small letters. */
function instant(value: unknown): number | null {
  const [text = "", year, month, day] =
    typeof value === "string" ? (/^(\d{4})-(\d{2})-(\d{2}).*$/s.exec(value.toUpperCase()) ?? []) : [];
  // The 30th of February would count as the first of March.
  if (new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate() < Number(day)) return null;
  const ms = Date.parse(/[T ][\d:.]+$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(ms) ? null : ms;
}

function numberAt(facts: Facts, key: string): number | null {
  const value = facts[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** A scale of 0 would make all pixels one. */
function scaleAt(facts: Facts, key: string): number | null {
  return numberAt(facts, key) || null;
}

function textAt(facts: Facts, key: string): string | null {
  const value = facts[key];
  return typeof value === "string" && value !== "" ? value : null;
}

function booleanAt(facts: Facts, key: string): boolean | null {
  const value = facts[key];
  return typeof value === "boolean" ? value : null;
}

function numbersAt(facts: Facts, key: string): number[] | null {
  const value = facts[key];
  return Array.isArray(value) && value.every((part) => Number.isFinite(part)) ? value : null;
}

/** Landsat writes -1 where clouds were not looked for. */
function percent(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value <= 100 ? value : null;
}

function nodataOf(value: unknown): number | string | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  // Columns of Parquet hold numbers as text where one of them is "nan".
  if (/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value)) return Number(value);
  return /^(?:nan|-?inf)$/i.test(value) ? value.toLowerCase() : null;
}
