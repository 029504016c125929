import { isSimdAvailable } from "../../codec/wasm-engine.js";
import { countNodes, type Expr } from "../expression/expr.js";
import { type FoldName, foldSink } from "./fold-sink.js";
import { STRIP } from "./memory-layout.js";
import { type KernelInput, type KernelPlane, PixelLoop } from "./pixel-loop.js";
import { type Sink, storeSink } from "./sink.js";

export type { FoldName, KernelInput, KernelPlane };
export { STRIP };

/** The answer for a run of pixels: views into memory, valid until any kernel of this thread runs again. */
export interface KernelResult {
  /** NaN exactly where `status` is not 0. */
  readonly values: Float64Array;
  readonly status: Uint8Array;
  /** How many pixels have a status other than 0. */
  readonly missing: number;
}

export interface CompileOptions {
  /** False: one pixel at a time, as in engines without vectors. Default: what this engine can do. */
  simd?: boolean | undefined;
}

/** Kernels kept for the next question; each is some kilobytes of code. */
const KEPT_KERNELS = 64;

/** A small number of kernels, by expression, inputs and vectors. The least recently used comes first. */
class KeptKernels<K> {
  readonly #kept = new Map<string, K>();
  readonly #create: (loop: PixelLoop) => K;
  readonly #sink: Sink;

  constructor(sink: Sink, create: (loop: PixelLoop) => K) {
    this.#sink = sink;
    this.#create = create;
  }

  find(expr: Expr, inputs: readonly KernelInput[], options: CompileOptions): K {
    const isVector = options.simd !== false && isSimdAvailable();
    // Refused before its key is written: that walks the expression recursively.
    countNodes(expr);
    const key = keyOf(expr, inputs, isVector);
    const kernel = this.#kept.get(key) ?? this.#create(new PixelLoop(expr, inputs, isVector, this.#sink));
    this.#kept.delete(key);
    this.#kept.set(key, kernel);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > KEPT_KERNELS && oldest.done !== true) this.#kept.delete(oldest.value);
    return kernel;
  }
}

/**
 * Band math as one loop of WebAssembly over the pixels of its inputs, in double precision.
 *
 * What is missing, and why, is as `evaluate` says. A pixel of a plane without status is `nodata` where its sample is
 * the plane's nodata or NaN, and `undefined` where it is infinite; a plane's status comes before both. The bits of a
 * value depend on its own pixel alone, not on its place in a run, the run's length, or the use of vectors.
 */
export class Kernel {
  static readonly #kept = new KeptKernels(storeSink, (loop) => new Kernel(loop));
  readonly #loop: PixelLoop;

  private constructor(loop: PixelLoop) {
    this.#loop = loop;
  }

  /**
   * The kernel of an expression; a small number of them is kept and found again.
   *
   * @param inputs Every band that the expression reads; the planes of a run follow their order.
   * @throws InvalidInputError where a band is not among the inputs, or the expression has too many parts.
   */
  static compile(expr: Expr, inputs: readonly KernelInput[], options: CompileOptions = {}): Kernel {
    return Kernel.#kept.find(expr, inputs, options);
  }

  /**
   * Computes `length` pixels, at most {@link STRIP}: those of plane `i` from `from[i]` on.
   *
   * @throws InvalidInputError where planes are not of the inputs' number and types, or too short.
   */
  run(planes: readonly KernelPlane[], from: readonly number[], length: number): KernelResult {
    const counted = this.#loop.run(planes, from, length);
    const { values, status } = this.#loop.views;
    // The other half of the last vector lies behind the run, and may have been counted with it.
    const isBehind = length % this.#loop.width === 1 && status[length] !== 0;
    return {
      values: values.subarray(0, length),
      status: status.subarray(0, length),
      missing: isBehind ? counted - 1 : counted,
    };
  }
}

/** The same band math, whose values are not stored but folded at once into the accumulators that lie in memory. */
export class FoldKernel {
  static readonly #kept = new Map<FoldName, KeptKernels<FoldKernel>>();
  readonly #loop: PixelLoop;

  private constructor(loop: PixelLoop) {
    this.#loop = loop;
  }

  /** As `Kernel.compile`. */
  static compile(fold: FoldName, expr: Expr, inputs: readonly KernelInput[], options: CompileOptions = {}): FoldKernel {
    let kept = FoldKernel.#kept.get(fold);
    if (kept === undefined) {
      kept = new KeptKernels(foldSink(fold), (loop) => new FoldKernel(loop));
      FoldKernel.#kept.set(fold, kept);
    }
    return kept.find(expr, inputs, options);
  }

  /**
   * Fold `length` pixels, at most {@link STRIP}, into accumulators 0 to `length` − 1; one more may be touched.
   *
   * @returns 0 only where none of them is missing
   * @throws InvalidInputError where planes are not of the inputs' number and types, or too short.
   */
  fold(planes: readonly KernelPlane[], from: readonly number[], length: number): number {
    return this.#loop.run(planes, from, length);
  }
}

/** Equal for kernels that can stand for each other. */
function keyOf(expr: Expr, inputs: readonly KernelInput[], isVector: boolean): string {
  // JSON has no -0, NaN or infinity.
  const exact = (_: string, value: unknown) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? { double: `${value} ${1 / value}` }
      : value;
  return JSON.stringify([isVector, inputs.map(({ name, dtype, hasStatus }) => [name, dtype, hasStatus]), expr], exact);
}
