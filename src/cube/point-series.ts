import { didYouMean } from "../did-you-mean.js";
import { InvalidInputError, SelectionError, UnsupportedError } from "../errors.js";
import { parseBandMath } from "../lazy/expression/band-math.js";
import { evaluate } from "../lazy/expression/evaluate.js";
import { anyOf, bandsOf, type Expr } from "../lazy/expression/expr.js";
import { substitute } from "../lazy/expression/substitute.js";
import { type Destination, gather } from "../lazy/gather.js";
import { planWindows } from "../lazy/plan-windows.js";
import { createTypedArray, type TypedArray } from "../ndarray/dtype.js";
import { Status, type StatusName, statusName } from "../ndarray/status.js";
import { nodataOf } from "../warehouse/nodata.js";
import type { Stack } from "../warehouse/stack.js";
import { type AppliedRule, type CloudMask, cloudRules, combineRules } from "./cloud-rules.js";
import { type CoveringScene, coveringScenes } from "./covering-scenes.js";
import { bandsOfStacks, type Scope } from "./scope.js";
import { firstKnownExpr, ruleExpr } from "./verbs/mask.js";

export interface PointSeriesOptions {
  /** Degrees, WGS 84. */
  lon: number;
  lat: number;
  /** Bands to read. Default all. */
  bands?: readonly string[];
  /** Band math in place of bands; the one column is then called `expr`. */
  expr?: string;
  /** Apply each file's scale and offset. Default: the file's own numbers. */
  scaled?: boolean;
  /** Take pixels away that rules call cloudy; true for the rules that the warehouse keeps of the scenes' products. */
  cloudMask?: CloudMask;
  /** `mark`: a value that cannot be read has status `failed`. Default `throw`. */
  onReadError?: "throw" | "mark";
  /** Decoding threads; 0 for none but this one. Default: one for each core where there is enough to do. */
  threads?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** One scene that covers the point. */
export interface PointRow {
  /** ISO 8601, UTC. */
  time: string;
  scene: string;
  /** Value of each band; null where `status` is not `valid`. */
  values: Record<string, number | null>;
  status: Record<string, StatusName>;
}

/** What was at a point, scene by scene. The same object is printed by `pixelquery timeseries --json`. */
export interface PointSeries {
  lon: number;
  lat: number;
  snapshot: string;
  bands: string[];
  /** Sorted by time. */
  rows: PointRow[];
}

/** What a Dataset does to its bands. */
export interface PointView {
  /** Stored name of each band that people call otherwise. */
  readonly names: ReadonlyMap<string, string>;
  /** Rules that take pixels away, their bands by stored names. */
  readonly rules: readonly AppliedRule[];
}

/**
 * The pixel that holds a point, in every scene of a scope that covers it.
 *
 * Each scene's own CRS and transform find the pixel, exactly to its edge: the point's longitude and latitude are
 * projected, then the inverse transform is rounded down. Only the blocks that hold the point are read.
 */
export async function pointSeries(
  scope: Scope,
  options: PointSeriesOptions,
  view: PointView = { names: new Map(), rules: [] },
): Promise<PointSeries> {
  const { lon, lat } = options;
  if (!(Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) <= 90)) {
    throw new InvalidInputError(`longitude ${lon}, latitude ${lat}: no place on Earth`, { details: { lon, lat } });
  }
  const stored = scope.bands.length > 0 ? scope.bands : allBands(scope);
  const known = [...new Set([...view.names.keys(), ...stored])];
  const expr = options.expr === undefined ? null : parseBandMath(options.expr, [...known, ...scope.commonNames.keys()]);
  const bands = expr === null ? (options.bands ?? known) : bandsOf(expr);
  const rules = [...view.rules, ...cloudRules(options.cloudMask, scope)];
  const columns = expr === null ? bands : ["expr"];
  const storedOf = (name: string) => view.names.get(name) ?? scope.commonNames.get(name) ?? name;
  const wanted = bands.map(storedOf);
  const flags = [...new Set(rules.map(({ rule }) => rule.band))];
  assertBands(scope, [...wanted, ...flags]);
  const covering = await coveringScenes(scope, lon, lat, [...wanted, ...flags]);
  const read = await readPixels(scope, wanted, flags, covering, options);
  const productIds = covering.map(({ place }) => scope.warehouse.stack(scope.stacks[place] ?? 0).productId);
  const exprs = expr === null ? bands.map((name): Expr => ({ kind: "band", name })) : [expr];
  const values = columnsOf(exprs, bands, { rules, productIds }, read);
  const rows = covering.map(({ place }, i) => toRow(scope, place, columns, i, values));
  return { lon, lat, snapshot: scope.warehouse.snapshot, bands: [...columns], rows };
}

