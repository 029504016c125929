import { CorruptDataError, UnsupportedError } from "../../errors.js";
import type { BlockEncoding, YCbCrEncoding } from "../block-encoding.js";

/** Rows of `cols` RGB pixels from data units, as {@link unpackYCbCr} hands them round. */
interface Units {
  across: number;
  down: number;
  /** Units in a row of them. */
  perRow: number;
  rows: number;
  /** Bytes of a unit: its luma samples, then Cb and Cr. */
  lengthBytes: number;
}

/** Fraction bits of the conversion. */
const SHIFT = 16;
const HALF = 1 << (SHIFT - 1);
/** Wider references than this mean nothing; libtiff ends there, too. */
const MAX_CODE = 128 * 32;

/**
 * Bytes of a block of subsampled YCbCr: units of luma samples with one Cb and Cr, the last ones of a row and a column
 * padded (TIFF 6.0, section 21). That is what a decompressor has to expand it to.
 */
export function ycbcrLengthBytes(encoding: BlockEncoding, storedRows: number): number {
  const { perRow, rows, lengthBytes } = unitsOf(encoding, ycbcrOf(encoding), storedRows);
  return perRow * rows * lengthBytes;
}

/**
 * The RGB samples of a block stored as YCbCr outside of JPEG, `[storedRows, cols, 3]`, with the arithmetic of libtiff's
 * RGBA interface, which is what GDAL reads such files through: chroma is repeated, not interpolated.
 *
 * @param raw the expanded bytes; those behind {@link ycbcrLengthBytes} are ignored
 * @throws CorruptDataError where `raw` is too short, or coefficients or references are no numbers to convert with
 * @throws UnsupportedError for other samples than three of uint8
 */
export function unpackYCbCr(raw: Uint8Array, encoding: BlockEncoding, storedRows: number): Uint8Array {
  const ycbcr = ycbcrOf(encoding);
  const units = unitsOf(encoding, ycbcr, storedRows);
  const expectedBytes = units.perRow * units.rows * units.lengthBytes;
  if (raw.length < expectedBytes) {
    throw new CorruptDataError(`YCbCr block: ${raw.length} of ${expectedBytes} bytes are there`, {
      details: { lengthBytes: raw.length, expectedBytes },
    });
  }
  const tables = conversionTables(ycbcr);
  const out = new Uint8ClampedArray(storedRows * encoding.cols * 3);
  for (let row = 0; row < storedRows; row++) convertRow(raw, units, tables, row, encoding.cols, out);
  return new Uint8Array(out.buffer);
}

function ycbcrOf({ ycbcr, dtype, samples, bitsPerSample }: BlockEncoding): YCbCrEncoding {
  if (ycbcr !== undefined && dtype === "uint8" && samples === 3 && bitsPerSample === undefined) return ycbcr;
  throw new UnsupportedError(`YCbCr of ${samples} × ${dtype} a pixel is not read: only three of uint8 are`, {
    details: { samples, dtype },
  });
}

function unitsOf(encoding: BlockEncoding, { subsampling }: YCbCrEncoding, storedRows: number): Units {
  const [across, down] = subsampling;
  return {
    across,
    down,
    perRow: Math.ceil(encoding.cols / across),
    rows: Math.ceil(storedRows / down),
    lengthBytes: across * down + 2,
  };
}

function convertRow(
  raw: Uint8Array,
  { across, down, perRow, lengthBytes }: Units,
  tables: ConversionTables,
  row: number,
  cols: number,
  out: Uint8ClampedArray,
): void {
  const unitRow = Math.floor(row / down) * perRow * lengthBytes;
  const lumaRow = (row % down) * across;
  let at = row * cols * 3;
  for (let col = 0; col < cols; col++) {
    const unit = unitRow + Math.floor(col / across) * lengthBytes;
    const luma = tables.luma[raw[unit + lumaRow + (col % across)]!]!;
    const cb = raw[unit + lengthBytes - 2]!;
    const cr = raw[unit + lengthBytes - 1]!;
    out[at++] = luma + tables.redOfCr[cr]!;
    out[at++] = luma + ((tables.greenOfCb[cb]! + tables.greenOfCr[cr]!) >> SHIFT);
    out[at++] = luma + tables.blueOfCb[cb]!;
  }
}

/** What each code adds to a colour; the green ones are 2^16 times too large. */
interface ConversionTables {
  luma: Int32Array;
  redOfCr: Int32Array;
  blueOfCb: Int32Array;
  greenOfCr: Int32Array;
  greenOfCb: Int32Array;
}

function conversionTables({ coefficients, referenceBlackWhite }: YCbCrEncoding): ConversionTables {
  const [red, green, blue] = coefficients;
  const references = referenceBlackWhite.slice(0, 6).map(Math.fround);
  const isSound = [red, green, blue, ...references].every(Number.isFinite) && green !== 0 && references.length === 6;
  if (!isSound) {
    throw new CorruptDataError("YCbCr block: its coefficients or references are no numbers to convert with", {
      details: { coefficients: [...coefficients].map(String), referenceBlackWhite: references.map(String) },
    });
  }
  const [y0 = 0, y1 = 0, cb0 = 0, cb1 = 0, cr0 = 0, cr1 = 0] = references;
  const redFactor = 2 - 2 * red;
  const blueFactor = 2 - 2 * blue;
  const luma = codes(0, y0, y1, 255);
  const cb = codes(-128, cb0 - 128, cb1 - 128, 127);
  const cr = codes(-128, cr0 - 128, cr1 - 128, 127);
  const greenOfRed = fixed((red * redFactor) / green);
  const greenOfBlue = fixed((blue * blueFactor) / green);
  return {
    luma,
    redOfCr: cr.map((code) => (fixed(redFactor) * code + HALF) >> SHIFT),
    blueOfCb: cb.map((code) => (fixed(blueFactor) * code + HALF) >> SHIFT),
    greenOfCr: cr.map((code) => -greenOfRed * code),
    greenOfCb: cb.map((code) => -greenOfBlue * code + HALF),
  };
}

/** A factor times 2^16. A wrong one is held between 0 and 2, so that no product leaves 32 bits. */
function fixed(factor: number): number {
  return Math.trunc(Math.fround(Math.min(Math.max(Math.fround(factor), 0), 2)) * (1 << SHIFT) + 0.5);
}

/** The values of the codes 0 … 255 when they are counted from `first`: `black` means 0 and `white` `range`. */
function codes(first: number, black: number, white: number, range: number): Int32Array {
  const span = white - black === 0 ? 1 : white - black;
  return Int32Array.from({ length: 256 }, (_, code) => {
    const value = Math.fround(Math.fround((first + code - Math.trunc(black)) * range) / Math.fround(span));
    return Math.trunc(Math.min(Math.max(value, -MAX_CODE), MAX_CODE));
  });
}
