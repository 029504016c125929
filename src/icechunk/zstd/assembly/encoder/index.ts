import { forgetTree, keepTree, writeLiterals } from "./literals";
import { beginMatches, findSequences, forgetOffsets, keepOffsets, literalCount, sequenceCount } from "./matches";
import { BLOCK } from "./memory-map";
import { prepareSequences, writeSequences } from "./sequences";
import { forgetTables, keepTables } from "./table-choice";

export { BLOCK, HEAP } from "./memory-map";

/**
 * Begin a frame without a dictionary: its content lies from `start` to `end`, and 8 bytes more may be loaded.
 *
 * @param windowBytes how far back matches reach.
 * @param depth how hard they are searched for: 0 is the fast way.
 */
export function beginFrame(start: usize, end: usize, windowBytes: u32, depth: u32): void {
  prepareSequences();
  forgetTree();
  forgetTables();
  forgetOffsets();
  beginMatches(start, end, windowBytes, depth);
}

/**
 * Encode the content from `start` to `end`, at most 131072 bytes, as a compressed block at BLOCK (RFC 8878, 3.1.1.3). The
 * frame's blocks come in order.
 *
 * @returns the number of bytes written; 0 where the block is no shorter than its content, and must be stored as it is.
 */
export function encodeBlock(start: usize, end: usize): u32 {
  findSequences(start, end);
  const written = <u32>(writeSequences(sequenceCount, writeLiterals(literalCount, BLOCK)) - BLOCK);
  if (written >= <u32>(end - start)) return 0;
  keepTree();
  if (sequenceCount > 0) keepTables();
  keepOffsets();
  return written;
}
