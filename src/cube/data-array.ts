import type { BinaryOp, FunctionName } from "../lazy/expression/expr.js";
import { describeNode } from "../lazy/graph/describe-node.js";
import type { Reducer } from "../lazy/graph/node.js";
import type { DType } from "../ndarray/dtype.js";
import type { Coordinate, NdArray } from "../ndarray/nd-array.js";
import type { KnownFacts } from "./band-facts.js";
import {
  type ComputedPart,
  type ComputeOptions,
  computeArray,
  computeParts,
  type Explanation,
  explainArray,
} from "./compute-array.js";
import { describeArray, describeArrayAsHtml } from "./describe.js";
import { GroupedArray } from "./grouped-array.js";
import { coordsOf, dimsOf, geoBoxOfArray, type LazyArray, sceneNodesOf, shapeOf, sharedNodata } from "./lazy-array.js";
import { RollingArray } from "./rolling-array.js";
import { componentGroups, resampleGroups } from "./verbs/group.js";
import { type HistogramOptions, histogramReducer } from "./verbs/histogram.js";
import { binary, call, negative, not, type Operand } from "./verbs/math.js";
import { type ReduceOptions, reduce } from "./verbs/reduce.js";
import { type ArrayIsel, type ArraySel, isel, type SelOptions, sel } from "./verbs/select.js";
import { type StretchOptions, stretch } from "./verbs/stretch.js";
import { clip, fillna, isin, where } from "./verbs/where.js";
import { diff, interpolate, type RollingOptions, rolling, scan } from "./verbs/window.js";

/** One or more dimensions by name; absent for all. */
export type Dims = string | readonly string[];

/**
 * A lazy labelled array: describing costs nothing, and {@link compute} is the only thing that reads.
 *
 * It speaks xarray: dimensions have names and labels, arithmetic joins by label, reductions skip what is missing.
 * Unlike there, a missing pixel says why (`NdArray.status`), and an integer band stays an integer until arithmetic
 * makes it `float32`.
 */
export class DataArray {
  /** @internal */
  readonly lazy: LazyArray;
  /** Of a band as it is; arithmetic and reductions make something else of it. */
  readonly #facts: KnownFacts;

  /** @internal Use `Dataset.band`, `bandmath` and the methods here. */
  constructor(lazy: LazyArray, facts: KnownFacts = {}) {
    this.lazy = lazy;
    this.#facts = facts;
  }

  /** What it is called: the band, or the expression as text, unless {@link rename} said else. */
  get name(): string {
    return this.lazy.name === "" ? describeNode(this.lazy.node) : this.lazy.name;
  }

  /** Names of the dimensions, slowest first. */
  get dims(): readonly string[] {
    return dimsOf(this.lazy);
  }

  /**
   * Length of each of {@link dims}.
   *
   * @throws GridMismatchError where the scenes share no grid.
   */
  get shape(): readonly number[] {
    return shapeOf(this.lazy);
  }

  /** Length of each dimension by its name. */
  get sizes(): Readonly<Record<string, number>> {
    const { shape } = this;
    return Object.fromEntries(this.dims.map((dim, i) => [dim, shape[i] ?? 0]));
  }

  /** Type of the values that {@link compute} gives by default. */
  get dtype(): DType {
    return this.lazy.node.dtype;
  }

  /** The value that stands for missing in a band where all files name the same one; the status says it without. */
  get nodata(): number | bigint | null {
    return this.lazy.node.kind === "math" ? null : sharedNodata(this.lazy);
  }

  /**
   * Facts about the array: the CRS, the transform (pixel corner), the expression, the snapshot; of a band, where they are
   * known, its `commonName`, `wavelengthNm` and `fwhmNm`.
   */
  get attrs(): Readonly<Record<string, unknown>> {
    const box = geoBoxOfArray(this.lazy);
    return {
      crs: box?.crs.code ?? box?.crs.definition ?? null,
      transform: box?.transform ?? null,
      expression: describeNode(this.lazy.node),
      snapshot: sceneNodesOf(this.lazy)[0]?.source.warehouse.snapshot ?? null,
      ...this.#facts,
    };
  }

  /** Labels of each dimension, and `scene` along time. */
  get coords(): Readonly<Record<string, Coordinate>> {
    return coordsOf(this.lazy);
  }

