import { inputsOf, type Reducer } from "./node.js";
import type { Program, ProgramNode } from "./program.js";

/** One time step of one source. */
export interface SourceStep {
  readonly source: number;
  readonly step: number;
}

/** Steps that a run of pixels sees before the next run: accumulators stay in a core's cache meanwhile. */
export const STEPS_AT_ONCE = 8;

/**
 * A walk along the outermost dimension that ends some folds, or writes the outputs.
 *
 * `stepwise`: {@link STEPS_AT_ONCE} steps by steps, and all of the block's pixels in each: what these steps need is loaded
 * before them. `columnar`: all is loaded first, and small runs of pixels see all their steps at once, for what needs a
 * pixel's whole column in time.
 */
export interface Pass {
  readonly mode: "stepwise" | "columnar";
  /** Steps of the walk. */
  readonly length: number;
  /** Folds that are fed, by their number among the program's nodes. */
  readonly folds: readonly number[];
  /** Outputs that are written, by their place in `Program.outputs`. */
  readonly outputs: readonly number[];
  /** What is loaded before each group of steps, and let go of after it; one entry where columnar. */
  readonly loads: readonly (readonly SourceStep[])[];
  readonly releases: readonly (readonly SourceStep[])[];
}

/** In what order a block of a program is computed, and the memory it takes. The same for every block. */
export interface Schedule {
  readonly passes: readonly Pass[];
  /** Bytes held for each pixel of a block, at most: pixels, accumulators and outputs. */
  readonly bytesPerPixel: number;
}

/** True for a reduction that takes values one by one and keeps no more than an accumulator. */
export function isFolding({ name }: Reducer): boolean {
  return name !== "median" && name !== "quantile" && name !== "medoid";
}

/** True for nodes whose values are known only after a walk over the whole outermost dimension. */
export function isFold(node: ProgramNode): boolean {
  if (node.kind === "pick") return true;
  if (node.kind !== "reduce") return false;
  return node.over.y || node.over.x || (node.over.outer && isFolding(node.reducer));
}

/** True for nodes that need all steps of a pixel at once. */
function isColumn(node: ProgramNode): boolean {
  return node.kind === "scan" || (node.kind === "reduce" && node.over.outer && !isFold(node));
}

/** Plan the passes of a program: each step of each source is loaded once, where it is first needed. */
export function scheduleProgram(program: Program): Schedule {
  const drafts = [...foldPasses(program), outputPass(program)].flat();
  const loads = drafts.map(({ steps }) => steps.map((): SourceStep[] => []));
  const releases = drafts.map(({ steps }) => steps.map((): SourceStep[] => []));
  const firstUse = new Set<number>();
  const lastUse = new Map<number, readonly [pass: number, step: number]>();
  drafts.forEach(({ steps }, pass) => {
    steps.forEach((keys, step) => {
      for (const key of keys) {
        if (!firstUse.has(key)) loads[pass]?.[step]?.push(fromKey(key));
        firstUse.add(key);
        lastUse.set(key, [pass, step]);
      }
    });
  });
  for (const [key, [pass, step]] of lastUse) releases[pass]?.[step]?.push(fromKey(key));
  const passes = drafts.map(({ steps: _, ...draft }, i) => ({
    ...draft,
    loads: loads[i] ?? [],
    releases: releases[i] ?? [],
  }));
  return { passes, bytesPerPixel: bytesPerPixel(program, passes) };
}

type PassDraft = Omit<Pass, "loads" | "releases"> & { steps: ReadonlySet<number>[] };

/** Source and step in one number: neither comes near these limits. */
const MAX_STEPS = 2 ** 32;

function toKey(source: number, step: number): number {
  return source * MAX_STEPS + step;
}

function fromKey(key: number): SourceStep {
  return { source: Math.floor(key / MAX_STEPS), step: key % MAX_STEPS };
}

function lengthOf(node: ProgramNode | undefined): number {
  return node?.shape.outer ?? 1;
}

function foldPasses(program: Program): PassDraft[] {
  const { nodes } = program;
  const levels: number[] = [];
  for (const node of nodes) {
    const below = Math.max(0, ...inputsOf(node).map((input) => levels[input] ?? 0));
    levels.push(below + (isFold(node) ? 1 : 0));
  }
  const groups = new Map<string, number[]>();
  nodes.forEach((node, at) => {
    if (!isFold(node)) return;
    const [input = 0] = inputsOf(node);
    const mode = needsColumns(program, inputsOf(node)) ? "columnar" : "stepwise";
    const key = `${String(levels[at]).padStart(6, "0")} ${mode} ${lengthOf(nodes[input])}`;
    groups.set(key, [...(groups.get(key) ?? []), at]);
  });
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, folds]) => {
      const inputs = folds.map((fold) => inputsOf(nodes[fold] as ProgramNode));
      const mode = key.split(" ")[1] === "columnar" ? "columnar" : "stepwise";
      return draftPass(program, mode, lengthOf(nodes[inputs[0]?.[0] ?? 0]), inputs.flat(), { folds, outputs: [] });
    });
}

