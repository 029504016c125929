import type { DType } from "../../ndarray/dtype.js";

/** The most pixels of one run: a handful of planes of this length stay in a core's first two caches. */
export const STRIP = 2048;

/** Pixels between two looks at what is missing. */
export const GROUP = 32;

/** What a loop may touch behind the last pixel: the rest of a group of status codes. */
const SLACK_BYTES = GROUP;
const ALIGNMENT = 16;

/** Places of an input's numbers from its `params`: eight bytes each. */
export const Param = {
  /** The value that means nodata: double precision, or 64 bits where the samples are such integers. */
  nodata: 0,
  scale: 8,
  offset: 16,
  /** All bits set where a 64-bit integer means nodata, none where none does. */
  hasNodata: 24,
} as const;
const PARAM_BYTES = 32;

/** The samples that a kernel tells apart: float16 lies in memory as float32. */
export type SampleType = Exclude<DType, "float16">;

/** Where an input lies in linear memory, in bytes from its start. */
export interface InputPlace {
  readonly dtype: SampleType;
  readonly params: number;
  readonly data: number;
  /** null where the input has no status plane. */
  readonly status: number | null;
}

/**
 * Accumulators of a fold over one run of pixels, first in memory and before every kernel's own: they stay where they are
 * while other kernels run.
 */
export const Accumulators = {
  /** Doubles: the position along the folded dimension, how many values each pixel was given, delta degrees of freedom. */
  position: 0,
  given: 8,
  ddof: 16,
  /** For each pixel the status code that explains most of its missing values. */
  why: 32,
  /** Planes of {@link STRIP} doubles. */
  planes: [0, 1, 2].map((plane) => 32 + paddedBytes(STRIP) + plane * paddedBytes(STRIP * 8)),
} as const;
/** Where a kernel's own memory begins. */
export const ACCUMULATOR_END = 32 + paddedBytes(STRIP) + 3 * paddedBytes(STRIP * 8);

function paddedBytes(bytes: number): number {
  return Math.ceil((bytes + SLACK_BYTES) / ALIGNMENT) * ALIGNMENT;
}

/** The linear memory of one kernel. */
export interface MemoryLayout {
  readonly inputs: readonly InputPlace[];
  /** The answer: {@link STRIP} doubles. */
  readonly values: number;
  /** The answer's status codes. */
  readonly status: number;
  readonly byteLength: number;
}

const sampleBytes: Readonly<Record<SampleType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float32: 4,
  float64: 8,
};

/** Bytes of one sample in memory, as a power of two. */
export function sampleShift(dtype: SampleType): number {
  return Math.log2(sampleBytes[dtype]);
}

/** Planes one behind another after the accumulators: the answer, then each input's numbers, samples and status. */
export function layoutMemory(inputs: readonly { dtype: DType; hasStatus: boolean }[]): MemoryLayout {
  let end = ACCUMULATOR_END;
  const reserve = (bytes: number): number => {
    const start = end;
    end += paddedBytes(bytes);
    return start;
  };
  const values = reserve(STRIP * 8);
  const status = reserve(STRIP);
  const places = inputs.map((input): InputPlace => {
    const dtype = input.dtype === "float16" ? "float32" : input.dtype;
    return {
      dtype,
      params: reserve(PARAM_BYTES),
      data: reserve(STRIP * sampleBytes[dtype]),
      status: input.hasStatus ? reserve(STRIP) : null,
    };
  });
  return { inputs: places, values, status, byteLength: end };
}
