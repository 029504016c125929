import type { TypedArray } from "../../ndarray/dtype.js";
import { Status } from "../../ndarray/status.js";
import type { FrameWindow } from "../graph/node.js";
import type { Program } from "../graph/program.js";
import type { SourceStep } from "../graph/schedule.js";
import { footprintOf, type PlannedRead, type ReadPlan } from "../read-plan.js";
import type { BlockTask, SourcePlan } from "./block-task.js";
import { joinLayers, LayerBuilder, type LayerPixels } from "./load-planes.js";
import type { LoadedPlane } from "./loaded-plane.js";

/** The samples of a read, or why there are none. */
export type ReadResult = TypedArray | Error;

/** Reads and decodes blocks; how many steps ahead of the one that is waited for is up to it. */
export interface BlockSource {
  /** Results in the order of `reads`. */
  read(source: number, plan: ReadPlan, reads: readonly PlannedRead[]): Promise<ReadResult[]>;
  /** Decoded bytes that are asked for in one go, and how many such batches ahead; a batch holds one step at least. */
  readonly batchBytes: number;
  readonly batchesAhead: number;
}

/** Gives a task's planes step by step, in the order of its schedule. */
export class TaskLoader {
  readonly #program: Program;
  readonly #task: BlockTask;
  readonly #source: BlockSource;
  readonly #marksFailures: boolean;
  readonly #batches: readonly (readonly SourceStep[])[];
  readonly #batchOf = new Map<string, number>();
  readonly #ready = new Map<string, Promise<LoadedPlane[]>>();
  #started = 0;

  /** @param order steps in the order in which they will be asked for, each once */
  constructor(
    program: Program,
    task: BlockTask,
    order: readonly SourceStep[],
    source: BlockSource,
    marksFailures: boolean,
  ) {
    this.#program = program;
    this.#task = task;
    this.#source = source;
    this.#marksFailures = marksFailures;
    this.#batches = this.#cut(order);
    this.#batches.forEach((batch, i) => {
      for (const step of batch) this.#batchOf.set(keyOf(step), i);
    });
  }

  /** The bands of one step over the block and its halo. */
  async load(step: SourceStep): Promise<LoadedPlane[]> {
    const batch = this.#batchOf.get(keyOf(step)) ?? 0;
    const last = Math.min(this.#batches.length - 1, batch + this.#source.batchesAhead);
    while (this.#started <= last) this.#start(this.#batches[this.#started++] ?? []);
    const planes = this.#ready.get(keyOf(step));
    this.#ready.delete(keyOf(step));
    return (await planes) ?? [];
  }

  #cut(order: readonly SourceStep[]): SourceStep[][] {
    const batches: SourceStep[][] = [];
    let bytes = Number.POSITIVE_INFINITY;
    for (const step of order) {
      if (bytes >= this.#source.batchBytes) {
        batches.push([]);
        bytes = 0;
      }
      batches[batches.length - 1]?.push(step);
      const { bands, sampleBytes } = this.#program.sources[step.source] as Program["sources"][number];
      const { rows, cols } = this.#domain(step.source);
      bytes += rows * cols * bands.length * sampleBytes;
    }
    return batches;
  }

  #domain(source: number): { rows: number; cols: number } {
    const { halo } = this.#program.sources[source] as Program["sources"][number];
    const block: FrameWindow = this.#task.block;
    return { rows: block.rows + 2 * halo.rows, cols: block.cols + 2 * halo.cols };
  }

  #start(batch: readonly SourceStep[]): void {
    for (const source of new Set(batch.map((step) => step.source))) {
      const steps = batch.filter((step) => step.source === source);
      const plans = this.#task.sources[source] as SourcePlan;
      const reads = steps.map(({ step }) => readsOf(plans, step));
      const wanted = reads.flatMap(({ pixels, masks }) => [...pixels, ...masks]);
      const results = this.#source.read(source, plans.plan, wanted);
      let before = 0;
      steps.forEach((step, i) => {
        const own = reads[i] as StepReads;
        const from = before;
        before += own.pixels.length + own.masks.length;
        const planes = results.then((all) => this.#build(step, own, all.slice(from)));
        // Whoever asks for the step hears of a failure; nobody may.
        planes.catch(() => undefined);
        this.#ready.set(keyOf(step), planes);
      });
    }
  }

  #build(step: SourceStep, reads: StepReads, results: readonly ReadResult[]): LoadedPlane[] {
    const { plan, layers } = this.#task.sources[step.source] as SourcePlan;
    const builders = new Map<number, LayerBuilder>();
    for (const target of reads.targets) {
      const { rows = 0, cols = 0 } = plan.targets[target] ?? {};
      const layer = layers[target];
      if (layer !== undefined) builders.set(target, new LayerBuilder(layer, rows, cols));
    }
    reads.pixels.forEach((read, i) => {
      const values = this.#valuesOf(results[i] as ReadResult);
      if (values === null) builders.get(read.target)?.mark(footprintOf(read), Status.failed);
      else builders.get(read.target)?.add(read, values);
    });
    for (const hole of reads.holes) builders.get(hole.target)?.mark(hole, Status.nodata);
    reads.masks.forEach((read, i) => {
      const values = this.#valuesOf(results[reads.pixels.length + i] as ReadResult);
      if (values === null) builders.get(read.target)?.mark(footprintOf(read), Status.failed);
      else builders.get(read.target)?.maskOut(read, values);
    });
    for (const hole of reads.maskHoles) builders.get(hole.target)?.mark(hole, Status.nodata);
    const pixels: LayerPixels[] = [...builders.values()].map((builder) => builder.finish());
    const { rows, cols } = this.#domain(step.source);
    return joinLayers(pixels, this.#program.sources[step.source]?.bands.length ?? 0, rows, cols);
  }

  /** null for a failure that is marked in the pixels. */
  #valuesOf(result: ReadResult): TypedArray | null {
    if (!(result instanceof Error)) return result;
    if (this.#marksFailures) return null;
    throw result;
  }
}

interface StepReads {
  readonly targets: readonly number[];
  readonly pixels: readonly PlannedRead[];
  readonly holes: ReadPlan["holes"];
  readonly masks: readonly PlannedRead[];
  readonly maskHoles: ReadPlan["maskHoles"];
}

/** What of a plan belongs to one step: layers are in order of step, and so are their reads. */
function readsOf({ plan, layers }: SourcePlan, step: number): StepReads {
  const first = lowerBound(layers.length, (i) => (layers[i]?.step ?? 0) >= step);
  const end = lowerBound(layers.length, (i) => (layers[i]?.step ?? 0) > step);
  const within = (reads: readonly PlannedRead[]) =>
    reads.slice(
      lowerBound(reads.length, (i) => (reads[i]?.target ?? 0) >= first),
      lowerBound(reads.length, (i) => (reads[i]?.target ?? 0) >= end),
    );
  const ofStep = ({ target }: { target: number }) => target >= first && target < end;
  return {
    targets: Array.from({ length: end - first }, (_, i) => first + i),
    pixels: within(plan.reads),
    holes: plan.holes.filter(ofStep),
    masks: within(plan.masks),
    maskHoles: plan.maskHoles.filter(ofStep),
  };
}

/** The first of `length` positions for which a condition holds, that holds for all behind it. */
function lowerBound(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function keyOf({ source, step }: SourceStep): string {
  return `${source} ${step}`;
}
