import { isSimdAvailable } from "../../codec/wasm-engine.js";
import { InvalidInputError } from "../../errors.js";
import type { DType, TypedArray } from "../../ndarray/dtype.js";
import { bandsOf, countNodes, type Expr } from "../expression/expr.js";
import { scalarMath } from "../expression/scalar-math.js";
import { emitKernel } from "./emit-kernel.js";
import type { Lanes } from "./lanes.js";
import { type KernelViews, sharedMemory, viewMemory, writeParams } from "./linear-memory.js";
import { layoutMemory, type MemoryLayout, STRIP } from "./memory-layout.js";
import { scalarLanes } from "./scalar-lanes.js";
import { listSteps, type Steps } from "./steps.js";
import { vectorLanes } from "./vector-lanes.js";

export { STRIP };

/** What a kernel has to know of a band before it sees any pixel. */
export interface KernelInput {
  readonly name: string;
  /** The type of the plane in memory; float16 is held as float32. */
  readonly dtype: DType;
  readonly hasStatus: boolean;
}

/** One input's pixels for a run. */
export interface KernelPlane {
  /** Samples in the input's own type. */
  readonly data: TypedArray;
  /** A `Status` code for each sample; null unless the input `hasStatus`. */
  readonly status: Uint8Array | null;
  /** The sample that means nodata, in the type of `data`; null where none does. NaN always does. */
  readonly nodata: number | bigint | null;
  /** A value is `sample * scale + offset`; 1 and 0 where the samples are the values. */
  readonly scale: number;
  readonly offset: number;
}

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

/** Loops that one kernel keeps. */
const MOST_LOOPS = 8;

/** Computes so many pixels of what lies in memory, and answers how many of them are missing. */
type Loop = (length: number) => number;

/** The least recently used first. */
const kept = new Map<string, Kernel>();

/**
 * Band math as one loop of WebAssembly over the pixels of its inputs, in double precision.
 *
 * What is missing, and why, is as `evaluate` says. A pixel of a plane without status is `nodata` where its sample is
 * the plane's nodata or NaN, and `undefined` where it is infinite; a plane's status comes before both. The bits of a
 * value depend on its own pixel alone, not on its place in a run, the run's length, or the use of vectors.
 */
export class Kernel {
  readonly #steps: Steps;
  readonly #lanes: Lanes;
  readonly #layout: MemoryLayout;
  readonly #dtypes: readonly DType[];
  /** For each input that the expression reads its place among the planes of a run. */
  readonly #places: readonly number[];
  readonly #planeCount: number;
  /** Loops by which inputs are raw: "11" where neither of two is scaled. */
  readonly #loops = new Map<string, Loop>();
  #views: KernelViews | null = null;

  private constructor(expr: Expr, inputs: readonly KernelInput[], isVector: boolean) {
    const names = bandsOf(expr);
    this.#places = names.map((name) => findInput(name, inputs));
    const used = this.#places.map((place) => inputs[place]!);
    this.#planeCount = inputs.length;
    this.#dtypes = used.map(({ dtype }) => dtype);
    this.#layout = layoutMemory(used);
    this.#steps = listSteps(expr, (band) => names.indexOf(band));
    this.#lanes = isVector ? vectorLanes : scalarLanes;
  }

  /**
   * The kernel of an expression; a small number of them is kept and found again.
   *
   * @param inputs Every band that the expression reads; the planes of a run follow their order.
   * @throws InvalidInputError where a band is not among the inputs, or the expression has too many parts.
   */
  static compile(expr: Expr, inputs: readonly KernelInput[], options: CompileOptions = {}): Kernel {
    const isVector = options.simd !== false && isSimdAvailable();
    // Refused before its key is written: that walks the expression recursively.
    countNodes(expr);
    const key = keyOf(expr, inputs, isVector);
    const kernel = kept.get(key) ?? new Kernel(expr, inputs, isVector);
    kept.delete(key);
    kept.set(key, kernel);
    const oldest = kept.keys().next();
    if (kept.size > KEPT_KERNELS && oldest.done !== true) kept.delete(oldest.value);
    return kernel;
  }

