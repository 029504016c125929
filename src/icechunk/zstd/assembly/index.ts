import { forgetTree } from "./huffman";
import { decodeLiterals } from "./literals";
import { forgetSequences, regenerate } from "./sequences";

export { HEAP } from "./memory-map";

/** Begin a frame without a dictionary. */
export function beginFrame(): void {
  forgetTree();
  forgetSequences();
}

/**
 * Decode a compressed block (RFC 8878, 3.1.1.3) from `start` to `end` to `target`, behind which 131072 bytes and 64 more
 * must be free; 8 bytes behind `end` are loaded.
 *
 * @param outStart where decoded bytes begin: matches do not reach before it.
 * @returns the number of bytes written, or a status.
 */
export function decodeBlock(start: usize, end: usize, outStart: usize, target: usize): i32 {
  const literalBytes = decodeLiterals(start, end);
  return literalBytes < 0 ? literalBytes : regenerate(start + literalBytes, end, outStart, target);
}
