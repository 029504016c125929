import { datasetOf } from "../cube/open-dataset.js";
import { chooseLevel } from "../cube/overview-level.js";
import { createScope } from "../cube/scope.js";
import { Status } from "../ndarray/status.js";
import type { Warehouse } from "../warehouse/warehouse.js";
import { quantile } from "./compare-scenes.js";

/** What some pixels of a band of a scene hold, with scale and offset applied. */
export interface BandSample {
  band: string;
  /** null where no pixel has a value. */
  min: number | null;
  median: number | null;
  max: number | null;
  /** Part of the pixels that have no value, 0 to 1. */
  missing: number;
}

/** Pixels of a band that are looked at: the median of so many lies within half a percent of the ranks of that of all. */
const SAMPLE_PIXELS = 256 * 256;

/** Where a file has no overview that small: windows a side, spread over the image, that hold as many pixels together. */
const WINDOWS = 3;

/**
 * Statistics of every band of one row of the scene table, from its finest overview of no more than 65,536 pixels, else from
 * nine windows spread over the coarsest one.
 *
 * @throws SourceChangedError and others where a file cannot be read.
 */
export async function sampleRow(warehouse: Warehouse, row: number, signal?: AbortSignal): Promise<BandSample[]> {
  const rows = Int32Array.of(row);
  const full = await createScope(warehouse, rows);
  const level = chooseLevel(full, { maxPixels: SAMPLE_PIXELS });
  const dataset = datasetOf(level === 0 ? full : await createScope(warehouse, rows, level), { scaled: true });
  const { bands } = dataset;
  const { y: height = 0, x: width = 0 } = dataset.dims;
  const values: number[][] = bands.map(() => []);
  let pixels = 0;
  for (const window of windowsOf(height, width)) {
    const { data, status } = await dataset
      .isel(window)
      .toArray()
      .compute({ threads: 0, ...(signal && { signal }) });
    const count = data.length / bands.length;
    pixels += count;
    for (let i = 0; i < data.length; i++) {
      if (status === null || status[i] === Status.valid) values[Math.floor(i / count)]?.push(Number(data[i]));
    }
  }
  return bands.map((band, i) => sampleOf(band, values[i] ?? [], pixels));
}

/** All of an image, or windows of it. */
function windowsOf(height: number, width: number): { y: Part; x: Part }[] {
  if (height * width <= SAMPLE_PIXELS) return [{ y: { start: 0, stop: height }, x: { start: 0, stop: width } }];
  const side = Math.floor(Math.sqrt(SAMPLE_PIXELS) / WINDOWS);
  const down = partsOf(height, side);
  return down.flatMap((y) => partsOf(width, side).map((x) => ({ y, x })));
}

interface Part {
  start: number;
  stop: number;
}

/** Parts of `side` pixels, spread over `length`: the middles of equal shares. */
function partsOf(length: number, side: number): Part[] {
  if (length <= side * WINDOWS) return [{ start: 0, stop: length }];
  return Array.from({ length: WINDOWS }, (_, i) => {
    const start = Math.floor(((i + 0.5) * length) / WINDOWS - side / 2);
    return { start, stop: start + side };
  });
}

function sampleOf(band: string, values: readonly number[], pixels: number): BandSample {
  const sorted = Float64Array.from(values).sort();
  return {
    band,
    min: sorted[0] ?? null,
    median: sorted.length === 0 ? null : quantile(sorted, 0.5),
    max: sorted.at(-1) ?? null,
    missing: pixels === 0 ? 1 : 1 - values.length / pixels,
  };
}
