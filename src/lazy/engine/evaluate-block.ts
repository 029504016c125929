import { createTypedArray, type TypedArray } from "../../ndarray/dtype.js";
import type { FrameWindow } from "../graph/node.js";
import type { Program, ProgramNode } from "../graph/program.js";
import { isFold, type Pass, type Schedule, type SourceStep, STEPS_AT_ONCE } from "../graph/schedule.js";
import { BlockState } from "./block-state.js";
import { Fold } from "./fold.js";
import type { LoadedPlane } from "./loaded-plane.js";
import { PickFold } from "./pick-fold.js";
import { SpareBuffers } from "./spare-buffers.js";
import { cellSteps, SpatialFold, type SpatialPartial } from "./spatial-fold.js";
import { STRIP } from "./strip-buffers.js";
import { type OutputFormat, type OutputPixels, writeNative, writeStrip } from "./write-output.js";

/** One block of one output: `(outer, band, y, x)` in C order, or the cells of a reduction over y or x. */
export type BlockOutput =
  | { readonly kind: "pixels"; readonly data: TypedArray; readonly status: Uint8Array | null }
  | { readonly kind: "cells"; readonly partial: SpatialPartial };

/** Gives the bands of one source's time step over the block and its halo. */
export type LoadStep = (step: SourceStep) => Promise<readonly LoadedPlane[]> | readonly LoadedPlane[];

/** Values of a pixel's column that are held at once, however many steps there are. */
const COLUMN_VALUES = 2 ** 18;
const MIN_STRIP = 32;

/**
 * Compute a block of a program's outputs. The same for any thread: values depend on the pixels alone.
 *
 * @param block rows and columns of the frame; 1 along a dimension that the outputs do not have
 * @param spares memory to take accumulators from, and to give loaded pixels back to; null where others hold them too
 * @param check called every few milliseconds; ends the computation by throwing
 */
export async function evaluateBlock(
  program: Program,
  schedule: Schedule,
  block: FrameWindow,
  formats: readonly OutputFormat[],
  load: LoadStep,
  check: () => void,
  spares: SpareBuffers | null,
): Promise<BlockOutput[]> {
  const evaluation = new BlockEvaluation(program, block, formats, check, spares);
  for (const pass of schedule.passes) await evaluation.run(pass, load);
  const outputs = evaluation.outputs();
  evaluation.end();
  return outputs;
}

/** Some steps of a run of pixels. */
interface Part {
  readonly first: number;
  readonly end: number;
  readonly from: number;
  readonly length: number;
}

/** A fold under way: for each band and group an accumulator. */
type OpenFold =
  | { readonly kind: "steps"; readonly folds: Fold[][] }
  | { readonly kind: "pick"; readonly folds: PickFold[] }
  | { readonly kind: "cells"; readonly fold: SpatialFold };

class BlockEvaluation {
  readonly #program: Program;
  readonly #block: FrameWindow;
  readonly #formats: readonly OutputFormat[];
  readonly #check: () => void;
  readonly #spares: SpareBuffers;
  readonly #state: BlockState;
  readonly #pixels: Map<number, OutputPixels> = new Map();
  readonly #cells: Map<number, SpatialPartial> = new Map();

  constructor(
    program: Program,
    block: FrameWindow,
    formats: readonly OutputFormat[],
    check: () => void,
    spares: SpareBuffers | null,
  ) {
    this.#spares = spares ?? new SpareBuffers();
    this.#program = program;
    this.#check = check;
    this.#block = block;
    this.#formats = formats;
    this.#state = new BlockState(program, block, spares);
  }

  async run(pass: Pass, load: LoadStep): Promise<void> {
    const open = new Map(pass.folds.map((at) => [at, this.#open(at)]));
    for (const [i, steps] of pass.loads.entries()) {
      for (const step of steps) {
        this.#check();
        this.#state.hold(step, await load(step));
      }
      if (pass.mode === "stepwise") this.#steps(pass, i * STEPS_AT_ONCE, open);
      else this.#columns(pass, open);
      for (const step of pass.releases[i] ?? []) this.#state.release(step);
    }
    for (const [at, fold] of open) this.#close(at, fold);
  }

  /** Give back what only this block needed. */
  end(): void {
    this.#state.end();
  }

  outputs(): BlockOutput[] {
    return this.#program.outputs.map((at, output) => {
      const partial = this.#cells.get(at);
      if (partial !== undefined) return { kind: "cells", partial };
      const { data, status, isComplete } = this.#pixelsOf(output);
      return { kind: "pixels", data, status: isComplete ? null : status };
    });
  }

  get #length(): number {
    return this.#block.rows * this.#block.cols;
  }

