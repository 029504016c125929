import type { DType, TypedArray } from "../../ndarray/dtype.js";

/** One band of one time step over a block and its halo: samples as the file holds them, and what they mean. */
export interface LoadedPlane {
  /** Type of `data`; float16 comes as float32. */
  readonly dtype: DType;
  /** `[rows, cols]` in C order. */
  readonly data: TypedArray;
  /** A `Status` code for each sample; null where every sample is there or is `nodata`. */
  readonly status: Uint8Array | null;
  /** The sample that means missing, in `data`'s own type; null for none. */
  readonly nodata: number | bigint | null;
  readonly scale: number;
  readonly offset: number;
}

/** Rows and columns of a block with its halo, and how much of that is halo. */
export interface Domain {
  readonly rows: number;
  readonly cols: number;
  readonly haloRows: number;
  readonly haloCols: number;
}

/** The part of a plane that a smaller domain covers. */
export function cropPlane(plane: LoadedPlane, from: Domain, to: Domain): LoadedPlane {
  if (from.rows === to.rows && from.cols === to.cols) return plane;
  const [top, left] = [from.haloRows - to.haloRows, from.haloCols - to.haloCols];
  const crop = <T extends TypedArray>(data: T): T => {
    const out = new (data.constructor as new (length: number) => T)(to.rows * to.cols);
    for (let row = 0; row < to.rows; row++) {
      const at = (top + row) * from.cols + left;
      out.set(data.subarray(at, at + to.cols) as never, row * to.cols);
    }
    return out;
  };
  return { ...plane, data: crop(plane.data), status: plane.status && crop(plane.status) };
}
