import type { Fact } from "./facts.js";
import type { Step, Steps } from "./steps.js";

/**
 * What a loop over pixels that are all there has to compute and to look at.
 *
 * Such a loop does without any status. It only notes whether somewhere a number was not finite, and then its results
 * are thrown away. An infinity or NaN need not be noted where it is sure to reach a later step as one.
 */
export interface CleanSteps {
  /** Steps that the answer needs while nothing is missing. */
  readonly isNeeded: readonly boolean[];
  /** Steps whose value is to be noted where it is not finite. */
  readonly isNoted: readonly boolean[];
}

/** The operands that a step reads while nothing is missing: a fallback is not needed then. */
function readOperands(step: Step): readonly number[] {
  return step.kind === "fill" ? [step.operands[0]] : step.operands;
}

/** True where a step cannot be finite unless this operand is, or where the operand was not wanted. */
function carries(step: Step, place: number): boolean {
  switch (step.kind) {
    case "unary":
      return step.op !== "sign" && step.op !== "not";
    case "binary":
      // x / infinity is 0.
      return step.op === "add" || step.op === "sub" || step.op === "mul" || (step.op === "div" && place === 0);
    case "shift":
      return true;
    case "where":
    case "mask":
      return place > 0;
    default:
      return false;
  }
}

/** True where a step may give a number that is not finite; `finite` knows the steps before it. */
function mayBeNonFinite(step: Step, fact: Fact, finite: readonly boolean[]): boolean {
  if (step.kind === "mask" || !fact.isSafe) return true;
  return step.operands.some((operand, place) => carries(step, place) && !finite[operand]);
}

/** Which steps a loop over pixels that are all there computes, and which of them it notes. */
export function planCleanSteps({ steps, root }: Steps, facts: readonly Fact[]): CleanSteps {
  const isNeeded = steps.map((_, number) => number === root);
  const isSwallowed = [...isNeeded];
  // Backwards: a step comes after all that it reads.
  for (let number = root; number >= 0; number--) {
    const step = steps[number]!;
    if (!isNeeded[number]) continue;
    for (const [place, operand] of readOperands(step).entries()) {
      isNeeded[operand] = true;
      if (!carries(step, place)) isSwallowed[operand] = true;
    }
  }
  const finite: boolean[] = [];
  const isNoted = steps.map((step, number) => {
    const isRisk = isNeeded[number] === true && mayBeNonFinite(step, facts[number]!, finite);
    const note = isRisk && isSwallowed[number] === true;
    finite.push(!isRisk || note);
    return note;
  });
  return { isNeeded, isNoted };
}
