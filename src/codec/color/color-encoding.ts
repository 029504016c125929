import type { BlockEncoding } from "../block-encoding.js";

/**
 * Colours that libtiff turns into red, green, blue and an alpha of 255, which is what GDAL presents.
 *
 * `whitePoint` is the chromaticity x, y of white (TIFF 6.0, section 20).
 */
export type ColorSpace = { kind: "CMYK" } | { kind: "CIELAB"; whitePoint: readonly [x: number, y: number] };

/** The encoding of blocks whose pixels are stored in another colour space than they are presented in. */
export interface ColorEncoding extends BlockEncoding {
  colorSpace: ColorSpace;
  /** Samples a pixel as stored; `samples`, as presented, are the four of RGBA. */
  storedSamples: number;
}

/** True where pixels are stored in another colour space than they are presented in. */
export function hasColorSpace(encoding: BlockEncoding): encoding is ColorEncoding {
  return "colorSpace" in encoding;
}

/** Samples that a stored pixel has. */
export function storedSamples(encoding: BlockEncoding): number {
  return hasColorSpace(encoding) ? encoding.storedSamples : encoding.samples;
}
