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
  /**
   * Bits that a stored sample takes, where they are not the dtype's own: samples then lie without gaps and every row
   * starts on a byte. 1–7 widen to uint8, 9–15 to uint16, 17–31 to uint32, float24 to float32.
   */
  bitsPerSample?: number;
  /** True where the bits of every stored byte run backwards (FillOrder 2). */
  isBitReversed?: true;
  /** JPEGTables (TIFF Technical Note 2) in base64: what the blocks' own JPEG streams leave out. */
  jpegTables?: string;
  /** Pixels are stored as YCbCr and presented as RGB. Of a JPEG's only the presence counts: its streams say the rest. */
  ycbcr?: YCbCrEncoding;
}

/** How YCbCr pixels are stored outside of JPEG (TIFF 6.0, section 21). */
export interface YCbCrEncoding {
  /** Luma samples to one chroma sample, across and down: 1, 2 or 4 each. */
  subsampling: readonly [across: number, down: number];
  /** Luma coefficients of red, green and blue. */
  coefficients: readonly [red: number, green: number, blue: number];
  /** Codes of black and white for Y, Cb and Cr. */
  referenceBlackWhite: readonly number[];
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
