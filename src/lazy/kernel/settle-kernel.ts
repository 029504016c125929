import { isSimdAvailable } from "../../codec/wasm-engine.js";
import { Status } from "../../ndarray/status.js";
import { CodeWriter, type Local } from "./code-writer.js";
import { emitLoop, type PixelCode } from "./emit-loop.js";
import { pushIsThere } from "./emit-mixed.js";
import type { Lanes } from "./lanes.js";
import { accumulators, sharedMemory } from "./linear-memory.js";
import { Accumulators } from "./memory-layout.js";
import { op, ValueType } from "./opcodes.js";
import { scalarLanes } from "./scalar-lanes.js";
import { vectorLanes } from "./vector-lanes.js";
import { assembleModule } from "./wasm-module.js";

/** What is made of accumulators; `plane` is the first of them as it is, `reason` no value anywhere. */
export type SettleName = "sum" | "mean" | "count" | "plane" | "reason" | "var" | "std";

interface Settled {
  readonly result: Local;
  /** Mask of pixels to which a value came. */
  readonly isThere: Local;
}

/** Writes arithmetic on variables, every result in a variable of its own. */
class Arithmetic {
  readonly #pixels: PixelCode;

  constructor(pixels: PixelCode) {
    this.#pixels = pixels;
  }

  plane(number: number): Local {
    const { code, lanes, at } = this.#pixels;
    lanes.loadValue(code, Accumulators.planes[number]!, at);
    return code.keep(lanes.value);
  }

  param(address: number): Local {
    const { code, lanes } = this.#pixels;
    lanes.param(code, address);
    return code.keep(lanes.value);
  }

  constant(value: number): Local {
    const { code, lanes } = this.#pixels;
    lanes.constant(code, value);
    return code.keep(lanes.value);
  }

  value(name: "sub" | "div" | "sqrt", ...operands: readonly Local[]): Local {
    const { code, lanes } = this.#pixels;
    code.get(...operands);
    code.op(lanes.op[name]);
    return code.keep(lanes.value);
  }

  mask(name: "eq" | "ne" | "gt", a: Local, b: Local): Local {
    const { code, lanes } = this.#pixels;
    code.get(a, b);
    code.op(lanes.op[name]);
    return code.keep(lanes.mask);
  }

  choose(condition: Local, yes: Local, no: Local): Local {
    const { code, lanes } = this.#pixels;
    code.get(yes, no, condition);
    code.op(lanes.op.select);
    return code.keep(lanes.value);
  }
}

function settle(name: SettleName, arithmetic: Arithmetic): Settled {
  const first = arithmetic.plane(0);
  if (name === "plane") return { result: first, isThere: arithmetic.mask("eq", first, first) };
  // A number is never another one than itself.
  if (name === "reason") return { result: first, isThere: arithmetic.mask("ne", first, first) };
  if (name === "count") {
    const result = arithmetic.value("sub", arithmetic.param(Accumulators.given), first);
    return { result, isThere: arithmetic.mask("eq", result, result) };
  }
  const zero = arithmetic.constant(0);
  if (name === "sum" || name === "mean") {
    const count = arithmetic.value("sub", arithmetic.param(Accumulators.given), arithmetic.plane(1));
    const result = name === "sum" ? first : arithmetic.value("div", first, count);
    return { result, isThere: arithmetic.mask("ne", count, zero) };
  }
  const count = arithmetic.plane(2);
  const freedom = arithmetic.value("sub", count, arithmetic.param(Accumulators.ddof));
  const quotient = arithmetic.value("div", first, freedom);
  const none = arithmetic.constant(Number.NaN);
  const variance = arithmetic.choose(arithmetic.mask("gt", freedom, zero), quotient, none);
  const result = name === "var" ? variance : arithmetic.value("sqrt", variance);
  return { result, isThere: arithmetic.mask("ne", count, zero) };
}

/** `undefined` where a result is no number, and what explains most, `uncovered` at least, where nothing came. */
function emitReason({ code, lanes, at }: PixelCode, { result, isThere }: Settled): Local {
  lanes.nonFinite(code, result);
  lanes.reasonWhere(code, Status.undefined);
  lanes.loadStatus(code, Accumulators.why, at);
  lanes.reason(code, Status.uncovered);
  code.op(lanes.op.combine);
  code.get(isThere);
  code.op(lanes.op.select);
  return code.keep(lanes.mask);
}

/** The module that settles accumulators: `run(length)` answers how many pixels are missing. */
function emitSettle(name: SettleName, lanes: Lanes): Uint8Array<ArrayBuffer> {
  const code = new CodeWriter(1);
  const [start, at, missing] = [code.local(ValueType.i32), code.local(ValueType.i32), code.local(ValueType.i32)];
  const pixels = { code, lanes, at };
  emitLoop(pixels, start, 0, () => {
    const settled = settle(name, new Arithmetic(pixels));
    const reason = emitReason(pixels, settled);
    pushIsThere(pixels, reason);
    const isValid = code.keep(lanes.mask);
    code.get(settled.result);
    lanes.constant(code, Number.NaN);
    code.get(isValid);
    code.op(lanes.op.select);
    lanes.storeValue(code, Accumulators.planes[0]!, at, code.keep(lanes.value));
    lanes.storeStatus(code, Accumulators.why, at, reason);
    code.get(missing);
    code.i32(lanes.width);
    code.get(isValid);
    lanes.count(code);
    code.op(op.i32Sub);
    code.op(op.i32Add);
    code.set(missing);
  });
  code.get(missing);
  return assembleModule([], code.finish());
}

interface Settle {
  readonly run: (length: number) => number;
  /** Pixels at a time. */
  readonly width: number;
}

const compiled = new Map<string, Settle>();

function settleOf(name: SettleName, isVector: boolean): Settle {
  const key = `${name} ${isVector}`;
  let settle = compiled.get(key);
  if (settle === undefined) {
    const lanes = isVector ? vectorLanes : scalarLanes;
    const module = new WebAssembly.Module(emitSettle(name, lanes));
    const { exports } = new WebAssembly.Instance(module, { env: { memory: sharedMemory() } });
    settle = { run: exports.run as Settle["run"], width: lanes.width };
    compiled.set(key, settle);
  }
  return settle;
}

/**
 * Make results of the accumulators of `length` pixels: they lie in the first plane, NaN where there is none, and the
 * status of each where its reason was.
 *
 * @param given how many values each pixel was given, the missing ones included
 * @returns how many pixels have no result
 */
export function settleAccumulators(
  name: SettleName,
  length: number,
  { given, ddof }: { given: number; ddof: number },
  isVector = isSimdAvailable(),
): number {
  if (length === 0) return 0;
  const { numbers, why } = accumulators();
  numbers[Accumulators.given / 8] = given;
  numbers[Accumulators.ddof / 8] = ddof;
  const { run, width } = settleOf(name, isVector);
  const counted = run(length);
  // The other half of the last vector lies behind the pixels, and may have been counted with them.
  return length % width === 1 && why[length] !== Status.valid ? counted - 1 : counted;
}
