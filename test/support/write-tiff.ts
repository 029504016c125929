import { InvalidInputError } from "../../src/errors.js";
import type { Affine } from "../../src/geo/affine.js";
import { bytesPerSample, isFloat } from "../../src/ndarray/dtype.js";
import { type BlockForm, encodeBlocks, type Raster } from "./tiff/blocks.js";
import { type EpsgCrs, type GdalMetadata, gdalMetadataTags, geoTags } from "./tiff/geo-tags.js";
import { directoryLength, even, FieldType, headerLength, type Tag, writeDirectory, writeHeader } from "./tiff/tags.js";

export { FieldType, type Tag } from "./tiff/tags.js";

/** A GeoTIFF to write. Only the pixels and `dtype` must be given; the rest has GDAL's defaults for a small file. */
export interface TiffOptions extends Raster, Partial<Omit<BlockForm, "dtype">>, GdalMetadata {
  dtype: BlockForm["dtype"];
  bigTiff?: boolean;
  /** From fine to coarse, with pixels of their own. */
  overviews?: readonly Raster[];
  /** One value a pixel, not 0 where the pixel is valid: written as a 1-bit internal mask, also for every overview. */
  mask?: Uint8Array;
  /** The text of GDAL_NODATA, as it is. */
  nodata?: string;
  crs?: EpsgCrs;
  /** The pixel's corner, also where `pixelIsPoint`. */
  transform?: Affine;
  pixelIsPoint?: boolean;
  /**
   * `cog`: GDAL's ghost area, directories first, coarsest image first, each block between its size and its last bytes.
   * `directories-first` (the default) and `directories-last`: a plain GeoTIFF.
   */
  layout?: "cog" | "directories-first" | "directories-last";
  /** Put into the first directory, in place of a tag of the same number. */
  extraTags?: readonly Tag[];
}

/** Blocks and tags of one directory; offsets are filled in when all sizes are known. */
interface Image {
  kind: "image" | "mask";
  tags: Tag[];
  blocks: readonly (Uint8Array | null)[];
  offsets: number[];
}

type Form = BlockForm & { bigTiff: boolean; layout: NonNullable<TiffOptions["layout"]> };

/**
 * The bytes of a TIFF for tests: classic or BigTIFF, both byte orders, tiles or strips, overviews, masks, sparse.
 *
 * Not streamed: the whole file is built in memory.
 *
 * @example
 * const bytes = writeTiff({ width: 2, height: 1, dtype: "uint8", bands: [Uint8Array.of(1, 2)] });
 */
export function writeTiff(options: TiffOptions): Uint8Array {
  const form = withDefaults(options);
  const images = createImages(options, form);
  const ghost =
    form.layout === "cog" ? Buffer.from(ghostArea(options.mask !== undefined), "latin1") : new Uint8Array(0);
  const start = even(headerLength(form) + ghost.length);
  const directoriesLength = images.reduce((sum, image) => sum + even(directoryLength(image.tags, form)), 0);
  const directoriesFirst = form.layout !== "directories-last";
  const end = placeBlocks(images, form, directoriesFirst ? start + directoriesLength : start);
  const directoriesAt = directoriesFirst ? start : even(end);
  const file = new Uint8Array(directoriesFirst ? end : directoriesAt + directoriesLength);
  const view = new DataView(file.buffer);
  file.set(ghost, writeHeader(view, directoriesAt, form));
  writeDirectories(view, directoriesAt, images, form);
  for (const image of images) copyBlocks(file, image, form);
  return file;
}

/** @throws InvalidInputError for a predictor that readers would ignore: they apply one to deflate alone */
function withDefaults(options: TiffOptions): Form {
  if ((options.predictor ?? 1) !== 1 && options.compression !== "deflate") {
    throw new InvalidInputError(`predictor ${options.predictor} needs compression "deflate"`);
  }
  return {
    dtype: options.dtype,
    byteOrder: options.byteOrder ?? "little",
    block: options.block ?? { kind: "strip", rows: options.height },
    interleave: options.interleave ?? "pixel",
    compression: options.compression ?? "none",
    predictor: options.predictor ?? 1,
    level: options.level ?? 6,
    sparse: options.sparse ?? false,
    bigTiff: options.bigTiff ?? false,
    layout: options.layout ?? "directories-first",
  };
}

