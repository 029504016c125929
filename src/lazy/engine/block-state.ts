import type { TypedArray } from "../../ndarray/dtype.js";
import { Status } from "../../ndarray/status.js";
import type { FrameWindow } from "../graph/node.js";
import type { Program, ProgramNode } from "../graph/program.js";
import { isFold, type SourceStep, stackedAt } from "../graph/schedule.js";
import { ColumnReader } from "./column-reader.js";
import { growMask } from "./grow-mask.js";
import { cropPlane, type Domain, type LoadedPlane } from "./loaded-plane.js";
import { kernelFor, ONLY_INPUT, type PixelMath } from "./pixel-math.js";
import type { SpareBuffers } from "./spare-buffers.js";
import type { BlockPlane, Strip } from "./strip.js";
import { StripBuffers } from "./strip-buffers.js";

/** A plane that a kernel reads, and where in it the strip starts. */
interface KernelArgument {
  readonly plane: LoadedPlane;
  readonly from: number;
}

/**
 * Everything known of a block while it is computed: loaded planes, finished folds, grown masks. Gives any node's values
 * for a run of pixels.
 */
export class BlockState {
  readonly #program: Program;
  readonly #block: FrameWindow;
  readonly #domain: Domain;
  readonly #loaded = new Map<string, readonly LoadedPlane[]>();
  readonly #cropped = new Map<string, LoadedPlane>();
  readonly #folded = new Map<number, readonly (readonly BlockPlane[])[]>();
  readonly #grown = new Map<string, Uint8Array>();
  readonly #columns: ColumnReader;
  readonly #buffers = new StripBuffers();
  readonly #spares: SpareBuffers | null;

  constructor(program: Program, block: FrameWindow, spares: SpareBuffers | null) {
    this.#spares = spares;
    this.#program = program;
    this.#columns = new ColumnReader(program, this);
    this.#block = block;
    this.#domain = { rows: block.rows, cols: block.cols, haloRows: 0, haloCols: 0 };
  }

  hold({ source, step }: SourceStep, planes: readonly LoadedPlane[]): void {
    this.#loaded.set(`${source} ${step}`, planes);
  }

