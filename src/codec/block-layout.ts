import { bytesPerSample, type DType, type TypedArray, viewTypedArray } from "../ndarray/dtype.js";
import type { BlockEncoding, BlockWindow } from "./block-encoding.js";
import { widenFloat16 } from "./float16.js";
import { effectivePredictor } from "./supported.js";

/** Bytes of one stored row of a block. */
export function rowLengthBytes(encoding: BlockEncoding): number {
  return encoding.cols * encoding.samples * bytesPerSample(encoding.dtype);
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

/** A fresh array of the stored samples in `bytes`, which is copied; float16 is widened. */
export function samplesFrom(dtype: DType, bytes: Uint8Array): TypedArray {
  if (dtype === "float16") return widenFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2));
  const copy = bytes.slice();
  return viewTypedArray(dtype, copy.buffer, 0, copy.length / bytesPerSample(dtype));
}
