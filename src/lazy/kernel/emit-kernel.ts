import { Status } from "../../ndarray/status.js";
import type { ScalarMath } from "../expression/scalar-math.js";
import { CodeWriter, type Local } from "./code-writer.js";
import { emitCleanSteps } from "./emit-clean.js";
import { emitLoop } from "./emit-loop.js";
import { emitMixedSteps, pushIsThere } from "./emit-mixed.js";
import type { Emission } from "./emit-value.js";
import { findFacts } from "./facts.js";
import type { Lanes } from "./lanes.js";
import { GROUP, type MemoryLayout } from "./memory-layout.js";
import { op, ValueType } from "./opcodes.js";
import type { Sink } from "./sink.js";
import type { Steps } from "./steps.js";
import { assembleModule, type ImportedFunction } from "./wasm-module.js";

/** A kernel's module with the functions of JavaScript that it calls. */
export interface KernelModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly imports: readonly ImportedFunction[];
}

/** The only parameter of `run`. */
const LENGTH: Local = 0;

/**
 * The module that computes an expression over a run of pixels and hands the values to a sink: `run(length)` answers how
 * many of them are missing.
 *
 * One loop over groups of pixels. A group is first taken for clean: its values are computed without any status, and
 * whether something was missing is asked once, at its end. Only then is it computed again with reasons. After a group
 * in which something was missing the next one is taken for mixed at once, as clouds lie side by side. Both ways do the
 * same arithmetic, so which one a pixel went changes none of its bits.
 *
 * @param isRaw For each input whether the module may leave scale and offset out, as 1 and 0.
 */
export function emitKernel(
  { steps, root }: Steps,
  layout: MemoryLayout,
  isRaw: readonly boolean[],
  lanes: Lanes,
  sink: Sink,
): KernelModule {
  const facts = findFacts(
    steps,
    layout.inputs.map(({ dtype }, input) => ({ dtype, isRaw: isRaw[input] === true })),
  );
  const imports = importsOf({ steps, root });
  const code = new CodeWriter(1);
  const start = code.local(ValueType.i32);
  const end = code.local(ValueType.i32);
  const at = code.local(ValueType.i32);
  const missing = code.local(ValueType.i32);
  const missingBefore = code.local(ValueType.i32);
  const functionIndex = (name: ScalarMath) => imports.findIndex((each) => each.name === name);
  const emission: Emission = { code, lanes, steps, facts, isRaw, layout, at, maskOf: new Map(), functionIndex };
  code.loop(() => {
    setGroupEnd(code, start, end);
    code.block(() => {
      code.block(() => {
        code.get(missing, missingBefore);
        code.op(op.i32Ne);
        code.branchIf(0);
        emitCleanGroup(emission, root, sink, start, end);
        code.branch(1);
      });
      code.get(missing);
      code.set(missingBefore);
      emitMixedGroup(emission, root, sink, start, end, missing);
    });
    code.get(end);
    code.tee(start);
    code.get(LENGTH);
    code.op(op.i32LtU);
    code.branchIf(0);
  });
  code.get(missing);
  return { bytes: assembleModule(imports, code.finish()), imports };
}

function importsOf({ steps }: Steps): ImportedFunction[] {
  const arities = new Map<ScalarMath, 1 | 2>();
  for (const step of steps) {
    if (step.kind === "bits") arities.set(step.op, 2);
    if (step.kind === "call") arities.set(step.name, step.operands.length === 1 ? 1 : 2);
  }
  return [...arities].map(([name, arity]) => ({ name, arity }));
}

/** `end = min(start + GROUP, length)`. */
function setGroupEnd(code: CodeWriter, start: Local, end: Local): void {
  const push = () => {
    code.get(start);
    code.i32(GROUP);
    code.op(op.i32Add);
  };
  push();
  code.get(LENGTH);
  push();
  code.get(LENGTH);
  code.op(op.i32LtU);
  code.op(op.select);
  code.set(end);
}

/** Leaves the block around it (depth 0) where something is missing: the sink has not heard of the group by then. */
function emitCleanGroup(emission: Emission, root: number, sink: Sink, start: Local, end: Local): void {
  const { code, lanes, layout } = emission;
  leaveOnStatus(emission, start);
  const isSuspect = code.local(lanes.mask);
  lanes.reason(code, Status.valid);
  code.set(isSuspect);
  emitLoop(emission, start, end, () => {
    const value = emitCleanSteps(emission, root, isSuspect);
    lanes.storeValue(code, layout.values, emission.at, value);
  });
  code.get(isSuspect);
  code.op(lanes.op.any);
  code.branchIf(0);
  sink.clean(emission, start, (body) => emitLoop(emission, start, end, body));
}

/** Leaves the block where a status plane has a code other than 0 in this group. */
function leaveOnStatus({ code, layout }: Emission, start: Local): void {
  const planes = layout.inputs.flatMap(({ status }) => (status === null ? [] : [status]));
  if (planes.length === 0) return;
  code.i64Zero();
  for (const plane of planes) {
    for (let byte = 0; byte < GROUP; byte += 8) {
      code.get(start);
      code.memory(op.i64Load, plane + byte);
      code.op(op.i64Or);
    }
  }
  code.op(op.i64Eqz);
  code.op(op.i32Eqz);
  code.branchIf(0);
}

/** Values with their reasons; adds the missing ones to `missing`. */
function emitMixedGroup(emission: Emission, root: number, sink: Sink, start: Local, end: Local, missing: Local): void {
  const { code, lanes } = emission;
  emitLoop(emission, start, end, () => {
    const answer = emitMixedSteps(emission, root);
    if (answer.reason === null) lanes.reason(code, Status.valid);
    else code.get(answer.reason);
    const reason = code.keep(lanes.mask);
    sink.mixed(emission, answer.value, reason);
    code.get(missing);
    code.i32(lanes.width);
    pushIsThere(emission, reason);
    lanes.count(code);
    code.op(op.i32Sub);
    code.op(op.i32Add);
    code.set(missing);
  });
}
