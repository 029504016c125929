import { CorruptDataError, UnsupportedError } from "../errors.js";
import { type Directory, readNumber, readNumbers, type TiffStart } from "./directories.js";
import type { HeaderBytes } from "./header-bytes.js";
import { Tag, tagName } from "./tiff-tags.js";

/**
 * One image of a TIFF as its tags describe it, before anything is refused: any compression, any sample type. Where its
 * blocks lie is another reading ({@link readBlockTable}).
 */
export interface TiffImage {
  directory: Directory;
  width: number;
  height: number;
  layout: "tiled" | "striped";
  /** Pixels of a full block; of a strip, no more rows than the image has. */
  blockWidth: number;
  blockHeight: number;
  /** Samples a pixel: bands, an alpha band included. */
  samples: number;
  bitsPerSample: number;
  /** A DType, or "complex_int16", "complex_int32", "complex64", "complex128". */
  dtype: string;
  /** As GDAL prints it; the bare number of a scheme that it has no name for. */
  compression: string;
  predictor: number;
  /** True where each block holds one sample of every pixel. */
  isPlanar: boolean;
  photometric: number;
  /** True where the bits of every byte run backwards (FillOrder 2). */
  isBitReversed: boolean;
  isReduced: boolean;
  isMask: boolean;
}

/** Compression (tag 259) by GDAL's names. */
const compressions: Readonly<Record<number, string>> = {
  1: "NONE",
  2: "CCITTRLE",
  3: "CCITTFAX3",
  4: "CCITTFAX4",
  5: "LZW",
  6: "OJPEG",
  7: "JPEG",
  8: "DEFLATE",
  32771: "CCITTRLEW",
  32773: "PACKBITS",
  32809: "THUNDERSCAN",
  32946: "DEFLATE",
  34661: "JBIG",
  34676: "SGILOG",
  34677: "SGILOG24",
  34712: "JP2000",
  34887: "LERC",
  34925: "LZMA",
  50000: "ZSTD",
  50001: "WEBP",
  50002: "JXL",
  52546: "JXL",
};

/** What a LERC blob is compressed with again, by the second of LercParameters. */
const lercCompressions = ["LERC", "LERC_DEFLATE", "LERC_ZSTD"];

/** Bits of NewSubfileType (TIFF 6.0, section 8). */
const REDUCED = 1;
const MASK = 4;
/** libtiff's default for RowsPerStrip: all rows. */
const ALL_ROWS = 2 ** 32 - 1;
/** GDAL counts pixels in 32-bit signed integers, and so does everybody. */
const MAX_SIDE = 2 ** 31 - 1;
const MAX_SAMPLES = 65535;
/** A SHORT's largest value: what it stands for is judged later. */
const MAX_BITS = 65535;
/** SampleFormat's largest value: complex floating point. */
const MAX_FORMAT = 6;
/** TIFF types of whole numbers: BYTE, SHORT, LONG and LONG8, and the signed ones. */
const wholeNumberTypes = [1, 3, 4, 6, 8, 9, 16, 17];

/**
 * The image that a directory describes.
 *
 * @throws CorruptDataError where a size is missing, zero or beyond what any reader takes.
 * @throws UnsupportedError for bands of different types.
 */
export function readTiffImage(header: HeaderBytes, start: TiffStart, directory: Directory): TiffImage {
  const number = <T>(tag: number, fallback: T) => readNumber(header, start, directory, tag, fallback);
  const single = (tag: number, fallback: number) => singleNumber(header, start, directory, tag, fallback);
  const width = side(single(Tag.ImageWidth, 0), Tag.ImageWidth);
  const height = side(single(Tag.ImageLength, 0), Tag.ImageLength);
  const samples = single(Tag.SamplesPerPixel, 1);
  if (!isCount(samples, MAX_SAMPLES)) throw damaged(Tag.SamplesPerPixel, samples);

  const tiled = directory.fields.has(Tag.TileWidth) || directory.fields.has(Tag.TileLength);
  const rowsPerStrip = single(Tag.RowsPerStrip, ALL_ROWS);
  if (!isCount(rowsPerStrip, ALL_ROWS)) throw damaged(Tag.RowsPerStrip, rowsPerStrip);
  const planar = single(Tag.PlanarConfiguration, 1);
  if (!isCount(planar, 2)) throw damaged(Tag.PlanarConfiguration, planar);
  const bitsPerSample = sharedValue(header, start, directory, Tag.BitsPerSample, samples, 1);
  if (!isCount(bitsPerSample, MAX_BITS)) throw damaged(Tag.BitsPerSample, bitsPerSample);
  const format = sharedValue(header, start, directory, Tag.SampleFormat, samples, 1);
  if (!isCount(format, MAX_FORMAT)) throw damaged(Tag.SampleFormat, format);
  const subfile = number(Tag.NewSubfileType, 0);
  return {
    directory,
    width,
    height,
    layout: tiled ? "tiled" : "striped",
    blockWidth: tiled ? side(single(Tag.TileWidth, 0), Tag.TileWidth) : width,
    blockHeight: tiled ? side(single(Tag.TileLength, 0), Tag.TileLength) : Math.min(height, rowsPerStrip),
    samples,
    bitsPerSample,
    dtype: sampleType(bitsPerSample, format),
    compression: compressionName(header, start, directory),
    predictor: number(Tag.Predictor, 1),
    isPlanar: planar === 2,
    photometric: number(Tag.PhotometricInterpretation, 0),
    isBitReversed: number(Tag.FillOrder, 1) === 2,
    isReduced: (subfile & REDUCED) !== 0,
    isMask: (subfile & MASK) !== 0,
  };
}

