import { bytesPerSample, type DType, type TypedArray, viewTypedArray } from "../ndarray/dtype.js";
import type { BlockEncoding, BlockWindow } from "./block-encoding.js";
import { storedSamples } from "./color/color-encoding.js";
import { widenFloat16 } from "./float16.js";
import { effectivePredictor, hasChromaUnits } from "./supported.js";
import { ycbcrLengthBytes } from "./ycbcr/unpack-ycbcr.js";

/** Bytes of one row of a block as it is stored; YCbCr units span several rows and have none. */
export function rowLengthBytes(encoding: BlockEncoding): number {
  const { cols, dtype, bitsPerSample = bytesPerSample(dtype) * 8 } = encoding;
  return Math.ceil((cols * storedSamples(encoding) * bitsPerSample) / 8);
}

/** Bytes that the first `rows` rows of a block take as they are stored, once decompressed. */
export function storedLengthBytes(encoding: BlockEncoding, rows: number): number {
  return hasChromaUnits(encoding) ? ycbcrLengthBytes(encoding, rows) : rows * rowLengthBytes(encoding);
}

/** Bytes of the first `rows` rows of a block as words of its dtype. */
export function plainLengthBytes(encoding: BlockEncoding, rows: number): number {
  return rows * encoding.cols * encoding.samples * bytesPerSample(encoding.dtype);
}

/** The encoding of rows that hold the same pixels as words of their dtype, little-endian, and nothing to undo. */
export function plainEncoding({ dtype, rows, cols, samples }: BlockEncoding): BlockEncoding {
  return { dtype, byteOrder: "little", rows, cols, samples, compression: "NONE", predictor: 1 };
}

/** Values of the window: samples × rows × columns. */
export function windowLength(window: BlockWindow): number {
  return window.samples.length * (window.rowStop - window.rowStart) * (window.colStop - window.colStart);
}

/** True where the window's rows lie in memory just as they are returned. */
export function isVerbatim(encoding: BlockEncoding, window: BlockWindow): boolean {
  return (
    encoding.samples === 1 &&
    window.samples.length === 1 &&
    effectivePredictor(encoding) === 1 &&
    (encoding.byteOrder === "little" || bytesPerSample(encoding.dtype) === 1) &&
    window.colStart === 0 &&
    window.colStop === encoding.cols
  );
}

/** Memory for the answer. */
export type Allocate = (lengthBytes: number) => ArrayBuffer;

/** An array of the stored samples in `bytes`, which is copied; float16 is widened. */
export function samplesFrom(dtype: DType, bytes: Uint8Array, allocate: Allocate | undefined): TypedArray {
  if (dtype === "float16") return widenFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2));
  const buffer = allocate === undefined ? new ArrayBuffer(bytes.length) : allocate(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return viewTypedArray(dtype, buffer, 0, bytes.length / bytesPerSample(dtype));
}
