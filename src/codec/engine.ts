import type { TypedArray } from "../ndarray/dtype.js";
import type { BlockEncoding, BlockWindow } from "./block-encoding.js";
import type { Allocate } from "./block-layout.js";
import type { Expansion } from "./expansion.js";

/**
 * Memory for one block at a time, and what is done in it: in WebAssembly, or in plain JavaScript where its SIMD is
 * missing.
 */
export interface DecodeEngine {
  /** Room for compressed bytes, at least `lengthBytes`; what it held before is kept. Valid until the next call. */
  input(lengthBytes: number): Uint8Array;
  /** Room for expanded bytes; what it held before is kept where that was no less. Valid until the next call. */
  output(lengthBytes: number): Uint8Array;
  /**
   * Inflate the first `lengthBytes` of the input (RFC 1950) into the output, no further than `wantedBytes`; compare the
   * checksum where the stream's end is reached.
   *
   * @param blockBytes what the whole block expands to, for an inflater that cannot stop earlier
   */
  inflate(lengthBytes: number, wantedBytes: number, blockBytes: number): Expansion;
  /** Expand the first `lengthBytes` of the input as LZW (TIFF 6.0, section 13) into the output, as {@link inflate} does. */
  expandLzw(lengthBytes: number, wantedBytes: number): Expansion;
  /**
   * Undo the predictor and de-interleave a window of the rows that lie in the input or output, which are overwritten.
   *
   * @returns a fresh array [window.samples, rows, cols] in C order
   */
  unpack(from: "input" | "output", encoding: BlockEncoding, window: BlockWindow, allocate?: Allocate): TypedArray;
  /** Give memory back when a large block has made it grow. */
  trim(): void;
}
