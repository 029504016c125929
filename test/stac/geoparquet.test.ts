import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC, tableFromJSON, tableToIPC } from "apache-arrow";
import { Compression, ParquetFile, readParquet, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { ingest, type StacItem, stacItems, toStacGeoparquet } from "../../src/index.js";
import { parseItem } from "../../src/stac/parse-item.js";
import { readGeoparquet } from "../../src/stac/read-geoparquet.js";
import { readStac } from "../../src/stac/read-stac.js";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir, createTempDir } from "../support/temp-dir.js";

/** Arrow's own reader of Parquet, in Rust: what it makes of a file, row by row. */
function readByArrow(bytes: Uint8Array) {
  const table = tableFromIPC(readParquet(bytes).intoIPCStream());
  const plain = (value: unknown): unknown => {
    if (typeof value === "bigint") return Number(value);
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    if ("toArray" in value && "length" in value) return Array.from(value as unknown as Iterable<unknown>, plain);
    const fields = "toJSON" in value && typeof value.toJSON === "function" ? (value.toJSON() as object) : value;
    return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, plain(inner)]));
  };
  const rows = Array.from({ length: table.numRows }, (_, i) => plain(table.get(i)) as Record<string, unknown>);
  return {
    rows,
    fields: new Map(table.schema.fields.map(({ name, type }) => [name, String(type)])),
    metadata: table.schema.metadata,
  };
}

describe("a stac-geoparquet file", () => {
  let items: StacItem[] = [];
  let file: ReturnType<typeof readByArrow>;
  const folder = createSharedTempDir();
  const path = join(folder, "items.parquet");
  beforeAll(async () => {
    await ingest(oneGridPath, { warehouse: join(folder, "w") });
    items = (await stacItems(join(folder, "w"))).map((item, i) => ({
      ...item,
      properties: { ...item.properties, ...(i !== 1 && { "eo:cloud_cover": i + 0.5 }), odd: i % 2 === 0 ? i : "text" },
    }));
    writeFileSync(path, await toStacGeoparquet(items));
    file = readByArrow(readFileSync(path));
  });

  it("has a row an item, its properties as columns, and times as timestamps, for Arrow's reader", () => {
    expect(file.rows.length).toBe(19);
    expect(file.fields.get("datetime")).toBe("Timestamp<MILLISECOND, UTC>");
    expect([file.fields.get("id"), file.fields.get("collection"), file.fields.get("stac_extensions")]).toEqual([
      "Utf8",
      "Utf8",
      "List<Utf8>",
    ]);
    expect(file.fields.get("bbox")).toBe("Struct<{xmin:Float64, ymin:Float64, xmax:Float64, ymax:Float64}>");
    expect(file.fields.get("links")).toBe("List<Struct<{href:Utf8, rel:Utf8, type:Utf8, title:Utf8}>>");
    for (const [i, item] of items.entries()) {
      const row = file.rows[i] ?? {};
      const [xmin, ymin, xmax, ymax] = item.bbox ?? [];
      expect(row).toMatchObject({
        id: item.id,
        collection: item.collection,
        stac_version: "1.1.0",
        datetime: Date.parse(item.properties.datetime),
        "eo:cloud_cover": item.properties["eo:cloud_cover"] ?? null,
        odd: String(item.properties.odd),
        bbox: { xmin, ymin, xmax, ymax },
        assets: item.assets,
        links: item.links,
        stac_extensions: item.stac_extensions,
      });
    }
  });

  it("has its geometry as well-known binary, which GeoParquet's metadata describe", () => {
    expect(JSON.parse(file.metadata.get("geo") ?? "")).toEqual({
      version: "1.1.0",
      primary_column: "geometry",
      columns: {
        geometry: {
          encoding: "WKB",
          geometry_types: ["Polygon"],
          covering: {
            bbox: { xmin: ["bbox", "xmin"], ymin: ["bbox", "ymin"], xmax: ["bbox", "xmax"], ymax: ["bbox", "ymax"] },
          },
        },
      },
    });
    expect(JSON.parse(file.metadata.get("stac-geoparquet") ?? "")).toEqual({ version: "1.1.0" });
    const wkb = Buffer.from(file.rows[0]?.geometry as Uint8Array);
    const [west, south] = items[0]?.bbox ?? [];
    expect([wkb.length, wkb.readUInt32LE(1), wkb.readDoubleLE(13), wkb.readDoubleLE(21)]).toEqual([93, 3, west, south]);
  });

  it("comes back as the same items", async () => {
    const back: unknown[] = [];
    for await (const item of readGeoparquet(path, {})) back.push(item);
    const expected = items.map(({ id, collection, stac_version, assets, properties }) => ({
      type: "Feature",
      id,
      collection,
      stac_version,
      assets,
      properties: { ...properties, odd: String(properties.odd) },
    }));
    expect(back).toEqual(expected);
  });

  it("is none without items", async () => {
    await expect(toStacGeoparquet([])).rejects.toMatchObject({ name: "InvalidInputError" });
  });
});

