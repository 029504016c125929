import type { BinaryOp, Expr } from "../../../src/lazy/expression/expr.js";
import type { KernelPlane } from "../../../src/lazy/kernel/kernel.js";

/** One pixel: the value means nothing where the status is not 0. */
export interface Pixel {
  readonly value: number;
  readonly status: number;
}

const [UNCOVERED, NODATA, MASKED, UNDEFINED, FAILED] = [1, 2, 3, 4, 5];
const leastToMost = [0, UNCOVERED, NODATA, UNDEFINED, MASKED, FAILED];
const missing = (status: number): Pixel => ({ value: Number.NaN, status });
const settled = (value: number): Pixel => (Number.isFinite(value) ? { value, status: 0 } : missing(UNDEFINED));

/** The documented meaning of an expression at one pixel, in plain words and without any thought of speed. */
export function interpret(expr: Expr, pixelOf: (band: string) => Pixel): Pixel {
  const go = (part: Expr) => interpret(part, pixelOf);
  switch (expr.kind) {
    case "number":
      return settled(expr.value);
    case "nan":
      return missing(UNDEFINED);
    case "band":
      return pixelOf(expr.name);
    case "unary":
      return strict([go(expr.operand)], (x) => (expr.op === "-" ? -x : x === 0 ? 1 : 0));
    case "binary":
      if (expr.op === "**" && expr.right.kind === "number" && expr.right.value === 2) {
        return strict([go(expr.left)], (x) => x * x);
      }
      return strict([go(expr.left), go(expr.right)], (x, y) => binary(expr.op, x, y));
    case "call":
      return call(expr.name, expr.args.map(go));
  }
}

/** A sample of a plane as a pixel. */
export function readPixel(plane: KernelPlane, at: number): Pixel {
  const status = plane.status?.[at] ?? 0;
  if (status !== 0) return missing(status);
  const sample = plane.data[at]!;
  if (sample === plane.nodata || Number.isNaN(sample)) return missing(NODATA);
  const isScaled = plane.scale !== 1 || plane.offset !== 0;
  return settled(isScaled ? Number(sample) * plane.scale + plane.offset : Number(sample));
}

function strict(operands: readonly Pixel[], compute: (x: number, y: number) => number): Pixel {
  const ranks = operands.map(({ status }) => leastToMost.indexOf(status));
  const most = leastToMost[Math.max(...ranks)]!;
  if (most !== 0) return missing(most);
  return settled(compute(operands[0]!.value, operands[1]?.value ?? Number.NaN));
}

function call(name: string, args: readonly Pixel[]): Pixel {
  const [a, b, c] = args as [Pixel, Pixel, Pixel];
  switch (name) {
    case "where":
      if (a.status !== 0) return a;
      return a.value !== 0 ? b : (c ?? missing(MASKED));
    case "fillna":
      return a.status === 0 || a.status === FAILED ? a : b;
    case "isnan":
      return a.status === FAILED ? a : settled(a.status === 0 ? 0 : 1);
    case "isfinite":
      return a.status === FAILED ? a : settled(a.status === 0 ? 1 : 0);
    case "min":
      return args.reduce((x, y) => strict([x, y], Math.min));
    case "max":
      return args.reduce((x, y) => strict([x, y], Math.max));
    case "clip":
      return strict([strict([a, b], Math.max), c], Math.min);
    case "arctan2":
      return strict([a, b], Math.atan2);
    default:
      return strict([a], functions[name]!);
  }
}

const functions: Readonly<Record<string, (x: number) => number>> = {
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  round: (x) => {
    const below = Math.floor(x);
    const nearest = x - below < 0.5 || (x - below === 0.5 && below % 2 === 0) ? below : below + 1;
    // What is rounded up to 0 keeps its sign.
    return nearest === 0 && (x < 0 || Object.is(x, -0)) ? -0 : nearest;
  },
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  tanh: Math.tanh,
};

function binary(op: BinaryOp, x: number, y: number): number {
  switch (op) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return x / y;
    case "%": {
      const remainder = x % y;
      return remainder !== 0 && Math.sign(remainder) !== Math.sign(y) ? remainder + y : remainder;
    }
    case "**":
      return x ** y;
    case "and":
      return Number(x !== 0 && y !== 0);
    case "or":
      return Number(x !== 0 || y !== 0);
    case "<":
      return Number(x < y);
    case "<=":
      return Number(x <= y);
    case ">":
      return Number(x > y);
    case ">=":
      return Number(x >= y);
    case "==":
      return Number(x === y);
    case "!=":
      return Number(x !== y);
    case "&":
    case "|":
      return bits(op, x, y);
    case "<<":
    case ">>":
      return shift(op, x, y);
  }
}

function bits(op: "&" | "|", x: number, y: number): number {
  if (!Number.isSafeInteger(x) || !Number.isSafeInteger(y)) return Number.NaN;
  return Number(op === "&" ? BigInt(x) & BigInt(y) : BigInt(x) | BigInt(y));
}

function shift(op: "<<" | ">>", x: number, places: number): number {
  if (!Number.isSafeInteger(x) || !Number.isInteger(places) || places < 0 || places > 63) return Number.NaN;
  // Integers have no -0, doubles have.
  if (x === 0) return x;
  const shifted = Number(op === "<<" ? BigInt(x) << BigInt(places) : BigInt(x) >> BigInt(places));
  return Number.isSafeInteger(shifted) ? shifted : Number.NaN;
}
