import { corruptJpeg, unsupportedJpeg } from "./jpeg-fault.js";
import type { ScanHeader } from "./segments.js";

/** Bit position of a coefficient that no scan has coded yet. */
const UNKNOWN = -1;
/** As libjpeg has it for 8-bit samples. */
const MAX_LOW = 13;

/**
 * How far each coefficient of a progressive frame is known (ITU-T T.81, G.1.1.1).
 *
 * Scans must build up on each other without a gap, so each coefficient is coded at most 14 times: no stream of
 * thousands of scans keeps a decoder busy.
 */
export class Progression {
  /** For each component the lowest bit position known of each coefficient, in zigzag order. */
  readonly #low: Int8Array[];

  constructor(components: number) {
    this.#low = Array.from({ length: components }, () => new Int8Array(64).fill(UNKNOWN));
  }

  /**
   * Take note of a scan.
   *
   * @param indices its components
   * @throws CorruptDataError where it does not follow on those before it
   */
  advance(scan: ScanHeader, indices: readonly number[]): void {
    const { first, last, high, low } = scan;
    const isDc = first === 0;
    const isBand = isDc ? last === 0 : first <= last && last < 64 && indices.length === 1;
    if (!isBand) throw corruptJpeg(`a progressive scan of coefficients ${first} to ${last}`, { first, last });
    if (low > MAX_LOW || (high !== 0 && low !== high - 1)) {
      throw corruptJpeg(`a progressive scan from bit ${high} to ${low}`, { high, low });
    }
    for (const index of indices) {
      const known = this.#low[index]!;
      if (!isDc && known[0] === UNKNOWN) throw corruptJpeg("a progressive scan before that of the DC coefficients");
      for (let k = first; k <= last; k++) {
        const isNext = high === 0 ? known[k] === UNKNOWN : known[k] === high;
        if (!isNext) throw corruptJpeg("a progressive scan that does not follow on those before it", { high, low });
        known[k] = low;
      }
    }
  }

  get isComplete(): boolean {
    return this.#low.every((known) => known.every((low) => low === 0));
  }

  /**
   * Say what is wrong with a frame that is not complete.
   *
   * A stream may leave it at that on purpose, where libjpeg guesses the rest; one that is cut off does it by accident.
   */
  incompleteError(isEnded: boolean): Error {
    if (!isEnded) return corruptJpeg("the bytes end before the last progressive scan");
    return unsupportedJpeg("a progressive JPEG whose scans leave out coefficients or their last bits");
  }
}
