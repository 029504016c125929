import { combineStatus, Status } from "../../ndarray/status.js";
import { inputsOf, type Reducer } from "../graph/node.js";
import type { Program, ProgramNode } from "../graph/program.js";
import { isFolding } from "../graph/schedule.js";
import { type Column, createColumn, medoidColumn, scanColumn, sortColumn } from "./column.js";
import { Fold } from "./fold.js";
import { ONLY_INPUT, type PixelMath } from "./pixel-math.js";
import { type BlockPlane, countMissing, type Strip } from "./strip.js";

/** Gives any node's values for a run of pixels, and what they are computed from; both valid until the next call. */
interface Pixels {
  strip(at: number, step: number, band: number, from: number, length: number): Strip;
  math(at: number, step: number, band: number, from: number, length: number): PixelMath;
}

/** Computes what needs several steps or bands of a run of pixels at once: moving windows, sorted values, gaps in time. */
export class ColumnReader {
  readonly #program: Program;
  readonly #pixels: Pixels;
  readonly #columns = new Map<string, Column>();

  constructor(program: Program, pixels: Pixels) {
    this.#program = program;
    this.#pixels = pixels;
  }

  /** Forget the columns of one run of pixels. */
  forget(): void {
    this.#columns.clear();
  }

  /** A reduction over the bands of one step. */
  overBands(node: ProgramNode & { kind: "reduce" }, step: number, from: number, length: number): Strip {
    const bands = this.#node(node.input).shape.band ?? 1;
    if (!isFolding(node.reducer)) {
      const column = createColumn(bands, length);
      for (let band = 0; band < bands; band++)
        this.#fill(column, band, this.#pixels.strip(node.input, step, band, from, length));
      return rowOf(sortColumn(column, node.reducer, null), 0);
    }
    const fold = new Fold(node.reducer, length);
    for (let band = 0; band < bands; band++)
      fold.add(this.#pixels.math(node.input, step, band, from, length), 0, length, band);
    return stripOf(fold.finish());
  }

  /** A reduction over the steps around one. */
  rolling(node: ProgramNode & { kind: "rolling" }, step: number, band: number, from: number, length: number): Strip {
    const last = (this.#node(node.input).shape.outer ?? 1) - 1;
    const [first, end] = [Math.max(0, step - node.before), Math.min(last, step + node.after)];
    const column = createColumn(end - first + 1, length);
    for (let s = first; s <= end; s++)
      this.#fill(column, s - first, this.#pixels.strip(node.input, s, band, from, length));
    const reduced = isFolding(node.reducer)
      ? foldColumn(column, node.reducer)
      : rowOf(sortColumn(column, node.reducer, null), 0);
    const counts = foldColumn(column, { name: "count" });
    for (let i = 0; i < length; i++) {
      if (counts.values[i]! >= node.least || reduced.status[i] !== Status.valid) continue;
      reduced.values[i] = Number.NaN;
      reduced.status[i] = whyMissing(column, i);
    }
    return { ...reduced, missing: countMissing(reduced.status) };
  }

  /** One step of a node that needs whole columns; all of them are kept until the run of pixels is done. */
  step(at: number, step: number, band: number, from: number, length: number): Strip {
    return rowOf(this.#column(at, band, from, length), step);
  }

  #column(at: number, band: number, from: number, length: number): Column {
    const node = this.#node(at);
    const key = `${at} ${node.shape.band === null ? 0 : band} ${from}`;
    let column = this.#columns.get(key);
    if (column === undefined) {
      column = this.#computeColumn(node, node.shape.band === null ? 0 : band, from, length);
      this.#columns.set(key, column);
    }
    return column;
  }

  #computeColumn(node: ProgramNode, band: number, from: number, length: number): Column {
    const [input = 0] = inputsOf(node);
    const bands = this.#node(input).shape.band;
    if (node.kind === "scan") return scanColumn(this.#gather(input, [band], from, length), node.scan);
    if (node.kind !== "reduce") throw new TypeError(`${node.kind} has no columns`);
    const all = Array.from({ length: bands ?? 1 }, (_, i) => i);
    if (node.reducer.name === "medoid") {
      return medoidColumn(all.map((one) => this.#gather(input, [one], from, length)));
    }
    const wanted = node.over.band ? all : [band];
    const { groups } = node;
    const repeated = groups && { ...groups, bins: groups.bins.flatMap((bin) => wanted.map(() => bin)) };
    return sortColumn(this.#gather(input, wanted, from, length), node.reducer, repeated);
  }

  /** The values of some bands at all steps, the bands of one step side by side. */
  #gather(at: number, bands: readonly number[], from: number, length: number): Column {
    const steps = this.#node(at).shape.outer ?? 1;
    const column = createColumn(steps * bands.length, length);
    for (let step = 0; step < steps; step++) {
      for (const [i, band] of bands.entries()) {
        this.#fill(column, step * bands.length + i, this.#pixels.strip(at, step, band, from, length));
      }
    }
    return column;
  }

  #fill(column: Column, row: number, { values, status }: Strip): void {
    column.values.set(values.subarray(0, column.length), row * column.length);
    column.status.set(status.subarray(0, column.length), row * column.length);
  }

  #node(at: number): ProgramNode {
    return this.#program.nodes[at] as ProgramNode;
  }
}

function rowOf({ values, status, length }: Column, row: number): Strip {
  const own = status.subarray(row * length, (row + 1) * length);
  return { values: values.subarray(row * length, (row + 1) * length), status: own, missing: countMissing(own) };
}

function stripOf({ data, status, missing }: BlockPlane): Strip {
  return { values: data, status, missing };
}

function foldColumn({ values, status, steps, length }: Column, reducer: Reducer): Strip {
  const fold = new Fold(reducer, length);
  const planes = [{ dtype: "float64" as const, data: values, status, nodata: null, scale: 1, offset: 0 }];
  for (let row = 0; row < steps; row++) fold.add({ expr: ONLY_INPUT, planes, starts: [row * length] }, 0, length, row);
  return stripOf(fold.finish());
}

function whyMissing({ status, steps, length }: Column, pixel: number): number {
  let why: number = Status.uncovered;
  for (let step = 0; step < steps; step++) {
    why = combineStatus(why, status[step * length + pixel]!);
  }
  return why;
}