/** Full resolution, its mask, then each overview and its mask: the order in which GDAL chains them. */
function createImages(options: TiffOptions, form: Form): Image[] {
  const levels: Raster[] = [options, ...(options.overviews ?? [])];
  return levels.flatMap((raster, level) => {
    const image = createImage(raster, form, level === 0 ? 0 : 1);
    if (level === 0) image.tags = replaceTags(image.tags, firstDirectoryTags(options));
    if (!options.mask) return [image];
    const mask = scaleMask(options.mask, options, raster);
    return [
      image,
      createMask({ width: raster.width, height: raster.height, bands: [mask] }, form, level === 0 ? 4 : 5),
    ];
  });
}

function firstDirectoryTags(options: TiffOptions): Tag[] {
  const nodata: Tag[] =
    options.nodata === undefined ? [] : [{ tag: 42113, type: FieldType.ASCII, values: options.nodata }];
  const geo = geoTags(options.crs ?? null, options.transform ?? null, options.pixelIsPoint ?? false);
  return replaceTags([...geo, ...gdalMetadataTags(options), ...nodata], options.extraTags ?? []);
}

function replaceTags(tags: readonly Tag[], other: readonly Tag[]): Tag[] {
  return [...tags.filter(({ tag }) => !other.some((replacement) => replacement.tag === tag)), ...other];
}

function createImage(raster: Raster, form: Form, subfileType: number): Image {
  const count = raster.bands.length;
  const blocks = encodeBlocks(raster, form);
  const sampleFormat = isFloat(form.dtype) ? 3 : form.dtype.startsWith("u") ? 1 : 2;
  const tags: Tag[] = [
    ...structureTags(raster, form, subfileType),
    short(258, Array(count).fill(bytesPerSample(form.dtype) * 8)),
    short(262, [1]),
    short(277, [count]),
    short(284, [form.interleave === "pixel" ? 1 : 2]),
    short(317, [form.predictor]),
    short(339, Array(count).fill(sampleFormat)),
  ];
  if (count > 1) tags.push(short(338, Array(count - 1).fill(0)));
  return withBlockTags({ kind: "image", tags, blocks, offsets: [] }, form);
}

/** A mask as GDAL writes it: one bit a pixel, photometric interpretation 4 (transparency). */
function createMask(mask: Raster, form: Form, subfileType: number): Image {
  const packedForm: Form = {
    ...packedBlockForm(form),
    dtype: "uint8",
    interleave: "pixel",
    predictor: 1,
    sparse: false,
  };
  const blocks = encodeBlocks(packBitsOfRows(mask), packedForm);
  const tags = [
    ...structureTags(mask, form, subfileType),
    short(258, [1]),
    short(262, [4]),
    short(277, [1]),
    short(284, [1]),
  ];
  return withBlockTags({ kind: "mask", tags, blocks, offsets: [] }, form);
}

/** A byte holds eight pixels of a mask, so its blocks are an eighth as wide. */
function packedBlockForm(form: Form): Form {
  if (form.block.kind === "strip") return form;
  return { ...form, block: { ...form.block, width: form.block.width / 8 } };
}

function packBitsOfRows(mask: Raster): Raster {
  const width = Math.ceil(mask.width / 8);
  const packed = new Uint8Array(width * mask.height);
  for (let row = 0; row < mask.height; row++) {
    for (let col = 0; col < mask.width; col++) {
      if (mask.bands[0]![row * mask.width + col]) packed[row * width + (col >> 3)]! |= 0x80 >> (col & 7);
    }
  }
  return { width, height: mask.height, bands: [packed] };
}

/** The mask's value at each overview pixel's upper left corner. */
function scaleMask(mask: Uint8Array, full: Raster, level: Raster): Uint8Array {
  const scaled = new Uint8Array(level.width * level.height);
  for (let row = 0; row < level.height; row++) {
    const fromRow = Math.floor((row * full.height) / level.height);
    for (let col = 0; col < level.width; col++) {
      scaled[row * level.width + col] = mask[fromRow * full.width + Math.floor((col * full.width) / level.width)]!;
    }
  }
  return scaled;
}

