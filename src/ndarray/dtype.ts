/** Sample types, named as numpy and Zarr v3 name them. */
export type DType =
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "uint64"
  | "int64"
  | "float16"
  | "float32"
  | "float64";

/** The typed arrays that hold samples. float16 has no typed array on Node 20 and is widened to Float32Array. */
export type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

interface TypedArrayConstructor {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
}

const constructors: Readonly<Record<DType, TypedArrayConstructor>> = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
};

const bytes: Readonly<Record<DType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
};

/** Bytes of one sample as stored (2 for float16, although it is held widened). */
export function bytesPerSample(dtype: DType): number {
  return bytes[dtype];
}

/** A new zeroed array of `length` samples of `dtype`. */
export function createTypedArray(dtype: DType, length: number): TypedArray {
  return new constructors[dtype](length);
}

/** A view of `buffer` as samples of `dtype`; `byteOffset` must be aligned. */
export function viewTypedArray(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray {
  return new constructors[dtype](buffer, byteOffset, length);
}

/** True for float16, float32 and float64. */
export function isFloat(dtype: DType): boolean {
  return dtype.startsWith("float");
}

/** The type that holds values of all of these without loss; 64-bit integers beside others become float64. */
export function commonType(dtypes: Iterable<DType>): DType {
  const all = new Set(dtypes);
  const [only = "uint8"] = all;
  if (all.size <= 1) return only;
  const fits32 = [...all].every((dtype) => /^(u?int(8|16)|float(16|32))$/.test(dtype));
  return fits32 ? "float32" : "float64";
}
