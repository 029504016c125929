import { InvalidInputError } from "../errors.js";
import { toWkb } from "./footprint.js";
import { type ColumnType, columnType, columnValue, schemaElements } from "./parquet-schema.js";
import type { StacItem } from "./stac-item.js";

/** Version of the specification that files follow: github.com/radiantearth/stac-geoparquet-spec. */
const SPEC_VERSION = "1.1.0";

const text: ColumnType = { kind: "text" };
/** Types that do not depend on what the items hold: an empty list tells none of its own. */
const fixedTypes: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ["stac_extensions", { kind: "list", item: text }],
  ["geometry", { kind: "bytes" }],
  [
    "links",
    {
      kind: "list",
      item: { kind: "struct", fields: new Map(["href", "rel", "type", "title"].map((name) => [name, text])) },
    },
  ],
]);
/** Properties that are times. */
const timeProperties = ["datetime", "start_datetime", "end_datetime", "created", "updated"];

/**
 * Items as a stac-geoparquet file: a row an item, its properties as columns, the geometry as WKB, times as timestamps,
 * compressed with Snappy. Items of one product have the same fields, so that no column is empty.
 *
 * @throws InvalidInputError where there are no items: a file without any has no columns.
 *
 * @example
 * await writeFile("scenes.parquet", await toStacGeoparquet(await stacItems("./warehouse")));
 */
export async function toStacGeoparquet(items: readonly StacItem[]): Promise<Uint8Array> {
  if (items.length === 0) throw new InvalidInputError("no items: a stac-geoparquet file needs one at least");
  const { ByteWriter, parquetWrite } = await import("hyparquet-writer");
  const columns = columnsOf(items.map(toRow));
  const writer = new ByteWriter();
  await parquetWrite({
    writer,
    columnData: columns.map(({ name, type, values }) => ({
      name,
      data: values.map((value) => columnValue(value, type)),
    })),
    schema: [
      { name: "schema", num_children: columns.length },
      ...columns.flatMap(({ name, type }) => schemaElements(name, type)),
    ],
    kvMetadata: [
      { key: "geo", value: JSON.stringify(geoMetadata(items)) },
      { key: "stac-geoparquet", value: JSON.stringify({ version: SPEC_VERSION }) },
    ],
    createdBy: "pixelquery",
  });
  return writer.getBytes();
}

function toRow({ properties, geometry, bbox, type: _, ...fields }: StacItem): Record<string, unknown> {
  const taken = new Set([...Object.keys(fields), "geometry", "bbox"]);
  const own = Object.entries(properties).filter(([name]) => !taken.has(name));
  const [xmin, ymin, xmax, ymax] = bbox ?? [];
  return {
    ...fields,
    geometry: geometry === null ? null : toWkb(geometry),
    bbox: bbox === undefined ? null : { xmin, ymin, xmax, ymax },
    ...Object.fromEntries(own.map(([name, value]) => [name, timeProperties.includes(name) ? toTime(value) : value])),
  };
}

function toTime(value: unknown): unknown {
  return typeof value === "string" ? new Date(value) : value;
}

interface Column {
  name: string;
  type: ColumnType;
  values: unknown[];
}

function columnsOf(rows: readonly Record<string, unknown>[]): Column[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.flatMap((name) => {
    const values = rows.map((row) => row[name]);
    const type = name === "bbox" ? boxType : (fixedTypes.get(name) ?? columnType(values));
    return type === null ? [] : [{ name, type, values }];
  });
}

/** GeoParquet 1.1, bounding box columns. */
const boxType: ColumnType = {
  kind: "struct",
  fields: new Map(["xmin", "ymin", "xmax", "ymax"].map((name) => [name, { kind: "double" }])),
};

/** GeoParquet 1.1, file metadata: no `crs` means longitude and latitude on WGS 84. */
function geoMetadata(items: readonly StacItem[]) {
  const types = new Set(items.flatMap(({ geometry }) => (geometry === null ? [] : [geometry.type])));
  const covering = Object.fromEntries(["xmin", "ymin", "xmax", "ymax"].map((edge) => [edge, ["bbox", edge]]));
  return {
    version: "1.1.0",
    primary_column: "geometry",
    columns: { geometry: { encoding: "WKB", geometry_types: [...types].sort(), covering: { bbox: covering } } },
  };
}