const compressionCodes = { none: 1, deflate: 8, packbits: 32773 } as const;

function structureTags(raster: Raster, form: Form, subfileType: number): Tag[] {
  const { block } = form;
  return [
    long(254, [subfileType]),
    long(256, [raster.width]),
    long(257, [raster.height]),
    short(259, [compressionCodes[form.compression]]),
    ...(block.kind === "tile" ? [long(322, [block.width]), long(323, [block.height])] : [long(278, [block.rows])]),
  ];
}

/** Adds the tags for offsets (still unknown) and byte counts. */
function withBlockTags(image: Image, form: Form): Image {
  const type = form.bigTiff ? FieldType.LONG8 : FieldType.LONG;
  const [offsetsTag, countsTag] = form.block.kind === "tile" ? [324, 325] : [273, 279];
  const counts = image.blocks.map((bytes) => bytes?.length ?? 0);
  image.offsets = counts.map(() => 0);
  image.tags.push({ tag: offsetsTag!, type, values: image.offsets }, { tag: countsTag!, type, values: counts });
  return image;
}

/** Gives every block its offset, from `at` on. @returns the end of the last block */
function placeBlocks(images: readonly Image[], form: Form, at: number): number {
  const [leader, trailer] = form.layout === "cog" ? [4, 4] : [0, 0];
  let next = at;
  const place = (image: Image, index: number) => {
    const bytes = image.blocks[index];
    if (!bytes) return;
    image.offsets[index] = next + leader;
    next += leader + bytes.length + trailer;
  };
  for (const [image, mask] of pairImages(images, form.layout === "cog")) {
    for (const index of image.blocks.keys()) {
      place(image, index);
      if (mask && form.layout === "cog") place(mask, index);
    }
    if (mask && form.layout !== "cog") for (const index of mask.blocks.keys()) place(mask, index);
  }
  return next;
}

/** Each image with its mask; a COG stores the coarsest first. */
function pairImages(images: readonly Image[], coarsestFirst: boolean): [Image, Image | undefined][] {
  const pairs = images.flatMap((image, index): [Image, Image | undefined][] => {
    const following = images[index + 1];
    return image.kind === "mask" ? [] : [[image, following?.kind === "mask" ? following : undefined]];
  });
  return coarsestFirst ? pairs.reverse() : pairs;
}

function writeDirectories(view: DataView, at: number, images: readonly Image[], form: Form): void {
  let start = at;
  for (const [index, image] of images.entries()) {
    const end = start + even(directoryLength(image.tags, form));
    writeDirectory(view, start, image.tags, index + 1 < images.length ? end : 0, form);
    start = end;
  }
}

function copyBlocks(file: Uint8Array, image: Image, form: Form): void {
  for (const [index, bytes] of image.blocks.entries()) {
    if (!bytes) continue;
    const at = image.offsets[index]!;
    file.set(bytes, at);
    if (form.layout !== "cog") continue;
    new DataView(file.buffer).setUint32(at - 4, bytes.length, true);
    file.set(bytes.subarray(-4), at + bytes.length);
  }
}

/** GDAL's structural metadata, which makes gdalinfo say LAYOUT=COG. */
function ghostArea(hasMask: boolean): string {
  const lines = [
    "LAYOUT=IFDS_BEFORE_DATA",
    "BLOCK_ORDER=ROW_MAJOR",
    "BLOCK_LEADER=SIZE_AS_UINT4",
    "BLOCK_TRAILER=LAST_4_BYTES_REPEATED",
    "KNOWN_INCOMPATIBLE_EDITION=NO",
    ...(hasMask ? ["MASK_INTERLEAVED_WITH_IMAGERY=YES"] : []),
  ];
  const body = `${lines.join("\n")}\n${hasMask ? "" : " "}`;
  return `GDAL_STRUCTURAL_METADATA_SIZE=${String(body.length).padStart(6, "0")} bytes\n${body}`;
}

function short(tag: number, values: readonly number[]): Tag {
  return { tag, type: FieldType.SHORT, values };
}

function long(tag: number, values: readonly number[]): Tag {
  return { tag, type: FieldType.LONG, values };
}
