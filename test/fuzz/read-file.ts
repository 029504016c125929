import { createHash } from "node:crypto";
import { basename } from "node:path";
import { type Dataset, isPixelQueryError, openCog, type TypedArray } from "../../src/index.js";

/** What reading a file came to. */
export interface ReadOutcome {
  /**
   * `pixels`; `refused` for an error of ours that names the file; `nameless` for one that does not; `foreign` for any
   * other, which nobody threw on purpose.
   */
  kind: "pixels" | "refused" | "nameless" | "foreign";
  /** The error's class; empty for pixels. */
  errorName: string;
  /** The error's message, of a foreign one with its stack; empty for pixels. */
  message: string;
  /** What was read of full resolution; null where nothing was. */
  pixels: ReadPixels | null;
}

/** A window from the upper left, of the first bands. */
export interface ReadPixels {
  bands: number;
  rows: number;
  cols: number;
  dtype: string;
  /** md5 of the values, band after band. */
  md5: string;
  /** The values, little-endian; empty unless asked for. */
  data: string;
  /** Status of each pixel and band in base64; empty unless asked for, and where all are valid. */
  status: string;
  /** How many of the values are 0. */
  zeros: number;
}

/** Values that are read of an image at most. */
const MAX_VALUES = 2 ** 20;
const MAX_BANDS = 8;
const MAX_COLS = 1024;

/** What a caller may do about a file: mend the call, take another file, or know that this one is broken. */
const purposeful = ["CorruptDataError", "UnsupportedError", "InvalidInputError"] as const;

/**
 * Open a file and read its pixels, of full resolution and of the first overview, no more than a window of them.
 *
 * @param withValues give the values themselves, too
 */
export async function readFile(path: string, withValues = false): Promise<ReadOutcome> {
  try {
    const pixels = await readWindow(await openCog(path), withValues);
    await readOverview(path);
    return { kind: "pixels", errorName: "", message: "", pixels };
  } catch (error) {
    return outcomeOf(error, basename(path));
  }
}

function outcomeOf(error: unknown, name: string): ReadOutcome {
  const { name: errorName, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!purposeful.some((known) => isPixelQueryError(error, known))) {
    return { kind: "foreign", errorName, message: stack ?? message, pixels: null };
  }
  return { kind: message.includes(name) ? "refused" : "nameless", errorName, message, pixels: null };
}

async function readOverview(path: string): Promise<void> {
  let overview: Dataset;
  try {
    overview = await openCog(path, { overview: 1 });
  } catch (error) {
    if (isPixelQueryError(error, "SelectionError")) return;
    throw error;
  }
  await readWindow(overview, false);
}

async function readWindow(dataset: Dataset, withValues: boolean): Promise<ReadPixels> {
  const { y = 0, x = 0, band } = dataset.dims;
  const bands = Math.min(band, MAX_BANDS);
  const cols = Math.min(x, MAX_COLS);
  const rows = Math.min(y, Math.floor(MAX_VALUES / (cols * bands)));
  const window = dataset
    .select(dataset.bands.slice(0, bands))
    .isel({ y: { start: 0, stop: rows }, x: { start: 0, stop: cols } });
  // No threads: their start would be counted, and a crash in one is a crash of all.
  const { data, status } = await window.toArray().compute({ threads: 0 });
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return {
    ...{ bands, rows, cols, dtype: nameOf(data) },
    md5: createHash("md5").update(bytes).digest("hex"),
    data: withValues ? bytes.toString("base64") : "",
    status: withValues && status !== null ? Buffer.from(status).toString("base64") : "",
    zeros: countZeros(data),
  };
}

function countZeros(data: TypedArray): number {
  let zeros = 0;
  for (const value of data) if (Number(value) === 0) zeros++;
  return zeros;
}

function nameOf(data: TypedArray): string {
  return data.constructor.name.replace(/Array$/, "").toLowerCase();
}
