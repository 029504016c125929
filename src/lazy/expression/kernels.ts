import { Status } from "../../ndarray/status.js";
import type { Comparison } from "./expr.js";
import { type Register, settleFrom } from "./register.js";

/**
 * Loops over one block of pixels. A missing pixel is NaN, so arithmetic runs over it like over any other and
 * `settleFrom` puts its status right afterwards, in blocks that need it.
 *
 * Operations that nearly every index or mask uses have loops of their own: called through a variable, as in
 * {@link binaryKernel}, they would cost a call for each pixel. The sum `check` turns NaN with the first result that
 * is not finite, since x - x is 0 for every finite x.
 */

export function addKernel(out: Register, a: Register, b: Register, length: number): void {
  const [to, left, right] = [out.data, a.data, b.data];
  let check = 0;
  for (let i = 0; i < length; i++) {
    const value = left[i]! + right[i]!;
    to[i] = value;
    check += value - value;
  }
  settleFrom(out, a, b, length, check === 0);
}

export function subtractKernel(out: Register, a: Register, b: Register, length: number): void {
  const [to, left, right] = [out.data, a.data, b.data];
  let check = 0;
  for (let i = 0; i < length; i++) {
    const value = left[i]! - right[i]!;
    to[i] = value;
    check += value - value;
  }
  settleFrom(out, a, b, length, check === 0);
}

export function multiplyKernel(out: Register, a: Register, b: Register, length: number): void {
  const [to, left, right] = [out.data, a.data, b.data];
  let check = 0;
  for (let i = 0; i < length; i++) {
    const value = left[i]! * right[i]!;
    to[i] = value;
    check += value - value;
  }
  settleFrom(out, a, b, length, check === 0);
}

export function divideKernel(out: Register, a: Register, b: Register, length: number): void {
  const [to, left, right] = [out.data, a.data, b.data];
  let check = 0;
  for (let i = 0; i < length; i++) {
    const value = left[i]! / right[i]!;
    to[i] = value;
    check += value - value;
  }
  settleFrom(out, a, b, length, check === 0);
}

/** For each comparison its answer where the left side is smaller, equal, larger. */
const outcomes: Readonly<Record<Comparison, readonly [smaller: number, equal: number, larger: number]>> = {
  "<": [1, 0, 0],
  "<=": [1, 1, 0],
  ">": [0, 0, 1],
  ">=": [0, 1, 1],
  "==": [0, 1, 0],
  "!=": [1, 0, 1],
};

/** 1 where the comparison holds, else 0. */
export function compareKernel(out: Register, a: Register, b: Register, length: number, op: Comparison): void {
  const [to, left, right] = [out.data, a.data, b.data];
  const [smaller, equal, larger] = outcomes[op];
  for (let i = 0; i < length; i++) {
    const x = left[i]!;
    const y = right[i]!;
    to[i] = x < y ? smaller : x > y ? larger : equal;
  }
  settleFrom(out, a, b, length, true);
}

/** 1 where at least `least` of the two operands are not 0: 2 is `and`, 1 is `or`. */
export function truthKernel(out: Register, a: Register, b: Register, length: number, least: 1 | 2): void {
  const [to, left, right] = [out.data, a.data, b.data];
  for (let i = 0; i < length; i++) {
    const count = (left[i] !== 0 ? 1 : 0) + (right[i] !== 0 ? 1 : 0);
    to[i] = count >= least ? 1 : 0;
  }
  settleFrom(out, a, b, length, true);
}

/** Any operation of one operand. */
export function unaryKernel(out: Register, a: Register, length: number, operation: (x: number) => number): void {
  const [to, from] = [out.data, a.data];
  let check = 0;
  for (let i = 0; i < length; i++) {
    const value = operation(from[i]!);
    to[i] = value;
    check += value - value;
  }
  settleFrom(out, a, a, length, check === 0);
}

/** Any operation of two operands. */
export function binaryKernel(
  out: Register,
  a: Register,
  b: Register,
  length: number,
  operation: (x: number, y: number) => number,
): void {
  const [to, left, right] = [out.data, a.data, b.data];
  let check = 0;
  for (let i = 0; i < length; i++) {
    const value = operation(left[i]!, right[i]!);
    to[i] = value;
    check += value - value;
  }
  settleFrom(out, a, b, length, check === 0);
}

/** `yes` where `condition` holds, else `no`. The one not taken may be missing; a missing condition decides nothing. */
export function whereKernel(out: Register, condition: Register, yes: Register, no: Register, length: number): void {
  let missing = 0;
  for (let i = 0; i < length; i++) {
    const isKnown = condition.status[i] === Status.valid;
    const chosen = !isKnown ? condition : condition.data[i] !== 0 ? yes : no;
    const status = chosen.status[i]!;
    out.status[i] = status;
    out.data[i] = chosen.data[i]!;
    missing |= status;
  }
  out.isClean = missing === 0;
}

/**
 * 1 where the value is missing (or, with `present` 1, where it is there), for any reason but a failed read, which
 * stays failed: a failure must not turn into data.
 */
export function isMissingKernel(out: Register, a: Register, length: number, present: 0 | 1): void {
  let failed = 0;
  for (let i = 0; i < length; i++) {
    const status = a.status[i]!;
    const isFailed = status === Status.failed;
    out.status[i] = isFailed ? Status.failed : Status.valid;
    out.data[i] = isFailed ? Number.NaN : status === Status.valid ? present : 1 - present;
    if (isFailed) failed++;
  }
  out.isClean = failed === 0;
}