  /** The same array under another name. */
  rename(name: string): DataArray {
    return new DataArray({ ...this.lazy, name }, this.#facts);
  }

  add(other: DataArray | number): DataArray {
    return this.#binary("+", other);
  }

  sub(other: DataArray | number): DataArray {
    return this.#binary("-", other);
  }

  mul(other: DataArray | number): DataArray {
    return this.#binary("*", other);
  }

  /** Division; 0/0 and x/0 are missing with status `undefined`. */
  div(other: DataArray | number): DataArray {
    return this.#binary("/", other);
  }

  /** Remainder with the sign of the divisor, as in Python and numpy. */
  mod(other: DataArray | number): DataArray {
    return this.#binary("%", other);
  }

  pow(other: DataArray | number): DataArray {
    return this.#binary("**", other);
  }

  neg(): DataArray {
    return new DataArray(negative(this.lazy));
  }

  abs(): DataArray {
    return this.#call("abs");
  }

  sqrt(): DataArray {
    return this.#call("sqrt");
  }

  exp(): DataArray {
    return this.#call("exp");
  }

  /** Natural logarithm; of 0 and below it is missing with status `undefined`. */
  log(): DataArray {
    return this.#call("log");
  }

  log10(): DataArray {
    return this.#call("log10");
  }

  sin(): DataArray {
    return this.#call("sin");
  }

  cos(): DataArray {
    return this.#call("cos");
  }

  /** Halves go to the even neighbour, as in numpy. */
  round(): DataArray {
    return this.#call("round");
  }

  /** 1 where it holds, 0 where it does not, missing where either side is; so are all comparisons. */
  eq(other: DataArray | number): DataArray {
    return this.#binary("==", other);
  }

  ne(other: DataArray | number): DataArray {
    return this.#binary("!=", other);
  }

  lt(other: DataArray | number): DataArray {
    return this.#binary("<", other);
  }

  le(other: DataArray | number): DataArray {
    return this.#binary("<=", other);
  }

  gt(other: DataArray | number): DataArray {
    return this.#binary(">", other);
  }

  ge(other: DataArray | number): DataArray {
    return this.#binary(">=", other);
  }

  /** 1 where both are not 0. */
  and(other: DataArray | number): DataArray {
    return this.#binary("and", other);
  }

  /** 1 where at least one is not 0. */
  or(other: DataArray | number): DataArray {
    return this.#binary("or", other);
  }

  not(): DataArray {
    return new DataArray(not(this.lazy));
  }

  /** Bits set in both; of whole numbers only. */
  bitAnd(other: DataArray | number): DataArray {
    return this.#binary("&", other);
  }

  bitOr(other: DataArray | number): DataArray {
    return this.#binary("|", other);
  }

  shiftLeft(places: DataArray | number): DataArray {
    return this.#binary("<<", places);
  }

  shiftRight(places: DataArray | number): DataArray {
    return this.#binary(">>", places);
  }

  /**
   * Keep values where `condition` is true; the rest become `other`, or missing with status `masked`.
   *
   * Unlike xarray, an integer band stays an integer: what is missing is said by the status plane, not by NaN.
   *
   * @example
   * const clear = red.where(scl.isin([4, 5, 6])); // vegetation, bare soil, water
   */
  where(condition: DataArray, other?: DataArray | number): DataArray {
    return new DataArray(where(this.lazy, condition.lazy, other === undefined ? undefined : operand(other)));
  }

  /** 1 where the value is one of `values`, else 0. */
  isin(values: readonly number[]): DataArray {
    return new DataArray(isin(this.lazy, values));
  }

  /** 1 where there is no value, for any reason but a failed read, which stays missing. */
  isnull(): DataArray {
    return new DataArray(call("isnan", [this.lazy], "uint8"));
  }

  /** 1 where there is a value. */
  notnull(): DataArray {
    return new DataArray(call("isfinite", [this.lazy], "uint8"));
  }

  /** The value, or `other` where it is missing for any reason but a failed read. */
  fillna(other: DataArray | number): DataArray {
    return new DataArray(fillna(this.lazy, operand(other)));
  }

  /** Values moved into a range; an absent end is open. */
  clip(least?: number, most?: number): DataArray {
    return new DataArray(clip(this.lazy, least, most));
  }

  /** Mean of what is there; as all reductions over the named dimensions, by default over all. */
  mean(dims?: Dims, options?: ReduceOptions): DataArray {
    return this.#reduce({ name: "mean" }, dims, options);
  }

  sum(dims?: Dims, options?: ReduceOptions): DataArray {
    return this.#reduce({ name: "sum" }, dims, options);
  }

  min(dims?: Dims, options?: ReduceOptions): DataArray {
    return this.#reduce({ name: "min" }, dims, options);
  }

  max(dims?: Dims, options?: ReduceOptions): DataArray {
    return this.#reduce({ name: "max" }, dims, options);
  }

  /** Standard deviation; `ddof` 0 is that of a population, 1 that of a sample. */
  std(dims?: Dims, { ddof = 0, ...options }: ReduceOptions & { ddof?: number } = {}): DataArray {
    return this.#reduce({ name: "std", ddof }, dims, options);
  }

  variance(dims?: Dims, { ddof = 0, ...options }: ReduceOptions & { ddof?: number } = {}): DataArray {
    return this.#reduce({ name: "var", ddof }, dims, options);
  }

  /** How many values are there; never missing. */
  count(dims?: Dims): DataArray {
    return this.#reduce({ name: "count" }, dims, undefined);
  }

  median(dims?: Dims, options?: ReduceOptions): DataArray {
    return this.#reduce({ name: "median" }, dims, options);
  }

  /** Quantiles by linear interpolation; several `q` make a dimension `quantile`. */
  quantile(q: number | readonly number[], dims?: Dims, options?: ReduceOptions): DataArray {
    return this.#reduce({ name: "quantile", q: [q].flat() }, dims, options);
  }

  first(dims: Dims = "time"): DataArray {
    return this.#reduce({ name: "first" }, dims, undefined);
  }

  last(dims: Dims = "time"): DataArray {
    return this.#reduce({ name: "last" }, dims, undefined);
  }

  /** Position of the smallest value along one dimension, of equal ones the first; −1 in `data` where there is none. */
  argmin(dim = "time"): DataArray {
    return this.#reduce({ name: "argmin" }, dim, undefined);
  }

  argmax(dim = "time"): DataArray {
    return this.#reduce({ name: "argmax" }, dim, undefined);
  }

  /** Numbers of values between edges, as `numpy.histogram` counts them; a dimension `bin`, labelled by the left edges. */
  histogram(options: HistogramOptions, dims?: Dims): DataArray {
    return this.#reduce(histogramReducer(options), dims, undefined);
  }

  /** Values moved linearly so that two percentiles become 0 and 1, and clipped to them: what a picture shows. */
  stretch(options: StretchOptions = {}): DataArray {
    return new DataArray(stretch(this.lazy, options));
  }

  /** Even periods of time, empty ones included: `resample({ time: "1M" }).mean()`. */
  resample({ time }: { time: string }): GroupedArray {
    return new GroupedArray(this.lazy, resampleGroups(this.lazy, time), wrap);
  }

  /** Steps that share a part of their time: `groupby("time.month").mean()`. */
  groupby(group: string): GroupedArray {
    return new GroupedArray(this.lazy, componentGroups(this.lazy, group), wrap);
  }

  /** Windows of so many steps that move along time: `rolling({ time: 3 }).mean()`. */
  rolling({ time }: { time: number }, options: RollingOptions = {}): RollingArray {
    return new RollingArray((reducer) => wrap(rolling(this.lazy, time, reducer, options)));
  }

  /** Difference to `n` time steps before; the first `n` go. */
  diff(_dim: "time" = "time", n = 1): DataArray {
    return new DataArray(diff(this.lazy, n));
  }

  /** Sum up to each time step; what is missing adds nothing. */
  cumsum(_dim: "time" = "time"): DataArray {
    return new DataArray(scan(this.lazy, { name: "cumsum" }));
  }

  /** The last value there was, carried over at most `limit` steps. */
  ffill(_dim: "time" = "time", limit?: number): DataArray {
    return new DataArray(scan(this.lazy, { name: "ffill", limit: limit ?? null }));
  }

  /** The next value there is. */
  bfill(_dim: "time" = "time", limit?: number): DataArray {
    return new DataArray(scan(this.lazy, { name: "bfill", limit: limit ?? null }));
  }

  /** Gaps between two values in time filled in, in proportion to the time; gaps longer than `maxGapMs` stay. */
  interpolateNa(_dim: "time" = "time", options: { method?: "linear" | "nearest"; maxGapMs?: number } = {}): DataArray {
    return new DataArray(interpolate(this.lazy, options.method ?? "linear", options.maxGapMs));
  }

  /** The part that labels select. */
  sel(labels: ArraySel, options?: SelOptions): DataArray {
    return new DataArray(sel(this.lazy, labels, options), this.#facts);
  }

  /** The part at positions. */
  isel(positions: ArrayIsel): DataArray {
    return new DataArray(isel(this.lazy, positions), this.#facts);
  }

  /**
   * What {@link compute} would read: files, requests, bytes, memory, and the tree of operations. Only references are
   * looked up.
   *
   * @throws GridMismatchError where the scenes share no grid.
   */
  explain(options: ComputeOptions = {}): Promise<Explanation> {
    return explainArray(this.lazy, options);
  }

  /**
   * Read and compute. The answer is held in memory whole; what it is made from takes no more than `memoryBytes`.
   *
   * @throws GridMismatchError where the scenes share no grid.
   * @throws SourceChangedError, CorruptDataError naming the file, unless `onReadError` is `mark`.
   */
  compute(options: ComputeOptions = {}): Promise<NdArray> {
    return computeArray(this.lazy, options);
  }

  /**
   * The answer part by part, in any order, for results that never fit in memory.
   *
   * @example
   * for await (const { row, col, array } of ndvi.parts()) write(row, col, array.data);
   */
  parts(options: ComputeOptions = {}): AsyncGenerator<ComputedPart> {
    return computeParts(this.lazy, options);
  }

  /** The array in a few lines, as people like to read it. */
  toString(): string {
    return describeArray(this.name, this.lazy);
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": describeArrayAsHtml(this.name, this.lazy) };
  }

  #binary(op: BinaryOp, other: DataArray | number): DataArray {
    return new DataArray(binary(op, this.lazy, operand(other)));
  }

  #call(name: FunctionName): DataArray {
    return new DataArray(call(name, [this.lazy]));
  }

  #reduce(reducer: Reducer, dims: Dims | undefined, options: ReduceOptions | undefined): DataArray {
    return new DataArray(reduce(this.lazy, reducer, dims, options));
  }
}

function wrap(lazy: LazyArray): DataArray {
  return new DataArray(lazy);
}

function operand(other: DataArray | number): Operand {
  return typeof other === "number" ? other : other.lazy;
}
