import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { AsyncBuffer, Compressors } from "hyparquet";
import { CorruptDataError, isPixelQueryError, NotFoundError } from "../errors.js";
import { decompressZstdPlainly } from "../icechunk/zstd/plain.js";
import type { StoredObject } from "../store/index.js";
import { parseJson, type ReadDocumentOptions, storedObject } from "./read-document.js";
import { withoutQuery } from "./resolve-href.js";

/** A file of up to this size is read at once; of a larger one only the columns that are needed. */
const READ_WHOLE_BYTES = 16 * 2 ** 20;

/** Columns that are nothing to a warehouse: they may be most of the file. */
const unneeded = new Set(["geometry", "links", "bbox", "proj:geometry", "stac_extensions"]);
/** Columns that are fields of an item; all others are its properties. */
const itemFields = new Set(["type", "stac_version", "id", "assets", "collection"]);

/**
 * The items of a stac-geoparquet file, as STAC's JSON, without geometry and links.
 *
 * @throws NotFoundError where there is no such file, CorruptDataError where it is no Parquet or holds no items.
 */
export async function* readGeoparquet(place: string, { signal }: ReadDocumentOptions): AsyncGenerator<unknown> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import("hyparquet");
  const name = withoutQuery(place);
  const file = await openParquet(storedObject(place), name, signal);
  const metadata = await naming(name, () => parquetMetadataAsync(file));
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  for (const needed of ["id", "assets"]) {
    if (columns.includes(needed)) continue;
    throw new CorruptDataError(`${name}: no stac-geoparquet: it has no column ${needed}`, {
      details: { path: name, columns },
    });
  }
  const wanted = columns.filter((column) => !unneeded.has(column));
  const limitBytes = Math.max(2 ** 20, ...metadata.row_groups.map(({ total_byte_size: size }) => Number(size) * 2));
  let rowStart = 0;
  for (const { num_rows: count } of metadata.row_groups) {
    const rowEnd = rowStart + Number(count);
    const options = { file, metadata, columns: wanted, compressors: compressors(name, limitBytes), rowStart, rowEnd };
    const rows = await naming(name, () => parquetReadObjects(options));
    for (const row of rows) yield toItem(row, name);
    rowStart = rowEnd;
  }
}

async function openParquet({ store, key }: StoredObject, name: string, signal: AbortSignal | undefined) {
  const info = await store.head(key, { signal });
  if (info === null) throw new NotFoundError(`${name}: no such file`, { details: { path: name } });
  const read = async (offset: number, length: number) => {
    const stored = await store.get(key, { offset, length }, { signal });
    if (stored === null || stored.version !== info.version) {
      throw new CorruptDataError(`${name}: changed while it was being read`, { details: { path: name } });
    }
    return stored.data.slice().buffer;
  };
  const whole = info.sizeBytes <= READ_WHOLE_BYTES ? await read(0, info.sizeBytes) : null;
  const file: AsyncBuffer = {
    byteLength: info.sizeBytes,
    slice: (start, end = info.sizeBytes) => whole?.slice(start, end) ?? read(start, end - start),
  };
  return file;
}

/** What the writers of GeoParquet use, beside none and Snappy, which the reader brings itself. */
function compressors(name: string, limitBytes: number): Compressors {
  const checked = (length: number) => {
    if (length > limitBytes) throw new CorruptDataError(`${name}: a page is longer than its row group`);
    return { maxOutputLength: Math.max(1, length) };
  };
  return {
    ZSTD: (input, length) => {
      checked(length);
      return decompressZstdPlainly(input, { key: name, limitBytes: length });
    },
    GZIP: (input, length) => gunzipSync(input, checked(length)),
    BROTLI: (input, length) => brotliDecompressSync(input, checked(length)),
  };
}

async function naming<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (isPixelQueryError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CorruptDataError(`${name}: no readable Parquet (${reason})`, { details: { path: name }, cause });
  }
}

/** A row as the item it was made of: properties were columns, times were timestamps, and what an item lacks is null. */
function toItem(row: Readonly<Record<string, unknown>>, name: string): unknown {
  const item: Record<string, unknown> = { type: "Feature" };
  const properties: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row)) {
    const json = toJson(value);
    if (json === undefined) continue;
    if (itemFields.has(column)) item[column] = json;
    else properties[column] = json;
  }
  // Some writers keep what differs from item to item as text.
  if (typeof item.assets === "string") item.assets = parseJson(item.assets, name);
  return { ...item, properties };
}

function toJson(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" && !Number.isFinite(value))
    return String(value).toLowerCase().replace("infinity", "inf");
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (Array.isArray(value)) return value.map((part) => toJson(part) ?? null);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, (part) => toJson(part) ?? null);
  if (typeof value !== "object") return value;
  const fields = Object.entries(value).flatMap(([key, part]) => {
    const json = toJson(part);
    return json === undefined ? [] : [[key, json] as const];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
