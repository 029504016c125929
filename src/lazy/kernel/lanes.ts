import type { CodeWriter, Local } from "./code-writer.js";
import type { InputPlace } from "./memory-layout.js";
import { type Opcode, op, type ValueType } from "./opcodes.js";

/** Operations whose operands lie on the stack; `value` is a double for each pixel, `mask` true or false. */
export type LaneOp =
  // value value → value
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max"
  // value → value
  | "negate"
  | "abs"
  | "sqrt"
  | "floor"
  | "ceil"
  | "round"
  // value value → mask
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  // mask mask → mask
  | "both"
  | "either"
  // yes no mask → yes or no: of values, of reasons
  | "select"
  // reason reason → the higher one; reason reason → mask where they are equal
  | "combine"
  | "sameReason"
  // value → integer of 32 bits, integer → value, integer integer → integer
  | "toInt"
  | "fromInt"
  | "&"
  | "|"
  // value → its bits, bits → value, bits bits → bits
  | "toBits"
  | "fromBits"
  | "bothBits"
  | "eitherBits"
  // mask → i32: true for every pixel, for any
  | "all"
  | "any";

/**
 * How the loop computes some pixels at a time: two in a vector, or one.
 *
 * A *reason* is a status as the loop computes with it: 0 for a value that is there, and higher the more it explains, so
 * that `combineStatus` is one instruction. Each way has its own numbers for it, given by {@link Lanes.reason}.
 */
export interface Lanes {
  /** Pixels at a time. */
  readonly width: 1 | 2;
  readonly value: ValueType;
  /** The type of masks, reasons and integers. */
  readonly mask: ValueType;
  readonly op: Readonly<Record<LaneOp, Opcode>>;
  /** Push one number for every pixel. */
  constant(code: CodeWriter, value: number): void;
  /** Push one 32-bit integer for every pixel. */
  int(code: CodeWriter, value: number): void;
  /** Push the reason of a status code. */
  reason(code: CodeWriter, status: number): void;
  /** mask → the reason of `status` where it is true, else 0. */
  reasonWhere(code: CodeWriter, status: number): void;
  /** mask → 1 where it is true, else 0, as a value. */
  truth(code: CodeWriter): void;
  /** value → mask: true where it is NaN or infinite. `local` is that value. */
  nonFinite(code: CodeWriter, local: Local): void;
  /** Push the samples of an input from pixel `at` on, in double precision. */
  load(code: CodeWriter, input: InputPlace, at: Local): void;
  /** Push the mask of samples that mean nodata; `samples` is what {@link Lanes.load} pushed. */
  isNodata(code: CodeWriter, input: InputPlace, at: Local, samples: Local): void;
  /** Push the double at an address, the same for every pixel. */
  param(code: CodeWriter, address: number): void;
  /** Push the reasons that an input's status plane gives. */
  loadStatus(code: CodeWriter, base: number, at: Local): void;
  /** Push values that were stored. */
  loadValue(code: CodeWriter, base: number, at: Local): void;
  storeValue(code: CodeWriter, base: number, at: Local, value: Local): void;
  /** Store reasons as status codes. */
  storeStatus(code: CodeWriter, base: number, at: Local, reason: Local): void;
  /** mask → i32: the number of pixels where it is true. */
  count(code: CodeWriter): void;
  /** Push the answers of an imported function, called for each pixel. */
  call(code: CodeWriter, functionIndex: number, operands: readonly Local[]): void;
}

/** Push the address of pixel `at` in samples of `1 << shift` bytes. */
export function pushAddress(code: CodeWriter, at: Local, shift: number): void {
  code.get(at);
  if (shift === 0) return;
  code.i32(shift);
  code.op(op.i32Shl);
}
