import { InvalidInputError } from "../errors.js";
import { pixelCentreAxes } from "../geo/geo-box.js";
import { evaluate } from "../lazy/expression/evaluate.js";
import { type BinaryOp, bandsOf, type Expr } from "../lazy/expression/expr.js";
import { formatExpression } from "../lazy/expression/format-expression.js";
import { costOf } from "../lazy/plan-windows.js";
import type { ReadCost } from "../lazy/read-plan.js";
import { bytesPerSample, createTypedArray, type DType, type TypedArray } from "../ndarray/dtype.js";
import type { Coordinate, NdArray } from "../ndarray/nd-array.js";
import { type CubeWindow, planScope, readScope } from "./read-window.js";
import { commonDType, geoBoxOf, type IndexRange, latticeOf, nodataOf, type Scope } from "./scope.js";
import { type Isel, type Sel, sliceByLabels, sliceByPositions } from "./slice.js";

/** Decoded bytes read before they are computed with: keeps memory bounded beside the answer itself. */
const STEP_BYTES = 64 * 2 ** 20;

/** What computing would cost; nothing of a source was read to find out. */
export interface Explanation extends ReadCost {
  snapshot: string;
  /** The expression, or the bands. */
  expression: string;
  dims: Readonly<Record<string, number>>;
  /** Bytes of the answer. */
  resultBytes: number;
}

export interface ComputeOptions {
  /** Type of computed values. Bands by themselves keep the files' type. Default `float32`. */
  dtype?: "float32" | "float64";
  /** `mark`: pixels of a block that cannot be read get status `failed`. Default `throw`. */
  onReadError?: "throw" | "mark";
  /** Decoding threads; 0 for none but this one. Default: one for each core where there is enough to do. */
  threads?: number;
  signal?: AbortSignal;
  /** Told of blocks done, over all that are needed. */
  onProgress?: (done: number, total: number) => void;
}

/** What a DataArray holds: an expression, one plane a time step; or bands as they are, one plane each. */
type Content = { kind: "expr"; expr: Expr } | { kind: "bands"; bands: readonly string[] };

/**
 * A lazy labelled array: `(time, y, x)` of a band or an expression, or `(time, band, y, x)` of bands. Describing costs
 * nothing; {@link compute} is the only thing that reads.
 */
export class DataArray {
  readonly #scope: Scope;
  readonly #content: Content;
  readonly name: string;

  private constructor(scope: Scope, content: Content, name: string) {
    this.#scope = scope;
    this.#content = content;
    this.name = name;
  }

  /** @internal */
  static ofExpr(scope: Scope, expr: Expr, name: string): DataArray {
    return new DataArray(scope, { kind: "expr", expr }, name);
  }

  /** @internal */
  static ofBands(scope: Scope, bands: readonly string[]): DataArray {
    return new DataArray(scope, { kind: "bands", bands }, bands.join(", "));
  }

  /** Names of the dimensions, slowest first. */
  get dims(): readonly string[] {
    return this.#content.kind === "bands" ? ["time", "band", "y", "x"] : ["time", "y", "x"];
  }

