import { UnsupportedError } from "../../errors.js";
import { type Expr, operandsOf } from "../expression/expr.js";
import { substitute } from "../expression/substitute.js";
import { inputsOf, type MathNode, type Node, nodesOf, type SceneNode, type SceneSource, withInputs } from "./node.js";
import type { Halo, Program, ProgramNode, ProgramSource } from "./program.js";

/** An expression used in two places is computed in both up to this many parts, and by itself beyond. */
const MAX_SHARED_PARTS = 40;
/** Parts of one fused expression; longer ones are computed in pieces. */
const MAX_FUSED_PARTS = 400;

/** A program, and the scenes that its sources are. */
export interface Lowered {
  program: Program;
  sources: readonly SceneSource[];
}

/**
 * The program of some arrays: nodes numbered, each once, and arithmetic on arithmetic fused to one expression.
 *
 * Pure: the same graph gives the same program.
 */
export function lower(outputs: readonly Node[]): Lowered {
  const order = nodesOf(outputs);
  const fused = fuse(order, outputs);
  const roots = outputs.map((node) => fused.get(node) as Node);
  const nodes: ProgramNode[] = [];
  const numbers = new Map<Node, number>();
  const sources = new SourceList();
  const number = (node: Node) => numbers.get(node) as number;
  for (const node of nodesOf(roots)) numbers.set(node, nodes.push(toProgramNode(node, number, sources)) - 1);
  const positions = roots.map(number);
  const halos = findHalos(nodes, positions);
  return {
    program: { nodes, sources: sources.described(halos, nodes), outputs: positions },
    sources: sources.sources,
  };
}

class SourceList {
  readonly sources: SceneSource[] = [];
  readonly #bands: ProgramSource["bands"][number][][] = [];

  add({ source, band: name, isScaled }: SceneNode): { source: number; band: number } {
    let at = this.sources.indexOf(source);
    if (at < 0) {
      at = this.sources.push(source) - 1;
      this.#bands.push([]);
    }
    const bands = this.#bands[at] ?? [];
    const known = bands.findIndex((band) => band.name === name && band.isScaled === isScaled);
    return { source: at, band: known < 0 ? bands.push({ name, isScaled }) - 1 : known };
  }

  described(halos: readonly Halo[], nodes: readonly ProgramNode[]): ProgramSource[] {
    return this.sources.map(({ length, sampleBytes }, at) => {
      const own = nodes.flatMap((node, i) => (node.kind === "scenes" && node.source === at ? [halos[i] as Halo] : []));
      return { bands: this.#bands[at] ?? [], length, sampleBytes, halo: largest(own) };
    });
  }
}

function toProgramNode(node: Node, number: (node: Node) => number, sources: SourceList): ProgramNode {
  const { shape } = node;
  switch (node.kind) {
    case "scenes":
      return { kind: "scenes", shape, ...sources.add(node) };
    case "math":
      return { kind: "math", shape, expr: node.expr, inputs: node.inputs.map(number) };
    case "stack":
      return { kind: "stack", shape, dim: node.dim, inputs: node.inputs.map(number) };
    case "pick":
      return { kind: "pick", shape, input: number(node.input), index: number(node.index) };
    case "array":
      return { kind: "array", shape, values: node.values, status: node.status, window: node.window };
    default: {
      const { dtype: _, input, ...rest } = node;
      return { ...rest, input: number(input) } as ProgramNode;
    }
  }
}

/** For each arithmetic node the same with the arithmetic of its inputs taken in; every other node over such inputs. */
function fuse(order: readonly Node[], outputs: readonly Node[]): Map<Node, Node> {
  const readers = countReaders(order, outputs);
  const fused = new Map<Node, Node>();
  const parts = new Map<Node, number>();
  for (const node of order) {
    const replaced = (input: Node) => fused.get(input) ?? input;
    if (node.kind !== "math") {
      fused.set(node, withInputs(node, replaced));
      continue;
    }
    const isTaken = (input: Node) => {
      const size = parts.get(input);
      return size !== undefined && size <= (readers.get(input) === 1 ? MAX_FUSED_PARTS : MAX_SHARED_PARTS);
    };
    const whole = absorb(node, replaced, isTaken);
    parts.set(node, countParts(whole.expr));
    const isTooLong = countParts(whole.expr) > MAX_FUSED_PARTS;
    const kept = isTooLong ? absorb(node, replaced, () => false) : whole;
    if (isTooLong) parts.set(node, countParts(kept.expr));
    fused.set(node, kept);
  }
  return fused;
}

function countReaders(order: readonly Node[], outputs: readonly Node[]): Map<Node, number> {
  const readers = new Map<Node, number>();
  const add = (node: Node) => readers.set(node, (readers.get(node) ?? 0) + 1);
  outputs.forEach(add);
  for (const node of order) inputsOf(node).forEach(add);
  return readers;
}

/** The node's expression with those of some inputs written into it, and every input named once. */
function absorb(node: MathNode, replaced: (node: Node) => Node, isTaken: (input: Node) => boolean): MathNode {
  const inputs: Node[] = [];
  const nameOf = (input: Node) => {
    const at = inputs.indexOf(input);
    return String(at < 0 ? inputs.push(input) - 1 : at);
  };
  const written = node.inputs.map((input): Expr => {
    const own = replaced(input);
    if (own.kind !== "math" || !isTaken(input)) return { kind: "band", name: nameOf(own) };
    return substitute(own.expr, (name) => ({ kind: "band", name: nameOf(own.inputs[Number(name)] as Node) }));
  });
  return { ...node, expr: substitute(node.expr, (name) => written[Number(name)] as Expr), inputs };
}

function countParts(expr: Expr): number {
  return operandsOf(expr).reduce((sum, operand) => sum + countParts(operand), 1);
}

/** Pixels that each node is needed for around a block. */
function findHalos(nodes: readonly ProgramNode[], outputs: readonly number[]): Halo[] {
  const halos = nodes.map((): Halo => ({ rows: 0, cols: 0 }));
  const need = (at: number, halo: Halo) => {
    halos[at] = largest([halos[at] as Halo, halo]);
  };
  for (const output of outputs) need(output, { rows: 0, cols: 0 });
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at] as ProgramNode;
    const own = halos[at] as Halo;
    if (own.rows + own.cols > 0 && !isPixelwise(node)) {
      throw new UnsupportedError(
        `a mask can grow from bands and arithmetic on them, not from a ${node.kind}; compute that first`,
        { details: { kind: node.kind } },
      );
    }
    if (node.kind === "grow") need(node.input, { rows: own.rows + node.reach.rows, cols: own.cols + node.reach.cols });
    else if (node.kind === "math" || node.kind === "stack") for (const input of node.inputs) need(input, own);
    else if (node.kind === "take") need(node.input, own);
  }
  return halos;
}

function isPixelwise({ kind }: ProgramNode): boolean {
  return kind === "scenes" || kind === "math" || kind === "take" || kind === "stack" || kind === "grow";
}

function largest(halos: readonly Halo[]): Halo {
  return {
    rows: Math.max(0, ...halos.map(({ rows }) => rows)),
    cols: Math.max(0, ...halos.map(({ cols }) => cols)),
  };
}
