import type { BinaryOp, FunctionName } from "./expr.js";

/**
 * The arithmetic of one pixel that a kernel leaves to JavaScript: in double precision, as numpy has it for float64.
 *
 * An operation without an answer returns NaN or an infinity, which kernels make `undefined`. What comes of a missing
 * input, which may be any number here, does not matter: kernels look at its status.
 */

const TWO_32 = 2 ** 32;

/** The remainder with the sign of the divisor, as in Python; JavaScript's has the sign of the dividend. */
function floorModulo(x: number, y: number): number {
  const remainder = x % y;
  return remainder !== 0 && remainder < 0 !== y < 0 ? remainder + y : remainder;
}

/** Bits of whole numbers only: a fraction, or a whole number too large to be exact, has none. */
function bitwise(x: number, y: number, narrow: (x: number, y: number) => number, wide: typeof wideAnd): number {
  if ((x | 0) === x && (y | 0) === y) return narrow(x, y);
  // QA bands of 32 bits: the sign that JavaScript's operators give the top bit is taken off again.
  if (x >= 0 && x < TWO_32 && y >= 0 && y < TWO_32 && x % 1 === 0 && y % 1 === 0) return narrow(x, y) >>> 0;
  return Number.isSafeInteger(x) && Number.isSafeInteger(y) ? Number(wide(BigInt(x), BigInt(y))) : Number.NaN;
}

function wideAnd(x: bigint, y: bigint): bigint {
  return x & y;
}

function wideOr(x: bigint, y: bigint): bigint {
  return x | y;
}

/** Shifts multiply, so nothing wraps around at 8, 16 or 32 bits; a result that is not exact has no answer. */
function shift(x: number, places: number, towards: 1 | -1): number {
  if (!Number.isSafeInteger(x) || !Number.isInteger(places) || places < 0 || places > 63) return Number.NaN;
  const shifted = Math.floor(x * 2 ** (towards * places));
  return Number.isSafeInteger(shifted) ? shifted : Number.NaN;
}

/** Functions of one argument that WebAssembly does not have. */
const unaryMath = {
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
} as const satisfies Partial<Record<FunctionName, (x: number) => number>>;

/** Operations of two operands that WebAssembly does not have, or not for all numbers. */
const binaryMath = {
  "%": floorModulo,
  "**": (x, y) => x ** y,
  "&": (x, y) => bitwise(x, y, (a, b) => a & b, wideAnd),
  "|": (x, y) => bitwise(x, y, (a, b) => a | b, wideOr),
  "<<": (x, y) => shift(x, y, 1),
  ">>": (x, y) => shift(x, y, -1),
  arctan2: Math.atan2,
} as const satisfies Partial<Record<BinaryOp | FunctionName, (x: number, y: number) => number>>;

/** An operation that is computed here, pixel by pixel, by the name it has in an expression. */
export type ScalarMath = keyof typeof unaryMath | keyof typeof binaryMath;

/** What each of them computes; one operand or two. */
export const scalarMath: Readonly<Record<ScalarMath, ((x: number) => number) | ((x: number, y: number) => number)>> = {
  ...unaryMath,
  ...binaryMath,
};
