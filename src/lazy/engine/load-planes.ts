import { createTypedArray, type DType, type TypedArray } from "../../ndarray/dtype.js";
import { Status } from "../../ndarray/status.js";
import type { PlannedHole, PlannedRead } from "../read-plan.js";
import type { PlannedLayer } from "./block-task.js";
import type { LoadedPlane } from "./loaded-plane.js";

/** A layer's pixels as they come from its blocks: for each band of the source its own samples and what is not there. */
export interface LayerPixels {
  readonly layer: PlannedLayer;
  /** Rows and columns of the layer's own window. */
  readonly rows: number;
  readonly cols: number;
  /** For each band of the source; null where the layer does not have it. */
  readonly bands: readonly (BandPixels | null)[];
}

interface BandPixels {
  data: TypedArray;
  /** null while everything that was read is there. */
  status: Uint8Array | null;
}

/** The planes of `rows` × `cols` pixels that a step's layers make, the first valid pixel winning. */
export function joinLayers(
  layers: readonly LayerPixels[],
  bandCount: number,
  rows: number,
  cols: number,
): LoadedPlane[] {
  return Array.from({ length: bandCount }, (_, band) => {
    const parts = layers.filter(({ bands }) => bands[band] != null);
    const [only] = parts;
    if (only === undefined) return uncoveredPlane(rows * cols);
    if (parts.length === 1 && isWhole(only, rows, cols)) {
      const { data, status } = only.bands[band] as BandPixels;
      return { ...meaningOf(only.layer, band), data, status };
    }
    return mosaic(parts, band, rows, cols);
  });
}

function isWhole({ layer, rows, cols }: LayerPixels, height: number, width: number): boolean {
  return layer.zoom === null && layer.row === 0 && layer.col === 0 && rows === height && cols === width;
}

/** How float16 is held: widened. */
function heldAs(dtype: DType): DType {
  return dtype === "float16" ? "float32" : dtype;
}

function meaningOf({ dtype, nodata, bands }: PlannedLayer, band: number) {
  const { scale = 1, offset = 0 } = bands[band] ?? {};
  return { dtype: heldAs(dtype), nodata, scale, offset };
}

function uncoveredPlane(length: number): LoadedPlane {
  const status = new Uint8Array(length).fill(Status.uncovered);
  return { dtype: "uint8", data: new Uint8Array(length), status, nodata: null, scale: 1, offset: 0 };
}

/** Several layers, or one that does not cover everything, in one plane: in the files' own type where all mean the same. */
function mosaic(parts: readonly LayerPixels[], band: number, rows: number, cols: number): LoadedPlane {
  const meanings = parts.map(({ layer }) => meaningOf(layer, band));
  const [first] = meanings as [ReturnType<typeof meaningOf>];
  const isSame = meanings.every(
    ({ dtype, nodata, scale, offset }) =>
      dtype === first.dtype && nodata === first.nodata && scale === first.scale && offset === first.offset,
  );
  const meaning = isSame ? first : { dtype: "float64" as const, nodata: null, scale: 1, offset: 0 };
  const data = createTypedArray(meaning.dtype, rows * cols);
  const status = new Uint8Array(rows * cols).fill(Status.uncovered);
  parts.forEach((part, i) => {
    const { nodata, scale, offset } = meanings[i] as ReturnType<typeof meaningOf>;
    const convert = isSame ? null : { scale, offset };
    paint(part, band, nodata, convert, { data, status, rows, cols });
  });
  return { ...meaning, data, status };
}

interface Canvas {
  readonly data: TypedArray;
  readonly status: Uint8Array;
  readonly rows: number;
  readonly cols: number;
}

