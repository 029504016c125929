import { type BlockPlane, type Fold, rememberMissing, type Strip, settleMissing } from "./fold.js";

/** The first or last value that is there. */
export class EdgeFold implements Fold {
  readonly #isFirst: boolean;
  readonly #values: Float64Array;
  readonly #why: Uint8Array;

  constructor(name: "first" | "last", length: number) {
    this.#isFirst = name === "first";
    this.#values = new Float64Array(length).fill(Number.NaN);
    this.#why = new Uint8Array(length);
  }

  add(strip: Strip, from: number, length: number): void {
    rememberMissing(this.#why, strip, from, length);
    const kept = this.#values;
    const { values } = strip;
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      const known = kept[from + i]!;
      if (!this.#isFirst || Number.isNaN(known)) kept[from + i] = value;
    }
  }

  finish(): BlockPlane {
    return settleMissing(this.#values, this.#why);
  }
}
