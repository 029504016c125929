import { CorruptDataError } from "../errors.js";
import type { Session, WritableSession, ZarrArray } from "../icechunk/index.js";
import { compressZstd } from "../icechunk/zstd/compress.js";
import { decompressZstd } from "../icechunk/zstd/decompress.js";
import type { Attributes } from "./geozarr.js";
import { COLUMN_CHUNK_ROWS } from "./layout.js";

/** Zarr data types of columns. `int64` is held as float64 in memory: every value we keep there is a safe integer. */
export type ColumnType = "int32" | "uint32" | "int64" | "float32" | "float64" | "string";

/** A column of a table: one Zarr array whose first axis is the row. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
  /** Shape of one row's value; `[]` for a scalar. */
  readonly rowShape: readonly number[];
  readonly dimensions: readonly string[];
  readonly attributes?: Attributes;
}

/** Values of a numeric column, row after row. */
export type NumberColumn = Int32Array | Uint32Array | Float32Array | Float64Array;

/** Values of a column, numbers or texts, in row-major order. */
export type ColumnValues = NumberColumn | string[];

/** Zstandard level of columns: what the format's readers expect to be fast, and small enough at this size. */
const ZSTD_LEVEL = 3;

/** Largest chunk that is believed when a repository says so. */
const MAX_CHUNK_BYTES = 1 << 28;

/** Values that a row of the column takes. */
export function rowWidth(spec: ColumnSpec): number {
  return spec.rowShape.reduce((product, size) => product * size, 1);
}

/** An empty column with room for `rows` rows. */
export function createColumn(spec: ColumnSpec, rows: number): ColumnValues {
  if (spec.type === "string") return new Array<string>(rows * rowWidth(spec)).fill("");
  return numbers(spec.type, rows * rowWidth(spec));
}

function numbers(type: Exclude<ColumnType, "string">, length: number): NumberColumn {
  switch (type) {
    case "int32":
      return new Int32Array(length);
    case "uint32":
      return new Uint32Array(length);
    case "float32":
      return new Float32Array(length);
    case "int64":
    case "float64":
      return new Float64Array(length);
  }
}

/** `zarr.json` of a column with `rows` rows: plain Zarr v3, readable by any client with zstd. */
export function columnMetadata(spec: ColumnSpec, rows: number, chunkRows = COLUMN_CHUNK_ROWS): ZarrArray {
  const text = spec.type === "string";
  return {
    zarr_format: 3,
    node_type: "array",
    shape: [rows, ...spec.rowShape],
    data_type: spec.type,
    chunk_grid: { name: "regular", configuration: { chunk_shape: [chunkRows, ...spec.rowShape] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: text ? "" : spec.type.startsWith("float") ? "NaN" : 0,
    codecs: [
      text ? { name: "vlen-utf8", configuration: {} } : { name: "bytes", configuration: { endian: "little" } },
      { name: "zstd", configuration: { level: ZSTD_LEVEL, checksum: false } },
    ],
    dimension_names: [...spec.dimensions],
    attributes: spec.attributes ?? {},
  };
}

/**
 * Every row of a column; of none, where nothing was written yet, the empty one.
 *
 * @throws CorruptDataError where a chunk is missing or not of its size.
 */
export async function readColumn(
  session: Session,
  path: string,
  spec: ColumnSpec,
  rows: number,
): Promise<ColumnValues> {
  const out = createColumn(spec, rows);
  if (rows === 0) return out;
  const chunkRows = chunkRowsOf(session, path);
  const width = rowWidth(spec);
  const copyChunk = async (index: number) => {
    const start = index * chunkRows;
    const stop = Math.min(rows, start + chunkRows);
    const chunk = await readColumnChunk(session, path, spec, index, chunkRows);
    const length = (stop - start) * width;
    if (!Array.isArray(out)) out.set((chunk as NumberColumn).subarray(0, length), start * width);
    else for (let i = 0; i < length; i++) out[start * width + i] = (chunk as string[])[i] ?? "";
  };
  await Promise.all(Array.from({ length: Math.ceil(rows / chunkRows) }, (_, index) => copyChunk(index)));
  return out;
}

/** Rows in each chunk of the array at `path`, as its metadata says. */
function chunkRowsOf(session: Session, path: string): number {
  const node = session.node(path);
  const rows = node?.zarr.node_type === "array" ? node.zarr.chunk_grid.configuration.chunk_shape[0] : undefined;
  if (rows === undefined || rows < 1) throw new CorruptDataError(`${path}: no such column`, { details: { path } });
  return rows;
}

async function readColumnChunk(
  session: Session,
  path: string,
  spec: ColumnSpec,
  index: number,
  chunkRows: number,
): Promise<ColumnValues> {
  const packed = await session.readChunk(path, [index, ...spec.rowShape.map(() => 0)]);
  if (packed === null) {
    throw new CorruptDataError(`${path}: chunk ${index} of the column is missing`, { details: { path, chunk: index } });
  }
  const bytes = await decompressZstd(packed, { key: path, limitBytes: MAX_CHUNK_BYTES });
  return decodeValues(path, spec, bytes, chunkRows);
}

function decodeValues(path: string, spec: ColumnSpec, bytes: Uint8Array, chunkRows: number): ColumnValues {
  if (spec.type === "string") return decodeTexts(path, bytes);
  const length = chunkRows * rowWidth(spec);
  const size = spec.type === "int64" || spec.type === "float64" ? 8 : 4;
  if (bytes.byteLength !== length * size) {
    throw new CorruptDataError(`${path}: a chunk holds ${bytes.byteLength} bytes, not ${length * size}`, {
      details: { path, bytes: bytes.byteLength, expected: length * size },
    });
  }
  const aligned = bytes.slice().buffer;
  if (spec.type === "int64") return Float64Array.from(new BigInt64Array(aligned), Number);
  const out = numbers(spec.type, 0);
  return new (out.constructor as new (buffer: ArrayBufferLike) => NumberColumn)(aligned);
}

/** Zarr's `vlen-utf8`: u32 count, then each text as u32 length and UTF-8 bytes, little-endian. */
function decodeTexts(path: string, bytes: Uint8Array): string[] {
  const corrupt = () => new CorruptDataError(`${path}: a text chunk ends early`, { details: { path } });
  if (bytes.byteLength < 4) throw corrupt();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  if (count * 4 + 4 > bytes.byteLength) throw corrupt();
  const decoder = new TextDecoder();
  const texts = new Array<string>(count);
  let at = 4;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.byteLength) throw corrupt();
    const length = view.getUint32(at, true);
    at += 4;
    if (at + length > bytes.byteLength) throw corrupt();
    texts[i] = decoder.decode(bytes.subarray(at, at + length));
    at += length;
  }
  return texts;
}

