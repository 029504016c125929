import type { DType } from "../ndarray/dtype.js";

/** TIFF compression schemes by the names GDAL prints. */
export type Compression =
  | "NONE"
  | "DEFLATE"
  | "LZW"
  | "PACKBITS"
  | "ZSTD"
  | "JPEG"
  | "LERC"
  | "LERC_DEFLATE"
  | "LERC_ZSTD"
  | "WEBP"
  | "LZMA";

/**
 * All that is needed to turn one block's bytes into samples, as plain JSON.
 *
 * Blocks are tiles or strips. A tile is always stored whole, padded at the image's edge; the last strip of an image is
 * stored short, which is why {@link BlockWindow} says how many rows are there.
 */
export interface BlockEncoding {
  dtype: DType;
  byteOrder: "little" | "big";
  /** Pixels of a full block. */
  rows: number;
  cols: number;
  /** Samples a pixel inside the block: the number of bands when interleaved by pixel, else 1. */
  samples: number;
  compression: Compression;
  /** 1 none, 2 horizontal differences, 3 floating point (TIFF Technical Note 3). */
  predictor: 1 | 2 | 3;
}

/** The part of a block that is wanted: half-open rows and columns, and samples by index. */
export interface BlockWindow {
  rowStart: number;
  rowStop: number;
  colStart: number;
  colStop: number;
  /** Indices into the block's samples, in the order wanted. */
  samples: readonly number[];
  /** Rows that the stored block holds: `encoding.rows`, fewer in an image's last strip. */
  storedRows: number;
}
