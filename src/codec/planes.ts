import { bytesPerSample } from "../ndarray/dtype.js";
import type { BlockEncoding, BlockWindow } from "./block-encoding.js";
import { rowLengthBytes, windowLength } from "./block-layout.js";
import { effectivePredictor } from "./supported.js";

/**
 * Undo the predictor and de-interleave a window of a block's rows, in plain JavaScript.
 *
 * The same as the WebAssembly kernels of `deflate/assembly/planes.ts`, several times slower. The wanted rows of `raw`
 * are overwritten.
 *
 * @param raw rows of the block from its first; its memory is aligned to 8 bytes
 * @returns stored samples (float16 not widened), [window.samples, rows, cols] in C order
 */
export function unpackPlanes(raw: Uint8Array, encoding: BlockEncoding, window: BlockWindow): Uint8Array {
  const width = bytesPerSample(encoding.dtype);
  const rowBytes = rowLengthBytes(encoding);
  const rows = raw.subarray(window.rowStart * rowBytes, window.rowStop * rowBytes);
  const out = new Uint8Array(windowLength(window) * width);
  const predictor = effectivePredictor(encoding);
  if (predictor === 3) {
    sumBytes(rows, rowBytes, encoding.samples);
    gatherFloat(rows, rowBytes, width, encoding.samples, window, out);
    return out;
  }
  if (encoding.byteOrder === "big") swapBytes(rows, width);
  const shape = { cols: encoding.cols, samples: encoding.samples, hasDifferences: predictor === 2 };
  if (width === 8) unpackBigInts(wordsOf(rows, BigUint64Array), shape, window, wordsOf(out, BigUint64Array));
  else if (width === 4) unpackNumbers(wordsOf(rows, Uint32Array), shape, window, wordsOf(out, Uint32Array));
  else if (width === 2) unpackNumbers(wordsOf(rows, Uint16Array), shape, window, wordsOf(out, Uint16Array));
  else unpackNumbers(rows, shape, window, out);
  return out;
}

interface RowShape {
  cols: number;
  samples: number;
  hasDifferences: boolean;
}

function wordsOf<T>(
  bytes: Uint8Array,
  Words: { new (buffer: ArrayBufferLike, offset: number, length: number): T; BYTES_PER_ELEMENT: number },
): T {
  return new Words(bytes.buffer, bytes.byteOffset, bytes.length / Words.BYTES_PER_ELEMENT);
}

/** Reverse the bytes of every `width`-byte word in place. */
function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 2) wordsOf(bytes, Uint16Array).forEach(swap16);
  else for (let at = 0; width > 1 && at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function swap16(value: number, index: number, words: Uint16Array): void {
  words[index] = (value << 8) | (value >>> 8);
}

type NumberWords = Uint8Array | Uint16Array | Uint32Array;

function unpackNumbers(words: NumberWords, shape: RowShape, window: BlockWindow, out: NumberWords): void {
  const rowLength = shape.cols * shape.samples;
  let to = 0;
  for (const sample of window.samples) {
    for (let row = 0; row < window.rowStop - window.rowStart; row++) {
      let from = row * rowLength + sample;
      let sum = 0;
      for (let col = 0; col < window.colStop; col++, from += shape.samples) {
        // Sums wrap around at 2^32, which is a multiple of every width's own modulus.
        sum = shape.hasDifferences ? (sum + words[from]!) >>> 0 : words[from]!;
        if (col >= window.colStart) out[to++] = sum;
      }
    }
  }
}

function unpackBigInts(words: BigUint64Array, shape: RowShape, window: BlockWindow, out: BigUint64Array): void {
  const rowLength = shape.cols * shape.samples;
  let to = 0;
  for (const sample of window.samples) {
    for (let row = 0; row < window.rowStop - window.rowStart; row++) {
      let from = row * rowLength + sample;
      let sum = 0n;
      for (let col = 0; col < window.colStop; col++, from += shape.samples) {
        sum = shape.hasDifferences ? BigInt.asUintN(64, sum + words[from]!) : words[from]!;
        if (col >= window.colStart) out[to++] = sum;
      }
    }
  }
}

/**
 * Undo differences of bytes, `samples` bytes apart, along each row, in place: predictor 2 of uint8, and the first half of
 * predictor 3 (TIFF Technical Note 3).
 */
export function sumBytes(rows: Uint8Array, rowBytes: number, samples: number): void {
  for (let start = 0; start < rows.length; start += rowBytes) {
    for (let at = start + samples; at < start + rowBytes; at++) rows[at] = rows[at]! + rows[at - samples]!;
  }
}

/**
 * Second half of predictor 3: a row holds the most significant bytes of all its samples, then the next ones.
 *
 * @param width bytes of a sample
 * @param out little-endian samples of the window
 */
export function gatherFloat(
  rows: Uint8Array,
  rowBytes: number,
  width: number,
  samples: number,
  window: BlockWindow,
  out: Uint8Array,
): void {
  const planeBytes = rowBytes / width;
  let to = 0;
  for (const sample of window.samples) {
    for (let start = 0; start < rows.length; start += rowBytes) {
      for (let col = window.colStart; col < window.colStop; col++) {
        const highest = start + col * samples + sample;
        for (let byte = width - 1; byte >= 0; byte--) out[to++] = rows[highest + byte * planeBytes]!;
      }
    }
  }
}
