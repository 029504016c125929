import { type BlockPlane, type Fold, rememberMissing, type Strip, settleMissing } from "./fold.js";

/** Variance or standard deviation by Welford's method, which stays exact where values are large and close together. */
export class MomentFold implements Fold {
  readonly #isRoot: boolean;
  readonly #ddof: number;
  readonly #counts: Uint32Array;
  readonly #means: Float64Array;
  /** Sums of squared differences from the mean so far. */
  readonly #squares: Float64Array;
  readonly #why: Uint8Array;

  constructor(name: "std" | "var", ddof: number, length: number) {
    this.#isRoot = name === "std";
    this.#ddof = ddof;
    this.#counts = new Uint32Array(length);
    this.#means = new Float64Array(length);
    this.#squares = new Float64Array(length);
    this.#why = new Uint8Array(length);
  }

  add(strip: Strip, from: number, length: number): void {
    rememberMissing(this.#why, strip, from, length);
    const [counts, means, squares] = [this.#counts, this.#means, this.#squares];
    const { values } = strip;
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      const at = from + i;
      const count = counts[at]! + 1;
      const before = value - means[at]!;
      const mean = means[at]! + before / count;
      counts[at] = count;
      means[at] = mean;
      squares[at] = squares[at]! + before * (value - mean);
    }
  }

  finish(): BlockPlane {
    const data = this.#squares;
    for (let i = 0; i < data.length; i++) {
      const freedom = this.#counts[i]! - this.#ddof;
      const variance = this.#counts[i] === 0 ? Number.NaN : freedom > 0 ? data[i]! / freedom : Number.POSITIVE_INFINITY;
      data[i] = this.#isRoot ? Math.sqrt(variance) : variance;
    }
    return settleMissing(data, this.#why);
  }
}
