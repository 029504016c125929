import type { DType, TypedArray } from "../../ndarray/dtype.js";

/** The type of samples held in a typed array; float16, which has none of its own, is float32 there. */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Uint8Array) return "uint8";
  if (data instanceof Int8Array) return "int8";
  if (data instanceof Uint16Array) return "uint16";
  if (data instanceof Int16Array) return "int16";
  if (data instanceof Uint32Array) return "uint32";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof BigUint64Array) return "uint64";
  if (data instanceof BigInt64Array) return "int64";
  return data instanceof Float32Array ? "float32" : "float64";
}
