import { type BlockPlane, type Fold, rememberMissing, type Strip, settleMissing } from "./fold.js";

/** Sum, mean or number of values, summed in double precision in order of time. */
export class SumFold implements Fold {
  readonly #name: "sum" | "mean" | "count";
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;
  readonly #why: Uint8Array;

  constructor(name: "sum" | "mean" | "count", length: number) {
    this.#name = name;
    this.#sums = new Float64Array(name === "count" ? 0 : length);
    this.#counts = new Uint32Array(length);
    this.#why = new Uint8Array(length);
  }

  add(strip: Strip, from: number, length: number): void {
    if (this.#name !== "count") addValues(this.#sums, strip, from, length);
    countValues(this.#counts, strip, from, length);
    rememberMissing(this.#why, strip, from, length);
  }

  finish(): BlockPlane {
    const counts = this.#counts;
    if (this.#name === "count") return { data: Float64Array.from(counts), status: new Uint8Array(counts.length) };
    const data = this.#sums;
    const isMean = this.#name === "mean";
    for (let i = 0; i < data.length; i++) {
      const count = counts[i]!;
      if (count === 0) data[i] = Number.NaN;
      else if (isMean) data[i] = data[i]! / count;
    }
    return settleMissing(data, this.#why);
  }
}

function addValues(sums: Float64Array, { values, missing }: Strip, from: number, length: number): void {
  if (missing === 0) {
    for (let i = 0; i < length; i++) sums[from + i] = sums[from + i]! + values[i]!;
    return;
  }
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) sums[from + i] = sums[from + i]! + value;
  }
}

function countValues(counts: Uint32Array, { values, missing }: Strip, from: number, length: number): void {
  if (missing === 0) {
    for (let i = 0; i < length; i++) counts[from + i] = counts[from + i]! + 1;
    return;
  }
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) counts[from + i] = counts[from + i]! + 1;
  }
}
