import { combineStatus, Status } from "../../ndarray/status.js";
import { type BlockPlane, countMissing, type Strip } from "./strip.js";

/** For each pixel the value at the step that an index names, with its status; a missing index gives its own. */
export class PickFold {
  readonly #values: Float64Array;
  readonly #status: Uint8Array;

  constructor(length: number) {
    this.#values = new Float64Array(length).fill(Number.NaN);
    this.#status = new Uint8Array(length).fill(Status.uncovered);
  }

  /** @param index the wanted step of each of these pixels */
  add({ values, status }: Strip, index: Strip, from: number, length: number, step: number): void {
    for (let i = 0; i < length; i++) {
      const at = from + i;
      const wanted = index.values[i]!;
      if (wanted === step) {
        this.#values[at] = values[i]!;
        this.#status[at] = status[i]!;
      } else if (Number.isNaN(wanted)) this.#status[at] = combineStatus(this.#status[at]!, index.status[i]!);
    }
  }

  finish(): BlockPlane {
    return { data: this.#values, status: this.#status, missing: countMissing(this.#status) };
  }
}
