import type { BlockEncoding, BlockWindow } from "../codec/block-encoding.js";
import { storedLengthBytes } from "../codec/block-layout.js";
import { isImageCompression } from "../codec/supported.js";

/** A read that wants this share of a block takes the whole block, which can then be kept. */
const WHOLE_BLOCK_SHARE = 0.25;

/** Compressed bytes read beyond the share of the block that the wanted rows make up: blocks are not evenly dense. */
const MARGIN = 1.25;
const MARGIN_BYTES = 16_384;

/** True where so much of a block is wanted that all of it is worth decoding. */
export function isWorthWhole({ rows, cols }: BlockEncoding, window: BlockWindow): boolean {
  const wanted = (window.rowStop - window.rowStart) * (window.colStop - window.colStart);
  return wanted >= rows * cols * WHOLE_BLOCK_SHARE;
}

/** Bytes from a block's start that most likely hold the wanted rows; all of them where most of the block is wanted. */
export function firstShare(encoding: BlockEncoding, window: BlockWindow, length: number): number {
  if (isImageCompression(encoding.compression) || isWorthWhole(encoding, window)) return length;
  if (encoding.compression === "NONE") return Math.min(length, storedLengthBytes(encoding, window.rowStop));
  return Math.min(length, Math.ceil((length * MARGIN * window.rowStop) / window.storedRows) + MARGIN_BYTES);
}
