import type { Local } from "./code-writer.js";
import type { Emission } from "./emit-value.js";
import { op } from "./opcodes.js";

/** What code for some pixels at a time is written with. */
export type PixelCode = Pick<Emission, "code" | "lanes" | "at">;

/** Runs `body` for each step of `at` from `start` to `end`. */
export function emitLoop({ code, lanes, at }: PixelCode, start: Local, end: Local, body: () => void): void {
  code.get(start);
  code.set(at);
  code.loop(() => {
    body();
    code.get(at);
    code.i32(lanes.width);
    code.op(op.i32Add);
    code.tee(at);
    code.get(end);
    code.op(op.i32LtU);
    code.branchIf(0);
  });
}
