/** A block never regenerates more than this (RFC 8878, 3.1.1.2.4). */
export const maxBlockBytes = 131_072;

/**
 * Decodes the blocks of frames, one behind another. Positions are bytes into the compressed input, which the decoder
 * holds.
 */
export interface BlockDecoder {
  /** Bytes decoded so far, of all frames. */
  readonly length: number;
  /** Begin a frame, which will decode to `expectedBytes` if it is plausible; null where that is unknown. */
  beginFrame(expectedBytes: number | null): void;
  /** A block stored as it is. */
  raw(start: number, end: number): void;
  /** A block of one byte, `count` times. */
  repeated(at: number, count: number): void;
  compressed(start: number, end: number): void;
  /** Everything that was decoded; the decoder is then used up. */
  finish(): Uint8Array;
}
