import { combineStatus, Status } from "../../ndarray/status.js";
import type { BlockPlane, Fold, Strip } from "./fold.js";
import type { SpareBuffers } from "./spare-buffers.js";
import { STRIP } from "./strip-buffers.js";

/**
 * Sum, mean or number of values, summed in double precision in order of time.
 *
 * Every pixel is given equally often, so that only the missing ones have to be counted.
 */
export class SumFold implements Fold {
  readonly #name: "sum" | "mean" | "count";
  readonly #sums: Float64Array;
  readonly #lacking: Uint32Array;
  readonly #why: Uint8Array;
  readonly #spares: SpareBuffers;
  /** Pixels given so far, over all steps. */
  #given = 0;

  constructor(name: "sum" | "mean" | "count", length: number, spares: SpareBuffers) {
    this.#name = name;
    this.#spares = spares;
    this.#sums = new Float64Array(spares.takeZeroed(length * 8));
    this.#lacking = new Uint32Array(spares.takeZeroed(length * 4));
    this.#why = new Uint8Array(spares.takeZeroed(length));
  }

  add({ values, status, missing }: Strip, from: number, length: number): void {
    this.#given += length;
    if (missing === 0) {
      if (this.#name !== "count") addAll(this.#sums.subarray(from, from + length), values);
    } else addPresent(this.#sums, this.#lacking, this.#why, values, status, from, length);
  }

  finish(): BlockPlane {
    const [data, status, lacking] = [this.#sums, this.#why, this.#lacking];
    const steps = data.length === 0 ? 0 : this.#given / data.length;
    if (this.#name === "count") {
      for (let i = 0; i < data.length; i++) data[i] = steps - lacking[i]!;
      this.#spares.give(lacking.buffer as ArrayBuffer);
      return { data, status: status.fill(Status.valid), missing: 0 };
    }
    const isMean = this.#name === "mean";
    let missing = 0;
    for (let i = 0; i < data.length; i++) {
      const count = steps - lacking[i]!;
      // 0/0 where nothing came.
      const value = isMean ? data[i]! / count : count === 0 ? Number.NaN : data[i]!;
      if (value - value === 0) {
        data[i] = value;
        status[i] = Status.valid;
        continue;
      }
      missing++;
      data[i] = Number.NaN;
      // A sum that grew beyond all numbers is no answer either.
      if (count > 0) status[i] = Status.undefined;
      else if (status[i] === Status.valid) status[i] = Status.uncovered;
    }
    this.#spares.give(lacking.buffer as ArrayBuffer);
    return { data, status, missing };
  }
}

// Loops of their own, each over arrays of one kind: called for every few thousand pixels of every time step.

/** Four at a time: the sums do not wait for one another. */
function addAll(sums: Float64Array, values: Float64Array): void {
  const { length } = sums;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    const a = sums[i]! + values[i]!;
    const b = sums[i + 1]! + values[i + 1]!;
    const c = sums[i + 2]! + values[i + 2]!;
    sums[i + 3] = sums[i + 3]! + values[i + 3]!;
    sums[i + 2] = c;
    sums[i + 1] = b;
    sums[i] = a;
  }
  for (; i < length; i++) sums[i]! += values[i]!;
}

/** The strip with 0 for what is missing, so that it is summed without asking for each pixel. */
const present = new Float64Array(STRIP);
const NO_WORDS = new Uint32Array(0);

function addPresent(
  sums: Float64Array,
  lacking: Uint32Array,
  why: Uint8Array,
  values: Float64Array,
  status: Uint8Array,
  from: number,
  length: number,
): void {
  present.set(values.subarray(0, length));
  // Four codes at a time where memory allows: most pixels are there.
  const words = status.byteOffset % 4 === 0 ? new Uint32Array(status.buffer, status.byteOffset, length >> 2) : NO_WORDS;
  for (let word = 0; word < words.length; word++) {
    if (words[word] !== 0) noteMissing(lacking, why, status, from, 4 * word, 4 * word + 4);
  }
  noteMissing(lacking, why, status, from, 4 * words.length, length);
  addAll(sums.subarray(from, from + length), present);
}

function noteMissing(
  lacking: Uint32Array,
  why: Uint8Array,
  status: Uint8Array,
  from: number,
  start: number,
  stop: number,
): void {
  for (let i = start; i < stop; i++) {
    const code = status[i]!;
    if (code === Status.valid) continue;
    present[i] = 0;
    lacking[from + i]! += 1;
    why[from + i] = combineStatus(why[from + i]!, code);
  }
}
