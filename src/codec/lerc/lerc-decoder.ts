import { CorruptDataError, UnsupportedError } from "../../errors.js";
import { bytesPerSample, type DType, isFloat } from "../../ndarray/dtype.js";
import type { BlockEncoding } from "../block-encoding.js";
import type { SampleDecoder } from "../sample-decoder.js";
import { type LercInfo, LercLibrary, type LercPixels } from "./lerc-library.js";

/** LERC's data types by their number; it has none for float16 and 64-bit integers. */
const dataTypes: readonly DType[] = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"];

/** Where the samples of a block's pixels lie: inside one blob, in a blob for each, or with the alpha band as a mask. */
type Layout = "pixels" | "bands" | "alpha mask";

/**
 * The most bytes that a LERC blob of a block may have, which is the room to give the deflate or zstd stream around it.
 *
 * A blob of noise is a little longer than its samples: a header, a mask of one bit a pixel, a byte for each 8 × 8 pixels.
 */
export function maxLercBytes(encoding: BlockEncoding, storedRows: number): number {
  const samplesBytes = storedRows * encoding.cols * encoding.samples * bytesPerSample(encoding.dtype);
  return 2 * samplesBytes + 1024 * encoding.samples;
}

/**
 * Decodes LERC blobs as libtiff stores them, and presents pixels that are not valid as GDAL does.
 *
 * Floats become NaN. Where a blob lacks the last of uint8 samples, its mask is that sample: alpha, 0 or 255. A mask over
 * other integers is refused, by GDAL too: no value says that they are missing.
 *
 * The deflate or zstd stream of LERC_DEFLATE and LERC_ZSTD is for the caller to expand, to at most {@link maxLercBytes}.
 */
export class LercDecoder implements SampleDecoder {
  readonly #library: LercLibrary;

  private constructor(library: LercLibrary) {
    this.#library = library;
  }

  static async load(): Promise<LercDecoder> {
    return new LercDecoder(await LercLibrary.load());
  }

  decode(input: Uint8Array, encoding: BlockEncoding, storedRows: number): Uint8Array {
    if (encoding.bitsPerSample !== undefined || !dataTypes.includes(encoding.dtype)) throw noSuchType(encoding);
    const info = this.#library.readInfo(input);
    if (info === null) throw corruptBlob(input, "no LERC blob, or a damaged one");
    const layout = layoutOf(info, encoding);
    const fault = faultOf(info, encoding, storedRows, input.length);
    if (layout === null || fault !== null) throw corruptBlob(input, fault ?? shapeFault(info, encoding));
    assertPresentable(info, layout, encoding);
    const width = bytesPerSample(encoding.dtype);
    const pixels = this.#library.decode(input, info, width);
    if (pixels === null) throw corruptBlob(input, "its pixels cannot be decoded");
    const samples = arrange(pixels, info, layout, width);
    // libtiff swaps the bytes of a big-endian file's samples around the codec, so the blob's numbers are swapped ones.
    if (encoding.byteOrder === "big") swapBytes(samples, width);
    return samples;
  }
}

/** @returns null for a shape that no TIFF block of this encoding has */
function layoutOf(info: LercInfo, { samples, dtype }: BlockEncoding): Layout | null {
  if (info.bands === 1 && info.depth === samples) return "pixels";
  if (info.bands === samples && info.depth === 1) return "bands";
  if (info.bands === 1 && info.depth === samples - 1 && dtype === "uint8") return "alpha mask";
  return null;
}

/** What the blob says of itself that is not what the file says; null where they agree. */
function faultOf(info: LercInfo, encoding: BlockEncoding, storedRows: number, inputBytes: number): string | null {
  const { dtype, cols } = encoding;
  const dataType = dataTypes[info.dataType];
  if (dataType !== dtype) return `it holds ${dataType ?? `data type ${info.dataType}`}, expected ${dtype}`;
  if (info.cols !== cols || info.rows !== storedRows) {
    return `it holds ${info.cols} × ${info.rows} pixels, expected ${cols} × ${storedRows}`;
  }
  if (info.lengthBytes !== inputBytes) return `it says that it has ${info.lengthBytes} bytes`;
  return info.masks > 1 && info.masks !== info.bands ? `${info.masks} masks for ${info.bands} bands` : null;
}

