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
/** Bytes of one block when decoded; of uncompressed strips, which need not be read whole, bytes of one row. */
const MAX_BLOCK_BYTES = 2 ** 31 - 1;

/** TIFF types that block tables come in: BYTE, SHORT, LONG, and BigTIFF's LONG8 and SLONG8. */
const placeTypes = [1, 3, 4, 16, 17];

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
 * An image's block table. Blocks of no bytes are left out (0, 0), and, as in GDAL, all that follow the only entry of a
 * table or none; a longer one that is too short is damage.
 *
 * Byte counts that the file does not tell, or tells wrong, are worked out as libtiff does: from the size of uncompressed
 * blocks, else from where the next block starts.
 *
 * @throws CorruptDataError where the table is missing, or it or a block it lists lies outside of the file.
 * @throws UnsupportedError for a block of more than 2 GiB, uncompressed strips excepted.
 */
export function readBlockTable(header: HeaderBytes, start: TiffStart, image: TiffImage): BlockTable {
  const { blocksAcross, blocksDown, planes, count } = blockGrid(image);
  const tags = tableTags(image);
  assertBlockSize(image);
  const table = image.directory.fields.get(tags.offsets);
  if (table === undefined) {
    throw new CorruptDataError(`${tagName(tags.offsets)} is missing: nothing says where the pixels lie.`, {
      details: { tag: tags.offsets },
    });
  }
  const listed = Math.min(table.count, count);
  if (listed < count && (listed !== 1 || count > MAX_UNLISTED_BLOCKS)) {
    throw new CorruptDataError(`${tagName(tags.offsets)} lists ${listed} of the image's ${count} blocks.`, {
      details: { tag: tags.offsets, listed, blocks: count },
    });
  }
  const offsets = readTable(header, start, image, tags.offsets, count);
  const hasByteCounts = image.directory.fields.has(tags.byteCounts);
  const byteCounts = hasByteCounts
    ? readTable(header, start, image, tags.byteCounts, count)
    : distancesToNext(header, offsets);
  mendByteCounts(header, image, offsets, byteCounts);
  // The smallest TIFF that GDAL reads has one pixel and no place for it; any larger block at byte 0 has lost its own.
  const isEmpty = count === 1 && offsets[0] === 0 && image.compression === "NONE" && decodedBytes(image, 1) === 1;
  for (let block = 0; block < count; block++) {
    const offset = offsets[block] as number;
    const length = byteCounts[block] as number;
    if (isEmpty || (length === 0 && hasByteCounts)) {
      offsets[block] = 0;
      byteCounts[block] = 0;
    } else if (!isInside(offset, length, header.sizeBytes ?? Number.MAX_SAFE_INTEGER)) {
      throw new CorruptDataError(
        `Block ${block} of ${count} (${tagName(tags.offsets)}) is said to hold ${length} bytes from byte ${offset}, and the ` +
          `file has ${header.sizeBytes}: it is cut short or damaged.`,
        { details: { tag: tags.offsets, block, offset, length, sizeBytes: header.sizeBytes } },
      );
    }
  }
  return { blocksAcross, blocksDown, planes, offsets, byteCounts };
}

/** False for what is negative or too large as well, and for a block that has bytes and no place. */
function isInside(offset: number, length: number, sizeBytes: number): boolean {
  const areWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  return areWhole && offset > 0 && length > 0 && offset + length <= sizeBytes;
}

function readTable(header: HeaderBytes, start: TiffStart, image: TiffImage, tag: number, count: number): Float64Array {
  const field = image.directory.fields.get(tag);
  if (field === undefined || field.count === 0) return new Float64Array(count);
  const values = placeTypes.includes(field.type) ? readNumbers(header, start, field, count) : null;
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
  const isReadByRows = image.layout === "striped" && image.compression === "NONE";
  const bytes = decodedBytes(image, isReadByRows ? 1 : image.blockHeight);
  if (bytes <= MAX_BLOCK_BYTES) return;
  throw new UnsupportedError(
    `Its blocks of ${image.blockWidth} × ${image.blockHeight} pixels take ${bytes} bytes each; up to 2 GiB are supported.`,
    { details: { blockWidth: image.blockWidth, blockHeight: image.blockHeight, bytes } },
  );
}

/** Bytes from each block to the one that follows it in the file, or to the file's end; 0 for a block that is left out. */
function distancesToNext(header: HeaderBytes, offsets: Float64Array): Float64Array {
  const distances = new Float64Array(offsets.length);
  const order = Uint32Array.from(offsets, (_, block) => block).sort((a, b) => offsets[b]! - offsets[a]!);
  let next = header.sizeBytes ?? 0;
  for (let i = 0; i < order.length; ) {
    const offset = offsets[order[i]!]!;
    const distance = offset === 0 ? 0 : Math.max(0, next - offset);
    for (; i < order.length && offsets[order[i]!] === offset; i++) distances[order[i]!] = distance;
    next = offset;
  }
  return distances;
}

/** Rows that a block holds: a tile's are always whole, an image's last strip is short. */
function storedRows(image: TiffImage, block: number): number {
  if (image.layout === "tiled") return image.blockHeight;
  const row = block % Math.ceil(image.height / image.blockHeight);
  return Math.min(image.blockHeight, image.height - row * image.blockHeight);
}

/** PhotometricInterpretation YCbCr (TIFF 6.0, section 21): a block's size depends on how its chroma is subsampled. */
const YCBCR = 6;

/**
 * libtiff's cures for writers that tell wrong byte counts: an uncompressed block has as many bytes as its pixels take
 * where the file is that long, and the only strip of an image is never empty.
 */
function mendByteCounts(header: HeaderBytes, image: TiffImage, offsets: Float64Array, byteCounts: Float64Array): void {
  const isOnlyStrip = image.layout === "striped" && byteCounts.length === 1;
  if (isOnlyStrip && byteCounts[0] === 0) byteCounts.set(distancesToNext(header, offsets));
  if (image.compression !== "NONE" || image.photometric === YCBCR) return;
  // Of tiles libtiff looks at the first two alone: they are of one size, or the whole table is not believed.
  const isDoubted = byteCounts.length > 2 && !image.isPlanar && byteCounts[0] !== byteCounts[1];
  if (image.layout === "tiled" && !isDoubted) return;
  const end = header.sizeBytes ?? Number.MAX_SAFE_INTEGER;
  byteCounts.forEach((count, block) => {
    const needed = decodedBytes(image, storedRows(image, block));
    if (count > 0 && offsets[block]! + needed <= end) byteCounts[block] = needed;
  });
}
