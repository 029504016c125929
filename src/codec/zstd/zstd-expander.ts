import { ZSTDDecoder } from "zstddec";
import { corrupt, type Expansion, expansion, TOO_LONG } from "../expansion.js";
import { cutZstdFrame, MAX_BLOCK_BYTES, parseZstdFrame, type ZstdFrame } from "./zstd-frame.js";

/** Expands Zstandard frames (RFC 8878) as TIFF stores them: one frame, no dictionary, content size often unknown. */
export class ZstdExpander {
  readonly #decoder: ZSTDDecoder;

  private constructor(decoder: ZSTDDecoder) {
    this.#decoder = decoder;
  }

  static async load(): Promise<ZstdExpander> {
    const decoder = new ZSTDDecoder();
    await decoder.init();
    return new ZstdExpander(decoder);
  }

  /**
   * Expand to at most `wantedBytes` bytes of `output`, and hardly more than that: only the frame's blocks (of up to
   * 128 KiB) that are needed.
   *
   * @param blockBytes what the whole TIFF block expands to; a frame much longer than that is `corrupt`
   */
  expand(input: Uint8Array, output: Uint8Array, wantedBytes: number, blockBytes: number): Expansion {
    const frame = parseZstdFrame(input);
    if (frame === null) return corrupt("no zstd frame", 0);
    if (frame === "dry") return expansion("dry", 0);
    let blocks = Math.min(Math.ceil(wantedBytes / MAX_BLOCK_BYTES), frame.blockEnds.length);
    while (blocks > 0) {
      const taken = this.#expandBlocks(input, frame, blocks, blockBytes);
      if (taken === null) return corrupt("invalid zstd data, or far more than the block's size", 0);
      if (taken.length > blockBytes) return corrupt(TOO_LONG, blockBytes);
      if (taken.length >= wantedBytes || blocks === frame.blockEnds.length) {
        output.set(taken.subarray(0, wantedBytes));
        return endOf(frame, taken.length, wantedBytes);
      }
      // Encoders may make blocks as small as they like: take twice as many.
      blocks = Math.min(blocks * 2, frame.blockEnds.length);
    }
    return expansion("dry", 0);
  }

  /** @returns null where the decoder refuses */
  #expandBlocks(input: Uint8Array, frame: ZstdFrame, blocks: number, blockBytes: number): Uint8Array | null {
    const isWhole = frame.isComplete && blocks === frame.blockEnds.length;
    const bytes = isWhole ? input.subarray(0, frame.lengthBytes) : cutZstdFrame(input, frame, blocks);
    const room = Math.min(blocks * MAX_BLOCK_BYTES, blockBytes + MAX_BLOCK_BYTES);
    const expanded = this.#decoder.decode(bytes, room);
    // The package returns libzstd's negative error codes as an empty array; a frame may also be empty on purpose.
    return expanded.length === 0 ? null : expanded;
  }
}

function endOf(frame: ZstdFrame, expandedBytes: number, wantedBytes: number): Expansion {
  if (expandedBytes >= wantedBytes) return expansion("stopped", wantedBytes);
  return expansion(frame.isComplete ? "ended" : "dry", expandedBytes);
}
