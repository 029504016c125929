import { resolveSource } from "../../warehouse/sources.js";
import type { BlockCache } from "../block-cache.js";
import type { OpenSource } from "../block-reader.js";
import { executeReads } from "../execute.js";
import { type Lowered, lower } from "../graph/lower.js";
import type { FrameWindow, Node, SceneSource } from "../graph/node.js";
import { type Schedule, scheduleProgram } from "../graph/schedule.js";
import { placeSources } from "../place-sources.js";
import type { PlannedRead, ReadPlan } from "../read-plan.js";
import { sharedPool, type ThreadPool } from "../thread-pool.js";
import { type BlockProgram, type BlockTask, loadOrder } from "./block-task.js";
import { type BlockOutput, evaluateBlock } from "./evaluate-block.js";
import { planBlocks } from "./plan-blocks.js";
import { planTask, type UsedSteps } from "./plan-task.js";
import { runTask } from "./run-task.js";
import { type BlockSource, type ReadResult, TaskLoader } from "./task-loader.js";
import type { OutputFormat } from "./write-output.js";

/** Bytes that a computation may hold beside its answer, unless told otherwise. */
export const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;

/** Decoded bytes below which starting threads costs more than they save. */
const SMALL_WORK_BYTES = 4 * 2 ** 20;

/** Decoded bytes of a question whose blocks are worth keeping. */
const SMALL_QUESTION_BYTES = 64 * 2 ** 20;

/** Decoded bytes that are asked of the threads in one go, where this one computes. */
const BATCH_BYTES = 16 * 2 ** 20;

/** How long this thread may be held before others get a turn. */
const TURN_MS = 20;

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Threads; 0 for none but this one. Default: one for each core where there is enough to do. */
  readonly threads?: number | undefined;
  /** Bytes of pixels and results under way, over all threads. */
  readonly memoryBytes?: number | undefined;
  readonly onReadError?: "throw" | "mark" | undefined;
  /** Told of blocks of files read, over all that are needed; the second number grows while planning goes on. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Decoded blocks kept between small questions. */
  readonly cache?: BlockCache | undefined;
}

/** What is computed: arrays over one window of their frame, and how each is stored. */
export interface Question {
  readonly outputs: readonly Node[];
  readonly formats: readonly OutputFormat[];
  readonly window: FrameWindow;
}

/** A block of the answer. */
export interface ComputedBlock {
  readonly block: FrameWindow;
  readonly outputs: readonly BlockOutput[];
}

/** A question with all that can be known without reading: program, order of work, blocks. */
export interface Prepared {
  readonly lowered: Lowered;
  readonly schedule: Schedule;
  readonly formats: readonly OutputFormat[];
  readonly blocks: readonly FrameWindow[];
  readonly used: UsedSteps;
  /** Bytes of the blocks under way, at most. */
  readonly memoryBytes: number;
}

/** Decide how a question is computed. Pure: neither sources nor references are looked at. */
export function prepare(question: Question, options: RunOptions = {}): Prepared {
  const lowered = lower(question.outputs);
  const schedule = scheduleProgram(lowered.program);
  const threads = options.threads === 0 ? 1 : sharedPool(options.threads).size;
  const memory = (options.memoryBytes ?? DEFAULT_MEMORY_BYTES) / threads;
  const blocks = planBlocks(lowered.sources, question.window, schedule.bytesPerPixel, memory);
  const used = lowered.sources.map((): number[] => []);
  for (const { source, step } of loadOrder(schedule)) used[source]?.push(step);
  for (const steps of used) steps.sort((a, b) => a - b);
  const largest = blocks.reduce((most, { rows, cols }) => Math.max(most, rows * cols), 0);
  const memoryBytes = largest * schedule.bytesPerPixel * Math.min(threads, blocks.length);
  return { lowered, schedule, formats: question.formats, blocks, used, memoryBytes };
}

