import type { BlockEncoding } from "./block-encoding.js";

/**
 * Decodes blocks that are images or arrays in a format of their own (JPEG, WebP, LERC), whole and never in part.
 *
 * Loaded when the first block of its kind is met; synchronous from then on.
 */
export interface SampleDecoder {
  /**
   * The samples of one block's stored rows, `[storedRows, encoding.cols, encoding.samples]` in C order, each in the
   * words of `encoding.dtype`, little-endian.
   *
   * The size that the stream itself claims is compared before anything of it is allocated. Valid until the next call.
   *
   * @throws CorruptDataError where the stream is damaged, or says another size, type or number of samples than expected.
   * @throws UnsupportedError for a variant of the format that is not read, naming it.
   */
  decode(input: Uint8Array, encoding: BlockEncoding, storedRows: number): Uint8Array;
}
