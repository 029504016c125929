import { UnsupportedError } from "../errors.js";
import { isFloat } from "../ndarray/dtype.js";
import type { BlockEncoding, Compression } from "./block-encoding.js";

const readable: ReadonlySet<Compression> = new Set<Compression>(["NONE", "DEFLATE", "LZW", "PACKBITS", "ZSTD"]);

/** Compressions that come with a predictor; libtiff ignores the Predictor tag of all others. */
const predicted: ReadonlySet<Compression> = new Set<Compression>(["DEFLATE", "LZW", "ZSTD"]);

/** True where blocks of this compression can be decoded. */
export function isReadableCompression(compression: Compression): boolean {
  return readable.has(compression);
}

/** True where blocks of this encoding can be decoded. */
export function isSupported(encoding: BlockEncoding): boolean {
  return faultOf(encoding) === null;
}

/** @throws UnsupportedError naming the compression or predictor that is not read. */
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
export function effectivePredictor(encoding: BlockEncoding): 1 | 2 | 3 {
  return predicted.has(encoding.compression) ? encoding.predictor : 1;
}

function unreadable(compression: Compression): string {
  return `${compression} compression is not read: only ${[...readable].join(", ")} are`;
}

function faultOf(encoding: BlockEncoding): string | null {
  if (!isReadableCompression(encoding.compression)) return unreadable(encoding.compression);
  const predictor: number = effectivePredictor(encoding);
  if (predictor !== 1 && predictor !== 2 && predictor !== 3) return `Predictor ${predictor} is not known`;
  if (predictor === 3 && !isFloat(encoding.dtype)) {
    return `Predictor 3 is defined for floating point samples, not for ${encoding.dtype}`;
  }
  return null;
}
