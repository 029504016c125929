import type { DType } from "../../ndarray/dtype.js";
import type { Step } from "./steps.js";

/** What is known of a step's value wherever it has one, before any pixel is seen. */
export interface Fact {
  /** No value is larger than this, nor smaller than its negative; infinity where nothing is known. */
  readonly bound: number;
  /** True for whole numbers from 0 on: QA words and what is made of them. */
  readonly isCount: boolean;
  /** True where operands that are there always give a number that is finite. */
  readonly isSafe: boolean;
}

/** What is known of an input: whether its samples are the values, and of what type they are. */
export interface InputFact {
  readonly dtype: DType;
  /** True where neither scale nor offset applies. */
  readonly isRaw: boolean;
}

/** Any number, infinities and NaN included. */
const unsafe: Fact = { bound: Number.POSITIVE_INFINITY, isCount: false, isSafe: false };
const truth: Fact = { bound: 1, isCount: true, isSafe: true };

/** The facts of each step, in their order. */
export function findFacts(steps: readonly Step[], inputs: readonly InputFact[]): Fact[] {
  const facts: Fact[] = [];
  for (const step of steps) {
    const [a, b, c] = step.operands.map((operand) => facts[operand]!) as [Fact, Fact, Fact];
    facts.push(findFact(step, a, b, c, inputs));
  }
  return facts;
}

function findFact(step: Step, a: Fact, b: Fact, c: Fact, inputs: readonly InputFact[]): Fact {
  switch (step.kind) {
    case "input":
      return ofInput(inputs[step.input]!);
    case "constant":
      return bounded(Math.abs(step.value), Number.isInteger(step.value) && step.value >= 0);
    case "unary":
      return ofUnary(step.op, a);
    case "binary":
      return ofBinary(step.op, a, b);
    case "bits":
      if (!a.isCount || !b.isCount) return unsafe;
      return bounded(step.op === "&" ? Math.min(a.bound, b.bound) : a.bound + b.bound, true);
    case "shift":
      return a.isCount && a.bound * step.factor <= Number.MAX_SAFE_INTEGER
        ? bounded(a.bound * step.factor, true)
        : unsafe;
    case "call":
      return unsafe;
    case "is-missing":
      return truth;
    case "where":
      return either(b, c);
    case "mask":
      return { ...b, isSafe: true };
    case "fill":
      return either(a, b);
  }
}

/** Whole numbers are counts only while doubles hold them exactly. */
function bounded(bound: number, isCount: boolean): Fact {
  if (!Number.isFinite(bound)) return unsafe;
  return { bound, isCount: isCount && bound <= Number.MAX_SAFE_INTEGER, isSafe: true };
}

function either(a: Fact, b: Fact): Fact {
  return { bound: Math.max(a.bound, b.bound), isCount: a.isCount && b.isCount, isSafe: true };
}

function ofInput({ dtype, isRaw }: InputFact): Fact {
  if (!isRaw || dtype.startsWith("float")) return unsafe;
  const isUnsigned = dtype.startsWith("u");
  const bits = Number(dtype.replace(/\D/g, ""));
  return bounded(isUnsigned ? 2 ** bits - 1 : 2 ** (bits - 1), isUnsigned);
}

function ofUnary(op: (Step & { kind: "unary" })["op"], a: Fact): Fact {
  switch (op) {
    case "not":
      return truth;
    case "sign":
      return { bound: 1, isCount: a.isCount, isSafe: true };
    case "abs":
      return { ...a, isSafe: true };
    case "negate":
      return { ...a, isCount: false, isSafe: true };
    case "sqrt":
      return a.isCount ? bounded(Math.max(1, a.bound), false) : unsafe;
    default:
      // A number may be rounded up to the next whole one.
      return { bound: a.bound + 1, isCount: a.isCount, isSafe: true };
  }
}

function ofBinary(op: (Step & { kind: "binary" })["op"], a: Fact, b: Fact): Fact {
  switch (op) {
    case "add":
      return bounded(a.bound + b.bound, a.isCount && b.isCount);
    case "sub":
      return bounded(a.bound + b.bound, false);
    case "mul":
      return bounded(a.bound * b.bound, a.isCount && b.isCount);
    case "div":
      return unsafe;
    case "min":
    case "max":
      return either(a, b);
    default:
      return truth;
  }
}