  release({ source, step }: SourceStep): void {
    const planes = this.#loaded.get(`${source} ${step}`) ?? [];
    this.#loaded.delete(`${source} ${step}`);
    this.#giveBack(planes.map(({ data }) => data));
    for (const key of this.#cropped.keys()) if (key.startsWith(`${source} ${step} `)) this.#cropped.delete(key);
  }

  /** Give back the memory of finished folds: nothing can be asked any more. */
  end(): void {
    const planes = [...this.#folded.values()].flat(2);
    this.#folded.clear();
    this.#giveBack(planes.flatMap(({ data, status }) => [data, status]));
  }

  #giveBack(arrays: readonly TypedArray[]): void {
    if (this.#spares === null) return;
    for (const buffer of new Set(arrays.map((array) => array.buffer))) this.#spares.give(buffer as ArrayBuffer);
  }

  /** Forget what was computed for whole planes of one step. */
  forgetPlanes(): void {
    this.#grown.clear();
  }

  /** Forget the columns of one run of pixels. */
  forgetColumns(): void {
    this.#columns.forget();
  }

  /** Keep a fold's result: for each band and group a plane. */
  keepFolded(at: number, planes: readonly (readonly BlockPlane[])[]): void {
    this.#folded.set(at, planes);
  }

  #foldedPlane(at: number, outer: number, band: number): BlockPlane {
    const plane = this.#folded.get(at)?.[band]?.[outer];
    if (plane === undefined) throw new TypeError(`fold ${at} was not computed before it was read`);
    return plane;
  }

  /** The plane of a node that is nothing but samples of a file, in their own type; null for everything else. */
  nativePlane(at: number, step: number, band: number): LoadedPlane | null {
    const node = this.#node(at);
    const own = node.shape.outer === null ? 0 : step;
    if (node.kind === "scenes") {
      const plane = this.#plane(node.source, own, node.band, this.#domain);
      return plane.scale === 1 && plane.offset === 0 ? plane : null;
    }
    if (node.kind !== "take" && node.kind !== "stack") return null;
    const [input, inputStep, inputBand] = this.#behind(node, own, band);
    return isFold(this.#node(input)) ? null : this.nativePlane(input, inputStep, inputBand);
  }

  /** A node's values for `length` pixels of the block from pixel `from`. Valid until the next call. */
  strip(at: number, step: number, band: number, from: number, length: number): Strip {
    return this.#strip(at, step, band, this.#domain, from, length);
  }

  /** What these values are computed from, for a kernel to fold them. Valid until the next call. */
  math(at: number, step: number, band: number, from: number, length: number): PixelMath {
    return this.#pixelMath(at, step, band, this.#domain, from, length);
  }

  /** Values of a node without steps or bands, valid as long as the run of pixels is worked on. */
  lastingStrip(at: number, from: number, length: number): Strip {
    const strip = this.strip(at, 0, 0, from, length);
    if (isFold(this.#node(at))) return strip;
    return { ...strip, values: strip.values.slice(), status: strip.status.slice() };
  }

  #node(at: number): ProgramNode {
    return this.#program.nodes[at] as ProgramNode;
  }

  #strip(at: number, step: number, band: number, domain: Domain, from: number, length: number): Strip {
    const node = this.#node(at);
    const own = node.shape.outer === null ? 0 : step;
    if (isFold(node)) {
      const { data, status, missing } = this.#foldedPlane(at, own, node.shape.band === null ? 0 : band);
      return { values: data.subarray(from, from + length), status: status.subarray(from, from + length), missing };
    }
    switch (node.kind) {
      case "scenes": {
        const plane = this.#plane(node.source, own, node.band, domain);
        return compute({ expr: ONLY_INPUT, planes: [plane], starts: [from] }, length);
      }
      case "math":
        return compute(this.#pixelMath(at, own, band, domain, from, length), length);
      case "take":
      case "stack": {
        const [input, inputStep, inputBand] = this.#behind(node, own, band);
        return this.#strip(input, inputStep, inputBand, domain, from, length);
      }
      case "array":
        return this.#array(node, own, band, domain, from, length);
      case "grow":
        return compute({ expr: ONLY_INPUT, planes: [this.#grow(at, node, own, band, domain)], starts: [from] }, length);
      case "rolling":
        return this.#columns.rolling(node, own, band, from, length);
      case "reduce":
        if (!node.over.outer) return this.#columns.overBands(node, own, from, length);
        return this.#columns.step(at, own, band, from, length);
      default:
        return this.#columns.step(at, own, band, from, length);
    }
  }

  /** What a node that only rearranges shows at a step and band. */
  #behind(
    node: ProgramNode & { kind: "take" | "stack" },
    step: number,
    band: number,
  ): readonly [input: number, step: number, band: number] {
    if (node.kind === "take") {
      const { dim, positions } = node;
      const place = (index: number) => positions[node.drop ? 0 : index] ?? 0;
      return dim === "outer" ? [node.input, place(step), band] : [node.input, step, place(band)];
    }
    if (node.dim === "outer") return [...stackedAt(this.#program.nodes, node.inputs, step), band];
    let before = 0;
    for (const input of node.inputs) {
      const bands = this.#node(input).shape.band ?? 1;
      if (band < before + bands) return [input, step, band - before];
      before += bands;
    }
    return [node.inputs[0] ?? 0, step, 0];
  }

  /** An expression with its inputs; what is none as its own only input. */
  #pixelMath(at: number, step: number, band: number, domain: Domain, from: number, length: number): PixelMath {
    const node = this.#node(at);
    const own = node.shape.outer === null ? 0 : step;
    if (node.kind === "take" || node.kind === "stack") {
      const [input, inputStep, inputBand] = this.#behind(node, own, band);
      return this.#pixelMath(input, inputStep, inputBand, domain, from, length);
    }
    const [expr, inputs] = node.kind === "math" ? [node.expr, node.inputs] : [ONLY_INPUT, [at]];
    const mark = this.#buffers.mark();
    const args = inputs.map((input) => this.#argument(input, own, band, domain, from, length));
    // They stay as they are until something else is computed.
    this.#buffers.reset(mark);
    return { expr, planes: args.map(({ plane }) => plane), starts: args.map((argument) => argument.from) };
  }

  /** An input of a kernel: samples as they were loaded where it is a band, else computed values. */
  #argument(at: number, step: number, band: number, domain: Domain, from: number, length: number): KernelArgument {
    const node = this.#node(at);
    if (node.kind === "scenes") {
      return { plane: this.#plane(node.source, node.shape.outer === null ? 0 : step, node.band, domain), from };
    }
    const strip = this.#strip(at, step, band, domain, from, length);
    const plane = this.#buffers.keep(strip, length);
    return { plane: { dtype: "float64", ...plane, nodata: null, scale: 1, offset: 0 }, from: 0 };
  }

  #plane(source: number, step: number, band: number, domain: Domain): LoadedPlane {
    const planes = this.#loaded.get(`${source} ${step}`);
    const plane = planes?.[band];
    if (plane === undefined) throw new TypeError(`step ${step} of source ${source} was not loaded before it was read`);
    const { halo } = this.#program.sources[source] as Program["sources"][number];
    if (halo.rows === domain.haloRows && halo.cols === domain.haloCols) return plane;
    const key = `${source} ${step} ${band} ${domain.haloRows} ${domain.haloCols}`;
    let cropped = this.#cropped.get(key);
    if (cropped === undefined) {
      cropped = cropPlane(plane, this.#grownDomain(halo.rows, halo.cols), domain);
      this.#cropped.set(key, cropped);
    }
    return cropped;
  }

  #grownDomain(haloRows: number, haloCols: number): Domain {
    const { rows, cols } = this.#block;
    return { rows: rows + 2 * haloRows, cols: cols + 2 * haloCols, haloRows, haloCols };
  }

  #array(
    node: ProgramNode & { kind: "array" },
    step: number,
    band: number,
    domain: Domain,
    from: number,
    length: number,
  ): Strip {
    const { window, shape } = node;
    const plane = (step * (shape.band ?? 1) + (shape.band === null ? 0 : band)) * window.rows * window.cols;
    const mark = this.#buffers.mark();
    const { values, status } = this.#buffers.take(length);
    this.#buffers.reset(mark);
    let missing = 0;
    for (let i = 0; i < length; i++) {
      const row = Math.floor((from + i) / domain.cols);
      const y = shape.y ? this.#block.row - domain.haloRows + row - window.row : 0;
      const x = shape.x ? this.#block.col - domain.haloCols + from + i - row * domain.cols - window.col : 0;
      const isInside = y >= 0 && y < window.rows && x >= 0 && x < window.cols;
      const at = plane + y * window.cols + x;
      status[i] = isInside ? node.status[at]! : Status.uncovered;
      values[i] = status[i] === Status.valid ? node.values[at]! : Number.NaN;
      if (status[i] !== Status.valid) missing++;
    }
    return { values, status, missing };
  }

  #grow(at: number, node: ProgramNode & { kind: "grow" }, step: number, band: number, domain: Domain): LoadedPlane {
    const key = `${at} ${step} ${band} ${domain.haloRows} ${domain.haloCols}`;
    let grown = this.#grown.get(key);
    if (grown === undefined) {
      const { reach } = node;
      const wide = this.#grownDomain(domain.haloRows + reach.rows, domain.haloCols + reach.cols);
      const flags = new Uint8Array(wide.rows * wide.cols);
      for (let from = 0; from < flags.length; from += this.#buffers.length) {
        const length = Math.min(this.#buffers.length, flags.length - from);
        const { values } = this.#strip(node.input, step, band, wide, from, length);
        // NaN compares as false: what is missing grows nothing.
        for (let i = 0; i < length; i++) flags[from + i] = values[i]! > 0 || values[i]! < 0 ? 1 : 0;
      }
      grown = growMask(flags, wide, domain, reach);
      this.#grown.set(key, grown);
    }
    return { dtype: "uint8", data: grown, status: null, nodata: null, scale: 1, offset: 0 };
  }
}

function compute(math: PixelMath, length: number): Strip {
  return kernelFor(math).run(math.planes, math.starts, length);
}