function outputPass(program: Program): PassDraft[] {
  const groups = new Map<number, number[]>();
  program.outputs.forEach((at, output) => {
    const node = program.nodes[at] as ProgramNode;
    // What a fold over y or x gives is handed over as it is.
    if (node.kind === "reduce" && (node.over.y || node.over.x)) return;
    const length = lengthOf(node);
    groups.set(length, [...(groups.get(length) ?? []), output]);
  });
  return [...groups].map(([length, outputs]) => {
    const roots = outputs.map((output) => program.outputs[output] ?? 0);
    const mode = needsColumns(program, roots) ? "columnar" : "stepwise";
    return draftPass(program, mode, length, roots, { folds: [], outputs });
  });
}

function needsColumns({ nodes }: Program, roots: readonly number[]): boolean {
  return roots.some((at) => {
    const node = nodes[at] as ProgramNode;
    return isColumn(node) || (!isFold(node) && needsColumns({ nodes } as Program, inputsOf(node)));
  });
}

function draftPass(
  program: Program,
  mode: Pass["mode"],
  length: number,
  roots: readonly number[],
  what: Pick<Pass, "folds" | "outputs">,
): PassDraft {
  const steps: Set<number>[] = [];
  let seen = new Set<string>();
  for (let step = 0; step < length; step++) {
    if (step === 0 || (mode === "stepwise" && step % STEPS_AT_ONCE === 0)) {
      seen = new Set();
      steps.push(new Set());
    }
    const keys = steps[steps.length - 1] as Set<number>;
    for (const root of roots) collectSteps(program, root, step, keys, seen);
  }
  return { mode, length, ...what, steps };
}

/** The steps of sources that a node's values at a step come from, but for what earlier passes have computed. */
function collectSteps(program: Program, at: number, wanted: number, keys: Set<number>, seen: Set<string>): void {
  const node = program.nodes[at] as ProgramNode;
  const step = node.shape.outer === null ? 0 : wanted;
  const key = `${at} ${step}`;
  if (seen.has(key)) return;
  seen.add(key);
  if (node.kind === "scenes") keys.add(toKey(node.source, step));
  for (const [input, from, to] of inputSteps(program, node, step)) {
    for (let s = from; s <= to; s++) collectSteps(program, input, s, keys, seen);
  }
}

/** What of its inputs a node's step needs: input, first and last step. */
function inputSteps(
  { nodes }: Program,
  node: ProgramNode,
  step: number,
): (readonly [input: number, from: number, to: number])[] {
  if (isFold(node)) return [];
  const last = (input: number) => lengthOf(nodes[input]) - 1;
  if (isColumn(node)) return inputsOf(node).map((input) => [input, 0, last(input)]);
  switch (node.kind) {
    case "rolling":
      return [[node.input, Math.max(0, step - node.before), Math.min(last(node.input), step + node.after)]];
    case "take": {
      const from = node.dim === "outer" ? (node.positions[step] ?? 0) : step;
      return [[node.input, from, from]];
    }
    case "stack":
      if (node.dim === "outer") {
        const [input, from] = stackedAt(nodes, node.inputs, step);
        return [[input, from, from]];
      }
      return node.inputs.map((input) => [input, step, step]);
    default:
      return inputsOf(node).map((input) => [input, step, step]);
  }
}

/** Which input of arrays stacked along the outermost dimension holds a step, and as which of its own. */
export function stackedAt(
  nodes: readonly ProgramNode[],
  inputs: readonly number[],
  step: number,
): readonly [input: number, step: number] {
  let before = 0;
  for (const input of inputs) {
    const length = lengthOf(nodes[input]);
    if (step < before + length) return [input, step - before];
    before += length;
  }
  return [inputs[inputs.length - 1] ?? 0, 0];
}

/** Values and status of a result, in bytes, and the three accumulators of a spread with theirs. */
const RESULT_BYTES = 9;
const ACCUMULATOR_BYTES = 25;

function bytesPerPixel(program: Program, passes: readonly Pass[]): number {
  let [held, most] = [0, 0];
  const bytesOf = ({ source }: SourceStep) => {
    const { bands, sampleBytes } = program.sources[source] as Program["sources"][number];
    return bands.length * (sampleBytes + 1);
  };
  for (const { loads, releases } of passes) {
    loads.forEach((steps, i) => {
      held += steps.reduce((sum, step) => sum + bytesOf(step), 0);
      most = Math.max(most, held);
      held -= (releases[i] ?? []).reduce((sum, step) => sum + bytesOf(step), 0);
    });
  }
  const planes = ({ shape }: ProgramNode) => (shape.outer ?? 1) * (shape.band ?? 1);
  const accumulators = program.nodes.filter(isFold).filter(({ shape }) => shape.y && shape.x);
  const outputs = program.outputs
    .map((at) => program.nodes[at] as ProgramNode)
    .filter(({ shape }) => shape.y && shape.x);
  return (
    most +
    accumulators.reduce((sum, node) => sum + ACCUMULATOR_BYTES * planes(node), 0) +
    outputs.reduce((sum, node) => sum + RESULT_BYTES * planes(node), 0)
  );
}
