import { corruptWebP, unsupportedWebP } from "./webp-fault.js";

/** What a WebP stream says of itself before its pixels. */
export interface WebPHeader {
  width: number;
  height: number;
  hasAlpha: boolean;
}

/** Flags of a VP8X chunk (RFC 9649, section 2.7.1). */
const ANIMATION = 0x02;
const ALPHA = 0x10;
const CHUNK_HEADER_BYTES = 8;

/**
 * Read the size of the image in a RIFF container (RFC 9649, section 2), from its bitstream and not from its canvas.
 *
 * @throws CorruptDataError for other bytes, or too few of them
 * @throws UnsupportedError for an animation
 */
export function parseWebPHeader(bytes: Uint8Array): WebPHeader {
  if (fourCharacters(bytes, 0) !== "RIFF" || fourCharacters(bytes, 8) !== "WEBP") throw corruptWebP("no WebP stream");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasAlpha = false;
  for (let at = 12; at + CHUNK_HEADER_BYTES <= bytes.length; ) {
    const name = fourCharacters(bytes, at);
    const lengthBytes = view.getUint32(at + 4, true);
    const body = at + CHUNK_HEADER_BYTES;
    if (name === "VP8 ") return { ...parseLossy(bytes.subarray(body)), hasAlpha };
    if (name === "VP8L") return parseLossless(bytes.subarray(body));
    if (name === "VP8X") {
      const flags = bytes[body] ?? 0;
      if ((flags & ANIMATION) !== 0) throw unsupportedWebP("an animation");
      hasAlpha = (flags & ALPHA) !== 0;
    }
    if (name === "ALPH") hasAlpha = true;
    // A chunk of odd length is padded.
    at = body + lengthBytes + (lengthBytes % 2);
  }
  throw corruptWebP("the bytes end before the image");
}

/** Key frame header (RFC 6386, section 9.1). */
function parseLossy(frame: Uint8Array): { width: number; height: number } {
  if (frame.length < 10) throw corruptWebP("the bytes end before the image");
  const isKeyFrame = (frame[0]! & 1) === 0;
  if (!isKeyFrame || frame[3] !== 0x9d || frame[4] !== 0x01 || frame[5] !== 0x2a) throw corruptWebP("no key frame");
  // Each size has two bits of scaling above it, which is a player's business.
  return { width: (frame[6]! | (frame[7]! << 8)) & 0x3fff, height: (frame[8]! | (frame[9]! << 8)) & 0x3fff };
}

/** Header of a lossless image (RFC 9649, section 3.4). */
function parseLossless(image: Uint8Array): WebPHeader {
  if (image.length < 5) throw corruptWebP("the bytes end before the image");
  if (image[0] !== 0x2f) throw corruptWebP("no lossless image");
  const bits = (image[1]! | (image[2]! << 8) | (image[3]! << 16) | (image[4]! << 24)) >>> 0;
  if (bits >>> 29 !== 0) throw unsupportedWebP(`version ${bits >>> 29} of the lossless format`);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, hasAlpha: ((bits >>> 28) & 1) === 1 };
}

function fourCharacters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
