import { didYouMean } from "../did-you-mean.js";
import { InvalidInputError, SelectionError } from "../errors.js";
import type { Crs } from "../geo/crs.js";
import { type GeoBox, pixelCentreAxes } from "../geo/geo-box.js";
import { parseBandMath } from "../lazy/expression/band-math.js";
import { bandsOf, type Expr } from "../lazy/expression/expr.js";
import { indexExpression } from "../lazy/expression/spectral-indices.js";
import { substitute } from "../lazy/expression/substitute.js";
import type { SceneNode, SceneSource } from "../lazy/graph/node.js";
import type { MaskRule } from "../mask-rule.js";
import type { DType } from "../ndarray/dtype.js";
import { bandFacts } from "./band-facts.js";
import { type AppliedRule, groupRules, rulesOfAll } from "./cloud-rules.js";
import type { ComputeOptions, Explanation } from "./compute-array.js";
import { DataArray } from "./data-array.js";
import { coordLines } from "./describe.js";
import type { LazyArray } from "./lazy-array.js";
import { type PointSeries, type PointSeriesOptions, pointSeries } from "./point-series.js";
import { flagsSource, sceneSource } from "./scene-source.js";
import { commonDType, geoBoxOf, type Scope, scenesOfStep, scopeForBands, stepCount, stepTimes } from "./scope.js";
import { type Isel, type Sel, sliceByLabels, sliceByPositions, windowOfScope } from "./slice.js";
import { type CompositeMethod, composite } from "./verbs/composite.js";
import { concat } from "./verbs/concat.js";
import { firstKnown, maskArray, ruleArray } from "./verbs/mask.js";
import { call, dtypeOf, mathOf, not } from "./verbs/math.js";
import type { SelOptions } from "./verbs/select.js";
import { where } from "./verbs/where.js";

/** Labels of a Dataset's dimensions. */
export interface DatasetCoords {
  /** Acquisition times, ascending; equal times are possible. */
  time: readonly Date[];
  /** Scene ids, one for each time step; of several that make one step the first. */
  scene: readonly string[];
  band: readonly string[];
  /** Pixel centres in the CRS; null for a rotated grid, for pixels without georeference, or where scenes share no grid. */
  x: Float64Array | null;
  y: Float64Array | null;
}

/** A picture of many time steps. */
export interface Composite {
  /** `(band, y, x)`. */
  pixels: DataArray;
  /** `(y, x)`: position in time of the scene that each pixel comes from, −1 for none; null for a median. */
  scene: DataArray | null;
}

/** How a Dataset shows its scenes. */
interface View {
  /** Bands by the names that people use, and by those in the warehouse. */
  readonly bands: readonly { readonly name: string; readonly stored: string }[];
  /** Rules that take pixels of every band away; their bands by stored names. */
  readonly rules: readonly AppliedRule[];
  readonly isScaled: boolean;
}

/**
 * Scenes as one labelled cube `(time, band, y, x)`. Everything here is metadata; pixels are read by `compute`.
 *
 * Scenes of different extent are joined where they lie on one lattice of pixels. Where they do not, the Dataset still
 * has its times and bands and answers {@link timeseries}; `y` and `x` have no size, and `compute` is a GridMismatchError.
 */
export class Dataset {
  readonly #scope: Scope;
  readonly #view: View;
  readonly #storedBands = new Map<string, LazyArray>();
  #source: SceneSource | undefined;

  /** @internal Use `openDataset` or `openCog`. */
  constructor(scope: Scope, view: View) {
    this.#scope = scope;
    this.#view = view;
  }

  /** Where the scenes come from: a path or URL. */
  get warehouse(): string {
    return this.#scope.warehouse.url;
  }

  /** Id of the snapshot that everything is read at. */
  get snapshot(): string {
    return this.#scope.warehouse.snapshot;
  }

