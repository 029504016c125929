import { didYouMean } from "../../did-you-mean.js";
import { ExpressionError, InvalidInputError } from "../../errors.js";
import { isFloat, type TypedArray } from "../../ndarray/dtype.js";
import { Status } from "../../ndarray/status.js";
import { dtypeOf } from "../kernel/dtype-of.js";
import { Kernel, type KernelPlane, STRIP } from "../kernel/kernel.js";
import { storeSingles } from "../store-singles.js";
import { bandsOf, type Expr } from "./expr.js";

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
 *   only the side it takes, and without a second side the rest is `masked`; `isnan` is 1 for a missing pixel and
 *   `fillna` gives it a value, unless it failed.
 * - A result that is no finite number (0/0, x/0, log of a negative, an overflow) is `undefined`. Infinities never
 *   come out, also where numpy would give one.
 * - Comparisons and `and`, `or`, `not` give 1 and 0; anything but 0 counts as true.
 * - Bits are those of whole numbers; a fraction has none and is `undefined`.
 *
 * One pass over strips of {@link STRIP} pixels: beside the answer it takes some hundred kilobytes, whatever `length` is.
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
  const names = bandsOf(expr);
  const inputs = names.map((name) => findBand(name, bands, length));
  const dtypes = inputs.map(({ data }) => dtypeOf(data));
  const hasStatus = inputs.map(({ status }, i) => status !== null || isFloat(dtypes[i]!));
  const kernel = Kernel.compile(
    expr,
    names.map((name, i) => ({ name, dtype: dtypes[i]!, hasStatus: hasStatus[i]! })),
  );
  const data = options.dtype === "float64" ? new Float64Array(length) : new Float32Array(length);
  const status = new Uint8Array(length);
  for (let from = 0; from < length; from += STRIP) {
    const count = Math.min(STRIP, length - from);
    const planes = inputs.map((input) => cutPlane(input, from, count));
    const zeros = planes.map(() => 0);
    const result = kernel.run(planes, zeros, count);
    status.set(result.status, from);
    if (data instanceof Float64Array) data.set(result.values, from);
    else storeSingles(data, status, from, result.values);
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

/** A strip of a band. Its status was settled when it was read, so a NaN that is valid is not nodata but `undefined`. */
function cutPlane({ data, status }: BandPixels, from: number, count: number): KernelPlane {
  const strip = data.subarray(from, from + count);
  const codes = status?.subarray(from, from + count) ?? null;
  const settled = strip instanceof Float32Array || strip instanceof Float64Array ? settleNaN(strip, codes) : codes;
  return { data: strip, status: settled, nodata: null, scale: 1, offset: 0 };
}

function settleNaN(strip: Float32Array | Float64Array, codes: Uint8Array | null): Uint8Array {
  const settled = codes === null ? new Uint8Array(strip.length) : Uint8Array.from(codes);
  for (let i = 0; i < strip.length; i++) {
    if (Number.isNaN(strip[i]) && settled[i] === Status.valid) settled[i] = Status.undefined;
  }
  return settled;
}
