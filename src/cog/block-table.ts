import { CorruptDataError, UnsupportedError } from "../errors.js";
import type { ByteRange } from "../store/byte-store.js";
import { missingRange, readNumbers, type TiffStart } from "./directories.js";
import type { HeaderBytes } from "./header-bytes.js";
import type { TiffImage } from "./tiff-image.js";
import { Tag, tagName } from "./tiff-tags.js";

/** Where an image's blocks lie, in the order of `ImageLevel.offsets`. */
export interface BlockTable {
  blocksAcross: number;
  blocksDown: number;
  planes: number;
  offsets: Float64Array;
  byteCounts: Float64Array;
}

/** Blocks whose place the file may leave out altogether; beyond, a table must be in the file to be believed. */
const MAX_UNLISTED_BLOCKS = 2 ** 20;
/** Bytes of one block when decoded. */
const MAX_BLOCK_BYTES = 2 ** 31 - 1;

/** The tags that hold an image's block table. */
function tableTags(image: TiffImage): { offsets: number; byteCounts: number } {
  return image.layout === "tiled"
    ? { offsets: Tag.TileOffsets, byteCounts: Tag.TileByteCounts }
    : { offsets: Tag.StripOffsets, byteCounts: Tag.StripByteCounts };
}

/** How many blocks an image has, across, down and in planes. */
function blockGrid(image: TiffImage) {
  const blocksAcross = Math.ceil(image.width / image.blockWidth);
  const blocksDown = Math.ceil(image.height / image.blockHeight);
  const planes = image.isPlanar ? image.samples : 1;
  return { blocksAcross, blocksDown, planes, count: blocksAcross * blocksDown * planes };
}

/** The ranges of an image's block table that are still to be read. */
export function missingBlockTable(header: HeaderBytes, image: TiffImage): ByteRange[] {
  const { count } = blockGrid(image);
  const tags = tableTags(image);
  return [tags.offsets, tags.byteCounts].flatMap((tag) => {
    const field = image.directory.fields.get(tag);
    const range = field === undefined ? null : missingRange(header, field, count);
    return range === null ? [] : [range];
  });
}

/**
 * An image's block table. Blocks beyond the end of a short table, and those of no bytes, are left out (0, 0).
 *
 * Byte counts that the file does not tell are worked out as libtiff does: from the size of uncompressed blocks, else from
 * where the next block starts.
 *
 * @throws CorruptDataError where the table, or a block it lists, lies outside of the file.
 * @throws UnsupportedError for a block of more than 2 GiB.
 */
export function readBlockTable(header: HeaderBytes, start: TiffStart, image: TiffImage): BlockTable {
  const { blocksAcross, blocksDown, planes, count } = blockGrid(image);
  const tags = tableTags(image);
  assertBlockSize(image);
  const listed = Math.min(image.directory.fields.get(tags.offsets)?.count ?? 0, count);
  if (listed < count && count > MAX_UNLISTED_BLOCKS) {
    throw new CorruptDataError(`${tagName(tags.offsets)} lists ${listed} of the image's ${count} blocks.`, {
      details: { tag: tags.offsets, listed, blocks: count },
    });
  }
  const offsets = readTable(header, start, image, tags.offsets, count);
  const byteCounts = image.directory.fields.has(tags.byteCounts)
    ? readTable(header, start, image, tags.byteCounts, count)
    : estimateByteCounts(header, image, offsets);
  mendSingleStrip(image, byteCounts);
  for (let block = 0; block < count; block++) {
    const offset = offsets[block] as number;
    const length = byteCounts[block] as number;
    if (offset === 0 || length === 0) {
      offsets[block] = 0;
      byteCounts[block] = 0;
    } else if (offset < 0 || length < 0 || offset + length > (header.sizeBytes ?? Number.MAX_SAFE_INTEGER)) {
      throw new CorruptDataError(
        `Block ${block} of ${count} (${tagName(tags.offsets)}) is said to hold ${length} bytes from byte ${offset}, and the ` +
          `file has ${header.sizeBytes}: it is cut short or damaged.`,
        { details: { tag: tags.offsets, block, offset, length, sizeBytes: header.sizeBytes } },
      );
    }
  }
  return { blocksAcross, blocksDown, planes, offsets, byteCounts };
}

function readTable(header: HeaderBytes, start: TiffStart, image: TiffImage, tag: number, count: number): Float64Array {
  const field = image.directory.fields.get(tag);
  if (field === undefined || field.count === 0) return new Float64Array(count);
  const values = readNumbers(header, start, field, count);
  if (values === null) {
    throw new CorruptDataError(`${tagName(tag)} at offset ${field.offset} is no table of numbers inside the file.`, {
      details: { tag, offset: field.offset, count: field.count, sizeBytes: header.sizeBytes },
    });
  }
  if (values.length === count) return values;
  const padded = new Float64Array(count);
  padded.set(values);
  return padded;
}

function decodedBytes(image: TiffImage, rows: number): number {
  const samples = image.isPlanar ? 1 : image.samples;
  return Math.ceil((image.blockWidth * samples * image.bitsPerSample) / 8) * rows;
}

function assertBlockSize(image: TiffImage): void {
  const bytes = decodedBytes(image, image.blockHeight);
  if (bytes <= MAX_BLOCK_BYTES) return;
  throw new UnsupportedError(
    `Its blocks of ${image.blockWidth} × ${image.blockHeight} pixels take ${bytes} bytes each; up to 2 GiB are supported.`,
    { details: { blockWidth: image.blockWidth, blockHeight: image.blockHeight, bytes } },
  );
}

function estimateByteCounts(header: HeaderBytes, image: TiffImage, offsets: Float64Array): Float64Array {
  if (image.compression === "NONE") {
    return offsets.map((_, block) => decodedBytes(image, storedRows(image, block)));
  }
  const sorted = Float64Array.from(offsets).sort();
  const end = header.sizeBytes ?? 0;
  return offsets.map((offset) => {
    if (offset === 0) return 0;
    const next = sorted.find((other) => other > offset) ?? end;
    return Math.max(0, next - offset);
  });
}

/** Rows that a block holds: a tile's are always whole, an image's last strip is short. */
function storedRows(image: TiffImage, block: number): number {
  if (image.layout === "tiled") return image.blockHeight;
  const row = block % Math.ceil(image.height / image.blockHeight);
  return Math.min(image.blockHeight, image.height - row * image.blockHeight);
}

/** libtiff's cure for writers that tell too few bytes for the one strip of an uncompressed image. */
function mendSingleStrip(image: TiffImage, byteCounts: Float64Array): void {
  if (image.layout === "tiled" || image.compression !== "NONE" || byteCounts.length !== 1) return;
  const needed = decodedBytes(image, image.height);
  if ((byteCounts[0] as number) > 0) byteCounts[0] = Math.max(byteCounts[0] as number, needed);
}
