import type { BlockEncoding } from "../codec/block-encoding.js";
import { type ColorEncoding, hasColorSpace } from "../codec/color/color-encoding.js";
import { assertSupported, effectivePredictor, isReadableCompression } from "../codec/supported.js";
import { CorruptDataError, UnsupportedError } from "../errors.js";
import { bytesPerSample, type DType } from "../ndarray/dtype.js";
import { readBlockTable } from "./block-table.js";
import type { CogInfo, ImageLevel } from "./cog-info.js";
import { type HeaderBytes, isNeedBytes, type NeedBytes, needBytes } from "./header-bytes.js";
import { splitStrips } from "./split-strips.js";
import { missingColorTags, readStoredColor } from "./stored-color.js";
import { parseTiffHeader, type TiffHeader } from "./tiff-header.js";
import type { TiffImage } from "./tiff-image.js";

/**
 * What a TIFF's header says, block by block, from the bytes read so far, or the ranges that it still needs: mostly none
 * beyond the first 16 KB of a COG.
 *
 * Pure. Stricter than `inspect`, for what passes here is read later: damage anywhere in the directories refuses the file.
 * Bands are those that are presented: four where CMYK or CIELAB pixels become red, green, blue and alpha.
 *
 * @throws CorruptDataError for damaged or hostile headers, and where a block lies outside of the file (a cut copy).
 * @throws UnsupportedError for samples, colours and compressions that no codec here decodes, naming them.
 */
export function parseCog(bytes: HeaderBytes): CogInfo | NeedBytes {
  const header = parseTiffHeader(bytes, { withBlocks: true });
  if (isNeedBytes(header)) return header;
  if (header.defects.length > 0) {
    throw new CorruptDataError(`The TIFF is damaged: ${header.defects.join("; ")}.`, {
      details: { defects: [...header.defects] },
    });
  }
  const { images, masks, start, defects: _, ...described } = header;
  const missing = [...images, ...masks].flatMap((image) => missingColorTags(bytes, image));
  if (missing.length > 0) return needBytes(bytes, missing);
  const levels = images.map((image) => imageLevel(bytes, header, image));
  return {
    ...described,
    ...presentedBands(header, levels[0] as ImageLevel),
    dtype: (levels[0] as ImageLevel).encoding.dtype,
    levels,
    masks: masks.map((mask) => imageLevel(bytes, header, mask)),
  };
}

/** What is said of each band, for as many bands as are presented. */
function presentedBands(header: TiffHeader, { encoding }: ImageLevel): Partial<TiffHeader> {
  if (!hasColorSpace(encoding)) return {};
  const count = encoding.samples;
  const each = <T>(values: readonly T[], fallback: T) => Array.from({ length: count }, (_, i) => values[i] ?? fallback);
  const { scale, offset, bandNames } = header;
  return {
    count,
    scale: each(scale, 1),
    offset: each(offset, 0),
    bandNames: each(bandNames, null),
    colorInterpretation: ["Red", "Green", "Blue", "Alpha"],
  };
}

const dtypes: readonly string[] = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "uint64",
  "int64",
  "float16",
  "float32",
  "float64",
] satisfies DType[];

/** The type that holds a sample, and its own width where that is less. */
function sampleEncoding({ dtype, bitsPerSample: bits }: TiffImage): Pick<BlockEncoding, "dtype" | "bitsPerSample"> {
  if (!dtypes.includes(dtype)) {
    throw new UnsupportedError(`Samples of the type ${dtype} are not supported.`, { details: { dtype } });
  }
  const width = bytesPerSample(dtype as DType) * 8;
  if (bits === width) return { dtype: dtype as DType };
  // GDAL has no type for them either.
  if (width === 64)
    throw new UnsupportedError(`Samples of ${bits} bits are not supported.`, { details: { bits, dtype } });
  return { dtype: dtype as DType, bitsPerSample: bits };
}

function imageLevel(bytes: HeaderBytes, header: TiffHeader, image: TiffImage): ImageLevel {
  const encoding = blockEncoding(bytes, header, image);
  assertSupported(encoding);
  return splitStrips({
    width: image.width,
    height: image.height,
    layout: image.layout,
    encoding,
    ...readBlockTable(bytes, header.start, image),
  });
}

function blockEncoding(bytes: HeaderBytes, header: TiffHeader, image: TiffImage): BlockEncoding {
  const { compression, blockHeight: rows, blockWidth: cols } = image;
  if (!isReadableCompression(compression)) {
    throw new UnsupportedError(`The compression ${compression} is not supported.`, { details: { compression } });
  }
  const { colorSpace, ...color } = readStoredColor(bytes, header.start, image);
  const sample = sampleEncoding(image);
  const predictor = effectivePredictor({ compression, predictor: image.predictor as BlockEncoding["predictor"] });
  const encoding: BlockEncoding = {
    ...sample,
    byteOrder: sampleByteOrder({ ...sample, predictor }, header.start.littleEndian),
    rows,
    cols,
    samples: image.isPlanar ? 1 : image.samples,
    compression,
    predictor,
    ...(image.isBitReversed && compression !== "JPEG" && { isBitReversed: true }),
    ...color,
  };
  if (colorSpace === undefined) return encoding;
  const converted: ColorEncoding = { ...encoding, samples: 4, colorSpace, storedSamples: image.samples };
  return converted;
}

/** The order of a stored sample's bytes, which is not the file's everywhere. */
function sampleByteOrder(
  { bitsPerSample, dtype, predictor }: Pick<BlockEncoding, "bitsPerSample" | "dtype" | "predictor">,
  littleEndian: boolean,
): BlockEncoding["byteOrder"] {
  if (bitsPerSample === undefined) return littleEndian ? "little" : "big";
  // Samples without gaps start at a byte's highest bit, and a predictor puts bytes in an order of its own.
  if (bitsPerSample !== 24 || predictor !== 1) return "little";
  // GDAL writes, and reads, integers of three bytes the wrong way round: highest byte first in a little-endian file.
  return littleEndian === (dtype === "float32") ? "little" : "big";
}
