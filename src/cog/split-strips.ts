import { rowLengthBytes } from "../codec/block-layout.js";
import { hasChromaUnits } from "../codec/supported.js";
import type { ImageLevel } from "./cog-info.js";

/** Bytes of the strips that a long one is cut into: what a store reads at once anyway. */
const PART_BYTES = 256 * 1024;
/** As many parts as are made: those of a terabyte. Strips may overlap, so the file's size alone bounds nothing. */
const MAX_PARTS = 2 ** 22;

/**
 * The same image with long uncompressed strips cut into strips of some 256 KiB, so that no question has to read, or hold,
 * a whole image that is one strip. The file is as it was: rows of an uncompressed strip lie one behind another.
 *
 * Strips that follow one another without a gap are cut as if they were one. Others are cut where all can be cut alike, and
 * left as they are where they cannot, or where the file holds less of one than it should.
 */
export function splitStrips(level: ImageLevel): ImageLevel {
  const { layout, encoding, height, planes, blocksDown } = level;
  if (layout !== "striped" || encoding.compression !== "NONE" || hasChromaUnits(encoding)) return level;
  const rowBytes = rowLengthBytes(encoding);
  if (encoding.rows * rowBytes < 2 * PART_BYTES || encoding.rows < 2 || !areWhole(level, rowBytes)) return level;
  const mostRows = Math.max(1, Math.floor(PART_BYTES / rowBytes));
  const rows = areContiguous(level, rowBytes) ? mostRows : largestDivisor(encoding.rows, mostRows);
  const partsDown = Math.ceil(height / rows);
  if (rows * 16 < mostRows || planes * partsDown > MAX_PARTS) return level;
  const offsets = new Float64Array(planes * partsDown);
  const byteCounts = new Float64Array(planes * partsDown);
  for (let part = 0; part < offsets.length; part++) {
    const row = (part % partsDown) * rows;
    const plane = Math.floor(part / partsDown);
    const strip = plane * blocksDown + Math.floor(row / encoding.rows);
    const offset = level.offsets[strip] ?? 0;
    if (offset === 0) continue;
    offsets[part] = offset + (row % encoding.rows) * rowBytes;
    byteCounts[part] = Math.min(rows, height - row) * rowBytes;
  }
  return { ...level, encoding: { ...encoding, rows }, blocksDown: partsDown, offsets, byteCounts };
}

/** True where each strip is left out or all there. */
function areWhole({ offsets, byteCounts, encoding, height, blocksDown }: ImageLevel, rowBytes: number): boolean {
  return offsets.every((offset, strip) => {
    const rows = Math.min(encoding.rows, height - (strip % blocksDown) * encoding.rows);
    return offset === 0 || (byteCounts[strip] ?? 0) >= rows * rowBytes;
  });
}

/** True where, in each plane, every strip starts where the one before it ends. */
function areContiguous({ offsets, encoding, blocksDown }: ImageLevel, rowBytes: number): boolean {
  const stripBytes = encoding.rows * rowBytes;
  return offsets.every(
    (offset, strip) => offset !== 0 && (strip % blocksDown === 0 || offset === (offsets[strip - 1] ?? 0) + stripBytes),
  );
}

/** The largest divisor of `number` that is at most `limit`. */
function largestDivisor(number: number, limit: number): number {
  for (let divisor = Math.min(limit, number); divisor > 1; divisor--) if (number % divisor === 0) return divisor;
  return 1;
}
