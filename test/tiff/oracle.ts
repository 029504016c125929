import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isPixelQueryError } from "../../src/errors.js";
import type { Dataset } from "../../src/index.js";
import type { TypedArray } from "../../src/ndarray/dtype.js";

/** What GDAL 3.6.2 says of one file: a row of `ORACLE.csv`. */
export interface OracleRow {
  file: string;
  expect: string;
  /** md5 of all pixels, band after band, little-endian; empty where GDAL reads none. */
  md5: string;
}

/** The rows of `odd-tiffs/ORACLE.csv` in a data folder. */
export function readOracle(dataPath: string): OracleRow[] {
  const [head = [], ...rows] = parseCsv(readFileSync(resolve(dataPath, "odd-tiffs/ORACLE.csv"), "utf8"));
  const cell = (row: readonly string[], name: string) => row[head.indexOf(name)] ?? "";
  return rows.map((row) => ({
    file: cell(row, "file"),
    expect: cell(row, "expect"),
    md5: cell(row, "native_bsq_md5"),
  }));
}

/** RFC 4180: quoted fields may hold commas, line ends and doubled quotes. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === ",") continue;
    if (row.length > 1) rows.push(row);
    row = [];
  }
  return rows;
}

/**
 * What reading came to: `md5` of the pixels as GDAL counts it; `refused` for an UnsupportedError; `broken` for a
 * CorruptDataError; `fault` for any other error.
 */
export interface Outcome {
  word: "md5" | "refused" | "broken" | "fault";
  /** The md5, or the error's message. */
  detail: string;
}

/**
 * Read all bands of a Dataset of one scene.
 *
 * @param nan the value that GDAL gives where a float is missing and no number stands for it
 */
export async function readOutcome(open: () => Promise<Dataset>, nan: Uint8Array, threads = 0): Promise<Outcome> {
  try {
    const array = (await open()).toArray();
    const { data, status } = await array.compute({ threads });
    if (status !== null) restoreMissing(data, status, array.nodata, nan);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { word: "md5", detail: createHash("md5").update(bytes).digest("hex") };
  } catch (error) {
    return outcomeOf(error as Error);
  }
}

/** The outcome that an error is. */
export function outcomeOf(error: Error): Outcome {
  const detail = error.message;
  if (isPixelQueryError(error, "UnsupportedError")) return { word: "refused", detail };
  if (isPixelQueryError(error, "CorruptDataError")) return { word: "broken", detail };
  return { word: "fault", detail: `${error.name}: ${detail}` };
}

/** GDAL keeps what is stored where a float is missing; here it is NaN. */
function restoreMissing(data: TypedArray, status: Uint8Array, nodata: number | bigint | null, nan: Uint8Array): void {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let i = 0; i < data.length; i++) {
    if (status[i] === 0) continue;
    if (typeof nodata === "number") data[i] = nodata;
    else bytes.set(nan, i * data.BYTES_PER_ELEMENT);
  }
}