/** A band that only scenes elsewhere have is no error: here it is uncovered. */
function assertBands(scope: Scope, bands: readonly string[]): void {
  const known = allBands(scope);
  const missing = bands.find((name) => !known.includes(name));
  if (missing === undefined || known.length === 0) return;
  throw new SelectionError(`no band "${missing}"${didYouMean(missing, known)}; there are ${known.join(", ")}`, {
    details: { band: missing, bands: known },
  });
}

/** Every band of the warehouse. */
function allBands({ warehouse }: Scope): string[] {
  return bandsOfStacks(warehouse.scenes.stacks.map((_, index) => warehouse.stack(index)));
}

/** Values `[scene, column]` in double precision, and the status of each: the bands, then the flags. */
interface PixelColumns {
  data: Float64Array;
  status: Uint8Array;
  width: number;
}

async function readPixels(
  scope: Scope,
  bands: readonly string[],
  flags: readonly string[],
  covering: readonly CoveringScene[],
  options: PointSeriesOptions,
): Promise<PixelColumns> {
  const { warehouse } = scope;
  const names = [...bands, ...flags];
  const width = names.length;
  const windows = covering.flatMap((scene) => scene.windows);
  const plan = await planWindows(warehouse, names, windows);
  const status = new Uint8Array(windows.length * width).fill(Status.uncovered);
  const pixels = windows.map(({ stack }, i): { stack: Stack; to: Destination } => {
    const own = warehouse.stack(stack);
    const to = {
      data: createTypedArray(own.dtype, width),
      status: status.subarray(i * width, (i + 1) * width),
      start: 0,
    };
    return { stack: own, to: { ...to, planeStride: 1, rowStride: 1, nodata: nodataOf(own) } };
  });
  const { signal, threads, onReadError, onProgress } = options;
  await gather(plan, warehouse.sources, (target) => (pixels[target] as { to: Destination }).to, {
    signal,
    threads,
    onReadError,
    onProgress,
  });
  const data = new Float64Array(status.length);
  pixels.forEach(({ stack, to }, i) => {
    const values = Array.from(to.data as Uint8Array, Number);
    // Flags are no quantity: scale and offset never apply to them.
    if (options.scaled === true) values.splice(0, bands.length, ...applyScale(stack, bands, to.data));
    data.set(values, i * width);
  });
  return mergeScenes({ data, status, width }, covering);
}

/** One row a scene: each band from the first of its stacks that has it. */
function mergeScenes({ data, status, width }: PixelColumns, covering: readonly CoveringScene[]): PixelColumns {
  const merged = {
    data: new Float64Array(covering.length * width),
    status: new Uint8Array(covering.length * width).fill(Status.uncovered),
  };
  let row = 0;
  covering.forEach(({ windows }, scene) => {
    for (const end = row + windows.length; row < end; row++) {
      for (let column = 0; column < width; column++) {
        const [from, to] = [row * width + column, scene * width + column];
        if (merged.status[to] !== Status.uncovered) continue;
        merged.status[to] = status[from] ?? Status.uncovered;
        merged.data[to] = data[from] ?? 0;
      }
    }
  });
  return { ...merged, width };
}