  /** Sizes of the dimensions; without `y` and `x` where the scenes share no grid. */
  get dims(): { time: number; band: number; y?: number; x?: number } {
    const { rows, cols, lattice } = this.#scope;
    const sizes = { time: stepCount(this.#scope), band: this.bands.length };
    return lattice instanceof Error ? sizes : { ...sizes, y: rows.stop - rows.start, x: cols.stop - cols.start };
  }

  get bands(): readonly string[] {
    return this.#view.bands.map(({ name }) => name);
  }

  /** Type of the samples as the files hold them; the smallest that holds them all where they differ. */
  get dtype(): DType {
    return commonDType(this.#scope);
  }

  /** Grid of the pixels; null without georeference or where scenes share no grid. */
  get geobox(): GeoBox | null {
    return geoBoxOf(this.#scope);
  }

  get crs(): Crs | null {
    return this.geobox?.crs ?? null;
  }

  /** Facts about the whole: where it comes from, its grid, what is applied to it. */
  get attrs(): Readonly<Record<string, unknown>> {
    const { geobox } = this;
    return {
      warehouse: this.warehouse,
      snapshot: this.snapshot,
      crs: geobox?.crs.code ?? geobox?.crs.definition ?? null,
      transform: geobox?.transform ?? null,
      scaled: this.#view.isScaled,
      masks: this.#view.rules.map(({ rule, products }) => (products === null ? rule : { ...rule, products })),
    };
  }

  get coords(): DatasetCoords {
    const box = this.geobox;
    const centres = box === null ? null : pixelCentreAxes(box.transform, box.width, box.height);
    return {
      time: Array.from(stepTimes(this.#scope), (time) => new Date(time)),
      scene: this.#sceneIds(),
      band: this.bands,
      x: centres?.x ?? null,
      y: centres?.y ?? null,
    };
  }

  /**
   * One band as a lazy DataArray `(time, y, x)`.
   *
   * @throws SelectionError where there is no such band.
   */
  band(name: string): DataArray {
    return new DataArray(this.#onGridOf([name]).#maskedBand(name), bandFacts(this.#scope, this.#find(name).stored));
  }

  /**
   * Band math as a lazy DataArray: `"(nir - red) / (nir + red)"`. Nothing is read, and nothing is evaluated as code.
   *
   * @throws ExpressionError with a caret under the fault.
   */
  bandmath(text: string): DataArray {
    return new DataArray(this.#computed(parseBandMath(text, this.#knownNames())));
  }

  /**
   * A spectral index by its name: NDVI, EVI, SAVI, NDWI, NBR, … from the published formula. Bands are found by their
   * common names and their synonyms; `aliases` says which is which where names alone do not tell.
   *
   * @example
   * ds.index("NDVI", { red: "B4", nir: "B5" });
   * @throws ExpressionError where there is no such index, or a band that it needs is missing.
   */
  index(
    name: string,
    aliases: Readonly<Record<string, string>> = {},
    constants: Readonly<Record<string, number>> = {},
  ): DataArray {
    return new DataArray({ ...this.#computed(indexExpression(name, this.#knownNames(), aliases, constants)), name });
  }

  /** All bands as one lazy DataArray `(time, band, y, x)`, in the files' own type. */
  toArray(): DataArray {
    return new DataArray(this.#stacked());
  }

  /** The same scenes with only these bands, in this order. Where all bands share no grid, these may. */
  select(bands: readonly string[]): Dataset {
    return this.#onGridOf(bands).#with({ bands: bands.map((name) => this.#find(name)) });
  }

  /** The same with some bands called otherwise: `{ B4: "red" }`. */
  rename(names: Readonly<Record<string, string>>): Dataset {
    for (const name of Object.keys(names)) this.#find(name);
    const bands = this.#view.bands.map(({ name, stored }) => ({ name: names[name] ?? name, stored }));
    const twice = bands.find(({ name }, i) => bands.findIndex((other) => other.name === name) !== i);
    if (twice !== undefined) {
      throw new InvalidInputError(`rename: two bands would be called "${twice.name}"`, {
        details: { band: twice.name },
      });
    }
    return this.#with({ bands });
  }

  /**
   * The same without the pixels that rules take away, in every band: status `masked`. Rules are data, so they can be
   * stored and sent.
   *
   * A pixel whose flags are missing is missing; flags that cannot be read are an error.
   *
   * @example
   * ds.mask({ band: "SCL", values: [3, 8, 9, 10] });
   * ds.mask({ band: "QA_PIXEL", bits: [3, 4], growMetres: 90 });
   */
  mask(rules: MaskRule | readonly MaskRule[]): Dataset {
    const added = [rules].flat().map((rule) => ({
      rule: { ...rule, band: this.#find(rule.band).stored },
      products: null,
    }));
    return this.#with({ rules: [...this.#view.rules, ...added] });
  }

  /**
   * Which rule of `attrs.masks` takes each pixel away, counted from 1, as `(time, y, x)`; 0 where none does. Of several
   * the first.
   */
  maskedBy(): DataArray {
    const { rules } = this.#view;
    if (rules.length === 0) throw new SelectionError("maskedBy: no mask was put on this Dataset; see mask()");
    const numbered = (some: readonly AppliedRule[], otherwise: LazyArray | number) =>
      some.reduceRight<LazyArray | number>((rest, applied) => {
        return call("where", [this.#conditionOf(applied), rules.indexOf(applied) + 1, rest], "uint8");
      }, otherwise);
    const ofAll = numbered(rulesOfAll(rules), 0);
    const own = groupRules(rules).map((group) => numbered(group, ofAll));
    const array = (own.length === 0 ? ofAll : firstKnown(own as LazyArray[])) as LazyArray;
    return new DataArray({ ...array, name: "masked_by" });
  }

  /**
   * One picture of all time steps.
   *
   * `median` takes each band's own; the others take all bands of a pixel from one scene and say which: `medoid` that
   * which is closest to all others, `max` and `min` that where `score` (a band, an index or band math) is largest or
   * smallest.
   *
   * @example
   * const greenest = ds.composite("max", "NDVI");
   */
  composite(method: CompositeMethod, score?: string | DataArray): Composite {
    const compared = score === undefined ? null : typeof score === "string" ? this.#scoreOf(score) : score.lazy;
    const { pixels, step } = composite(this.#stacked(), method, compared);
    return { pixels: new DataArray(pixels), scene: step && new DataArray(step) };
  }

  /** The part that labels select: times, bands, slices of x and y (ends included), a box of degrees. All dimensions stay. */
  sel(labels: Sel, options?: SelOptions): Dataset {
    const selected = labels.band === undefined ? this : this.select([labels.band].flat());
    return selected.#over(sliceByLabels(selected.#scope, labels, options));
  }

  /** The part at positions: slices `{ start, stop }`, `stop` not included, or one position. All dimensions stay. */
  isel(positions: Isel): Dataset {
    return this.#over(sliceByPositions(this.#scope, positions));
  }

  /** What was at a place in each scene that covers it; any grids, the points of each found exactly. */
  timeseries(options: PointSeriesOptions): Promise<PointSeries> {
    const { isScaled, rules, bands } = this.#view;
    const names = new Map(bands.map(({ name, stored }) => [name, stored]));
    return pointSeries(this.#scope, { bands: this.bands, scaled: isScaled, ...options }, { names, rules });
  }

  /** What reading every band would cost: files, requests, bytes. Looks references up, reads no source. */
  explain(options?: ComputeOptions): Promise<Explanation> {
    return this.toArray().explain(options);
  }

  /** The Dataset in a few lines, as people like to read it. */
  toString(): string {
    const sizes = Object.entries(this.dims).map(([dim, size]) => `${dim}: ${size}`);
    const { time, band, x, y } = this.coords;
    const coords = {
      time: { dims: ["time"], values: time },
      band: { dims: ["band"], values: band },
      ...(y && { y: { dims: ["y"], values: y } }),
      ...(x && { x: { dims: ["x"], values: x } }),
    };
    const { geobox } = this;
    const place = geobox === null ? "no common grid" : (geobox.crs.code ?? geobox.crs.name ?? "user-defined CRS");
    return [
      `<Dataset (${sizes.join(", ")})>  ${this.dtype}, lazy`,
      ...coordLines(coords),
      `  crs: ${place}`,
      `  warehouse: ${this.warehouse} at ${this.snapshot}`,
    ].join("\n");
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }

  #with(view: Partial<View>): Dataset {
    const changed = new Dataset(this.#scope, { ...this.#view, ...view });
    // The same scenes: what both read is read once.
    changed.#source = this.#scenes();
    return changed;
  }

  #over(scope: Scope): Dataset {
    return new Dataset(scope, this.#view);
  }

  /** The same on the grid of some of its bands, where all of them share none. */
  #onGridOf(bands: readonly string[]): Dataset {
    const scope = scopeForBands(
      this.#scope,
      bands.map((name) => this.#find(name).stored),
    );
    return scope === this.#scope ? this : this.#over(scope);
  }

  #scenes(): SceneSource {
    this.#source ??= sceneSource(this.#scope);
    return this.#source;
  }

  #sceneIds(): string[] {
    const { ids } = this.#scope;
    return Array.from(
      { length: stepCount(this.#scope) },
      (_, step) => ids[scenesOfStep(this.#scope, step).start] ?? "",
    );
  }

  /** Names by which bands are found: their own, then common ones. */
  #knownNames(): string[] {
    const stored = new Set(this.#view.bands.map((band) => band.stored));
    const common = [...this.#scope.commonNames].flatMap(([name, band]) => (stored.has(band) ? [name] : []));
    return [...new Set([...this.bands, ...common])];
  }

  /** A band by its name, else by its common one, which it then goes by. */
  #find(name: string): View["bands"][number] {
    const band = this.#view.bands.find((own) => own.name === name);
    if (band !== undefined) return band;
    const stored = this.#scope.commonNames.get(name);
    if (stored !== undefined && this.#view.bands.some((own) => own.stored === stored)) return { name, stored };
    const { bands } = this;
    throw new SelectionError(`no band "${name}"${didYouMean(name, bands)}; there are ${bands.join(", ")}`, {
      details: { band: name, bands: [...bands] },
    });
  }

  #conditionOf({ rule, products }: AppliedRule): LazyArray {
    return ruleArray(rule, this.#flags(rule.band, products));
  }

  /** The band of a rule in scenes of its products, its nearest pixels where they are of another size. */
  #flags(stored: string, products: AppliedRule["products"]): LazyArray {
    const key = `flags ${JSON.stringify(products)} ${stored}`;
    const own = this.#storedBands.has(key) ? null : flagsSource(this.#scope, stored, products);
    if (own !== null) this.#storedBands.set(key, this.#describeStoredBand(stored, false, own));
    return this.#storedBands.get(key) ?? this.#storedBand(stored, false);
  }

  /** A band as it is stored, scaled or not: one node however often it is asked for, so that drawings name it once. */
  #storedBand(stored: string, isScaled: boolean): LazyArray {
    const key = `${isScaled} ${stored}`;
    const known = this.#storedBands.get(key) ?? this.#describeStoredBand(stored, isScaled);
    this.#storedBands.set(key, known);
    return known;
  }

  #describeStoredBand(stored: string, isScaled: boolean, source = this.#scenes()): LazyArray {
    const times = stepTimes(this.#scope);
    const plain = source.stacks.every((stack) => {
      const at = stack.bands.indexOf(stored);
      return at < 0 || ((stack.scale[at] ?? 1) === 1 && (stack.offset[at] ?? 0) === 0);
    });
    const scales = isScaled && !plain;
    const node: SceneNode = {
      kind: "scenes",
      shape: { outer: times.length, band: null, y: true, x: true },
      dtype: scales ? "float32" : this.#dtypeOf(stored, source),
      source,
      band: stored,
      isScaled: scales,
    };
    return {
      node,
      name: "",
      outer: { kind: "time", name: "time", timesMs: times, scenes: this.#sceneIds() },
      bands: null,
      frame: this.#scope.lattice,
      window: windowOfScope(this.#scope),
    };
  }

  #dtypeOf(stored: string, { stacks }: SceneSource): DType {
    const own = stacks.filter(({ bands }) => bands.includes(stored));
    const [only = this.dtype, ...rest] = new Set(own.map(({ dtype }) => dtype));
    return rest.length === 0 ? only : this.dtype;
  }

  #maskedBand(name: string): LazyArray {
    const { stored } = this.#find(name);
    const { rules, isScaled } = this.#view;
    const band = this.#storedBand(stored, isScaled);
    const masked = maskArray(rules, (applied) => this.#conditionOf(applied));
    const array = masked === null ? band : where(band, not(masked), undefined);
    return name === stored ? array : { ...array, name };
  }

  #computed(expr: Expr): LazyArray {
    if (expr.kind === "band") return this.#onGridOf([expr.name]).#maskedBand(expr.name);
    const names = bandsOf(expr);
    const placed = this.#onGridOf(names);
    const arrays = names.length === 0 ? [this.#anyBand()] : names.map((name) => placed.#maskedBand(name));
    const numbered = substitute(expr, (name) => ({ kind: "band", name: String(names.indexOf(name)) }));
    const dtype = dtypeOf(expr, () => "float32");
    return mathOf(arrays, numbered, dtype);
  }

  /** What a constant runs along. */
  #anyBand(): LazyArray {
    const [first] = this.#view.bands;
    if (first === undefined) throw new SelectionError("there is no band to compute with");
    return this.#maskedBand(first.name);
  }

  #stacked(): LazyArray {
    const { bands } = this;
    return concat(
      bands.map((name) => this.#maskedBand(name)),
      "band",
      bands,
    );
  }

  #scoreOf(text: string): LazyArray {
    return /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) && !this.bands.includes(text)
      ? this.index(text).lazy
      : this.bandmath(text).lazy;
  }
}
