import { bandsOf, type Expr, operandsOf } from "./expr.js";
import {
  addKernel,
  binaryKernel,
  compareKernel,
  divideKernel,
  isMissingKernel,
  multiplyKernel,
  subtractKernel,
  truthKernel,
  unaryKernel,
  whereKernel,
} from "./kernels.js";
import type { Register } from "./register.js";
import { binaryMath, functionMath, unaryMath } from "./scalar-math.js";

/** One step over a block: the node it computes, the registers it reads, the one it writes. */
interface Instruction {
  readonly node: Operation;
  readonly inputs: readonly number[];
  readonly output: number;
}

type Operation = Expr & { kind: "unary" | "binary" | "call" };

/**
 * An expression as a list of steps over numbered registers: bands first, then constants, then intermediates.
 *
 * A part that stands twice is computed once, and an intermediate's register is used again after its last reader.
 */
export interface Program {
  /** The bands to load into registers 0, 1, …. */
  readonly bands: readonly string[];
  /** Registers that hold one number throughout; NaN for `nan`. */
  readonly constants: readonly { readonly register: number; readonly value: number }[];
  readonly instructions: readonly Instruction[];
  readonly registerCount: number;
  /** The register that holds the answer. */
  readonly result: number;
}

/**
 * The steps that compute an expression.
 *
 * @throws InvalidInputError where the expression has too many parts.
 */
export function compileExpression(expr: Expr): Program {
  const bands = bandsOf(expr);
  const { nodes, result } = numberNodes(expr);
  return assignRegisters(bands, nodes, result);
}

/** A node with the numbers of its operands, in the order in which they can be computed. */
interface NumberedNode {
  readonly expr: Expr;
  readonly operands: readonly number[];
}

/** Equal parts get one number. Keys are made of numbers, so they stay short however deep the part. */
function numberNodes(root: Expr): { nodes: NumberedNode[]; result: number } {
  const nodes: NumberedNode[] = [];
  const known = new Map<string, number>();
  const visit = (expr: Expr): number => {
    const operands = operandsOf(expr).map(visit);
    const key = JSON.stringify([expr.kind, labelOf(expr), operands]);
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    known.set(key, nodes.length);
    return nodes.push({ expr, operands }) - 1;
  };
  return { result: visit(root), nodes };
}

function labelOf(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return String(expr.value);
    case "nan":
      return "nan";
    case "unary":
    case "binary":
      return expr.op;
    default:
      return expr.name;
  }
}

function assignRegisters(bands: readonly string[], nodes: readonly NumberedNode[], result: number): Program {
  const lastReader = findLastReaders(nodes, result);
  const registerOf: number[] = [];
  const constants: { register: number; value: number }[] = [];
  const instructions: Instruction[] = [];
  const free: number[] = [];
  let registerCount = bands.length;
  for (const { expr } of nodes) {
    if (expr.kind === "number") constants.push({ register: registerCount++, value: expr.value });
    if (expr.kind === "nan") constants.push({ register: registerCount++, value: Number.NaN });
  }
  let nextConstant = 0;
  for (const [number, { expr, operands }] of nodes.entries()) {
    if (expr.kind === "band") registerOf[number] = bands.indexOf(expr.name);
    else if (expr.kind === "number" || expr.kind === "nan") {
      registerOf[number] = constants[nextConstant++]!.register;
    } else {
      const output = free.pop() ?? registerCount++;
      registerOf[number] = output;
      instructions.push({ node: expr, inputs: operands.map((operand) => registerOf[operand]!), output });
      for (const operand of new Set(operands)) {
        const isIntermediate = operandsOf(nodes[operand]!.expr).length > 0;
        if (isIntermediate && lastReader[operand] === number) free.push(registerOf[operand]!);
      }
    }
  }
  return { bands, constants, instructions, registerCount, result: registerOf[result]! };
}

/** For each node the number of the last one that reads it; the answer is read after all of them. */
function findLastReaders(nodes: readonly NumberedNode[], result: number): number[] {
  const last: number[] = [];
  for (const [number, { operands }] of nodes.entries()) {
    for (const operand of operands) last[operand] = number;
  }
  last[result] = nodes.length;
  return last;
}

/** Run a program over the first `length` pixels of its registers, whose bands have been loaded. */
export function runBlock(program: Program, registers: readonly Register[], length: number): void {
  for (const { node, inputs, output } of program.instructions) {
    const out = registers[output]!;
    const operands = inputs.map((input) => registers[input]!);
    if (node.kind === "unary") unaryKernel(out, operands[0]!, length, unaryMath[node.op]);
    else if (node.kind === "binary") runBinary(node, out, operands[0]!, operands[1]!, length);
    else runCall(node, out, operands, length);
  }
}

function runBinary({ op }: Expr & { kind: "binary" }, out: Register, a: Register, b: Register, length: number): void {
  switch (op) {
    case "+":
      addKernel(out, a, b, length);
      break;
    case "-":
      subtractKernel(out, a, b, length);
      break;
    case "*":
      multiplyKernel(out, a, b, length);
      break;
    case "/":
      divideKernel(out, a, b, length);
      break;
    case "and":
    case "or":
      truthKernel(out, a, b, length, op === "and" ? 2 : 1);
      break;
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "==":
    case "!=":
      compareKernel(out, a, b, length, op);
      break;
    default:
      binaryKernel(out, a, b, length, binaryMath[op]);
  }
}

function runCall(node: Expr & { kind: "call" }, out: Register, operands: readonly Register[], length: number): void {
  const [a, b, c] = operands as [Register, Register, Register];
  switch (node.name) {
    case "where":
      whereKernel(out, a, b, c, length);
      break;
    case "isnan":
      isMissingKernel(out, a, length, 0);
      break;
    case "isfinite":
      isMissingKernel(out, a, length, 1);
      break;
    case "arctan2":
      binaryKernel(out, a, b, length, Math.atan2);
      break;
    case "clip":
      binaryKernel(out, a, b, length, Math.max);
      binaryKernel(out, out, c, length, Math.min);
      break;
    case "min":
      runFold(out, operands, length, Math.min);
      break;
    case "max":
      runFold(out, operands, length, Math.max);
      break;
    default:
      unaryKernel(out, a, length, functionMath[node.name]);
  }
}

function runFold(
  out: Register,
  operands: readonly Register[],
  length: number,
  operation: (x: number, y: number) => number,
): void {
  const [first, second, ...rest] = operands as [Register, Register, ...Register[]];
  binaryKernel(out, first, second, length, operation);
  for (const operand of rest) binaryKernel(out, out, operand, length, operation);
}
