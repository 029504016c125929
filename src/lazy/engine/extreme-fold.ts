import { type BlockPlane, type Fold, rememberMissing, type Strip, settleMissing } from "./fold.js";

/** The smallest or largest value, or the position where it is; of equal ones the first. */
export class ExtremeFold implements Fold {
  readonly #wantsPosition: boolean;
  readonly #wantsMax: boolean;
  readonly #values: Float64Array;
  readonly #positions: Float64Array;
  readonly #why: Uint8Array;

  constructor(name: "min" | "max" | "argmin" | "argmax", length: number) {
    this.#wantsPosition = name.startsWith("arg");
    this.#wantsMax = name.endsWith("max");
    this.#values = new Float64Array(length).fill(Number.NaN);
    this.#positions = new Float64Array(this.#wantsPosition ? length : 0).fill(Number.NaN);
    this.#why = new Uint8Array(length);
  }

  add(strip: Strip, from: number, length: number, step: number): void {
    rememberMissing(this.#why, strip, from, length);
    const best = this.#values;
    const positions = this.#wantsPosition ? this.#positions : null;
    const { values } = strip;
    const isMax = this.#wantsMax;
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      const known = best[from + i]!;
      // Not smaller, rather than larger: the first value replaces NaN.
      const isBetter = isMax ? !(value <= known) : !(value >= known);
      if (!isBetter || Number.isNaN(value)) continue;
      best[from + i] = value;
      if (positions !== null) positions[from + i] = step;
    }
  }

  finish(): BlockPlane {
    return settleMissing(this.#wantsPosition ? this.#positions : this.#values, this.#why);
  }
}
