import { InvalidInputError } from "../../errors.js";
import type { DType, TypedArray } from "../../ndarray/dtype.js";
import { bandsOf, type Expr } from "../expression/expr.js";
import { scalarMath } from "../expression/scalar-math.js";
import { emitKernel } from "./emit-kernel.js";
import type { Lanes } from "./lanes.js";
import { type KernelViews, sharedMemory, viewMemory, writeParams } from "./linear-memory.js";
import { layoutMemory, type MemoryLayout, STRIP } from "./memory-layout.js";
import { scalarLanes } from "./scalar-lanes.js";
import type { Sink } from "./sink.js";
import { listSteps, type Steps } from "./steps.js";
import { vectorLanes } from "./vector-lanes.js";

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

/** Loops that one expression keeps. */
const MOST_LOOPS = 8;

/** Computes so many pixels of what lies in memory, and answers how many of them are missing. */
type Loop = (length: number) => number;

/** Band math compiled for planes of some types, with one end for its values. */
export class PixelLoop {
  readonly #steps: Steps;
  readonly #lanes: Lanes;
  readonly #sink: Sink;
  readonly #layout: MemoryLayout;
  readonly #dtypes: readonly DType[];
  /** For each input that the expression reads its place among the planes of a run. */
  readonly #places: readonly number[];
  readonly #planeCount: number;
  /** Loops by which inputs are raw: "11" where neither of two is scaled. */
  readonly #loops = new Map<string, Loop>();
  #views: KernelViews | null = null;

  /** @throws InvalidInputError where a band is not among the inputs, or the expression has too many parts. */
  constructor(expr: Expr, inputs: readonly KernelInput[], isVector: boolean, sink: Sink) {
    const names = bandsOf(expr);
    this.#places = names.map((name) => findInput(name, inputs));
    const used = this.#places.map((place) => inputs[place]!);
    this.#planeCount = inputs.length;
    this.#dtypes = used.map(({ dtype }) => dtype);
    this.#layout = layoutMemory(used);
    this.#steps = listSteps(expr, (band) => names.indexOf(band));
    this.#lanes = isVector ? vectorLanes : scalarLanes;
    this.#sink = sink;
  }

  /** Pixels computed at a time: a run that is no multiple of it computes some behind its end. */
  get width(): 1 | 2 {
    return this.#lanes.width;
  }

  /** Views of the memory; they are lost when it grows for another kernel. */
  get views(): KernelViews {
    if (this.#views === null || this.#views.buffer !== sharedMemory().buffer) this.#views = viewMemory(this.#layout);
    return this.#views;
  }

  /**
   * Computes `length` pixels, at most {@link STRIP}: those of plane `i` from `from[i]` on.
   *
   * @returns How many are missing, those computed behind the end included.
   * @throws InvalidInputError where planes are not of the inputs' number and types, or too short.
   */
  run(planes: readonly KernelPlane[], from: readonly number[], length: number): number {
    if (!Number.isInteger(length) || length < 0 || length > STRIP) {
      throw new InvalidInputError(`a run has 0 to ${STRIP} pixels, not ${length}`, {
        details: { length, most: STRIP },
      });
    }
    if (planes.length !== this.#planeCount || from.length !== this.#planeCount) {
      const details = { planes: planes.length, places: from.length, inputs: this.#planeCount };
      throw new InvalidInputError(`${planes.length} planes for a kernel of ${this.#planeCount} inputs`, { details });
    }
    const { views } = this;
    for (const [input, place] of this.#places.entries()) {
      this.#load(views, input, planes[place]!, from[place]!, length);
    }
    return length === 0 ? 0 : this.#loop(planes)(length);
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
    const { bytes, imports } = emitKernel(this.#steps, this.#layout, areRaw, this.#lanes, this.#sink);
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