function applyScale(stack: Stack, bands: readonly string[], values: TypedArray): number[] {
  return bands.map((name, i) => {
    const place = stack.bands.indexOf(name);
    return Number(values[i]) * (stack.scale[place] ?? 1) + (stack.offset[place] ?? 0);
  });
}

/** What takes pixels away, and the product of each row. */
interface RowRules {
  rules: readonly AppliedRule[];
  productIds: readonly string[];
}

/** Each expression over the bands, without the pixels that rules take away: one column each. */
function columnsOf(
  exprs: readonly Expr[],
  bands: readonly string[],
  { rules, productIds }: RowRules,
  read: PixelColumns,
): PixelColumns {
  const rows = productIds.length;
  const flags = [...new Set(rules.map(({ rule }) => rule.band))];
  const inputs = new Map(bands.map((name, column) => [`band ${name}`, columnAt(read, column, rows)]));
  for (const applied of rules) {
    const { data, status } = columnAt(read, bands.length + flags.indexOf(applied.rule.band), rows);
    const isMeant = (row: number) => applied.products?.includes(productIds[row] ?? "") ?? true;
    const own = status.map((code, row) => (isMeant(row) ? code : Status.uncovered));
    inputs.set(flagsName(applied), { data, status: own });
  }
  const masked = maskExpr(rules);
  const width = exprs.length;
  const out = { data: new Float64Array(rows * width), status: new Uint8Array(rows * width), width };
  exprs.forEach((expr, column) => {
    const own = substitute(expr, (name) => keptWhere(masked, { kind: "band", name: `band ${name}` }));
    const { data, status } = evaluate(own, inputs, rows, { dtype: "float64" });
    for (let row = 0; row < rows; row++) {
      out.data[row * width + column] = data[row] ?? Number.NaN;
      out.status[row * width + column] = status[row] ?? 0;
    }
  });
  return out;
}

function keptWhere(masked: Expr | null, band: Expr): Expr {
  if (masked === null) return band;
  return { kind: "call", name: "where", args: [{ kind: "unary", op: "not", operand: masked }, band] };
}

function columnAt(read: PixelColumns, column: number, rows: number): { data: Float64Array; status: Uint8Array } {
  const at = Array.from({ length: rows }, (_, row) => row * read.width + column);
  return {
    data: Float64Array.from(at, (place) => read.data[place] ?? 0),
    status: Uint8Array.from(at, (place) => read.status[place] ?? 0),
  };
}

/** How a rule's flags are called in an expression: those of its products' scenes. */
function flagsName({ rule, products }: AppliedRule): string {
  return `flags ${JSON.stringify(products)} ${rule.band}`;
}

/** 1 where any rule takes the pixel away; null without rules. */
function maskExpr(rules: readonly AppliedRule[]): Expr | null {
  const conditionOf = (applied: AppliedRule) => {
    const { rule } = applied;
    if (rule.growMetres === undefined) return ruleExpr(rule, { kind: "band", name: flagsName(applied) });
    throw new UnsupportedError(
      `a mask that grows (${rule.band} by ${rule.growMetres}) needs the pixels around a point, which a point series does ` +
        "not read: select a box of the Dataset instead",
      { details: { band: rule.band } },
    );
  };
  const firstKnown = (known: readonly Expr[]) => known.reduceRight((others, own) => firstKnownExpr(own, others));
  return combineRules(rules, { conditionOf, anyOf, firstKnown });
}

function toRow(
  scope: Scope,
  place: number,
  columns: readonly string[],
  row: number,
  { data, status, width }: PixelColumns,
): PointRow {
  const values: Record<string, number | null> = {};
  const reasons: Record<string, StatusName> = {};
  columns.forEach((name, column) => {
    const at = row * width + column;
    const code = status[at] ?? Status.uncovered;
    values[name] = code === Status.valid ? (data[at] ?? null) : null;
    reasons[name] = statusName(code);
  });
  const timeMs = scope.warehouse.scenes.time[scope.scenes[place] ?? 0] ?? 0;
  return { time: new Date(timeMs).toISOString(), scene: scope.ids[place] ?? "", values, status: reasons };
}