  /**
   * Computes `length` pixels, at most {@link STRIP}: those of plane `i` from `from[i]` on.
   *
   * @throws InvalidInputError where planes are not of the inputs' number and types, or too short.
   */
  run(planes: readonly KernelPlane[], from: readonly number[], length: number): KernelResult {
    if (!Number.isInteger(length) || length < 0 || length > STRIP) {
      throw new InvalidInputError(`a run has 0 to ${STRIP} pixels, not ${length}`, {
        details: { length, most: STRIP },
      });
    }
    if (planes.length !== this.#planeCount || from.length !== this.#planeCount) {
      const details = { planes: planes.length, places: from.length, inputs: this.#planeCount };
      throw new InvalidInputError(`${planes.length} planes for a kernel of ${this.#planeCount} inputs`, { details });
    }
    const views = this.#currentViews();
    for (const [input, place] of this.#places.entries()) {
      this.#load(views, input, planes[place]!, from[place]!, length);
    }
    const counted = length === 0 ? 0 : this.#loop(planes)(length);
    // The other half of the last vector lies behind the run, and may have been counted with it.
    const isBehind = length % this.#lanes.width === 1 && views.status[length] !== 0;
    return {
      values: views.values.subarray(0, length),
      status: views.status.subarray(0, length),
      missing: isBehind ? counted - 1 : counted,
    };
  }

  /** Views are lost when the memory grows for another kernel. */
  #currentViews(): KernelViews {
    if (this.#views === null || this.#views.buffer !== sharedMemory().buffer) this.#views = viewMemory(this.#layout);
    return this.#views;
  }

  /** The loop for planes scaled or not as these are. */
  #loop(planes: readonly KernelPlane[]): Loop {
    let key = "";
    for (const place of this.#places) key += isRaw(planes[place]!) ? "1" : "0";
    const known = this.#loops.get(key);
    if (known !== undefined) return known;
    // A scale of 1 is as good as none: after so many mixtures one loop serves all others.
    if (this.#loops.size >= MOST_LOOPS) key = "0".repeat(this.#places.length);
    const loop = this.#loops.get(key) ?? this.#compileLoop([...key].map((digit) => digit === "1"));
    this.#loops.set(key, loop);
    return loop;
  }

  #compileLoop(areRaw: readonly boolean[]): Loop {
    const { bytes, imports } = emitKernel(this.#steps, this.#layout, areRaw, this.#lanes);
    const math = Object.fromEntries(imports.map(({ name }) => [name, scalarMath[name]]));
    const env = { memory: sharedMemory() };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env, math });
    return exports.run as Loop;
  }

  #load(views: KernelViews, input: number, plane: KernelPlane, from: number, length: number): void {
    const to = views.inputs[input]!;
    const { data, status } = plane;
    if (data.constructor !== to.data.constructor || (status === null) !== (to.status === null)) {
      const expected = `${to.data.constructor.name}${to.status === null ? " without" : " with"} status`;
      throw new InvalidInputError(`a plane is not of its input's type: ${expected}`, { details: { expected } });
    }
    const end = from + length;
    const shortest = Math.min(data.length, status?.length ?? data.length);
    if (!Number.isInteger(from) || from < 0 || end > shortest) {
      const details = { from, length, pixels: shortest };
      throw new InvalidInputError(`pixels ${from} to ${end} of a plane of ${shortest}`, { details });
    }
    to.data.set(data.subarray(from, end) as never);
    if (status !== null) to.status?.set(status.subarray(from, end));
    writeParams(to, this.#dtypes[input]!, plane.nodata, plane.scale, plane.offset);
  }
}

function isRaw({ scale, offset }: KernelPlane): boolean {
  return scale === 1 && offset === 0;
}

function findInput(name: string, inputs: readonly KernelInput[]): number {
  const place = inputs.findIndex((input) => input.name === name);
  if (place >= 0) return place;
  throw new InvalidInputError(`the expression reads band "${name}", which is not among the inputs`, {
    details: { band: name },
  });
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
