import { type DType, type TypedArray, viewTypedArray } from "../../ndarray/dtype.js";
import { ACCUMULATOR_END, Accumulators, type InputPlace, type MemoryLayout, Param, STRIP } from "./memory-layout.js";

const PAGE_BYTES = 65_536;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/** One memory for all kernels of a thread: each has an address space of gigabytes set aside for it. */
let memory: WebAssembly.Memory | null = null;

/** The memory that this thread's kernels share. */
export function sharedMemory(): WebAssembly.Memory {
  memory ??= new WebAssembly.Memory({ initial: Math.ceil(ACCUMULATOR_END / PAGE_BYTES) });
  return memory;
}

/** What JavaScript sees of an input. */
export interface InputViews {
  readonly data: TypedArray;
  readonly status: Uint8Array | null;
  /** Nodata, scale, offset, and whether a 64-bit integer means nodata: see `Param`. */
  readonly params: Float64Array;
  readonly wideParams: BigInt64Array;
}

/** What JavaScript sees of a kernel's memory. */
export interface KernelViews {
  readonly buffer: ArrayBuffer;
  readonly inputs: readonly InputViews[];
  readonly values: Float64Array;
  readonly status: Uint8Array;
}

/** Views of the memory, which grows where it is too small; they last until it grows again for another kernel. */
export function viewMemory(layout: MemoryLayout): KernelViews {
  const { buffer: small } = sharedMemory();
  const lacking = layout.byteLength - small.byteLength;
  if (lacking > 0) sharedMemory().grow(Math.ceil(lacking / PAGE_BYTES));
  const { buffer } = sharedMemory();
  return {
    buffer,
    inputs: layout.inputs.map((place) => viewInput(buffer, place)),
    values: new Float64Array(buffer, layout.values, STRIP),
    status: new Uint8Array(buffer, layout.status, STRIP),
  };
}

function viewInput(buffer: ArrayBuffer, place: InputPlace): InputViews {
  return {
    data: viewTypedArray(place.dtype, buffer, place.data, STRIP),
    status: place.status === null ? null : new Uint8Array(buffer, place.status, STRIP),
    params: new Float64Array(buffer, place.params, 3),
    wideParams: new BigInt64Array(buffer, place.params, 4),
  };
}

/** What JavaScript sees of the accumulators of a fold: see `Accumulators`. */
export interface AccumulatorViews {
  readonly buffer: ArrayBuffer;
  /** Position, number of values given, delta degrees of freedom. */
  readonly numbers: Float64Array;
  readonly why: Uint8Array;
  readonly planes: readonly Float64Array[];
}

let accumulatorViews: AccumulatorViews | null = null;

/** Views of the accumulators, for use at once: they are lost when the memory grows for a kernel. */
export function accumulators(): AccumulatorViews {
  const { buffer } = sharedMemory();
  if (accumulatorViews?.buffer === buffer) return accumulatorViews;
  accumulatorViews = {
    buffer,
    numbers: new Float64Array(buffer, Accumulators.position, 3),
    why: new Uint8Array(buffer, Accumulators.why, STRIP),
    planes: Accumulators.planes.map((at) => new Float64Array(buffer, at, STRIP)),
  };
  return accumulatorViews;
}

/** Write what an input's numbers mean, where the loop looks for it. */
export function writeParams(
  { params, wideParams }: InputViews,
  dtype: DType,
  nodata: number | bigint | null,
  scale: number,
  offset: number,
): void {
  const [nodataAt, scaleAt, offsetAt] = [Param.nodata / 8, Param.scale / 8, Param.offset / 8];
  params[scaleAt] = scale;
  // x * 1 - 0 is x itself for every x, and -0 stays -0.
  params[offsetAt] = scale === 1 && offset === 0 ? -0 : offset;
  if (dtype === "int64" || dtype === "uint64") {
    const wide = wideNodata(dtype, nodata);
    wideParams[nodataAt] = wide ?? 0n;
    wideParams[Param.hasNodata / 8] = wide === null ? 0n : -1n;
  } else {
    // Nothing equals NaN.
    params[nodataAt] = nodata === null ? Number.NaN : Number(nodata);
  }
}

/** Nodata as the bits of a sample; null where no sample can be it. */
function wideNodata(dtype: "int64" | "uint64", nodata: number | bigint | null): bigint | null {
  if (nodata === null || (typeof nodata === "number" && !Number.isInteger(nodata))) return null;
  const exact = BigInt(nodata);
  const [least, most] = dtype === "int64" ? [MIN_INT64, MAX_INT64] : [0n, MAX_UINT64];
  return exact < least || exact > most ? null : BigInt.asIntN(64, exact);
}
