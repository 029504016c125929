import type { DType, TypedArray } from "./dtype.js";

/** The labels along one or more dimensions: pixel centres, band or scene names, acquisition times. */
export interface Coordinate {
  /** The dimensions the labels run along, as in xarray; the `scene` coordinate runs along `["time"]`. */
  readonly dims: readonly string[];
  /** One label for each index, in C order. Numbers are in the CRS's units; dates are UTC. */
  readonly values: Float64Array | readonly string[] | readonly Date[];
}

/** Pixels in memory: typed values, the reason why each is missing, and the labels of each dimension. */
export interface NdArray<T extends TypedArray = TypedArray> {
  /** Names of the dimensions, slowest first: `["time", "band", "y", "x"]`. */
  readonly dims: readonly string[];
  /** Length of each of `dims`. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Values in C order. Where the status is not 0, a float holds NaN and an integer its fill value. */
  readonly data: T;
  /** A `Status` code for each value; null when every pixel is valid. */
  readonly status: Uint8Array | null;
  readonly coords: Readonly<Record<string, Coordinate>>;
}
