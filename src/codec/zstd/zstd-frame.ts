/** Largest block of a frame, expanded (RFC 8878, section 3.1.1.2.4). */
export const MAX_BLOCK_BYTES = 131072;

const MAGIC = 0xfd2fb528;
const BLOCK_HEADER_BYTES = 3;
const LAST_BLOCK = 1;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
/** Frame header descriptor (RFC 8878, section 3.1.1.1.1): bits 0-1, 2, 3 and 5. */
const DICTIONARY_ID = 0x03;
const CHECKSUM = 0x04;
const RESERVED = 0x08;
const SINGLE_SEGMENT = 0x20;
/** Magic number, descriptor and window descriptor of the headers written here. */
const CUT_HEADER_BYTES = 6;
/** Exponent in a window descriptor for 2^(10 + n) bytes; 2^31 is the most that decoders take. */
const MIN_WINDOW_LOG = 10;
const MAX_WINDOW_LOG = 31;

/** The blocks of one frame, found without expanding anything. */
export interface ZstdFrame {
  /** Bytes of the frame's header. */
  headerBytes: number;
  /** Window descriptor that holds the frame's window. */
  windowDescriptor: number;
  /** Where each complete block ends, from the input's start. */
  blockEnds: readonly number[];
  /** True where the last block, and the checksum if there is one, are in the input. */
  isComplete: boolean;
  /** Bytes of the whole frame where it is complete. */
  lengthBytes: number;
}

/**
 * Find the blocks of the frame that `input` starts with (RFC 8878, section 3.1.1); `input` may end inside it.
 *
 * @returns null where `input` starts with no frame, or with one that needs a dictionary; "dry" where even the frame's
 * header is not all there
 */
export function parseZstdFrame(input: Uint8Array): ZstdFrame | "dry" | null {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length >= 4 && view.getUint32(0, true) !== MAGIC) return null;
  if (input.length < 5) return "dry";
  const descriptor = input[4]!;
  if ((descriptor & (DICTIONARY_ID | RESERVED)) !== 0) return null;
  const isSingleSegment = (descriptor & SINGLE_SEGMENT) !== 0;
  const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const headerBytes = 5 + (isSingleSegment ? 0 : 1) + contentSizeBytes;
  if (input.length < headerBytes) return "dry";
  const windowDescriptor = isSingleSegment ? windowFor(contentSize(view, contentSizeBytes)) : input[5]!;
  const { blockEnds, isLastThere } = findBlocks(input, headerBytes);
  const end = (blockEnds.at(-1) ?? headerBytes) + ((descriptor & CHECKSUM) !== 0 ? 4 : 0);
  const isComplete = isLastThere && end <= input.length;
  return { headerBytes, windowDescriptor, blockEnds, isComplete, lengthBytes: end };
}

function contentSize(view: DataView, sizeBytes: number): number {
  if (sizeBytes === 1) return view.getUint8(5);
  if (sizeBytes === 2) return view.getUint16(5, true) + 256; // section 3.1.1.1.4
  return sizeBytes === 4 ? view.getUint32(5, true) : Number(view.getBigUint64(5, true));
}

function windowFor(sizeBytes: number): number {
  const log = Math.ceil(Math.log2(Math.max(sizeBytes, 1)));
  return (Math.min(Math.max(log, MIN_WINDOW_LOG), MAX_WINDOW_LOG) - MIN_WINDOW_LOG) << 3;
}

function findBlocks(input: Uint8Array, from: number): { blockEnds: number[]; isLastThere: boolean } {
  const blockEnds: number[] = [];
  let at = from;
  while (at + BLOCK_HEADER_BYTES <= input.length) {
    const header = input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) break;
    const end = at + BLOCK_HEADER_BYTES + (type === RLE_BLOCK ? 1 : header >> 3);
    if (end > input.length) break;
    blockEnds.push(end);
    if ((header & LAST_BLOCK) !== 0) return { blockEnds, isLastThere: true };
    at = end;
  }
  return { blockEnds, isLastThere: false };
}

/**
 * The frame's first `blocks` blocks as a frame of their own, which any decoder takes: no content size, no checksum, and
 * the last block marked as such. zstd has no other way to stop early in one synchronous call.
 */
export function cutZstdFrame(input: Uint8Array, frame: ZstdFrame, blocks: number): Uint8Array {
  const body = input.subarray(frame.headerBytes, frame.blockEnds[blocks - 1]!);
  const cut = new Uint8Array(CUT_HEADER_BYTES + body.length);
  new DataView(cut.buffer).setUint32(0, MAGIC, true);
  cut[5] = frame.windowDescriptor;
  cut.set(body, CUT_HEADER_BYTES);
  const lastBlockAt = blocks === 1 ? frame.headerBytes : frame.blockEnds[blocks - 2]!;
  cut[lastBlockAt - frame.headerBytes + CUT_HEADER_BYTES]! |= LAST_BLOCK;
  return cut;
}
