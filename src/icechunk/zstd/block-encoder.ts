/** Encodes the blocks of one frame, in order. Positions are bytes into the frame's content, which the encoder holds. */
export interface BlockEncoder {
  /** The next block's content in less room than it takes; null where that is not possible. Valid until the next call. */
  compressed(start: number, end: number): Uint8Array | null;
  /** The frame is written: what the encoder holds may go. */
  finish(): void;
}
