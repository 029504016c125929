import type { BlockEncoding, Compression } from "../codec/block-encoding.js";
import { CorruptDataError, UnsupportedError } from "../errors.js";
import { bytesPerSample, type DType } from "../ndarray/dtype.js";
import { readBlockTable } from "./block-table.js";
import type { CogInfo, ImageLevel } from "./cog-info.js";
import { type HeaderBytes, isNeedBytes, type NeedBytes } from "./header-bytes.js";
import { parseTiffHeader, type TiffHeader } from "./tiff-header.js";
import type { TiffImage } from "./tiff-image.js";

/** An internal mask: its samples may be single bits, eight to a byte, each row starting on a byte. */
export interface MaskLevel extends ImageLevel {
  bitsPerSample: number;
}

/**
 * What a TIFF's header says, block by block, from the bytes read so far, or the ranges that it still needs: mostly none
 * beyond the first 16 KB of a COG.
 *
 * Pure. Stricter than `inspect`, for what passes here is read later: damage anywhere in the directories refuses the file.
 *
 * @throws CorruptDataError for damaged or hostile headers, and where a block lies outside of the file (a cut copy).
 * @throws UnsupportedError for samples and compressions that no codec here decodes, naming them.
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
  const dtype = supportedType(images[0] as TiffImage);
  return {
    ...described,
    dtype,
    levels: images.map((image) => imageLevel(bytes, header, image, supportedType(image))),
    masks: masks.map((mask) => ({
      ...imageLevel(bytes, header, mask, "uint8"),
      bitsPerSample: mask.bitsPerSample,
    })) satisfies MaskLevel[],
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

const compressions: readonly string[] = [
  "NONE",
  "DEFLATE",
  "LZW",
  "PACKBITS",
  "ZSTD",
  "JPEG",
  "LERC",
  "LERC_DEFLATE",
  "LERC_ZSTD",
  "WEBP",
  "LZMA",
] satisfies Compression[];

function supportedType(image: TiffImage): DType {
  if (!dtypes.includes(image.dtype)) {
    throw new UnsupportedError(`Samples of the type ${image.dtype} are not supported.`, {
      details: { dtype: image.dtype },
    });
  }
  const dtype = image.dtype as DType;
  if (image.bitsPerSample !== bytesPerSample(dtype) * 8) {
    throw new UnsupportedError(`Samples of ${image.bitsPerSample} bits are not supported.`, {
      details: { bits: image.bitsPerSample, dtype },
    });
  }
  return dtype;
}

/** PhotometricInterpretation YCbCr (TIFF 6.0, section 21): chroma is stored less often than luma. */
const YCBCR = 6;

/** Refuses blocks that hold something else than one number a sample, first bit first. */
function assertPlainSamples(image: TiffImage): void {
  if (image.photometric === YCBCR && image.compression !== "JPEG") {
    throw new UnsupportedError(`YCbCr pixels without JPEG (here ${image.compression}) are not supported.`, {
      details: { photometric: YCBCR, compression: image.compression },
    });
  }
  if (image.isBitReversed) {
    throw new UnsupportedError("Bytes with their bits in reverse order (FillOrder 2) are not supported.", {
      details: { fillOrder: 2 },
    });
  }
}

function imageLevel(bytes: HeaderBytes, header: TiffHeader, image: TiffImage, dtype: DType): ImageLevel {
  return {
    width: image.width,
    height: image.height,
    layout: image.layout,
    encoding: blockEncoding(header, image, dtype),
    ...readBlockTable(bytes, header.start, image),
  };
}

function blockEncoding(header: TiffHeader, image: TiffImage, dtype: DType): BlockEncoding {
  if (!compressions.includes(image.compression)) {
    throw new UnsupportedError(`The compression ${image.compression} is not supported.`, {
      details: { compression: image.compression },
    });
  }
  assertPlainSamples(image);
  if (image.predictor !== 1 && image.predictor !== 2 && image.predictor !== 3) {
    throw new UnsupportedError(`The predictor ${image.predictor} is not known.`, {
      details: { predictor: image.predictor },
    });
  }
  return {
    dtype,
    byteOrder: header.start.littleEndian ? "little" : "big",
    rows: image.blockHeight,
    cols: image.blockWidth,
    samples: image.isPlanar ? 1 : image.samples,
    compression: image.compression as Compression,
    predictor: image.predictor,
  };
}