  /**
   * Length of each of {@link dims}.
   *
   * @throws GridMismatchError where the scenes share no grid.
   */
  get shape(): readonly number[] {
    latticeOf(this.#scope);
    const { rows, cols, scenes } = this.#scope;
    const plane = [rows.stop - rows.start, cols.stop - cols.start];
    return this.#content.kind === "bands"
      ? [scenes.length, this.#content.bands.length, ...plane]
      : [scenes.length, ...plane];
  }

  /** Type of the values that {@link compute} gives by default. */
  get dtype(): DType {
    return this.#plainBands() === null ? "float32" : commonDType(this.#scope);
  }

  /** The value that stands for missing where all scenes name the same one; the status says it without. */
  get nodata(): number | bigint | null {
    if (this.#plainBands() === null) return null;
    const values = new Set(
      [...new Set(this.#scope.stacks)].map((stack) => nodataOf(this.#scope.warehouse.stack(stack))),
    );
    const [only = null] = values;
    return values.size === 1 ? only : null;
  }

  /** Facts about the array: the CRS, the transform (pixel corner), the expression. */
  get attrs(): Readonly<Record<string, unknown>> {
    const box = geoBoxOf(this.#scope);
    return {
      crs: box?.crs.code ?? box?.crs.definition ?? null,
      transform: box?.transform ?? null,
      expression: this.#text(),
    };
  }

  /** Labels of each dimension, and `scene` along time. */
  get coords(): Readonly<Record<string, Coordinate>> {
    const { warehouse, scenes, ids } = this.#scope;
    const coords: Record<string, Coordinate> = {
      time: { dims: ["time"], values: Array.from(scenes, (row) => new Date(warehouse.scenes.time[row] ?? 0)) },
      scene: { dims: ["time"], values: ids },
    };
    if (this.#content.kind === "bands") coords.band = { dims: ["band"], values: this.#content.bands };
    const box = geoBoxOf(this.#scope);
    const centres = box === null ? null : pixelCentreAxes(box.transform, box.width, box.height);
    if (centres !== null) {
      coords.y = { dims: ["y"], values: centres.y };
      coords.x = { dims: ["x"], values: centres.x };
    }
    return coords;
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

  pow(other: DataArray | number): DataArray {
    return this.#binary("**", other);
  }

  /** The part that labels select; see `Dataset.sel`. */
  sel(labels: Omit<Sel, "band">): DataArray {
    return new DataArray(sliceByLabels(this.#scope, labels), this.#content, this.name);
  }

  /** The part at positions; see `Dataset.isel`. */
  isel(positions: Isel): DataArray {
    return new DataArray(sliceByPositions(this.#scope, positions), this.#content, this.name);
  }

  /**
   * What {@link compute} would read. Only references are looked up.
   *
   * @throws GridMismatchError where the scenes share no grid.
   */
  async explain(): Promise<Explanation> {
    const { shape } = this;
    const { plan } = await planScope(this.#scope, this.#bands(), { start: 0, stop: this.#scope.scenes.length });
    return {
      snapshot: this.#scope.warehouse.snapshot,
      expression: this.#text(),
      dims: Object.fromEntries(this.dims.map((dim, i) => [dim, shape[i] ?? 0])),
      ...costOf(plan),
      resultBytes: shape.reduce((product, size) => product * size, 1) * bytesPerSample(this.dtype),
    };
  }

  /**
   * Read and compute. The answer is held in memory whole; what it is made from is read in steps of bounded size.
   *
   * @throws GridMismatchError where the scenes share no grid.
   * @throws SourceChangedError, CorruptDataError naming the file, unless `onReadError` is `mark`.
   */
  async compute(options: ComputeOptions = {}): Promise<NdArray> {
    const { shape, dims } = this;
    const plain = this.#plainBands();
    const dtype = plain === null ? (options.dtype ?? "float32") : commonDType(this.#scope);
    const length = shape.reduce((product, size) => product * size, 1);
    const data = createTypedArray(dtype, length);
    const status = new Uint8Array(length);
    const perStep = length / Math.max(1, shape[0] ?? 1);
    for (const times of this.#steps()) {
      options.signal?.throwIfAborted();
      const window = await readScope(this.#scope, this.#bands(), times, options);
      const part = plain === null ? this.#evaluate(window, times, dtype) : window;
      data.set(part.data as never, times.start * perStep);
      status.set(part.status, times.start * perStep);
    }
    const isComplete = status.every((code) => code === 0);
    return { dims, shape, dtype, data, status: isComplete ? null : status, coords: this.coords };
  }

  /** The bands that need no computing, or null for an expression that does. */
  #plainBands(): readonly string[] | null {
    if (this.#content.kind === "bands") return this.#content.bands;
    return this.#content.expr.kind === "band" ? [this.#content.expr.name] : null;
  }

  #bands(): readonly string[] {
    return this.#content.kind === "bands" ? this.#content.bands : bandsOf(this.#content.expr);
  }

  #text(): string {
    return this.#content.kind === "bands" ? this.#content.bands.join(", ") : formatExpression(this.#content.expr);
  }

  /** Runs of time steps that decode to a bounded number of bytes each. */
  *#steps(): Generator<IndexRange> {
    const { scenes, rows, cols } = this.#scope;
    const pixels = (rows.stop - rows.start) * (cols.stop - cols.start);
    const stepBytes = this.#bands().length * pixels * (bytesPerSample(commonDType(this.#scope)) + 1);
    const count = Math.max(1, Math.floor(STEP_BYTES / Math.max(1, stepBytes)));
    for (let start = 0; start < scenes.length; start += count) {
      yield { start, stop: Math.min(scenes.length, start + count) };
    }
  }

  #evaluate(window: CubeWindow, times: IndexRange, dtype: DType): { data: TypedArray; status: Uint8Array } {
    if (this.#content.kind !== "expr") return window;
    const bands = this.#bands();
    const plane = window.status.length / Math.max(1, bands.length * (times.stop - times.start));
    const length = plane * (times.stop - times.start);
    const planes = new Map(
      bands.map((name, band) => [
        name,
        {
          data: gatherBand(window.data, bands.length, band, plane),
          status: gatherBand(window.status, bands.length, band, plane),
        },
      ]),
    );
    return evaluate(this.#content.expr, planes, length, { dtype: dtype === "float64" ? "float64" : "float32" });
  }

  #binary(op: BinaryOp, other: DataArray | number): DataArray {
    const left = this.#expr();
    if (typeof other === "number") {
      const expr: Expr = { kind: "binary", op, left, right: { kind: "number", value: other } };
      return DataArray.ofExpr(this.#scope, expr, formatExpression(expr));
    }
    if (!isSameScope(other.#scope, this.#scope)) {
      throw new InvalidInputError(
        "arrays of different selections cannot be computed with: select first, on one Dataset, then take its bands",
        { details: { left: this.name, right: other.name } },
      );
    }
    const expr: Expr = { kind: "binary", op, left, right: other.#expr() };
    return DataArray.ofExpr(this.#scope, expr, formatExpression(expr));
  }

  #expr(): Expr {
    if (this.#content.kind === "expr") return this.#content.expr;
    throw new InvalidInputError("arithmetic on all bands at once is not there yet: take bands with band(name)", {
      details: { bands: [...this.#content.bands] },
    });
  }
}

/** One band of `[time, band, pixel]`, copied to `[time, pixel]`. */
function gatherBand<T extends TypedArray>(all: T, bands: number, band: number, plane: number): T {
  const steps = plane === 0 ? 0 : all.length / (bands * plane);
  const out = new (all.constructor as new (length: number) => T)(steps * plane);
  for (let step = 0; step < steps; step++) {
    const from = (step * bands + band) * plane;
    out.set(all.subarray(from, from + plane) as never, step * plane);
  }
  return out;
}

/** True where two scopes select the same scenes and window of one snapshot. */
function isSameScope(a: Scope, b: Scope): boolean {
  const sameRange = (one: IndexRange, other: IndexRange) => one.start === other.start && one.stop === other.stop;
  return (
    a.warehouse.url === b.warehouse.url &&
    a.warehouse.snapshot === b.warehouse.snapshot &&
    sameRange(a.rows, b.rows) &&
    sameRange(a.cols, b.cols) &&
    a.scenes.length === b.scenes.length &&
    a.scenes.every((row, i) => row === b.scenes[i])
  );
}
