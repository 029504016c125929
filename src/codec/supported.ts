import { UnsupportedError } from "../errors.js";
import { isFloat } from "../ndarray/dtype.js";
import type { BlockEncoding, Compression } from "./block-encoding.js";
import { hasColorSpace } from "./color/color-encoding.js";

/** How each compression is undone. */
const kinds: Readonly<Record<Compression, "rows" | "image">> = {
  NONE: "rows",
  DEFLATE: "rows",
  LZW: "rows",
  PACKBITS: "rows",
  ZSTD: "rows",
  LZMA: "rows",
  JPEG: "image",
  WEBP: "image",
  LERC: "image",
  LERC_DEFLATE: "image",
  LERC_ZSTD: "image",
};

/** Compressions that come with a predictor; libtiff ignores the Predictor tag of all others. */
const predicted: ReadonlySet<Compression> = new Set<Compression>(["DEFLATE", "LZW", "ZSTD", "LZMA"]);

/** True where blocks of this compression can be decoded. */
export function isReadableCompression(compression: string): compression is Compression {
  return Object.hasOwn(kinds, compression);
}

/** True where a block is an image or array in a format of its own, which can be decoded whole only. */
export function isImageCompression(compression: Compression): boolean {
  return kinds[compression] === "image";
}

/** True where pixels are stored as units of luma with shared chroma: YCbCr outside of JPEG. */
export function hasChromaUnits({ ycbcr, compression }: BlockEncoding): boolean {
  return ycbcr !== undefined && compression !== "JPEG";
}

/** True where blocks of this encoding can be decoded. */
export function isSupported(encoding: BlockEncoding): boolean {
  return faultOf(encoding) === null;
}

/** @throws UnsupportedError naming what of the encoding is not read. */
export function assertSupported(encoding: BlockEncoding): void {
  const fault = faultOf(encoding);
  if (fault === null) return;
  const { compression, predictor, dtype } = encoding;
  throw new UnsupportedError(fault, { details: { compression, predictor, dtype } });
}

/** @throws UnsupportedError naming the compression. */
export function assertReadableCompression(compression: Compression): void {
  if (isReadableCompression(compression)) return;
  throw new UnsupportedError(unreadable(compression), { details: { compression } });
}

/** The predictor that the samples really went through: 1 for compressions that have none, whatever the tag says. */
export function effectivePredictor(encoding: Pick<BlockEncoding, "compression" | "predictor">): 1 | 2 | 3 {
  return predicted.has(encoding.compression) ? encoding.predictor : 1;
}

function unreadable(compression: string): string {
  return `${compression} compression is not read: only ${Object.keys(kinds).join(", ")} are`;
}

function faultOf(encoding: BlockEncoding): string | null {
  if (!isReadableCompression(encoding.compression)) return unreadable(encoding.compression);
  return predictorFault(encoding) ?? sampleFault(encoding);
}

function predictorFault(encoding: BlockEncoding): string | null {
  const { dtype, bitsPerSample } = encoding;
  const predictor: number = effectivePredictor(encoding);
  if (predictor === 1) return null;
  if (predictor !== 2 && predictor !== 3) return `Predictor ${predictor} is not known`;
  if (predictor === 3 && !isFloat(dtype)) {
    return `Predictor 3 is defined for floating point samples, not for ${dtype}`;
  }
  if (predictor === 2 && bitsPerSample !== undefined) {
    return `Predictor 2 is defined for samples of 8, 16, 32 and 64 bits, not of ${bitsPerSample}`;
  }
  return hasChromaUnits(encoding) ? `Predictor ${predictor} is not read for YCbCr pixels` : null;
}

/** Codecs and colours that exist for some samples only. */
function sampleFault(encoding: BlockEncoding): string | null {
  const { compression, dtype, bitsPerSample, ycbcr, samples } = encoding;
  const stored = bitsPerSample === undefined ? dtype : `${bitsPerSample}-bit samples`;
  const isByte = stored === "uint8";
  if ((compression === "JPEG" || compression === "WEBP") && !isByte) {
    return `${compression} is read for uint8, not for ${stored}`;
  }
  if (isImageCompression(compression) && bitsPerSample !== undefined) {
    return `${compression} is not read for ${stored}`;
  }
  if (hasChromaUnits(encoding) && isImageCompression(compression)) return `YCbCr is not read inside of ${compression}`;
  if (ycbcr !== undefined && (!isByte || samples !== 3)) {
    return `YCbCr is read for three interleaved samples of uint8, not for ${samples} of ${stored}`;
  }
  if (hasColorSpace(encoding) && !isByte) return `${encoding.colorSpace.kind} is read for uint8, not for ${stored}`;
  return null;
}