/** Put a layer's pixels where nothing valid is yet. */
function paint(
  { layer, rows, cols, bands }: LayerPixels,
  band: number,
  nodata: number | bigint | null,
  convert: { scale: number; offset: number } | null,
  canvas: Canvas,
): void {
  const { data, status } = bands[band] as BandPixels;
  for (let row = 0; row < canvas.rows; row++) {
    const y = layer.zoom === null ? row - layer.row : layer.zoom.rows[row]!;
    if (y < 0 || y >= rows) continue;
    for (let col = 0; col < canvas.cols; col++) {
      const x = layer.zoom === null ? col - layer.col : layer.zoom.cols[col]!;
      if (x < 0 || x >= cols) continue;
      const to = row * canvas.cols + col;
      if (canvas.status[to] === Status.valid) continue;
      const from = y * cols + x;
      const value = data[from]!;
      const own = status === null ? Status.valid : status[from]!;
      const code = own === Status.valid && (value === nodata || Number.isNaN(value)) ? Status.nodata : own;
      if (code === Status.valid || canvas.status[to] === Status.uncovered) {
        canvas.status[to] = code;
        canvas.data[to] = (convert === null ? value : Number(value) * convert.scale + convert.offset) as never;
      }
    }
  }
}

/** Gathers the blocks of one layer. */
export class LayerBuilder {
  readonly #layer: PlannedLayer;
  readonly #rows: number;
  readonly #cols: number;
  readonly #bands: (BandPixels | null)[];

  constructor(layer: PlannedLayer, rows: number, cols: number) {
    this.#layer = layer;
    this.#rows = rows;
    this.#cols = cols;
    this.#bands = layer.bands.map(() => null);
  }

  /** Put a block's samples, `[read.bands, rows, cols]`, into place; taken as they are where they are all there is. */
  add(read: PlannedRead, values: TypedArray): void {
    const { rowStart, rowStop, colStart, colStop } = read.window;
    const [rows, cols] = [rowStop - rowStart, colStop - colStart];
    read.bands.forEach((band, plane) => {
      const samples = values.subarray(plane * rows * cols, (plane + 1) * rows * cols);
      if (rows === this.#rows && cols === this.#cols) {
        this.#bands[band] = { data: samples, status: null };
        return;
      }
      const { data } = this.#band(band);
      for (let row = 0; row < rows; row++) {
        const line = samples.subarray(row * cols, (row + 1) * cols);
        data.set(line as never, (read.row + row) * this.#cols + read.col);
      }
    });
  }

  /** Say why pixels of a block are missing; they hold the file's nodata value where it has one. */
  mark({ bands, row, col, rows, cols }: Omit<PlannedHole, "target">, code: number): void {
    const { nodata } = this.#layer;
    for (const band of bands) {
      const pixels = this.#band(band);
      pixels.status ??= new Uint8Array(this.#rows * this.#cols);
      for (let y = row; y < row + rows; y++) {
        const from = y * this.#cols + col;
        pixels.status.fill(code, from, from + cols);
        if (nodata !== null) pixels.data.fill(nodata as never, from, from + cols);
      }
    }
  }

  /** Take away the pixels whose sample of the file's internal mask is 0: one plane of it for all bands, or one for each. */
  maskOut({ bands, row, col, window }: PlannedRead, values: TypedArray): void {
    const cols = window.colStop - window.colStart;
    const length = values.length / window.samples.length;
    for (const [place, band] of bands.entries()) {
      const pixels = this.#band(band);
      const from = window.samples.length === 1 ? 0 : place * length;
      for (let i = 0; i < length; i++) {
        if (Number(values[from + i]) !== 0) continue;
        pixels.status ??= new Uint8Array(this.#rows * this.#cols);
        const at = (row + Math.floor(i / cols)) * this.#cols + col + (i % cols);
        if (pixels.status[at] === Status.valid) pixels.status[at] = Status.nodata;
      }
    }
  }

  finish(): LayerPixels {
    return { layer: this.#layer, rows: this.#rows, cols: this.#cols, bands: this.#bands };
  }

  #band(band: number): BandPixels {
    let pixels = this.#bands[band];
    if (pixels == null) {
      pixels = { data: createTypedArray(this.#layer.dtype, this.#rows * this.#cols), status: null };
      this.#bands[band] = pixels;
    }
    return pixels;
  }
}
