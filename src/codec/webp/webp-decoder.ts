import type { BlockEncoding } from "../block-encoding.js";
import type { SampleDecoder } from "../sample-decoder.js";
import { corruptWebP, unsupportedWebP } from "./webp-fault.js";
import { parseWebPHeader, type WebPHeader } from "./webp-header.js";
import { WebPLibrary } from "./webp-library.js";

/**
 * Decodes WebP blocks, lossy or lossless: three samples, or four with alpha, which is 255 where the stream has none.
 *
 * Colours are not multiplied by alpha.
 */
export class WebpDecoder implements SampleDecoder {
  readonly #library: WebPLibrary;

  private constructor(library: WebPLibrary) {
    this.#library = library;
  }

  static async load(): Promise<WebpDecoder> {
    return new WebpDecoder(await WebPLibrary.load());
  }

  decode(input: Uint8Array, encoding: BlockEncoding, storedRows: number): Uint8Array {
    const { dtype, samples, cols } = encoding;
    if (dtype !== "uint8" || (samples !== 3 && samples !== 4)) throw unsupportedWebP(`${samples} × ${dtype} a pixel`);
    assertExpected(parseWebPHeader(input), encoding, storedRows);
    const pixels = this.#library.decode(input, cols, storedRows);
    if (pixels === null) throw corruptWebP("its pixels cannot be decoded", { lengthBytes: input.length });
    return samples === 4 ? pixels : withoutAlpha(pixels);
  }
}

function assertExpected({ width, height, hasAlpha }: WebPHeader, encoding: BlockEncoding, storedRows: number): void {
  if (width !== encoding.cols || height !== storedRows) {
    throw corruptWebP(`it holds ${width} × ${height} pixels, expected ${encoding.cols} × ${storedRows}`, {
      cols: width,
      rows: height,
      expectedCols: encoding.cols,
      expectedRows: storedRows,
    });
  }
  // libtiff refuses these too: which band would the alpha be?
  if (hasAlpha && encoding.samples === 3) throw corruptWebP("it holds alpha, expected three samples");
}

/** Closes up, in place. */
function withoutAlpha(pixels: Uint8Array): Uint8Array {
  let to = 0;
  for (let from = 0; from < pixels.length; from += 4) {
    pixels[to++] = pixels[from]!;
    pixels[to++] = pixels[from + 1]!;
    pixels[to++] = pixels[from + 2]!;
  }
  return pixels.subarray(0, to);
}
