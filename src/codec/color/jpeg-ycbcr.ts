import type { YCbCrEncoding } from "../block-encoding.js";

/** ITU-R BT.601's luma coefficients, TIFF's default. */
export const BT601 = [0.299, 0.587, 0.114] as const;

/** Codes of black and white of Y, Cb and Cr in the full range, libtiff's default. */
export const FULL_RANGE = [0, 255, 128, 255, 128, 255] as const;

/** What is said of every JPEG whose YCbCr becomes RGB: its own stream says the rest, whatever the TIFF's tags claim. */
export const JPEG_YCBCR: YCbCrEncoding = {
  subsampling: [1, 1],
  coefficients: BT601,
  referenceBlackWhite: FULL_RANGE,
};
