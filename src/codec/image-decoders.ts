import type { BlockEncoding, Compression } from "./block-encoding.js";
import type { SampleDecoder } from "./sample-decoder.js";

/** A decoder of a format that a block can be a whole file of. */
export interface ImageDecoder {
  decoder: SampleDecoder;
  /** The most bytes of such a file for a block's rows; null where only its own length, as stored, bounds it. */
  maxBytes: ((encoding: BlockEncoding, storedRows: number) => number) | null;
}

const loaders: Readonly<Partial<Record<Compression, () => Promise<ImageDecoder>>>> = {
  JPEG: loadJpeg,
  WEBP: loadWebp,
  LERC: loadLerc,
  LERC_DEFLATE: loadLerc,
  LERC_ZSTD: loadLerc,
};

async function loadJpeg(): Promise<ImageDecoder> {
  const { JpegDecoder } = await import("./jpeg/jpeg-decoder.js");
  return { decoder: await JpegDecoder.load(), maxBytes: null };
}

async function loadWebp(): Promise<ImageDecoder> {
  const { WebpDecoder } = await import("./webp/webp-decoder.js");
  return { decoder: await WebpDecoder.load(), maxBytes: null };
}

async function loadLerc(): Promise<ImageDecoder> {
  const { LercDecoder, maxLercBytes } = await import("./lerc/lerc-decoder.js");
  return { decoder: await LercDecoder.load(), maxBytes: maxLercBytes };
}

/** Decoders for those of these compressions that need one, each loaded only then. */
export async function loadImageDecoders(
  compressions: Iterable<Compression>,
): Promise<ReadonlyMap<Compression, ImageDecoder>> {
  const entries = [...compressions].map(async (compression) => {
    const decoder = await loaders[compression]?.();
    return decoder === undefined ? [] : [[compression, decoder] as const];
  });
  return new Map((await Promise.all(entries)).flat());
}