/** The reads of every block, one after the other: what is asked for is what will be read. */
export async function* planTasks({ lowered, blocks, used }: Prepared): AsyncGenerator<BlockTask> {
  for (const block of blocks) yield planTask(lowered, block, used);
}

/**
 * Compute a question block by block, in any order. Memory is bounded by the budget and not by the question, as long as
 * the blocks are taken as they come.
 *
 * @throws SourceChangedError, CorruptDataError, NotFoundError naming the source, unless failures are marked.
 */
export async function* runBlocks(question: Question, options: RunOptions = {}): AsyncGenerator<ComputedBlock> {
  options.signal?.throwIfAborted();
  const prepared = prepare(question, options);
  const run = new BlockRun(prepared, options);
  const pool = options.threads === 0 ? null : sharedPool(options.threads);
  if (pool === null || !run.isWorthThreads(pool)) yield* run.here(null);
  else if (prepared.blocks.length < pool.size) yield* run.here(pool);
  else yield* run.inThreads(pool);
}

/** Steps of blocks that are planned before the first is computed; beyond, plans would take memory themselves. */
const PLANNED_AHEAD = 20_000;

let nextProgram = 0;

/** A block under way in a thread. */
interface Running {
  readonly block: FrameWindow;
  readonly outputs: Promise<{ entry: Running; outputs: BlockOutput[] }>;
}

class BlockRun {
  readonly #prepared: Prepared;
  readonly #options: RunOptions;
  readonly #program: BlockProgram;
  #done = 0;
  #total = 0;

  constructor(prepared: Prepared, options: RunOptions) {
    this.#prepared = prepared;
    this.#options = options;
    const { lowered, schedule, formats } = prepared;
    this.#program = { program: lowered.program, schedule, formats, onReadError: options.onReadError ?? "throw" };
  }

