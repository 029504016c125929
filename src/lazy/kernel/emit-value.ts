import type { ScalarMath } from "../expression/scalar-math.js";
import type { CodeWriter, Local } from "./code-writer.js";
import type { Fact } from "./facts.js";
import type { LaneOp, Lanes } from "./lanes.js";
import { type MemoryLayout, Param } from "./memory-layout.js";
import type { BinaryStepOp, Step, UnaryStepOp } from "./steps.js";

/** What the code of a step is written with. */
export interface Emission {
  readonly code: CodeWriter;
  readonly lanes: Lanes;
  readonly steps: readonly Step[];
  readonly facts: readonly Fact[];
  /** For each input whether its samples are the values, so that scale and offset need not be applied. */
  readonly isRaw: readonly boolean[];
  readonly layout: MemoryLayout;
  /** The variable that holds the first pixel's index. */
  readonly at: Local;
  /** Masks of values that are 1 and 0, by the variable of the value. */
  readonly maskOf: Map<Local, Local>;
  /** The number by which an imported function is called. */
  functionIndex(name: ScalarMath): number;
}

/** Whole numbers are exact up to here. */
const MAX_EXACT = Number.MAX_SAFE_INTEGER;

type PlainStep = Extract<Step, { kind: "unary" | "binary" | "bits" | "shift" | "call" }>;

/** True for steps whose value has to do with their operands' values alone. */
export function isPlain(step: Step): step is PlainStep {
  return ["unary", "binary", "bits", "shift", "call"].includes(step.kind);
}

/** The value of a step; `values` are the variables of its operands. What comes of a missing one means nothing. */
export function emitPlain(emission: Emission, step: PlainStep, values: readonly Local[]): Local {
  const { code, lanes } = emission;
  const [a, b] = values as [Local, Local];
  switch (step.kind) {
    case "unary":
      return emitUnary(emission, step.op, a);
    case "binary":
      return emitBinary(emission, step.op, a, b);
    case "bits":
      emitBits(emission, step, values);
      break;
    case "shift":
      emitShift(emission, step, a);
      break;
    case "call":
      lanes.call(code, emission.functionIndex(step.name), values);
      break;
  }
  return code.keep(lanes.value);
}

/** Push the mask of pixels where a value is not 0. */
export function pushIsTrue({ code, lanes, maskOf }: Emission, value: Local): void {
  const mask = maskOf.get(value);
  if (mask !== undefined) {
    code.get(mask);
    return;
  }
  code.get(value);
  lanes.constant(code, 0);
  code.op(lanes.op.ne);
}

/** The mask on the stack as 1 and 0, remembered for whoever asks where they are true. */
function keepTruth({ code, lanes, maskOf }: Emission): Local {
  const mask = code.keep(lanes.mask);
  code.get(mask);
  lanes.truth(code);
  const value = code.keep(lanes.value);
  maskOf.set(value, mask);
  return value;
}

function emitUnary(emission: Emission, op: UnaryStepOp, a: Local): Local {
  const { code, lanes } = emission;
  switch (op) {
    case "not":
      code.get(a);
      lanes.constant(code, 0);
      code.op(lanes.op.eq);
      return keepTruth(emission);
    case "sign":
      emitSign(code, lanes, a);
      break;
    default:
      code.get(a);
      code.op(lanes.op[op]);
  }
  return code.keep(lanes.value);
}

/** 1, -1, or the value itself: the sign of -0 is -0. */
function emitSign(code: CodeWriter, lanes: Lanes, a: Local): void {
  const choose = (op: LaneOp) => {
    code.get(a);
    lanes.constant(code, 0);
    code.op(lanes.op[op]);
    code.op(lanes.op.select);
  };
  lanes.constant(code, 1);
  lanes.constant(code, -1);
  code.get(a);
  choose("lt");
  choose("gt");
}

function emitBinary(emission: Emission, op: BinaryStepOp, a: Local, b: Local): Local {
  const { code, lanes } = emission;
  switch (op) {
    case "and":
    case "or":
      pushIsTrue(emission, a);
      pushIsTrue(emission, b);
      code.op(lanes.op[op === "and" ? "both" : "either"]);
      return keepTruth(emission);
    case "eq":
    case "ne":
    case "lt":
    case "le":
    case "gt":
    case "ge":
      code.get(a, b);
      code.op(lanes.op[op]);
      return keepTruth(emission);
    default:
      code.get(a, b);
      code.op(lanes.op[op]);
      return code.keep(lanes.value);
  }
}

