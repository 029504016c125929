import { expect } from "vitest";
import type { StacItem } from "../../src/index.js";

/** Fields that extensions have, by the schema that an item must name where it uses them, and what each value must be. */
const fields: Readonly<Record<string, readonly [schema: RegExp, check: (value: unknown) => boolean]>> = {
  "eo:cloud_cover": [/\/eo\/v2\.0\.0\//, within(0, 100)],
  "eo:common_name": [/\/eo\/v2\.0\.0\//, isText],
  "view:sun_azimuth": [/\/view\/v1\.0\.0\//, within(0, 360)],
  "view:sun_elevation": [/\/view\/v1\.0\.0\//, within(-90, 90)],
  "proj:code": [
    /\/projection\/v2\.0\.0\//,
    (value) => value === null || (isText(value) && /^[^:]+:.+$/.test(String(value))),
  ],
  "proj:wkt2": [/\/projection\/v2\.0\.0\//, isText],
  "proj:projjson": [/\/projection\/v2\.0\.0\//, (value) => typeof value === "object"],
  "proj:shape": [/\/projection\/v2\.0\.0\//, areNumbers(2)],
  "proj:transform": [/\/projection\/v2\.0\.0\//, areNumbers(6)],
  "proj:bbox": [/\/projection\/v2\.0\.0\//, areNumbers(4)],
  "raster:scale": [/\/raster\/v2\.0\.0\//, Number.isFinite],
  "raster:offset": [/\/raster\/v2\.0\.0\//, Number.isFinite],
  "processing:version": [/\/processing\/v1\.2\.0\//, isText],
  "file:size": [/\/file\/v2\.1\.0\//, within(0, Number.MAX_SAFE_INTEGER)],
};

function within(low: number, high: number) {
  return (value: unknown) => typeof value === "number" && value >= low && value <= high;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function areNumbers(count: number) {
  return (value: unknown) => Array.isArray(value) && value.length === count && value.every(Number.isFinite);
}

/** STAC 1.1, data types. */
const dataTypes = "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split(" ");

/**
 * What the STAC specification 1.1 asks of an Item, from its text: item-spec.md, common-metadata.md, and the pages of the
 * extensions. It stands in for the official JSON schemas, which no package brings along.
 */
export function expectValidItem(item: StacItem): void {
  const json = JSON.parse(JSON.stringify(item)) as Record<string, unknown>;
  expect(json).toEqual(item);
  expect([item.type, item.stac_version]).toEqual(["Feature", "1.1.0"]);
  expect(isText(item.id)).toBe(true);
  expect(item.properties.datetime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  // "bbox" is required where there is a geometry, and prohibited where there is none.
  expect(item.bbox === undefined).toBe(item.geometry === null);
  if (item.bbox !== undefined) {
    const [west, south, east, north] = item.bbox;
    expect([within(-180, 180)(west), within(-90, 90)(south), within(-180, 180)(east), within(-90, 90)(north)]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  }
  // "collection" is required where a link of that relation is there, and not allowed where it is not.
  expect(item.links.some(({ rel }) => rel === "collection")).toBe(item.collection !== undefined);
  for (const link of item.links) expect([isText(link.rel), URL.canParse(link.href)]).toEqual([true, true]);
  expect(new Set(item.stac_extensions).size).toBe(item.stac_extensions.length);
  for (const asset of Object.values(item.assets)) {
    expect([URL.canParse(asset.href), isText(asset.type), asset.roles.every(isText)]).toEqual([true, true, true]);
    for (const band of asset.bands as Record<string, unknown>[]) {
      expect(isText(band.name)).toBe(true);
      expect(dataTypes).toContain(band.data_type);
      if (band.nodata !== undefined)
        expect(typeof band.nodata === "number" || /^(nan|-?inf)$/.test(String(band.nodata))).toBe(true);
    }
  }
  expectExtensions(json, item.stac_extensions);
}

function expectExtensions(value: unknown, named: readonly string[]): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key.includes(":")) {
      const [schema = /^$/, check = () => false] = fields[key] ?? [];
      expect([key, check(inner)]).toEqual([key, true]);
      expect([key, named.some((url) => schema.test(url))]).toEqual([key, true]);
    } else expectExtensions(inner, named);
  }
}
