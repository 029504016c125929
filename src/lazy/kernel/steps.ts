import { type BinaryOp, countNodes, type Expr } from "../expression/expr.js";
import type { ScalarMath } from "../expression/scalar-math.js";

/** Operations that WebAssembly has, or that a few of its instructions make. */
export type UnaryStepOp = "negate" | "abs" | "sqrt" | "floor" | "ceil" | "round" | "sign" | "not";
export type Compare = "eq" | "ne" | "lt" | "le" | "gt" | "ge";
export type BinaryStepOp = "add" | "sub" | "mul" | "div" | "min" | "max" | "and" | "or" | Compare;

/** One operation on numbers of earlier steps. */
export type Step =
  /** A plane, by its place among the inputs. */
  | { readonly kind: "input"; readonly input: number; readonly operands: readonly [] }
  /** A number; one that is not finite means `undefined`. */
  | { readonly kind: "constant"; readonly value: number; readonly operands: readonly [] }
  | { readonly kind: "unary"; readonly op: UnaryStepOp; readonly operands: readonly [number] }
  | { readonly kind: "binary"; readonly op: BinaryStepOp; readonly operands: readonly [number, number] }
  | { readonly kind: "bits"; readonly op: "&" | "|"; readonly operands: readonly [number, number] }
  /** Whole numbers times a power of two, rounded down: a shift by known places. */
  | { readonly kind: "shift"; readonly factor: number; readonly operands: readonly [number] }
  /** What JavaScript computes, a pixel at a time. */
  | { readonly kind: "call"; readonly name: ScalarMath; readonly operands: readonly number[] }
  | { readonly kind: "where"; readonly operands: readonly [condition: number, yes: number, no: number] }
  /** The second operand where the first is true; the rest is `masked`. */
  | { readonly kind: "mask"; readonly operands: readonly [condition: number, value: number] }
  /** `answer` where the operand is missing, the other of 1 and 0 where it is there. */
  | { readonly kind: "is-missing"; readonly answer: 0 | 1; readonly operands: readonly [number] }
  | { readonly kind: "fill"; readonly operands: readonly [value: number, fallback: number] };

/** An expression as steps, each after those it reads; equal parts are one step. */
export interface Steps {
  readonly steps: readonly Step[];
  /** The step that is the answer. */
  readonly root: number;
}

type CalledOp = "&" | "|" | "%" | "**" | "<<" | ">>";

const binaryOps: Readonly<Record<Exclude<BinaryOp, CalledOp>, BinaryStepOp>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  and: "and",
  or: "or",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "==": "eq",
  "!=": "ne",
};

/** The most places of a shift; beyond it there is no exact answer. */
const MOST_PLACES = 63;

/**
 * The steps of an expression over numbered inputs.
 *
 * @param inputOf The place of a band among the inputs.
 * @throws InvalidInputError where the expression has too many parts.
 */
export function listSteps(expr: Expr, inputOf: (band: string) => number): Steps {
  countNodes(expr);
  const list = new StepList(inputOf);
  const root = list.add(expr);
  return { steps: list.steps, root };
}

class StepList {
  readonly steps: Step[] = [];
  readonly #known = new Map<string, number>();
  readonly #inputOf: (band: string) => number;

  constructor(inputOf: (band: string) => number) {
    this.#inputOf = inputOf;
  }

  /** The number of the step that computes `expr`. */
  add(expr: Expr): number {
    switch (expr.kind) {
      case "number":
        return this.#constant(expr.value);
      case "nan":
        return this.#constant(Number.NaN);
      case "band":
        return this.#push({ kind: "input", input: this.#inputOf(expr.name), operands: [] });
      case "unary":
        return this.#push({
          kind: "unary",
          op: expr.op === "-" ? "negate" : "not",
          operands: [this.add(expr.operand)],
        });
      case "binary":
        return this.#binary(expr);
      case "call":
        return this.#call(expr);
    }
  }

  #constant(value: number): number {
    return this.#push({ kind: "constant", value, operands: [] });
  }

  #binary({ op, left, right }: Expr & { kind: "binary" }): number {
    const a = this.add(left);
    const places = right.kind === "number" ? right.value : Number.NaN;
    if (op === "**" && places === 2) return this.#push({ kind: "binary", op: "mul", operands: [a, a] });
    if ((op === "<<" || op === ">>") && Number.isInteger(places) && places >= 0 && places <= MOST_PLACES) {
      return this.#push({ kind: "shift", factor: 2 ** (op === "<<" ? places : -places), operands: [a] });
    }
    const b = this.add(right);
    switch (op) {
      case "&":
      case "|":
        return this.#push({ kind: "bits", op, operands: [a, b] });
      case "%":
      case "**":
      case "<<":
      case ">>":
        return this.#push({ kind: "call", name: op, operands: [a, b] });
      default:
        return this.#push({ kind: "binary", op: binaryOps[op], operands: [a, b] });
    }
  }

  #call({ name, args }: Expr & { kind: "call" }): number {
    const operands = args.map((arg) => this.add(arg));
    const [a, b, c] = operands as [number, number, number];
    switch (name) {
      case "where":
        return args.length === 2
          ? this.#push({ kind: "mask", operands: [a, b] })
          : this.#push({ kind: "where", operands: [a, b, c] });
      case "fillna":
        return this.#push({ kind: "fill", operands: [a, b] });
      case "isnan":
      case "isfinite":
        return this.#push({ kind: "is-missing", answer: name === "isnan" ? 1 : 0, operands: [a] });
      case "min":
      case "max":
        return operands.reduce((x, y) => this.#push({ kind: "binary", op: name, operands: [x, y] }));
      case "clip": {
        const raised = this.#push({ kind: "binary", op: "max", operands: [a, b] });
        return this.#push({ kind: "binary", op: "min", operands: [raised, c] });
      }
      case "abs":
      case "sqrt":
      case "floor":
      case "ceil":
      case "round":
      case "sign":
        return this.#push({ kind: "unary", op: name, operands: [a] });
      default:
        return this.#push({ kind: "call", name, operands });
    }
  }

  #push(step: Step): number {
    const key = keyOf(step);
    const seen = this.#known.get(key);
    if (seen !== undefined) return seen;
    this.#known.set(key, this.steps.length);
    return this.steps.push(step) - 1;
  }
}

/** Equal for equal steps. It names operands by number, and so stays short however deep the part is. */
function keyOf(step: Step): string {
  if (step.kind !== "constant") return JSON.stringify(step);
  // JSON knows neither -0 nor NaN.
  return Object.is(step.value, -0) ? "-0" : String(step.value);
}