/** 1.5 × 2^52: added to a count below 2^51, it leaves the count's bits in the lowest of the sum. */
const COUNT_BASE = 6_755_399_441_055_744;
const MAX_COUNT = 2 ** 51 - 1;

function emitBits(emission: Emission, step: Step & { kind: "bits" }, values: readonly Local[]): void {
  const { facts } = emission;
  const areCounts = step.operands.every((operand) => facts[operand]!.isCount && facts[operand]!.bound <= MAX_COUNT);
  if (areCounts) emitCountBits(emission, step, values);
  else emitIntegerBits(emission, step, values);
}

/** Bits of counts, which need neither a conversion nor a check. */
function emitCountBits({ code, lanes }: Emission, step: Step & { kind: "bits" }, values: readonly Local[]): void {
  for (const value of values) {
    code.get(value);
    lanes.constant(code, COUNT_BASE);
    code.op(lanes.op.add);
    code.op(lanes.op.toBits);
  }
  code.op(lanes.op[step.op === "&" ? "bothBits" : "eitherBits"]);
  code.op(lanes.op.fromBits);
  lanes.constant(code, COUNT_BASE);
  code.op(lanes.op.sub);
}

/** Bits of integers below 2^31; the imported function knows about all others. */
function emitIntegerBits(emission: Emission, step: Step & { kind: "bits" }, values: readonly Local[]): void {
  const { code, lanes, steps } = emission;
  let checks = 0;
  const integers = step.operands.map((operand, place) => {
    const constant = steps[operand]!;
    if (constant.kind === "constant" && constant.value === (constant.value | 0)) {
      return () => lanes.int(code, constant.value);
    }
    const integer = code.local(lanes.mask);
    const value = values[place]!;
    code.get(value);
    code.op(lanes.op.toInt);
    code.tee(integer);
    code.op(lanes.op.fromInt);
    code.get(value);
    code.op(lanes.op.eq);
    if (checks++ > 0) code.op(lanes.op.both);
    return () => code.get(integer);
  });
  const compute = () => {
    for (const push of integers) push();
    code.op(lanes.op[step.op]);
    code.op(lanes.op.fromInt);
  };
  if (checks === 0) {
    compute();
    return;
  }
  code.op(lanes.op.all);
  code.choose(lanes.value, compute, () => lanes.call(code, emission.functionIndex(step.op), values));
}

/** The product rounded down, where both it and the value are whole numbers that doubles hold exactly; else NaN. */
function emitShift({ code, lanes, facts }: Emission, step: Step & { kind: "shift" }, a: Local): void {
  const [operand] = step.operands;
  code.get(a);
  lanes.constant(code, step.factor);
  code.op(lanes.op.mul);
  code.op(lanes.op.floor);
  const { isCount, bound } = facts[operand]!;
  if (isCount && bound * step.factor <= MAX_EXACT) return;
  const shifted = code.local(lanes.value);
  code.tee(shifted);
  lanes.constant(code, Number.NaN);
  code.get(a);
  code.op(lanes.op.floor);
  code.get(a);
  code.op(lanes.op.eq);
  for (const value of [a, shifted]) {
    code.get(value);
    code.op(lanes.op.abs);
    lanes.constant(code, MAX_EXACT);
    code.op(lanes.op.le);
    code.op(lanes.op.both);
  }
  code.op(lanes.op.select);
}

/** An input's samples, and their values: scale and offset applied. */
export function emitInput(emission: Emission, input: number): { samples: Local; value: Local } {
  const { code, lanes, layout, at } = emission;
  const place = layout.inputs[input]!;
  lanes.load(code, place, at);
  const samples = code.keep(lanes.value);
  if (emission.isRaw[input]) return { samples, value: samples };
  code.get(samples);
  lanes.param(code, place.params + Param.scale);
  code.op(lanes.op.mul);
  lanes.param(code, place.params + Param.offset);
  code.op(lanes.op.add);
  return { samples, value: code.keep(lanes.value) };
}