  #node(at: number): ProgramNode {
    return this.#program.nodes[at] as ProgramNode;
  }

  /** All pixels of a block at a few steps, run by run, for every fold and output of the pass. */
  #steps(pass: Pass, first: number, open: ReadonlyMap<number, OpenFold>): void {
    this.#state.forgetPlanes();
    const end = Math.min(pass.length, first + STEPS_AT_ONCE);
    this.#eachStrip(STRIP, (from, length) => this.#walk(pass, { first, end, from, length }, open));
  }

  /** A run of pixels at all steps, then the next run. */
  #columns(pass: Pass, open: ReadonlyMap<number, OpenFold>): void {
    const most = Math.min(STRIP, Math.max(MIN_STRIP, Math.floor(COLUMN_VALUES / pass.length)));
    this.#eachStrip(most, (from, length) => {
      this.#state.forgetColumns();
      this.#walk(pass, { first: 0, end: pass.length, from, length }, open);
    });
  }

  /** Fold by fold, so that the accumulators of one stay where they are. */
  #walk(pass: Pass, part: Part, open: ReadonlyMap<number, OpenFold>): void {
    for (const [at, fold] of open) this.#feed(at, fold, part, part.end === pass.length);
    for (let step = part.first; step < part.end; step++) {
      this.#check();
      for (const output of pass.outputs) this.#write(output, step, part.from, part.length);
    }
  }

  #eachStrip(most: number, visit: (from: number, length: number) => void): void {
    for (let from = 0; from < this.#length; from += most) visit(from, Math.min(most, this.#length - from));
  }

  #open(at: number): OpenFold {
    const node = this.#node(at);
    const bands = node.shape.band ?? 1;
    if (node.kind === "pick") return { kind: "pick", folds: perBand(bands, () => new PickFold(this.#length)) };
    if (node.kind !== "reduce") throw new TypeError(`${node.kind} is no fold`);
    if (node.over.y || node.over.x) {
      const cells = cellSteps(node) * bands * this.#keptRows(node) * this.#keptCols(node);
      return { kind: "cells", fold: new SpatialFold(node.reducer, cells) };
    }
    const groups = node.groups?.count ?? 1;
    const folds = perBand(bands, () => perBand(groups, () => new Fold(node.reducer, this.#length, this.#spares)));
    return { kind: "steps", folds };
  }

  #keptRows(node: ProgramNode & { kind: "reduce" }): number {
    return node.shape.y ? this.#block.rows : 1;
  }

  #keptCols(node: ProgramNode & { kind: "reduce" }): number {
    return node.shape.x ? this.#block.cols : 1;
  }

  /** @param isLast true where nothing more comes for these pixels */
  #feed(at: number, open: OpenFold, part: Part, isLast: boolean): void {
    const node = this.#node(at);
    if (open.kind === "pick" && node.kind === "pick") this.#feedPick(node, open.folds, part);
    if (node.kind !== "reduce") return;
    if (open.kind === "steps") this.#feedSteps(node, open.folds, part);
    if (open.kind === "cells") this.#feedCells(node, open.fold, part);
    if (open.kind === "steps" && isLast) {
      for (const fold of open.folds.flat()) fold.settle(part.from, part.length);
    }
  }

  #bandsOf(at: number): number {
    return this.#node(at).shape.band ?? 1;
  }

  #feedPick(
    node: ProgramNode & { kind: "pick" },
    folds: readonly PickFold[],
    { first, end, from, length }: Part,
  ): void {
    for (let step = first; step < end; step++) {
      this.#check();
      for (let band = 0; band < this.#bandsOf(node.input); band++) {
        const index = this.#state.lastingStrip(node.index, from, length);
        folds[band]?.add(this.#state.strip(node.input, step, band, from, length), index, from, length, step);
      }
    }
  }

  #feedSteps(
    node: ProgramNode & { kind: "reduce" },
    folds: readonly Fold[][],
    { first, end, from, length }: Part,
  ): void {
    const bands = this.#bandsOf(node.input);
    // A fold of all bands takes those of one step side by side.
    const [rounds, together] = node.over.band ? [1, bands] : [bands, 1];
    for (let round = 0; round < rounds; round++) {
      for (let step = first; step < end; step++) {
        this.#check();
        const group = node.groups === null ? 0 : (node.groups.bins[step] ?? -1);
        const fold = folds[round]?.[group];
        for (let band = round; fold !== undefined && band < round + together; band++) {
          fold.add(this.#state.math(node.input, step, band, from, length), from, length, step);
        }
      }
    }
  }

  #feedCells(node: ProgramNode & { kind: "reduce" }, fold: SpatialFold, { first, end, from, length }: Part): void {
    for (let step = first; step < end; step++) {
      this.#check();
      const outer = !node.over.outer ? step : node.groups === null ? 0 : (node.groups.bins[step] ?? -1);
      for (let band = 0; outer >= 0 && band < this.#bandsOf(node.input); band++) {
        const strip = this.#state.strip(node.input, step, band, from, length);
        const plane = outer * (node.shape.band ?? 1) + (node.over.band ? 0 : band);
        this.#addToCells(node, fold, strip, plane, from, length);
      }
    }
  }

  #addToCells(
    node: ProgramNode & { kind: "reduce" },
    fold: SpatialFold,
    strip: Parameters<SpatialFold["add"]>[0],
    plane: number,
    from: number,
    length: number,
  ): void {
    const [rows, cols] = [this.#keptRows(node), this.#keptCols(node)];
    if (rows === 1 && cols === 1) {
      fold.add(strip, 0, length, plane);
      return;
    }
    const width = this.#block.cols;
    const run = cols === 1 ? width : 1;
    for (let at = 0; at < length; ) {
      const [row, col] = [Math.floor((from + at) / width), (from + at) % width];
      const count = Math.min(run - (cols === 1 ? col : 0), length - at);
      fold.add(strip, at, count, (plane * rows + (rows === 1 ? 0 : row)) * cols + (cols === 1 ? 0 : col));
      at += count;
    }
  }

  #close(at: number, open: OpenFold): void {
    if (open.kind === "cells") this.#cells.set(at, open.fold.finish());
    else if (open.kind === "pick")
      this.#state.keepFolded(
        at,
        open.folds.map((fold) => [fold.finish()]),
      );
    else
      this.#state.keepFolded(
        at,
        open.folds.map((groups) => groups.map((fold) => fold.finish())),
      );
  }

  #pixelsOf(output: number): OutputPixels {
    let pixels = this.#pixels.get(output);
    if (pixels === undefined) {
      const { shape } = this.#node(this.#program.outputs[output] ?? 0);
      const length = (shape.outer ?? 1) * (shape.band ?? 1) * this.#length;
      const format = this.#formats[output] as OutputFormat;
      pixels = { data: createTypedArray(format.dtype, length), status: new Uint8Array(length), isComplete: true };
      this.#pixels.set(output, pixels);
    }
    return pixels;
  }

  #write(output: number, step: number, from: number, length: number): void {
    const at = this.#program.outputs[output] ?? 0;
    const node = this.#node(at);
    const pixels = this.#pixelsOf(output);
    const format = this.#formats[output] as OutputFormat;
    for (let band = 0; band < (node.shape.band ?? 1); band++) {
      const to = (step * (node.shape.band ?? 1) + band) * this.#length + from;
      const native = isFold(node) ? null : this.#state.nativePlane(at, step, band);
      if (native !== null) {
        writeNative(native, from, length, pixels, to, format);
        continue;
      }
      for (let done = 0; done < length; done += STRIP) {
        const count = Math.min(STRIP, length - done);
        const strip = this.#state.strip(at, step, band, from + done, count);
        writeStrip(strip, count, pixels, to + done, format);
      }
    }
  }
}

function perBand<T>(count: number, create: () => T): T[] {
  return Array.from({ length: count }, create);
}
