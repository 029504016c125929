import { planCleanSteps } from "./clean-steps.js";
import type { Local } from "./code-writer.js";
import { type Emission, emitInput, emitPlain, isPlain, pushIsTrue } from "./emit-value.js";
import type { Step } from "./steps.js";

/**
 * The values of pixels that are thought to be there, without any status.
 *
 * Leaves in the mask `isSuspect` true for a pixel that is missing after all; then none of the values count.
 *
 * @returns The variable that holds the answer.
 */
export function emitCleanSteps(emission: Emission, root: number, isSuspect: Local): Local {
  const { code, lanes, steps } = emission;
  const { isNeeded, isNoted } = planCleanSteps({ steps, root }, emission.facts);
  const values: Local[] = [];
  for (const [number, step] of steps.entries()) {
    const value = isNeeded[number] ? emitStep(emission, step, values, isSuspect) : -1;
    values.push(value);
    if (!isNoted[number]) continue;
    lanes.nonFinite(code, value);
    note(emission, isSuspect);
  }
  return values[root]!;
}

/** The mask on the stack goes into `isSuspect`. */
function note({ code, lanes }: Emission, isSuspect: Local): void {
  code.get(isSuspect);
  code.op(lanes.op.either);
  code.set(isSuspect);
}

function emitStep(emission: Emission, step: Step, values: readonly Local[], isSuspect: Local): Local {
  const { code, lanes } = emission;
  const operands = step.operands.map((operand) => values[operand]!);
  switch (step.kind) {
    case "input": {
      const { samples, value } = emitInput(emission, step.input);
      lanes.isNodata(code, emission.layout.inputs[step.input]!, emission.at, samples);
      note(emission, isSuspect);
      return value;
    }
    case "fill":
      return operands[0]!;
    default:
      if (isPlain(step)) return emitPlain(emission, step, operands);
      pushStep(emission, step, operands);
      return code.keep(lanes.value);
  }
}

type SpecialStep = Extract<Step, { kind: "constant" | "is-missing" | "where" | "mask" }>;

function pushStep(emission: Emission, step: SpecialStep, operands: readonly Local[]): void {
  const { code, lanes } = emission;
  switch (step.kind) {
    case "constant":
      lanes.constant(code, step.value);
      break;
    case "is-missing":
      lanes.constant(code, 1 - step.answer);
      break;
    default:
      code.get(operands[1]!);
      // Masked pixels are missing: NaN has the loop thrown away.
      if (step.kind === "where") code.get(operands[2]!);
      else lanes.constant(code, Number.NaN);
      pushIsTrue(emission, operands[0]!);
      code.op(lanes.op.select);
  }
}