function shapeFault(info: LercInfo, { samples }: BlockEncoding): string {
  return `it holds ${info.bands} bands of ${info.depth} samples, expected ${samples} samples in all`;
}

function corruptBlob(input: Uint8Array, fault: string): CorruptDataError {
  return new CorruptDataError(`LERC block of ${input.length} bytes: ${fault}`, {
    details: { compression: "LERC", fault, lengthBytes: input.length },
  });
}

function noSuchType({ dtype, bitsPerSample }: BlockEncoding): UnsupportedError {
  const stored = bitsPerSample === undefined ? dtype : `${dtype} of ${bitsPerSample} bits`;
  return new UnsupportedError(`LERC has no ${stored} samples: only ${dataTypes.join(", ")}`, {
    details: { compression: "LERC", dtype },
  });
}

/** @throws UnsupportedError where samples are missing that no value can stand for */
function assertPresentable(info: LercInfo, layout: Layout, { dtype }: BlockEncoding): void {
  const details = { compression: "LERC", dtype, masks: info.masks, bandsWithNodata: info.bandsWithNodata };
  if (info.bandsWithNodata > 0) {
    throw new UnsupportedError("LERC blobs with a no-data value of their own are not read", { details });
  }
  if (info.masks === 0 || layout === "alpha mask" || isFloat(dtype)) return;
  throw new UnsupportedError(`LERC blobs that mask pixels of ${dtype} samples are not read`, { details });
}

/** The samples as [rows, cols, samples], with those that are not valid presented. May be a view of `pixels.samples`. */
function arrange(pixels: LercPixels, info: LercInfo, layout: Layout, width: number): Uint8Array {
  if (layout === "alpha mask") return withAlpha(pixels, info);
  for (let mask = 0; mask < info.masks; mask++) maskWithNaN(pixels, info, mask, width);
  return info.bands === 1 ? pixels.samples : interleave(pixels.samples, info, width);
}

/** Set NaN where a mask says "not valid": a mask covers its own band, or all of them if it is the only one. */
function maskWithNaN({ samples, masks }: LercPixels, info: LercInfo, mask: number, width: number): void {
  const Words = width === 4 ? Float32Array : Float64Array;
  const words = new Words(samples.buffer as ArrayBuffer, samples.byteOffset, samples.length / width);
  const pixels = info.rows * info.cols;
  const bands = info.masks === 1 ? info.bands : 1;
  for (let band = mask; band < mask + bands; band++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      if (masks[mask * pixels + pixel] !== 0) continue;
      const from = (band * pixels + pixel) * info.depth;
      words.fill(Number.NaN, from, from + info.depth);
    }
  }
}

/** From one band behind another to pixels of all bands. */
function interleave(samples: Uint8Array, { bands, rows, cols }: LercInfo, width: number): Uint8Array {
  const out = new Uint8Array(samples.length);
  const pixels = rows * cols;
  let from = 0;
  for (let band = 0; band < bands; band++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const to = (pixel * bands + band) * width;
      for (let byte = 0; byte < width; byte++) out[to + byte] = samples[from++]!;
    }
  }
  return out;
}

/** uint8 pixels with one sample more: the mask as alpha. */
function withAlpha({ samples, masks }: LercPixels, { depth, rows, cols, masks: hasMask }: LercInfo): Uint8Array {
  const pixels = rows * cols;
  const out = new Uint8Array(pixels * (depth + 1));
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++) {
    for (let sample = 0; sample < depth; sample++) out[to++] = samples[from++]!;
    out[to++] = hasMask === 0 || masks[pixel] !== 0 ? 255 : 0;
  }
  return out;
}

/** Reverse the bytes of every `width`-byte word in place. */
function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; width > 1 && start < bytes.length; start += width) {
    for (let low = start, high = start + width - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}
