import { maxBlockBytes } from "./block-decoder.js";
import type { BlockEncoder } from "./block-encoder.js";

/** What decoders are advised to grant (RFC 8878, 3.1.1.1.2): matches reach back no further. */
export const windowBytes = 8 * 2 ** 20;

const frameMagic = [0x28, 0xb5, 0x2f, 0xfd];
const blockTypes = { raw: 0, repeated: 1, compressed: 2 };

/**
 * `content` as one zstd frame that says how long it is, without a checksum (RFC 8878, 3.1.1).
 *
 * @param encoder of this content; null stores blocks as they are, which is as valid and much longer.
 */
export function writeFrame(content: Uint8Array, encoder: BlockEncoder | null): Uint8Array {
  const parts = [frameHeader(content.length)];
  let start = 0;
  do {
    const end = Math.min(start + maxBlockBytes, content.length);
    parts.push(...block(content, start, end, encoder));
    start = end;
  } while (start < content.length);
  encoder?.finish();
  return joined(parts);
}

/** What fits into the window is a single segment: no window is named, and the content's size is the memory to grant. */
function frameHeader(contentBytes: number): Uint8Array {
  const isSingle = contentBytes <= windowBytes;
  const sizeFlag = contentBytes < 256 ? 0 : contentBytes < 65_792 ? 1 : contentBytes < 2 ** 32 ? 2 : 3;
  const header = new DataView(new ArrayBuffer(14));
  frameMagic.forEach((byte, i) => void header.setUint8(i, byte));
  header.setUint8(4, (sizeFlag << 6) | (isSingle ? 32 : 0));
  // The window's logarithm above 10, then a mantissa of 3 bits.
  if (!isSingle) header.setUint8(5, (Math.log2(windowBytes) - 10) << 3);
  const sizeStart = isSingle ? 5 : 6;
  if (sizeFlag === 0) header.setUint8(sizeStart, contentBytes);
  else if (sizeFlag === 1) header.setUint16(sizeStart, contentBytes - 256, true);
  else if (sizeFlag === 2) header.setUint32(sizeStart, contentBytes, true);
  else header.setBigUint64(sizeStart, BigInt(contentBytes), true);
  return new Uint8Array(header.buffer, 0, sizeStart + 2 ** sizeFlag);
}

function block(content: Uint8Array, start: number, end: number, encoder: BlockEncoder | null): Uint8Array[] {
  const isLast = end === content.length;
  const size = end - start;
  if (isRepetition(content, start, end)) {
    return [blockHeader(blockTypes.repeated, size, isLast), content.subarray(start, start + 1)];
  }
  const compressed = size === 0 ? null : encoder?.compressed(start, end);
  if (!compressed) return [blockHeader(blockTypes.raw, size, isLast), content.subarray(start, end)];
  return [blockHeader(blockTypes.compressed, compressed.length, isLast), compressed.slice()];
}

function blockHeader(type: number, size: number, isLast: boolean): Uint8Array {
  const header = (isLast ? 1 : 0) | (type << 1) | (size << 3);
  return Uint8Array.of(header, header >> 8, header >> 16);
}

/** Whether there are several bytes, all of them alike. */
function isRepetition(content: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2) return false;
  for (let i = start + 1; i < end; i++) if (content[i] !== content[start]) return false;
  return true;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
