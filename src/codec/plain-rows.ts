import type { BlockEncoding, BlockWindow } from "./block-encoding.js";
import { rowLengthBytes } from "./block-layout.js";
import { cielabToRgba } from "./color/cielab.js";
import { cmykToRgba } from "./color/cmyk.js";
import { type ColorEncoding, hasColorSpace } from "./color/color-encoding.js";
import { widenOddBits } from "./odd-bits.js";
import { sumBytes } from "./planes.js";
import { effectivePredictor, hasChromaUnits } from "./supported.js";
import { unpackYCbCr } from "./ycbcr/unpack-ycbcr.js";

/** True where rows hold words of the encoding's dtype, as an engine unpacks them. */
export function hasPlainRows(encoding: BlockEncoding): boolean {
  return encoding.bitsPerSample === undefined && !hasChromaUnits(encoding) && !hasColorSpace(encoding);
}

/**
 * The window's rows as little-endian words of the dtype, interleaved by pixel, from rows that are stored otherwise; the
 * predictor is undone.
 *
 * @param stored rows of the block from its first, as decompressed; may be overwritten
 */
export function toPlainRows(
  stored: Uint8Array,
  encoding: BlockEncoding,
  { rowStart, rowStop }: Pick<BlockWindow, "rowStart" | "rowStop">,
): Uint8Array {
  if (hasChromaUnits(encoding)) {
    const rowBytes = encoding.cols * encoding.samples;
    return unpackYCbCr(stored, encoding, rowStop).subarray(rowStart * rowBytes, rowStop * rowBytes);
  }
  const rowBytes = rowLengthBytes(encoding);
  const rows = stored.subarray(rowStart * rowBytes, rowStop * rowBytes);
  if (hasColorSpace(encoding)) {
    if (effectivePredictor(encoding) === 2) sumBytes(rows, rowBytes, encoding.storedSamples);
    return toRgba(rows, encoding);
  }
  const { bitsPerSample } = encoding;
  return bitsPerSample === undefined ? rows : widenOddBits(rows, { ...encoding, bitsPerSample });
}

/** Pixels of another colour space as red, green, blue and an alpha of 255. */
export function toRgba(pixels: Uint8Array, { colorSpace, storedSamples }: ColorEncoding): Uint8Array {
  return colorSpace.kind === "CMYK" ? cmykToRgba(pixels, storedSamples) : cielabToRgba(pixels, colorSpace.whitePoint);
}
