import type { BlockEncoding, Compression } from "../codec/block-encoding.js";
import { storedLengthBytes } from "../codec/block-layout.js";
import { JPEG_YCBCR } from "../codec/color/jpeg-ycbcr.js";
import { assertSupported } from "../codec/supported.js";
import { CorruptDataError, type Json } from "../errors.js";
import type { ZarrExtension } from "../icechunk/index.js";
import type { DType } from "../ndarray/dtype.js";
import { sampleFieldsOf, storedSampleCodecs } from "./sample-codecs.js";

/**
 * Name of the codec that says: what was decompressed may be short, pad it with zero bytes to `length_bytes`. It is
 * ours, because no published codec covers a TIFF's last strip, which is stored short.
 */
const PAD_CODEC = "pixelquery.pad";

/** Codec that puts the bits of every byte in the opposite order, as imagecodecs names it. */
const BIT_ORDER_CODEC = "imagecodecs_bitorder";

/** Codec names of a compression, in the order of encoding, as the Python packages virtual-tiff and imagecodecs publish them. */
const compressorNames: Readonly<Record<Compression, readonly string[]>> = {
  NONE: [],
  DEFLATE: ["numcodecs.zlib"],
  LZW: ["imagecodecs_lzw"],
  PACKBITS: ["imagecodecs_packbits"],
  ZSTD: ["imagecodecs_zstd"],
  LZMA: ["numcodecs.lzma"],
  JPEG: ["imagecodecs_jpeg"],
  WEBP: ["imagecodecs_webp"],
  LERC: ["imagecodecs_lerc"],
  LERC_DEFLATE: ["imagecodecs_lerc", "numcodecs.zlib"],
  LERC_ZSTD: ["imagecodecs_lerc", "imagecodecs_zstd"],
};

const isCompressorName: ReadonlySet<string> = new Set(Object.values(compressorNames).flat());

/**
 * The codec chain of a pixel array whose chunks are a TIFF's blocks, in the order Zarr encodes (decoding runs it
 * backwards).
 *
 * Chunk shape is `(1, samples, rows, cols)`. `strips` adds the padding codec for a short last strip.
 *
 * @throws UnsupportedError for an encoding that is not read.
 */
export function codecsOf(encoding: BlockEncoding, strips: boolean): ZarrExtension[] {
  assertSupported(encoding);
  const { arrayCodecs, byteCodecs, endian } = storedSampleCodecs(encoding);
  const serializer: ZarrExtension[] =
    encoding.samples > 1
      ? [
          { name: "transpose", configuration: { order: [0, 1, 3, 2] } },
          { name: "ChunkyCodec", configuration: { endian } },
        ]
      : [{ name: "bytes", configuration: { endian } }];
  const compressors = compressorNames[encoding.compression].map((name) => ({
    name,
    configuration: compressorConfiguration(name, encoding),
  }));
  return [
    ...arrayCodecs,
    ...serializer,
    ...byteCodecs,
    ...(strips
      ? [{ name: PAD_CODEC, configuration: { length_bytes: storedLengthBytes(encoding, encoding.rows) } }]
      : []),
    ...compressors,
    ...(encoding.isBitReversed ? [{ name: BIT_ORDER_CODEC, configuration: {} }] : []),
  ];
}

function compressorConfiguration(name: string, encoding: BlockEncoding): Readonly<Record<string, Json>> {
  if (name === "numcodecs.zlib") return { level: 1 };
  if (name === "imagecodecs_zstd") return { level: 9 };
  if (name === "numcodecs.lzma") return { format: 1, check: -1, preset: null, filters: null };
  if (name !== "imagecodecs_jpeg") return {};
  return {
    ...(encoding.jpegTables !== undefined && { tables: encoding.jpegTables }),
    ...(encoding.ycbcr !== undefined && { colorspace_jpeg: "YCBCR", colorspace_data: "RGB" }),
  };
}

/**
 * How to decode the blocks of a pixel array, read back from its metadata: the inverse of {@link codecsOf}.
 *
 * @throws CorruptDataError where the chain is not one that this library writes; `path` names the array.
 */
export function encodingOf(
  path: string,
  dtype: DType,
  chunkShape: readonly number[],
  codecs: readonly ZarrExtension[],
): BlockEncoding {
  const [, samples, rows, cols] = chunkShape;
  const serializer = codecs.find((codec) => codec.name === "bytes" || codec.name === "ChunkyCodec");
  if (samples === undefined || rows === undefined || cols === undefined || serializer === undefined) {
    throw notOurs(path, `chunk shape ${chunkShape.join("×")} or codecs ${codecs.map(({ name }) => name).join(", ")}`);
  }
  const jpeg = codecs.find((codec) => codec.name === "imagecodecs_jpeg")?.configuration;
  return {
    dtype,
    byteOrder: serializer.configuration?.endian === "big" ? "big" : "little",
    rows,
    cols,
    samples,
    compression: compressionOf(path, codecs),
    predictor: 1,
    ...(codecs.some((codec) => codec.name === BIT_ORDER_CODEC) && { isBitReversed: true }),
    ...(typeof jpeg?.tables === "string" && { jpegTables: jpeg.tables }),
    ...(jpeg?.colorspace_jpeg === "YCBCR" && { ycbcr: JPEG_YCBCR }),
    ...sampleFieldsOf(path, codecs),
  };
}

function compressionOf(path: string, codecs: readonly ZarrExtension[]): Compression {
  const found = codecs.map(({ name }) => name).filter((name) => isCompressorName.has(name));
  for (const [compression, names] of Object.entries(compressorNames)) {
    if (found.join() === names.join()) return compression as Compression;
  }
  throw notOurs(path, `codecs ${found.join(", ")}`);
}

function notOurs(path: string, what: string): CorruptDataError {
  return new CorruptDataError(`${path}: ${what} are not known to this version`, { details: { path } });
}
