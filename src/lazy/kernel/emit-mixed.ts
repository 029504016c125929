import { isFloat } from "../../ndarray/dtype.js";
import { Status } from "../../ndarray/status.js";
import type { Local } from "./code-writer.js";
import { type Emission, emitInput, emitPlain, isPlain, pushIsTrue } from "./emit-value.js";
import type { Fact } from "./facts.js";
import type { Step } from "./steps.js";

/** A step's variables: its value, which means nothing where the reason is not 0, and the reason; null for always 0. */
export interface MixedLocals {
  readonly value: Local;
  readonly reason: Local | null;
}

/**
 * The values of pixels with the reason why one is missing, without a branch on either.
 *
 * @returns The variables that hold the answer.
 */
export function emitMixedSteps(emission: Emission, root: number): MixedLocals {
  const locals: MixedLocals[] = [];
  for (const [number, step] of emission.steps.entries()) {
    const operands = step.operands.map((operand) => locals[operand]!);
    locals.push(emitStep(emission, step, operands, emission.facts[number]!));
  }
  return locals[root]!;
}

function emitStep(emission: Emission, step: Step, operands: readonly MixedLocals[], fact: Fact): MixedLocals {
  const { code, lanes } = emission;
  if (isPlain(step)) {
    const values = operands.map(({ value }) => value);
    const value = emitPlain(emission, step, values);
    const reason = combine(emission, operands);
    return { value, reason: fact.isSafe ? reason : settle(emission, value, reason) };
  }
  const [a, b, c] = operands as [MixedLocals, MixedLocals, MixedLocals];
  switch (step.kind) {
    case "input":
      return emitMixedInput(emission, step.input, fact);
    case "constant":
      return emitConstant(emission, step.value);
    case "where":
      return emitWhere(emission, a, b, c);
    case "mask": {
      lanes.constant(code, Number.NaN);
      const value = code.keep(lanes.value);
      return emitWhere(emission, a, b, { value, reason: reasonLocal(emission, Status.masked) });
    }
    case "is-missing":
      return emitIsMissing(emission, a, step.answer);
    case "fill":
      return emitFill(emission, a, b);
  }
}

/** The reason of a result that needs all operands. */
function combine({ code, lanes }: Emission, operands: readonly MixedLocals[]): Local | null {
  const reasons = new Set(operands.flatMap(({ reason }) => (reason === null ? [] : [reason])));
  const [first, ...rest] = reasons;
  if (first === undefined || rest.length === 0) return first ?? null;
  code.get(first);
  for (const reason of rest) {
    code.get(reason);
    code.op(lanes.op.combine);
  }
  return code.keep(lanes.mask);
}

/** The reason, or `undefined` where there was none and yet the value is not finite. */
function settle({ code, lanes }: Emission, value: Local, reason: Local | null): Local {
  lanes.nonFinite(code, value);
  if (reason !== null) {
    pushIsThere({ code, lanes }, reason);
    code.op(lanes.op.both);
  }
  lanes.reasonWhere(code, Status.undefined);
  if (reason !== null) {
    code.get(reason);
    code.op(lanes.op.either);
  }
  return code.keep(lanes.mask);
}

/** Push the mask of pixels that have a value. */
export function pushIsThere({ code, lanes }: Pick<Emission, "code" | "lanes">, reason: Local): void {
  code.get(reason);
  lanes.reason(code, Status.valid);
  code.op(lanes.op.sameReason);
}

/** A plane's own status decides, then nodata and NaN, then what is not finite. */
function emitMixedInput(emission: Emission, input: number, fact: Fact): MixedLocals {
  const { code, lanes, layout, at } = emission;
  const place = layout.inputs[input]!;
  const { samples, value } = emitInput(emission, input);
  const status = place.status === null ? null : pushStatus(emission, place.status);
  lanes.isNodata(code, place, at, samples);
  if (isFloat(place.dtype)) {
    code.get(samples, samples);
    code.op(lanes.op.ne);
    code.op(lanes.op.either);
  }
  if (status !== null) {
    pushIsThere(emission, status);
    code.op(lanes.op.both);
  }
  lanes.reasonWhere(code, Status.nodata);
  if (status !== null) {
    code.get(status);
    code.op(lanes.op.either);
  }
  const reason = code.keep(lanes.mask);
  return { value, reason: fact.isSafe ? reason : settle(emission, value, reason) };
}

function pushStatus({ code, lanes, at }: Emission, base: number): Local {
  lanes.loadStatus(code, base, at);
  return code.keep(lanes.mask);
}

function emitConstant(emission: Emission, constant: number): MixedLocals {
  const { code, lanes } = emission;
  lanes.constant(code, constant);
  const value = code.keep(lanes.value);
  return { value, reason: Number.isFinite(constant) ? null : reasonLocal(emission, Status.undefined) };
}

function reasonLocal({ code, lanes }: Emission, status: number): Local {
  lanes.reason(code, status);
  return code.keep(lanes.mask);
}

function pushReason({ code, lanes }: Emission, reason: Local | null): void {
  if (reason === null) lanes.reason(code, Status.valid);
  else code.get(reason);
}

/** The side taken with its reason; a missing condition takes none, and gives its own. */
function emitWhere(emission: Emission, condition: MixedLocals, yes: MixedLocals, no: MixedLocals): MixedLocals {
  const { code, lanes } = emission;
  pushIsTrue(emission, condition.value);
  const isTrue = code.keep(lanes.mask);
  code.get(yes.value, no.value, isTrue);
  code.op(lanes.op.select);
  const value = code.keep(lanes.value);
  pushReason(emission, yes.reason);
  pushReason(emission, no.reason);
  code.get(isTrue);
  code.op(lanes.op.select);
  if (condition.reason !== null) {
    code.get(condition.reason);
    pushIsThere(emission, condition.reason);
    code.op(lanes.op.select);
  }
  return { value, reason: code.keep(lanes.mask) };
}

/** Push the mask of pixels that failed. */
function pushIsFailed({ code, lanes }: Emission, reason: Local): void {
  code.get(reason);
  lanes.reason(code, Status.failed);
  code.op(lanes.op.sameReason);
}

/** Whether there is a value, for every pixel but a failed one: a failure must not turn into data. */
function emitIsMissing(emission: Emission, { reason }: MixedLocals, answer: 0 | 1): MixedLocals {
  const { code, lanes } = emission;
  lanes.constant(code, 1 - answer);
  if (reason === null) return { value: code.keep(lanes.value), reason: null };
  lanes.constant(code, answer);
  pushIsThere(emission, reason);
  code.op(lanes.op.select);
  const value = code.keep(lanes.value);
  pushIsFailed(emission, reason);
  lanes.reasonWhere(code, Status.failed);
  return { value, reason: code.keep(lanes.mask) };
}

/** The fallback where the value is missing, but not where it failed. */
function emitFill(emission: Emission, wanted: MixedLocals, fallback: MixedLocals): MixedLocals {
  const { code, lanes } = emission;
  if (wanted.reason === null) return wanted;
  code.get(wanted.value, fallback.value);
  pushIsThere(emission, wanted.reason);
  code.op(lanes.op.select);
  const value = code.keep(lanes.value);
  // A value that is there, and one that failed, keep their reason.
  code.get(wanted.reason);
  pushReason(emission, fallback.reason);
  pushIsThere(emission, wanted.reason);
  pushIsFailed(emission, wanted.reason);
  code.op(lanes.op.either);
  code.op(lanes.op.select);
  return { value, reason: code.keep(lanes.mask) };
}
