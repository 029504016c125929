import { endianness } from "node:os";
import { deflateSync } from "node:zlib";
import { bytesPerSample, createTypedArray, type DType, type TypedArray } from "../../../src/ndarray/dtype.js";

/** The pixels of one image: `bands` are one array each, in C order. */
export interface Raster {
  width: number;
  height: number;
  bands: readonly TypedArray[];
}

/** How blocks are cut and stored. */
export interface BlockForm {
  dtype: Exclude<DType, "float16">;
  byteOrder: "little" | "big";
  /** Tiles are stored whole; the last strip is stored short. */
  block: { kind: "tile"; width: number; height: number } | { kind: "strip"; rows: number };
  interleave: "pixel" | "band";
  compression: "none" | "deflate" | "packbits";
  predictor: 1 | 2 | 3;
  /** 0 to 9, for deflate. */
  level: number;
  /** Leave out blocks whose samples are all 0. */
  sparse: boolean;
}

/** The stored bytes of every block, planes outermost, then rows of blocks; null for one that is left out. */
export function encodeBlocks(raster: Raster, form: BlockForm): (Uint8Array | null)[] {
  const planes = form.interleave === "pixel" ? [raster.bands] : raster.bands.map((band) => [band]);
  const blockWidth = form.block.kind === "tile" ? form.block.width : raster.width;
  const blockHeight = form.block.kind === "tile" ? form.block.height : form.block.rows;
  const blocks: (Uint8Array | null)[] = [];
  for (const bands of planes) {
    for (let row = 0; row < raster.height; row += blockHeight) {
      const rows = form.block.kind === "tile" ? blockHeight : Math.min(blockHeight, raster.height - row);
      for (let col = 0; col < raster.width; col += blockWidth) {
        const samples = cutBlock({ ...raster, bands }, form.dtype, { row, col, rows, cols: blockWidth });
        blocks.push(encodeBlock(samples, bands.length, blockWidth, form));
      }
    }
  }
  return blocks;
}

function encodeBlock(samples: TypedArray, samplesPerPixel: number, cols: number, form: BlockForm): Uint8Array | null {
  if (form.sparse && samples.every((value) => Number(value) === 0)) return null;
  const rowBytes = cols * samplesPerPixel * bytesPerSample(form.dtype);
  return compress(applyPredictor(samples, samplesPerPixel, cols, form), rowBytes, form);
}

/** The block's samples, interleaved by pixel; what lies beyond the image's edge is 0. */
function cutBlock(
  raster: Raster,
  dtype: DType,
  area: { row: number; col: number; rows: number; cols: number },
): TypedArray {
  const count = raster.bands.length;
  const block = createTypedArray(dtype, area.rows * area.cols * count);
  const rows = Math.min(area.rows, raster.height - area.row);
  const cols = Math.min(area.cols, raster.width - area.col);
  for (const [sample, band] of raster.bands.entries()) {
    for (let row = 0; row < rows; row++) {
      let from = (area.row + row) * raster.width + area.col;
      let to = row * area.cols * count + sample;
      for (let col = 0; col < cols; col++, from++, to += count) block[to] = band[from]!;
    }
  }
  return block;
}

function applyPredictor(samples: TypedArray, samplesPerPixel: number, cols: number, form: BlockForm): Uint8Array {
  const rowLength = cols * samplesPerPixel;
  if (form.predictor === 3) return toFloatingPointDifferences(samples, samplesPerPixel, rowLength);
  if (form.predictor === 2) toDifferences(samples, samplesPerPixel, rowLength);
  const size = samples.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return isHostOrder(form.byteOrder) ? bytes : swapBytes(bytes, size);
}

/** Predictor 2 (TIFF 6.0, section 14), in place, on the samples' bits as unsigned integers that wrap around. */
function toDifferences(samples: TypedArray, samplesPerPixel: number, rowLength: number): void {
  const { byteOffset, length, BYTES_PER_ELEMENT } = samples;
  const buffer = samples.buffer as ArrayBuffer;
  if (BYTES_PER_ELEMENT === 8) {
    const wide = new BigUint64Array(buffer, byteOffset, length);
    forEachDifference(length, rowLength, samplesPerPixel, (at) => {
      wide[at] = wide[at]! - wide[at - samplesPerPixel]!;
    });
    return;
  }
  const Unsigned = BYTES_PER_ELEMENT === 4 ? Uint32Array : BYTES_PER_ELEMENT === 2 ? Uint16Array : Uint8Array;
  const bits = new Unsigned(buffer, byteOffset, length);
  forEachDifference(length, rowLength, samplesPerPixel, (at) => {
    bits[at] = bits[at]! - bits[at - samplesPerPixel]!;
  });
}

/** Positions with a left neighbour, from the right, so that the neighbour is still the original. */
function forEachDifference(length: number, rowLength: number, step: number, visit: (at: number) => void): void {
  for (let row = 0; row < length; row += rowLength) {
    for (let at = row + rowLength - 1; at >= row + step; at--) visit(at);
  }
}

/** Predictor 3 (TIFF Technical Note 3): a row's bytes by significance, most significant first, then differences. */
function toFloatingPointDifferences(samples: TypedArray, samplesPerPixel: number, rowLength: number): Uint8Array {
  const size = samples.BYTES_PER_ELEMENT;
  const stored = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const bytes = isHostOrder("big") ? stored : swapBytes(stored, size);
  const result = new Uint8Array(bytes.length);
  for (let row = 0; row < samples.length; row += rowLength) {
    for (let at = 0; at < rowLength; at++) {
      for (let byte = 0; byte < size; byte++) {
        result[row * size + byte * rowLength + at] = bytes[(row + at) * size + byte]!;
      }
    }
  }
  forEachDifference(result.length, rowLength * size, samplesPerPixel, (at) => {
    result[at] = result[at]! - result[at - samplesPerPixel]!;
  });
  return result;
}

function compress(bytes: Uint8Array, rowBytes: number, form: BlockForm): Uint8Array {
  if (form.compression === "deflate") return deflateSync(bytes, { level: form.level });
  if (form.compression === "none") return bytes;
  const rows: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += rowBytes) rows.push(packBits(bytes.subarray(at, at + rowBytes)));
  return Buffer.concat(rows);
}

/** PackBits (TIFF 6.0, section 9) of one row: runs of 3 to 128 equal bytes, the rest as literals. */
export function packBits(row: Uint8Array): Uint8Array {
  const packed: number[] = [];
  let literalStart = 0;
  const flushLiterals = (end: number) => {
    for (let at = literalStart; at < end; at += 128) {
      const length = Math.min(128, end - at);
      packed.push(length - 1, ...row.subarray(at, at + length));
    }
  };
  for (let at = 0; at < row.length; ) {
    let run = 1;
    while (run < 128 && row[at + run] === row[at]) run++;
    if (run >= 3) {
      flushLiterals(at);
      packed.push(257 - run, row[at]!);
      literalStart = at + run;
    }
    at += run;
  }
  flushLiterals(row.length);
  return Uint8Array.from(packed);
}

function isHostOrder(byteOrder: "little" | "big"): boolean {
  return (endianness() === "LE") === (byteOrder === "little");
}

function swapBytes(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += size) {
    for (let byte = 0; byte < size; byte++) swapped[at + byte] = bytes[at + size - 1 - byte]!;
  }
  return swapped;
}