function encodeTexts(texts: readonly string[], count: number): Uint8Array {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const total = encoded.reduce((sum, text) => sum + text.byteLength, 0);
  const out = new Uint8Array(4 + 4 * count + total);
  const view = new DataView(out.buffer);
  view.setUint32(0, count, true);
  let at = 4;
  for (const text of encoded) {
    view.setUint32(at, text.byteLength, true);
    out.set(text, at + 4);
    at += 4 + text.byteLength;
  }
  return out;
}

/** Rows to write to a column: `values` hold them one after another, `rows[i]` says where row i of them goes. */
export interface ColumnChange {
  readonly spec: ColumnSpec;
  readonly values: ColumnValues;
}

/**
 * Stage changed and appended rows of a table's columns, growing the arrays (and creating them) as needed.
 *
 * Only the chunks that hold a changed row are read and written again, so an append costs no more than one chunk a column.
 *
 * @param rows Row numbers, ascending; those at or past `before` are appended and must leave no gap.
 * @param before Rows the table had.
 */
export async function writeRows(
  session: WritableSession,
  group: string,
  changes: readonly ColumnChange[],
  rows: Int32Array,
  before: number,
): Promise<void> {
  const after = Math.max(before, (rows[rows.length - 1] ?? -1) + 1);
  for (const { spec, values } of changes) {
    const path = `${group}/${spec.name}`;
    const chunks = await chunksToWrite(session, path, spec, { rows, before });
    place(chunks, spec, values, rows);
    session.setArray(path, columnMetadata(spec, after));
    for (const [index, chunk] of chunks) {
      const packed = await compressZstd(encodeValues(spec, chunk), ZSTD_LEVEL);
      session.setChunk(path, [index, ...spec.rowShape.map(() => 0)], packed);
    }
  }
}

/** The chunks that `rows` fall into, with what they hold so far. */
async function chunksToWrite(
  session: WritableSession,
  path: string,
  spec: ColumnSpec,
  { rows, before }: { rows: Int32Array; before: number },
): Promise<Map<number, ColumnValues>> {
  const chunks = new Map<number, ColumnValues>();
  for (const row of rows) {
    const index = Math.floor(row / COLUMN_CHUNK_ROWS);
    if (chunks.has(index)) continue;
    const stored = index * COLUMN_CHUNK_ROWS < before;
    const chunk = stored
      ? await readColumnChunk(session, path, spec, index, COLUMN_CHUNK_ROWS)
      : createColumn(spec, COLUMN_CHUNK_ROWS);
    chunks.set(index, chunk);
  }
  return chunks;
}

function place(chunks: Map<number, ColumnValues>, spec: ColumnSpec, values: ColumnValues, rows: Int32Array): void {
  const width = rowWidth(spec);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0;
    const chunk = chunks.get(Math.floor(row / COLUMN_CHUNK_ROWS));
    const at = (row % COLUMN_CHUNK_ROWS) * width;
    for (let k = 0; k < width; k++) {
      if (Array.isArray(chunk) && Array.isArray(values)) chunk[at + k] = values[i * width + k] ?? "";
      else if (chunk !== undefined && !Array.isArray(chunk) && !Array.isArray(values)) {
        chunk[at + k] = values[i * width + k] ?? 0;
      }
    }
  }
}

function encodeValues(spec: ColumnSpec, values: ColumnValues): Uint8Array {
  if (Array.isArray(values)) return encodeTexts(values, values.length);
  if (spec.type === "int64") return new Uint8Array(BigInt64Array.from(values as Float64Array, BigInt).buffer);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
