import { bytesPerSample } from "../ndarray/dtype.js";
import type { BlockEncoding } from "./block-encoding.js";
import { rowLengthBytes } from "./block-layout.js";
import { widenFloat24 } from "./float24.js";
import { gatherFloat, sumBytes } from "./planes.js";
import { effectivePredictor } from "./supported.js";

/** Up to this width a sample and the seven bits that may precede it fit a 32-bit integer. */
const MAX_SHIFTED_BITS = 24;

/**
 * Samples that lie without gaps, as words of the encoding's dtype: what GDAL makes of NBITS.
 *
 * Samples of 24 bits are in the encoding's byte order, all others start at the highest bit of the first byte.
 *
 * @param rows whole stored rows; overwritten where there is a predictor
 * @returns little-endian words, interleaved as the rows are
 */
export function widenOddBits(rows: Uint8Array, encoding: BlockEncoding & { bitsPerSample: number }): Uint8Array {
  const { bitsPerSample, cols, samples, dtype } = encoding;
  const rowBytes = rowLengthBytes(encoding);
  const rowSamples = cols * samples;
  const out = new Uint8Array((rows.length / rowBytes) * rowSamples * bytesPerSample(dtype));
  const words = wordsOf(out, bytesPerSample(dtype));
  if (bitsPerSample === 24) {
    widen24(isPredicted(encoding) ? undoPredictor(rows, rowBytes, samples, cols) : rows, words, encoding);
    return out;
  }
  const widenRow = bitsPerSample <= MAX_SHIFTED_BITS ? widenByShifts : widenByDivision;
  for (let start = 0, to = 0; start < rows.length; start += rowBytes, to += rowSamples) {
    widenRow(rows, start, words.subarray(to, to + rowSamples), bitsPerSample);
  }
  return out;
}

type Words = Uint8Array | Uint16Array | Uint32Array;

function wordsOf({ buffer, length }: Uint8Array, width: number): Words {
  if (width === 1) return new Uint8Array(buffer);
  return width === 2 ? new Uint16Array(buffer, 0, length / 2) : new Uint32Array(buffer, 0, length / 4);
}

function isPredicted(encoding: BlockEncoding): boolean {
  return effectivePredictor(encoding) === 3;
}

/** The floating point predictor's samples, interleaved again; little-endian whatever the file's byte order. */
function undoPredictor(rows: Uint8Array, rowBytes: number, samples: number, cols: number): Uint8Array {
  sumBytes(rows, rowBytes, samples);
  const window = { rowStart: 0, rowStop: rows.length / rowBytes, colStart: 0, colStop: cols * samples };
  const out = new Uint8Array(rows.length);
  gatherFloat(rows, rowBytes, 3, 1, { ...window, samples: [0], storedRows: window.rowStop }, out);
  return out;
}

function widen24(bytes: Uint8Array, words: Words, encoding: BlockEncoding): void {
  const isBig = encoding.byteOrder === "big" && !isPredicted(encoding);
  const [high, low] = isBig ? [0, 2] : [2, 0];
  const isFloat = encoding.dtype === "float32";
  for (let i = 0, at = 0; i < words.length; i++, at += 3) {
    const bits = (bytes[at + high]! << 16) | (bytes[at + 1]! << 8) | bytes[at + low]!;
    words[i] = isFloat ? widenFloat24(bits) : bits;
  }
}

function widenByShifts(bytes: Uint8Array, start: number, words: Words, width: number): void {
  let at = start;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < words.length; i++) {
    for (; held < width; held += 8) bits = (bits << 8) | bytes[at++]!;
    held -= width;
    words[i] = bits >>> held;
    bits &= (1 << held) - 1;
  }
}

function widenByDivision(bytes: Uint8Array, start: number, words: Words, width: number): void {
  let at = start;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < words.length; i++) {
    for (; held < width; held += 8) bits = bits * 256 + bytes[at++]!;
    held -= width;
    const unit = 2 ** held;
    words[i] = Math.floor(bits / unit);
    bits %= unit;
  }
}
