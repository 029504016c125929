import type { Local } from "./code-writer.js";
import { pushIsThere } from "./emit-mixed.js";
import type { Emission } from "./emit-value.js";
import { GROUP } from "./memory-layout.js";
import { op } from "./opcodes.js";

/** What becomes of computed values. */
export interface Sink {
  /** A group in which every pixel is there. Its values lie at `layout.values`; `loop` runs code for each of them. */
  clean(emission: Emission, start: Local, loop: (body: () => void) => void): void;
  /** Some pixels and their reasons; where one is not `valid` the value means nothing. */
  mixed(emission: Emission, value: Local, reason: Local): void;
}

/** Values, NaN where there is none, with their status. */
export const storeSink: Sink = {
  clean({ code, layout }, start) {
    for (let byte = 0; byte < GROUP; byte += 8) {
      code.get(start);
      code.i64Zero();
      code.memory(op.i64Store, layout.status + byte);
    }
  },
  mixed(emission, value, reason) {
    const { code, lanes, layout, at } = emission;
    code.get(value);
    lanes.constant(code, Number.NaN);
    pushIsThere(emission, reason);
    code.op(lanes.op.select);
    lanes.storeValue(code, layout.values, at, code.keep(lanes.value));
    lanes.storeStatus(code, layout.status, at, reason);
  },
};