/** True for a whole number from 1 to `limit`: fields of floating point numbers may hold anything. */
function isCount(value: number, limit: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= limit;
}

function side(value: number, tag: number): number {
  if (isCount(value, MAX_SIDE)) return value;
  throw damaged(tag, value);
}

function damaged(tag: number, value: number): CorruptDataError {
  return new CorruptDataError(`${tagName(tag)} is ${value === 0 ? "missing or zero" : value}.`, {
    details: { tag, value },
  });
}

/** A tag that the layout of all blocks hangs on: one whole number, or the file is not what its writer meant. */
function singleNumber(
  header: HeaderBytes,
  start: TiffStart,
  directory: Directory,
  tag: number,
  fallback: number,
): number {
  const field = directory.fields.get(tag);
  if (field !== undefined && (field.count !== 1 || !wholeNumberTypes.includes(field.type))) {
    throw new CorruptDataError(
      `${tagName(tag)} holds ${field.count} values of type ${field.type}, expected one whole number.`,
      { details: { tag, count: field.count, type: field.type } },
    );
  }
  return readNumber(header, start, directory, tag, fallback);
}

/** A tag with one value a sample that must all be equal, as every reader of rasters wants them. */
function sharedValue(
  header: HeaderBytes,
  start: TiffStart,
  directory: Directory,
  tag: number,
  samples: number,
  fallback: number,
): number {
  const field = directory.fields.get(tag);
  if (field === undefined) return fallback;
  const isTold = field.count === 1 || field.count >= samples;
  const isWhole = wholeNumberTypes.includes(field.type);
  const values = isWhole && isTold ? readNumbers(header, start, field, samples) : null;
  const [first] = values ?? [];
  if (values === null || first === undefined || field.count > MAX_SAMPLES) {
    throw new CorruptDataError(
      `${tagName(tag)} holds ${field.count} values of type ${field.type} for ${samples} samples, or lies outside of the file.`,
      { details: { tag, count: field.count, type: field.type, samples } },
    );
  }
  if (values.some((value) => !Object.is(value, first))) {
    throw new UnsupportedError(`${tagName(tag)} differs between bands: ${[...values].join(", ")}.`, {
      details: { tag },
    });
  }
  return first;
}

/** Widths that floating point samples come in; 24 is TIFF Technical Note 3's. */
const floatTypes: Readonly<Record<number, string>> = { 16: "float16", 24: "float32", 32: "float32", 64: "float64" };

/** SampleFormat (TIFF 6.0, section 19) and bits to the type that holds a sample; odd widths are unsigned, as in GDAL. */
function sampleType(bits: number, format: number): string {
  if (format === 5) return bits <= 32 ? "complex_int16" : "complex_int32";
  if (format === 6) return bits <= 64 ? "complex64" : "complex128";
  const size = [8, 16, 32, 64].find((width) => bits <= width);
  if (format === 3 && floatTypes[bits] !== undefined) return floatTypes[bits];
  if (format !== 3 && size !== undefined) return `${format === 2 && bits === size ? "int" : "uint"}${size}`;
  const what = format === 3 ? "Floating point samples" : "Samples";
  throw new UnsupportedError(`${what} of ${bits} bits are not supported.`, { details: { bits, sampleFormat: format } });
}

function compressionName(header: HeaderBytes, start: TiffStart, directory: Directory): string {
  const code = readNumber(header, start, directory, Tag.Compression, 1);
  const name = compressions[code];
  if (name === undefined) {
    throw new UnsupportedError(`The compression scheme ${code} is not known.`, { details: { compression: code } });
  }
  if (name !== "LERC") return name;
  // LercParameters: version, then what the LERC blob is compressed with again.
  const field = directory.fields.get(Tag.LercParameters);
  const inner = field === undefined ? 0 : readNumbers(header, start, field, 2)?.[1];
  const lerc = inner === undefined ? undefined : lercCompressions[inner];
  if (lerc === undefined) {
    throw new UnsupportedError(`${tagName(Tag.LercParameters)} names the compression ${inner}, which is not known.`, {
      details: { tag: Tag.LercParameters, compression: inner ?? null },
    });
  }
  return lerc;
}
