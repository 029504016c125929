import { SelectionError } from "../errors.js";
import type { Crs } from "../geo/crs.js";
import { type GeoBox, pixelCentreAxes } from "../geo/geo-box.js";
import type { Expr } from "../lazy/expression/expr.js";
import { parseExpression } from "../lazy/expression/parse.js";
import { didYouMean } from "../lazy/expression/suggest.js";
import type { DType } from "../ndarray/dtype.js";
import { DataArray, type Explanation } from "./data-array.js";
import { type PointSeries, type PointSeriesOptions, pointSeries } from "./point-series.js";
import { commonDType, geoBoxOf, type Scope } from "./scope.js";
import { type Isel, type Sel, sliceByLabels, sliceByPositions } from "./slice.js";

/** Labels of a Dataset's dimensions. */
export interface DatasetCoords {
  /** Acquisition times, ascending; equal times are possible. */
  time: readonly Date[];
  /** Scene ids, one for each time step. */
  scene: readonly string[];
  band: readonly string[];
  /** Pixel centres in the CRS; null for a rotated grid, for pixels without georeference, or where scenes share no grid. */
  x: Float64Array | null;
  y: Float64Array | null;
}

/**
 * Scenes as one labelled cube `(time, band, y, x)`. Everything here is metadata; pixels are read by `compute`.
 *
 * Scenes of different extent are joined where they lie on one lattice of pixels. Where they do not, the Dataset still
 * has its times and bands and answers {@link timeseries}; `y` and `x` have no size, and `compute` is a GridMismatchError.
 */
export class Dataset {
  readonly #scope: Scope;
  readonly #bands: readonly string[];

  /** @internal Use `openDataset` or `openCog`. */
  constructor(scope: Scope, bands: readonly string[]) {
    this.#scope = scope;
    this.#bands = bands;
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
    const { scenes, rows, cols, lattice } = this.#scope;
    const sizes = { time: scenes.length, band: this.#bands.length };
    return lattice instanceof Error ? sizes : { ...sizes, y: rows.stop - rows.start, x: cols.stop - cols.start };
  }

  get bands(): readonly string[] {
    return this.#bands;
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

  get coords(): DatasetCoords {
    const { warehouse, scenes, ids } = this.#scope;
    const box = this.geobox;
    const centres = box === null ? null : pixelCentreAxes(box.transform, box.width, box.height);
    return {
      time: Array.from(scenes, (row) => new Date(warehouse.scenes.time[row] ?? Number.NaN)),
      scene: ids,
      band: this.#bands,
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
    this.#assertBand(name);
    return this.bandmathOf({ kind: "band", name }, name);
  }

  /**
   * Band math as a lazy DataArray: `"(nir - red) / (nir + red)"`. Nothing is read, and nothing is evaluated as code.
   *
   * @throws ExpressionError with a caret under the fault.
   */
  bandmath(text: string): DataArray {
    return this.bandmathOf(parseExpression(text, this.#bands), text);
  }

  /** @internal The DataArray of an expression over this Dataset's bands. */
  bandmathOf(expr: Expr, name: string): DataArray {
    return DataArray.ofExpr(this.#scope, expr, name);
  }

  /** All bands as one lazy DataArray `(time, band, y, x)`, in the files' own type. */
  toArray(): DataArray {
    return DataArray.ofBands(this.#scope, this.#bands);
  }

  /** The same scenes with only these bands, in this order. */
  select(bands: readonly string[]): Dataset {
    for (const name of bands) this.#assertBand(name);
    return new Dataset(this.#scope, [...bands]);
  }

  /** The part that labels select: times (`"2024-06"`, slices), bands, and slices of x and y, ends included. */
  sel(labels: Sel): Dataset {
    const bands = labels.band === undefined ? this.#bands : [labels.band].flat();
    return new Dataset(sliceByLabels(this.#scope, labels), this.#bands).select(bands);
  }

  /** The part at positions: slices `{ start, stop }`, `stop` not included, or one position (the dimension stays). */
  isel(positions: Isel): Dataset {
    return new Dataset(sliceByPositions(this.#scope, positions), this.#bands);
  }

  /** What was at a place in each scene that covers it; any grids, the points of each found exactly. */
  timeseries(options: PointSeriesOptions): Promise<PointSeries> {
    return pointSeries(this.#scope, { bands: this.#bands, ...options });
  }

  /** What reading every band would cost: files, requests, bytes. Looks references up, reads no source. */
  async explain(): Promise<Explanation> {
    return this.toArray().explain();
  }

  #assertBand(name: string): void {
    if (this.#bands.includes(name)) return;
    throw new SelectionError(`no band "${name}"${didYouMean(name, this.#bands)}; there are ${this.#bands.join(", ")}`, {
      details: { band: name, bands: [...this.#bands] },
    });
  }
}