describe("stac-geoparquet files of Arrow's writer", () => {
  let ours: Uint8Array;
  let items: StacItem[] = [];
  const folder = createSharedTempDir();
  beforeAll(async () => {
    await ingest(oneGridPath, { warehouse: folder });
    items = await stacItems(folder);
    ours = await toStacGeoparquet(items);
  });
  /** The same table by Arrow's writer: its encodings, its pages, seven rows a group. */
  const write = (compression: Compression) => {
    const properties = new WriterPropertiesBuilder().setCompression(compression).setMaxRowGroupSize(7).build();
    const path = join(createTempDir(), "items.parquet");
    writeFileSync(path, writeParquet(readParquet(ours), properties));
    return path;
  };

  it.each([
    ["uncompressed", Compression.UNCOMPRESSED],
    ["Snappy", Compression.SNAPPY],
    ["zstd", Compression.ZSTD],
    ["gzip", Compression.GZIP],
    ["Brotli", Compression.BROTLI],
  ])("are read: %s", async (_name, compression) => {
    const found: unknown[] = [];
    for await (const entry of readStac(write(compression))) found.push(entry.kind === "scene" ? entry.scene : entry);
    const expected = items.map((item) => parseItem(item, "/x.json"));
    expect(found).toEqual(expected.map((scene) => ({ ...scene, source: expect.stringMatching(/items\.parquet$/) })));
  });

  it("that are broken, none, or of something else are said to be so", async () => {
    const good = readFileSync(write(Compression.ZSTD));
    const first = async (bytes: Uint8Array) => {
      const path = join(createTempDir(), "x.parquet");
      writeFileSync(path, bytes);
      for await (const entry of readStac(path)) return entry;
      return null;
    };
    await expect(first(new TextEncoder().encode("no parquet at all"))).rejects.toMatchObject({
      name: "CorruptDataError",
      message: expect.stringContaining("x.parquet: no readable Parquet"),
    });
    await expect(first(good.subarray(0, good.length - 100))).rejects.toMatchObject({ name: "CorruptDataError" });
    const other = writeParquet(Table.fromIPCStream(tableToIPC(tableFromJSON([{ a: 1 }]), "stream")));
    await expect(first(other)).rejects.toThrow("no stac-geoparquet: it has no column id");
    const broken = Uint8Array.from(good);
    broken.fill(0x5a, 40, 400);
    const outcome = await first(broken).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ name: "CorruptDataError" });
    await expect(first(new Uint8Array(0))).rejects.toMatchObject({ name: "CorruptDataError" });
    await expect(readStac("/nowhere/x.parquet").next()).rejects.toMatchObject({ name: "NotFoundError" });
  });

  it("are files that Arrow itself reads", async () => {
    const file = await ParquetFile.fromFile(new Blob([readFileSync(write(Compression.ZSTD))]));
    expect(file.metadata().numRowGroups()).toBe(3);
  });
});
