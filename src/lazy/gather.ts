import type { TypedArray } from "../ndarray/dtype.js";
import { Status } from "../ndarray/status.js";
import type { SourceStores } from "../warehouse/sources.js";
import { type ExecuteOptions, executeReads } from "./execute.js";
import { footprintOf, type PlannedHole, type PlannedRead, type ReadPlan } from "./read-plan.js";

/** Where the pixels of a target go: planes and rows of a larger array. */
export interface Destination {
  data: TypedArray;
  /** A `Status` code for each value of `data`. */
  status: Uint8Array;
  /** Index of the target's first pixel of its first band. */
  start: number;
  /** Values from one band to the next, and from one row to the next. */
  planeStride: number;
  rowStride: number;
  /** The value that the source calls missing; null where it names none. */
  nodata: number | bigint | null;
}

export interface GatherOptions extends ExecuteOptions {
  /** `throw`: a failed read ends the question. `mark`: its pixels get status `failed`. Default `throw`. */
  onReadError?: "throw" | "mark" | undefined;
  /** Told of each failed read that is marked. */
  onFailure?: ((read: PlannedRead, error: Error) => void) | undefined;
}

/**
 * Execute a plan and put every pixel in its place, with its status.
 *
 * What no read covers keeps what the destination held before: fill it with `uncovered` first.
 */
export async function gather(
  plan: ReadPlan,
  stores: SourceStores,
  destinationOf: (target: number) => Destination,
  options: GatherOptions = {},
): Promise<void> {
  for (const hole of plan.holes) markHole(hole, destinationOf(hole.target), Status.nodata);
  const onValues = (read: PlannedRead, values: TypedArray) => scatter(read, values, destinationOf(read.target));
  const onFailure = (read: PlannedRead, error: Error) => {
    markHole(footprintOf(read), destinationOf(read.target), Status.failed);
    options.onFailure?.(read, error);
  };
  const sink = options.onReadError === "mark" ? { onValues, onFailure } : { onValues };
  await executeReads(plan, stores, sink, options);
  await applyMasks(plan, stores, destinationOf, options);
}

/** Take away what the files' internal masks say is missing: after the pixels, so that neither waits for the other. */
async function applyMasks(
  plan: ReadPlan,
  stores: SourceStores,
  destinationOf: (target: number) => Destination,
  options: GatherOptions,
): Promise<void> {
  for (const hole of plan.maskHoles) markHole(hole, destinationOf(hole.target), Status.nodata);
  if (plan.masks.length === 0) return;
  const onValues = (read: PlannedRead, values: TypedArray) => maskOut(read, values, destinationOf(read.target));
  const onFailure = (read: PlannedRead, error: Error) => {
    markHole(footprintOf(read), destinationOf(read.target), Status.failed);
    options.onFailure?.(read, error);
  };
  const sink = options.onReadError === "mark" ? { onValues, onFailure } : { onValues };
  await executeReads({ ...plan, reads: plan.masks }, stores, sink, options);
}

function maskOut({ row, col, bands, window }: PlannedRead, values: TypedArray, to: Destination): void {
  const cols = window.colStop - window.colStart;
  const length = values.length / window.samples.length;
  for (const [place, band] of bands.entries()) {
    const from = window.samples.length === 1 ? 0 : place * length;
    for (let i = 0; i < length; i++) {
      if (Number(values[from + i]) !== 0) continue;
      const pixel = to.start + band * to.planeStride + (row + Math.floor(i / cols)) * to.rowStride + col + (i % cols);
      if (to.status[pixel] === Status.valid) to.status[pixel] = Status.nodata;
    }
  }
}

function scatter(read: PlannedRead, values: TypedArray, to: Destination): void {
  const { window } = read;
  const [rows, cols] = [window.rowStop - window.rowStart, window.colStop - window.colStart];
  const isFloat = to.data instanceof Float32Array || to.data instanceof Float64Array;
  read.bands.forEach((band, plane) => {
    for (let row = 0; row < rows; row++) {
      const from = (plane * rows + row) * cols;
      const at = to.start + band * to.planeStride + (read.row + row) * to.rowStride + read.col;
      const line = values.subarray(from, from + cols);
      copyLine(line, to.data, at);
      markLine(line, to, at, isFloat);
    }
  });
}

/** Copy values, converted where the destination's type is wider (64-bit integers to double precision included). */
function copyLine(line: TypedArray, data: TypedArray, at: number): void {
  const fromBig = line instanceof BigInt64Array || line instanceof BigUint64Array;
  const toBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  if (fromBig === toBig) data.set(line as never, at);
  else for (let i = 0; i < line.length; i++) data[at + i] = Number(line[i]);
}

/** Valid, or nodata: the value that the source names, in the source's own type, and NaN, which can be nothing else. */
function markLine(line: TypedArray, { data, status, nodata }: Destination, at: number, isFloat: boolean): void {
  for (let i = 0; i < line.length; i++) {
    const value = line[i];
    const missing = value === nodata || (isFloat && Number.isNaN(value));
    status[at + i] = missing ? Status.nodata : Status.valid;
    if (missing && isFloat) data[at + i] = Number.NaN;
  }
}

function markHole(hole: Omit<PlannedHole, "target">, to: Destination, status: number): void {
  for (const band of hole.bands) {
    for (let row = 0; row < hole.rows; row++) {
      const at = to.start + band * to.planeStride + (hole.row + row) * to.rowStride + hole.col;
      to.status.fill(status, at, at + hole.cols);
    }
  }
}