  /** Blocks of files are kept for the next question where this one is small: a large one would only push others out. */
  get #cache(): BlockCache | undefined {
    return this.#samplesBytes() <= SMALL_QUESTION_BYTES ? this.#options.cache : undefined;
  }

  isWorthThreads(pool: ThreadPool): boolean {
    return this.#samplesBytes() >= SMALL_WORK_BYTES || pool.isRunning;
  }

  /** Bytes of the samples that the question is made from, decoded. */
  #samplesBytes(): number {
    const { lowered, schedule, blocks } = this.#prepared;
    const pixels = blocks.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
    const samples = loadOrder(schedule).reduce((sum, { source }) => {
      const { bands = [], sampleBytes = 1 } = lowered.program.sources[source] ?? {};
      return sum + bands.length * sampleBytes;
    }, 0);
    return pixels * samples;
  }

  /** Compute on this thread; with a pool, others read and decode ahead of it. */
  async *here(pool: ThreadPool | null): AsyncGenerator<ComputedBlock> {
    const { signal } = this.#options;
    for await (const task of this.#tasks()) {
      signal?.throwIfAborted();
      const outputs = pool === null && this.#cache === undefined ? this.#alone(task) : this.#decodedElsewhere(task);
      yield { block: task.block, outputs: await abortable(outputs, signal) };
    }
  }

  /** A block for each thread at a time, and one waiting. */
  async *inThreads(pool: ThreadPool): AsyncGenerator<ComputedBlock> {
    const { signal } = this.#options;
    const program = { number: nextProgram++, value: this.#program };
    const cancelled = new Int32Array(new SharedArrayBuffer(4));
    const running = new Set<Running>();
    const start = (task: BlockTask) => {
      const { stores, places } = placesOf(this.#prepared.lowered.sources, task);
      const context = { stores, onReads: (reads: number) => this.#report(reads) };
      const job = { task, sources: places, cancelled };
      const outputs = pool.compute(job, program, context).then((done) => ({ entry, outputs: done }));
      const entry: Running = { block: task.block, outputs };
      running.add(entry);
    };
    const next = async (): Promise<ComputedBlock> => {
      const first = Promise.race([...running].map(({ outputs }) => outputs));
      const { entry, outputs } = await abortable(first, signal);
      running.delete(entry);
      return { block: entry.block, outputs };
    };
    try {
      for await (const task of this.#tasks()) {
        signal?.throwIfAborted();
        start(task);
        if (running.size >= pool.width) yield await next();
      }
      while (running.size > 0) yield await next();
    } finally {
      Atomics.store(cancelled, 0, 1);
      for (const { outputs } of running) outputs.catch(() => undefined);
      pool.forget(program.number);
    }
  }

  /** The blocks' tasks; for who watches, the number of their reads is known before the first one where that costs little. */
  async *#tasks(): AsyncGenerator<BlockTask> {
    const { blocks, used } = this.#prepared;
    const steps = used.reduce((sum, own) => sum + own.length, 0);
    const isCounted = this.#options.onProgress !== undefined && steps * blocks.length <= PLANNED_AHEAD;
    const tasks: BlockTask[] = [];
    for await (const task of planTasks(this.#prepared)) {
      this.#total += task.sources.reduce((sum, { plan }) => sum + plan.reads.length + plan.masks.length, 0);
      if (isCounted) tasks.push(task);
      else yield task;
    }
    yield* tasks;
  }

  #alone(task: BlockTask): Promise<BlockOutput[]> {
    const { signal } = this.#options;
    const opened = openSources(this.#prepared.lowered.sources, task);
    let turn = performance.now();
    return runTask(this.#program, task, opened, {
      isCancelled: () => signal?.aborted === true,
      onRead: () => this.#report(1),
      async pause() {
        if (performance.now() - turn < TURN_MS) return;
        await new Promise((resolve) => setImmediate(resolve));
        turn = performance.now();
      },
    });
  }

  #decodedElsewhere(task: BlockTask): Promise<BlockOutput[]> {
    const { signal, threads } = this.#options;
    const cache = this.#cache;
    const { program, schedule, formats, onReadError } = this.#program;
    const source: BlockSource = {
      batchBytes: BATCH_BYTES,
      batchesAhead: 1,
      read: (index, plan, reads) => {
        const { warehouse } = this.#prepared.lowered.sources[index] as SceneSource;
        const sink = { threads, cache, signal, onProgress: () => this.#report(1) };
        return collect(plan, reads, (chosen, into) => executeReads(chosen, warehouse.sources, into, sink));
      },
    };
    const loader = new TaskLoader(program, task, loadOrder(schedule), source, onReadError === "mark");
    const check = () => signal?.throwIfAborted();
    return evaluateBlock(program, schedule, task.block, formats, (step) => loader.load(step), check, null);
  }

  #report(reads: number): void {
    this.#done += reads;
    this.#options.onProgress?.(this.#done, this.#total);
  }
}

/** Results of reads in their order, from something that delivers them in any. */
async function collect(
  plan: ReadPlan,
  reads: readonly PlannedRead[],
  execute: (plan: ReadPlan, sink: Parameters<typeof executeReads>[2]) => Promise<void>,
): Promise<ReadResult[]> {
  const results = new Array<ReadResult>(reads.length);
  const placeOf = new Map(reads.map((read, i) => [read, i]));
  await execute(
    { ...plan, reads },
    {
      onValues: (read, values) => {
        results[placeOf.get(read) ?? 0] = values;
      },
      onFailure: (read, error) => {
        results[placeOf.get(read) ?? 0] = error;
      },
    },
  );
  return results;
}

function openSources(sources: readonly SceneSource[], task: BlockTask): OpenSource[][] {
  return task.sources.map(({ plan }, i) => {
    const { warehouse } = sources[i] as SceneSource;
    return plan.sources.map((planned) => ({ ...resolveSource(warehouse.sources, planned.location), planned }));
  });
}

function placesOf(sources: readonly SceneSource[], task: BlockTask) {
  const opened = openSources(sources, task);
  const { stores, places } = placeSources(opened.flat());
  return { stores, places: opened.map((own) => places.splice(0, own.length)) };
}

/** A promise that stops waiting when the signal says so; what it waited for ends by itself. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
