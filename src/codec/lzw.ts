import { corrupt, type Expansion, expansion } from "./expansion.js";

const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const MIN_WIDTH = 9;
const MAX_WIDTH = 12;
const TABLE_SIZE = 1 << MAX_WIDTH;
/** Strings from here on are copied by the engine's own copy instead of byte by byte. */
const LONG_STRING = 48;

/** How the codes of a stream are packed. */
interface CodePacking {
  /** Codes start at the most significant bit of a byte. */
  isMsbFirst: boolean;
  /** Codes this much before a power of two are written one bit wider already. */
  earlyChange: 0 | 1;
}

/** TIFF 6.0, section 13. */
const TIFF6: CodePacking = { isMsbFirst: true, earlyChange: 1 };
/** What writers before TIFF 6.0 made of TIFF 5.0; libtiff calls it the old bit order. */
const OLD_STYLE: CodePacking = { isMsbFirst: false, earlyChange: 0 };

/** An old-style stream starts with CLEAR in nine bits from the bottom: 0x00, and a set lowest bit. */
function packingOf(input: Uint8Array): CodePacking {
  return input.length >= 2 && input[0] === 0 && (input[1]! & 1) === 1 ? OLD_STYLE : TIFF6;
}

/**
 * Expand LZW (TIFF 6.0, section 13) to at most `wantedBytes` bytes of an output. Not safe to share between threads.
 *
 * Every string of the table is the string before it plus the byte that follows: a piece of the output already written.
 * So the table holds where each string starts and how long it is, and nothing is ever built byte by byte.
 */
export class LzwExpander {
  readonly #starts = new Uint32Array(TABLE_SIZE);
  readonly #lengths = new Uint32Array(TABLE_SIZE);

  expand(input: Uint8Array, output: Uint8Array, wantedBytes: number): Expansion {
    const starts = this.#starts;
    const lengths = this.#lengths;
    const { isMsbFirst, earlyChange } = packingOf(input);
    const inputLength = input.length;
    let from = 0;
    let to = 0;
    let bits = 0;
    let held = 0;
    let width = MIN_WIDTH;
    let widenAt = (1 << MIN_WIDTH) - earlyChange;
    let next = FIRST_FREE;
    let lastLength = 0;

    while (to < wantedBytes) {
      while (held < width) {
        if (from === inputLength) return expansion("dry", to);
        bits = isMsbFirst ? (bits << 8) | input[from++]! : bits | (input[from++]! << held);
        held += 8;
      }
      held -= width;
      let code: number;
      if (isMsbFirst) code = (bits >>> held) & ((1 << width) - 1);
      else {
        code = bits & ((1 << width) - 1);
        bits >>>= width;
      }

      if (code === CLEAR) {
        width = MIN_WIDTH;
        widenAt = (1 << MIN_WIDTH) - earlyChange;
        next = FIRST_FREE;
        lastLength = 0;
        continue;
      }
      if (code === END) return expansion("ended", to);

      if (lastLength > 0 && next < TABLE_SIZE) {
        // The last string plus the first byte of this one, which is about to be written behind it.
        starts[next] = to - lastLength;
        lengths[next] = lastLength + 1;
        next++;
        if (next === widenAt && width < MAX_WIDTH) {
          width++;
          widenAt = (1 << width) - earlyChange;
        }
      }
      if (code < CLEAR) {
        output[to++] = code;
        lastLength = 1;
        continue;
      }
      if (code >= next) return corrupt(`LZW code ${code} is not in the table yet`, to);
      const start = starts[code]!;
      const length = lengths[code]!;
      const stop = Math.min(to + length, wantedBytes);
      if (length >= LONG_STRING && start + length <= to) output.copyWithin(to, start, start + (stop - to));
      else for (let at = start, put = to; put < stop; ) output[put++] = output[at++]!;
      to = stop;
      lastLength = length;
    }
    return expansion("stopped", to);
  }
}
