import type { BlockEncoding, Compression } from "../codec/block-encoding.js";
import { CorruptDataError, type Json, UnsupportedError } from "../errors.js";
import type { ZarrExtension } from "../icechunk/index.js";
import { bytesPerSample, type DType } from "../ndarray/dtype.js";

/**
 * Name of the codec that says: what was decompressed may be short, pad it with zero bytes to `length_bytes`. It is
 * ours, because no published codec covers a TIFF's last strip, which is stored short.
 */
const PAD_CODEC = "pixelquery.pad";

/** Name of the codec that undoes the floating-point predictor of pixels interleaved by sample: ours as well. */
const INTERLEAVED_FLOAT_PREDICTOR = "pixelquery.floatpred";

/** Codec names as the Python package virtual-tiff publishes them; absent ones are not read yet. */
const COMPRESSOR_NAMES: Readonly<Partial<Record<Compression, string>>> = {
  DEFLATE: "numcodecs.zlib",
  LZW: "imagecodecs_lzw",
  PACKBITS: "imagecodecs_packbits",
  ZSTD: "imagecodecs_zstd",
};

/**
 * The codec chain of a pixel array whose chunks are a TIFF's blocks, in the order Zarr encodes (decoding runs it
 * backwards).
 *
 * Chunk shape is `(1, samples, rows, cols)`. `strips` adds the padding codec for a short last strip.
 *
 * @throws UnsupportedError for a compression that is not read.
 */
export function codecsOf(encoding: BlockEncoding, strips: boolean): ZarrExtension[] {
  const { byteOrder: endian } = encoding;
  const codecs: ZarrExtension[] = [];
  if (encoding.predictor === 2) codecs.push({ name: "HorizontalDeltaCodec", configuration: { endian } });
  if (encoding.predictor === 3 && encoding.samples === 1) codecs.push(floatPredictorCodec(encoding));
  if (encoding.samples > 1) {
    codecs.push({ name: "transpose", configuration: { order: [0, 1, 3, 2] } });
    codecs.push({ name: "ChunkyCodec", configuration: { endian } });
  } else {
    codecs.push({ name: "bytes", configuration: { endian } });
  }
  if (encoding.predictor === 3 && encoding.samples > 1) codecs.push(interleavedFloatPredictorCodec(encoding));
  if (strips) codecs.push({ name: PAD_CODEC, configuration: { length_bytes: blockBytes(encoding) } });
  if (encoding.compression !== "NONE") {
    const name = COMPRESSOR_NAMES[encoding.compression];
    if (name === undefined) {
      throw new UnsupportedError(`blocks compressed with ${encoding.compression} are not read yet`, {
        details: { compression: encoding.compression },
      });
    }
    codecs.push({ name, configuration: compressorConfiguration(name) });
  }
  return codecs;
}

function floatPredictorCodec(encoding: BlockEncoding): ZarrExtension {
  const order = encoding.byteOrder === "little" ? "<" : ">";
  return {
    name: "imagecodecs_floatpred",
    configuration: {
      dtype: `${order}f${bytesPerSample(encoding.dtype)}`,
      shape: [1, encoding.samples, encoding.rows, encoding.cols],
    },
  };
}

/** TIFF predicts over a row of all samples; the published codec over each band's row. */
function interleavedFloatPredictorCodec({ dtype, samples, cols, byteOrder: endian }: BlockEncoding): ZarrExtension {
  const configuration = { item_bytes: bytesPerSample(dtype), samples, cols, endian };
  return { name: INTERLEAVED_FLOAT_PREDICTOR, configuration };
}

function compressorConfiguration(name: string): Readonly<Record<string, Json>> {
  if (name === "numcodecs.zlib") return { level: 1 };
  if (name === "imagecodecs_zstd") return { level: 9 };
  return {};
}

function blockBytes(encoding: BlockEncoding): number {
  return encoding.rows * encoding.cols * encoding.samples * bytesPerSample(encoding.dtype);
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
  const names = codecs.map((codec) => codec.name);
  const serializer = codecs.find((codec) => codec.name === "bytes" || codec.name === "ChunkyCodec");
  if (samples === undefined || rows === undefined || cols === undefined || serializer === undefined) {
    throw new CorruptDataError(
      `${path}: chunk shape ${chunkShape.join("×")} or codecs ${names.join(", ")} are not a TIFF's`,
      {
        details: { path, chunkShape: [...chunkShape], codecs: names },
      },
    );
  }
  return {
    dtype,
    byteOrder: serializer.configuration?.endian === "big" ? "big" : "little",
    rows,
    cols,
    samples,
    compression: compressionOf(path, names),
    predictor: names.includes("HorizontalDeltaCodec") ? 2 : names.some((name) => name.endsWith("floatpred")) ? 3 : 1,
  };
}

const KNOWN = new Set([
  "HorizontalDeltaCodec",
  "imagecodecs_floatpred",
  "transpose",
  "ChunkyCodec",
  "bytes",
  PAD_CODEC,
  INTERLEAVED_FLOAT_PREDICTOR,
]);

function compressionOf(path: string, names: readonly string[]): Compression {
  const compressors = names.filter((name) => !KNOWN.has(name));
  if (compressors.length === 0) return "NONE";
  for (const [compression, name] of Object.entries(COMPRESSOR_NAMES)) {
    if (compressors.length === 1 && name === compressors[0]) return compression as Compression;
  }
  throw new CorruptDataError(`${path}: codecs ${compressors.join(", ")} are not known to this version`, {
    details: { path, codecs: compressors },
  });
}
