import { type Expansion, expansion } from "./expansion.js";

/** Header byte that does nothing (TIFF 6.0, section 9). */
const NO_OPERATION = 128;

/**
 * Expand PackBits (TIFF 6.0, section 9) to at most `wantedBytes` bytes of `output`.
 *
 * PackBits has no end mark, so a stream ends where its input does: too few bytes are `dry`, never an error by
 * themselves.
 */
export function expandPackBits(input: Uint8Array, output: Uint8Array, wantedBytes: number): Expansion {
  let from = 0;
  let to = 0;
  while (to < wantedBytes && from + 1 < input.length) {
    const header = input[from++]!;
    if (header === NO_OPERATION) continue;
    if (header > NO_OPERATION) {
      // A run: header 129 … 255 stands for −127 … −1, and 1 − header copies of the next byte.
      const stop = Math.min(to + 257 - header, wantedBytes);
      output.fill(input[from++]!, to, stop);
      to = stop;
    } else {
      const length = Math.min(header + 1, input.length - from, wantedBytes - to);
      output.set(input.subarray(from, from + length), to);
      from += length;
      to += length;
    }
  }
  return expansion(to === wantedBytes ? "stopped" : "dry", to);
}
