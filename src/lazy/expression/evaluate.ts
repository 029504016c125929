import { ExpressionError, InvalidInputError } from "../../errors.js";
import type { TypedArray } from "../../ndarray/dtype.js";
import { compileExpression, type Program, runBlock } from "./compile.js";
import type { Expr } from "./expr.js";
import { createRegister, fillRegister, loadRegister, type Register, storeRegister } from "./register.js";
import { didYouMean } from "./suggest.js";

/** Pixels in a block: a handful of registers of this length stay in a core's first two caches. */
const BLOCK_LENGTH = 2048;

/** The pixels of one band, flat. */
export interface BandPixels {
  /** 64-bit integers are converted to double precision: exact up to 2^53. */
  readonly data: TypedArray;
  /** A `Status` code for each value; null when every pixel is valid. */
  readonly status: Uint8Array | null;
}

export interface EvaluateOptions {
  /** How the answer is stored; it is computed in double precision either way. Default `float32`. */
  dtype?: "float32" | "float64" | undefined;
}

/** The answer of an expression: NaN in `data` exactly where `status` is not 0. */
export interface EvaluatedPixels {
  readonly data: Float32Array | Float64Array;
  readonly status: Uint8Array;
}

/**
 * Band math over pixels, in double precision.
 *
 * - A pixel whose input is missing is missing, with the status that explains most (`combineStatus`). `where` needs
 *   only the side it takes; `isnan` is 1 for a missing pixel, unless it failed.
 * - A result that is no finite number (0/0, x/0, log of a negative, an overflow) is `undefined`. Infinities never
 *   come out, also where numpy would give one.
 * - Comparisons and `and`, `or`, `not` give 1 and 0; anything but 0 counts as true.
 * - Bits are those of whole numbers; a fraction has none and is `undefined`.
 *
 * One pass over blocks of a few thousand pixels: beside the answer it takes some hundred kilobytes, whatever `length` is.
 *
 * @param bands The pixels of each band that the expression names, `length` of them each.
 * @throws ExpressionError where a band is not there.
 * @throws InvalidInputError where a band does not hold `length` pixels.
 */
export function evaluate(
  expr: Expr,
  bands: ReadonlyMap<string, BandPixels>,
  length: number,
  options: EvaluateOptions = {},
): EvaluatedPixels {
  const program = compileExpression(expr);
  const inputs = program.bands.map((name) => findBand(name, bands, length));
  const data = options.dtype === "float64" ? new Float64Array(length) : new Float32Array(length);
  const status = new Uint8Array(length);
  const blockLength = Math.min(length, BLOCK_LENGTH);
  const registers = prepareRegisters(program, blockLength);
  for (let from = 0; from < length; from += blockLength) {
    const count = Math.min(blockLength, length - from);
    for (const [place, input] of inputs.entries()) {
      loadRegister(registers[place]!, input.data, input.status, from, count);
    }
    runBlock(program, registers, count);
    storeRegister(data, status, from, registers[program.result]!, count);
  }
  return { data, status };
}

function findBand(name: string, bands: ReadonlyMap<string, BandPixels>, length: number): BandPixels {
  const band = bands.get(name);
  if (band === undefined) {
    throw new ExpressionError(`there are no pixels of band "${name}"${didYouMean(name, bands.keys())}`, {
      details: { band: name },
    });
  }
  for (const plane of [band.data, band.status]) {
    if (plane !== null && plane.length !== length) {
      throw new InvalidInputError(`band "${name}" has ${plane.length} pixels where ${length} are asked for`, {
        details: { band: name, actual: plane.length, expected: length },
      });
    }
  }
  return band;
}

/** Constants are written once: no instruction ever writes to their registers again. */
function prepareRegisters(program: Program, blockLength: number): Register[] {
  const registers = Array.from({ length: program.registerCount }, () => createRegister(blockLength));
  for (const { register, value } of program.constants) fillRegister(registers[register]!, value);
  return registers;
}
