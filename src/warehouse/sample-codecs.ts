import type { BlockEncoding, YCbCrEncoding } from "../codec/block-encoding.js";
import { type ColorEncoding, hasColorSpace } from "../codec/color/color-encoding.js";
import { effectivePredictor, hasChromaUnits } from "../codec/supported.js";
import { CorruptDataError, type Json } from "../errors.js";
import type { ZarrExtension } from "../icechunk/index.js";
import { bytesPerSample } from "../ndarray/dtype.js";

/** Our own codecs, all bytes → bytes: no published one knows what TIFF means. `docs/warehouse-format.md` defines them. */
const Own = {
  /** Floating-point predictor over rows of several samples a pixel, or of three bytes a sample. */
  floatPredictor: "pixelquery.floatpred",
  /** Horizontal differences of bytes that are not yet pixels as presented. */
  delta: "pixelquery.delta",
  widen24: "pixelquery.widen24",
  ycbcr: "pixelquery.ycbcr",
  cmyk: "pixelquery.cmyk",
  cielab: "pixelquery.cielab",
} as const;

/** Published names: imagecodecs' packed integers, predictor 2 and 3 as virtual-tiff has them. */
const PACKED_INTEGERS = "imagecodecs_packints";
const HORIZONTAL_DELTA = "HorizontalDeltaCodec";
const FLOAT_PREDICTOR = "imagecodecs_floatpred";

/** How stored rows become an array's samples, in the order of encoding, around the codec that serializes the array. */
export interface SampleCodecs {
  arrayCodecs: readonly ZarrExtension[];
  byteCodecs: readonly ZarrExtension[];
  /** Byte order of the words that the serializer sees. */
  endian: "little" | "big";
}

/** The codecs between a block's decompressed bytes and its samples. */
export function storedSampleCodecs(encoding: BlockEncoding): SampleCodecs {
  const { byteOrder: endian } = encoding;
  if (encoding.bitsPerSample !== undefined) {
    const byteCodecs = [widthCodec(encoding, encoding.bitsPerSample), ...floatPredictorOf(encoding, 3)];
    return { arrayCodecs: [], byteCodecs, endian: "little" };
  }
  if (hasChromaUnits(encoding)) return { arrayCodecs: [], byteCodecs: [ycbcrCodec(encoding)], endian };
  if (hasColorSpace(encoding)) return { arrayCodecs: [], byteCodecs: colorCodecs(encoding), endian };
  const predictor = effectivePredictor(encoding);
  if (predictor === 2) {
    return { arrayCodecs: [{ name: HORIZONTAL_DELTA, configuration: { endian } }], byteCodecs: [], endian };
  }
  if (predictor === 3 && encoding.samples === 1) {
    return { arrayCodecs: [publishedFloatPredictor(encoding)], byteCodecs: [], endian };
  }
  return { arrayCodecs: [], byteCodecs: floatPredictorOf(encoding, bytesPerSample(encoding.dtype)), endian };
}

function widthCodec({ dtype, byteOrder, cols, samples }: BlockEncoding, bits: number): ZarrExtension {
  if (bits === 24) return { name: Own.widen24, configuration: { endian: byteOrder, dtype } };
  const width = bytesPerSample(dtype);
  const words = `${width === 1 ? "|" : "<"}u${width}`;
  return { name: PACKED_INTEGERS, configuration: { dtype: words, bitspersample: bits, runlen: cols * samples } };
}

/** TIFF predicts over a row of all samples; the published codec over each band's row, of words that numpy knows. */
function floatPredictorOf(encoding: BlockEncoding, itemBytes: number): ZarrExtension[] {
  if (effectivePredictor(encoding) !== 3) return [];
  const { samples, cols, byteOrder: endian } = encoding;
  return [{ name: Own.floatPredictor, configuration: { item_bytes: itemBytes, samples, cols, endian } }];
}

function publishedFloatPredictor({ dtype, byteOrder, samples, rows, cols }: BlockEncoding): ZarrExtension {
  const order = byteOrder === "little" ? "<" : ">";
  const configuration = { dtype: `${order}f${bytesPerSample(dtype)}`, shape: [1, samples, rows, cols] };
  return { name: FLOAT_PREDICTOR, configuration };
}

