import fc from "fast-check";
import type { KernelInput, KernelPlane } from "../../../src/lazy/kernel/kernel.js";
import { createTypedArray, type DType } from "../../../src/ndarray/dtype.js";

/** A plane with what a kernel is told of it. */
export interface ArbitraryPlane {
  readonly input: KernelInput;
  readonly plane: KernelPlane;
}

const dtypes: readonly DType[] = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "uint64",
  "int64",
  "float16",
  "float32",
  "float64",
];

const specialFloats = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.5, 1e300, 5e-324];

/** Samples of a type: small numbers, its ends, and what floats have besides. */
function samples(dtype: DType): fc.Arbitrary<number> {
  if (dtype.startsWith("float")) return fc.oneof(fc.integer({ min: -3, max: 300 }), fc.constantFrom(...specialFloats));
  const bits = Number(dtype.replace(/\D/g, ""));
  const [least, most] = dtype.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return fc.oneof(fc.integer({ min: Math.max(-3, least), max: Math.min(300, most) }), fc.constantFrom(least, most));
}

/**
 * A plane of `length` pixels of any type: mostly there, with holes of every kind in some.
 *
 * @param name The band's name.
 */
export function planes(name: string, length: number): fc.Arbitrary<ArbitraryPlane> {
  return fc.constantFrom(...dtypes).chain((dtype) =>
    fc
      .record({
        numbers: fc.array(samples(dtype), { minLength: length, maxLength: length }),
        codes: fc.option(
          fc.array(fc.constantFrom(0, 0, 0, 0, 1, 2, 3, 4, 5), { minLength: length, maxLength: length }),
        ),
        nodata: fc.option(samples(dtype)),
        scaling: fc.constantFrom([1, 0], [1, 0], [0.0001, -0.1], [1, 7], [-2, 0], [1e308, 0]),
      })
      .map(({ numbers, codes, nodata, scaling: [scale = 1, offset = 0] }) => {
        const data = createTypedArray(dtype, length);
        const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
        numbers.forEach((number, i) => {
          data[i] = isBig ? BigInt(number) : number;
        });
        const status = codes === null ? null : Uint8Array.from(codes);
        return {
          input: { name, dtype, hasStatus: status !== null },
          plane: { data, status, nodata: isBig && nodata !== null ? BigInt(nodata) : nodata, scale, offset },
        };
      }),
  );
}