function ycbcrCodec({ ycbcr, cols }: BlockEncoding): ZarrExtension {
  const { subsampling, coefficients, referenceBlackWhite } = ycbcr as YCbCrEncoding;
  const configuration = {
    subsampling: [...subsampling],
    coefficients: [...coefficients],
    reference_black_white: [...referenceBlackWhite],
    cols,
  };
  return { name: Own.ycbcr, configuration };
}

function colorCodecs(encoding: ColorEncoding): ZarrExtension[] {
  const { colorSpace, storedSamples: samples, cols } = encoding;
  const color: ZarrExtension =
    colorSpace.kind === "CMYK"
      ? { name: Own.cmyk, configuration: { samples } }
      : { name: Own.cielab, configuration: { white_point: [...colorSpace.whitePoint] } };
  return effectivePredictor(encoding) === 2 ? [color, { name: Own.delta, configuration: { samples, cols } }] : [color];
}

/** The fields of an encoding that {@link storedSampleCodecs} writes down. */
type SampleFields = Partial<
  Pick<ColorEncoding, "byteOrder" | "predictor" | "bitsPerSample" | "ycbcr" | "colorSpace" | "storedSamples">
>;

/**
 * The inverse of {@link storedSampleCodecs}: what of an encoding its codecs say.
 *
 * @throws CorruptDataError where a configuration is not one that this library writes; `path` names the array.
 */
export function sampleFieldsOf(path: string, codecs: readonly ZarrExtension[]): SampleFields {
  const found = (name: string) => {
    const codec = codecs.find((other) => other.name === name);
    return codec === undefined ? null : new Configuration(path, codec);
  };
  const [packed, widen24, ycbcr] = [found(PACKED_INTEGERS), found(Own.widen24), found(Own.ycbcr)];
  return {
    ...predictorOf(codecs),
    ...(packed !== null && { bitsPerSample: packed.count("bitspersample") }),
    ...(widen24 !== null && { bitsPerSample: 24, byteOrder: widen24.endian() }),
    ...(ycbcr !== null && { ycbcr: ycbcrOf(ycbcr) }),
    ...colorOf(found(Own.cmyk), found(Own.cielab)),
  };
}

function predictorOf(codecs: readonly ZarrExtension[]): SampleFields {
  const has = (...names: string[]) => codecs.some(({ name }) => names.includes(name));
  if (has(HORIZONTAL_DELTA, Own.delta)) return { predictor: 2 };
  return has(FLOAT_PREDICTOR, Own.floatPredictor) ? { predictor: 3 } : {};
}

function ycbcrOf(codec: Configuration): YCbCrEncoding {
  return {
    subsampling: codec.numbers("subsampling", 2) as [number, number],
    coefficients: codec.numbers("coefficients", 3) as [number, number, number],
    referenceBlackWhite: codec.numbers("reference_black_white", 6),
  };
}

function colorOf(cmyk: Configuration | null, cielab: Configuration | null): SampleFields {
  if (cmyk !== null) return { colorSpace: { kind: "CMYK" }, storedSamples: cmyk.count("samples") };
  if (cielab === null) return {};
  const whitePoint = cielab.numbers("white_point", 2) as [number, number];
  return { colorSpace: { kind: "CIELAB", whitePoint }, storedSamples: 3 };
}

/** A codec's configuration, read with suspicion: the metadata may have come from anywhere. */
class Configuration {
  readonly #path: string;
  readonly #codec: ZarrExtension;

  constructor(path: string, codec: ZarrExtension) {
    this.#path = path;
    this.#codec = codec;
  }

  count(key: string): number {
    const value = this.#codec.configuration?.[key];
    return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : this.#refuse(key);
  }

  numbers(key: string, length: number): number[] {
    const value = this.#codec.configuration?.[key] as Json;
    const isList = Array.isArray(value) && value.length === length && value.every((item) => Number.isFinite(item));
    return isList ? (value as number[]) : this.#refuse(key);
  }

  endian(): "little" | "big" {
    const value = this.#codec.configuration?.endian;
    return value === "little" || value === "big" ? value : this.#refuse("endian");
  }

  #refuse(key: string): never {
    const { name } = this.#codec;
    throw new CorruptDataError(`${this.#path}: the codec ${name} has no sound "${key}"`, {
      details: { path: this.#path, codec: name, key },
    });
  }
}
