import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { errorFromJson, errorToJson, UnsupportedError } from "../errors.js";
import type { ByteStore } from "../store/index.js";
import type { BlockProgram } from "./engine/block-task.js";
import type { BlockOutput } from "./engine/evaluate-block.js";
import type { BlockJob, DecodeJob, DecodeResult, FromThread, Job, StoreAnswer, ToThread } from "./thread-messages.js";

/** Jobs that a thread holds at once: one in work, one waiting, so that it never runs dry. */
const JOBS_PER_THREAD = 2;

/** More threads than this wait for memory, not for each other. */
const MAX_THREADS = 16;

interface PendingJob {
  /** Stores that the thread may ask. */
  readonly stores: readonly ByteStore[];
  readonly onReads: ((reads: number) => void) | undefined;
  readonly resolve: (answer: FromThread) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, PendingJob>;
  /** Numbers of the programs that it was given. */
  readonly programs: Set<number>;
}

/** What goes with a job and stays on this side. */
export interface JobContext {
  readonly stores?: readonly ByteStore[];
  /** Told how many more reads are done, now and then. */
  readonly onReads?: ((reads: number) => void) | undefined;
}

/** A program by its number, which a thread is given once. */
export interface NumberedProgram {
  readonly number: number;
  readonly value: BlockProgram;
}

/**
 * Threads that read, decode and compute, one for each core. They start with the first job, are shared by the whole
 * process, and do not keep it alive when idle.
 */
export class ThreadPool {
  readonly size: number;
  #threads: Thread[] = [];
  #waiting: (() => void)[] = [];
  #nextId = 0;

  constructor(size: number) {
    this.size = Math.max(1, size);
  }

  /** Jobs that can be under way at once; more only wait. */
  get width(): number {
    return this.size * JOBS_PER_THREAD;
  }

  /** True once threads run: small work is then as quick in them as here. */
  get isRunning(): boolean {
    return this.#threads.length > 0;
  }

  /**
   * Read and decode on the thread with the least to do.
   *
   * @throws UnsupportedError where the thread dies (out of memory, a module that does not load).
   */
  async decode(job: Omit<DecodeJob, "kind">, context: JobContext = {}): Promise<DecodeResult[]> {
    const answer = await this.#run(await this.#freeThread(), { kind: "decode", ...job }, context);
    return answer.kind === "decoded" ? answer.results : [];
  }

  /** Compute a block on the thread with the least to do; throws what the computation throws. */
  async compute(
    job: Omit<BlockJob, "kind" | "program">,
    program: NumberedProgram,
    context: JobContext = {},
  ): Promise<BlockOutput[]> {
    const thread = await this.#freeThread();
    if (!thread.programs.has(program.number)) {
      thread.programs.add(program.number);
      post(thread, { kind: "program", program: program.number, value: program.value });
    }
    const answer = await this.#run(thread, { kind: "block", program: program.number, ...job }, context);
    return answer.kind === "computed" ? answer.outputs : [];
  }

  /** Let the threads forget a program. */
  forget(program: number): void {
    for (const thread of this.#threads) {
      if (thread.programs.delete(program)) post(thread, { kind: "forget", program });
    }
  }

  /** End the threads; the next job starts new ones. */
  async close(): Promise<void> {
    const threads = this.#threads;
    this.#threads = [];
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #run(thread: Thread, job: Job, { stores = [], onReads }: JobContext): Promise<FromThread> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (thread.pending.size === 0) thread.worker.ref();
      thread.pending.set(id, { stores, onReads, resolve, reject });
      post(thread, { kind: "job", id, job });
    });
  }

  async #freeThread(): Promise<Thread> {
    for (;;) {
      if (this.#threads.length < this.size) this.#threads.push(this.#start());
      const [idlest] = [...this.#threads].sort((a, b) => a.pending.size - b.pending.size);
      if (idlest !== undefined && idlest.pending.size < JOBS_PER_THREAD) return idlest;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #start(): Thread {
    const worker = new Worker(new URL("./worker.js", import.meta.url));
    const thread: Thread = { worker, pending: new Map(), programs: new Set() };
    worker.on("message", (message: FromThread) => this.#hear(thread, message));
    worker.on("error", (cause) => this.#bury(thread, cause));
    worker.on("exit", () => this.#bury(thread, undefined));
    // Listening for messages holds the process alive: let go of it after that, or a thread without work never does.
    worker.unref();
    return thread;
  }

  #hear(thread: Thread, message: FromThread): void {
    const job = thread.pending.get(message.id);
    if (message.kind === "progress") {
      job?.onReads?.(message.reads);
      return;
    }
    if (message.kind === "ask") {
      void answerOf(job?.stores[message.store], message).then((answer) => {
        post(thread, { kind: "bytes", call: message.call, answer }, ownBuffers(answer));
      });
      return;
    }
    thread.pending.delete(message.id);
    if (thread.pending.size === 0) thread.worker.unref();
    if (message.kind === "failed") job?.reject(errorFromJson(message.error));
    else job?.resolve(message);
    this.#waiting.shift()?.();
  }

  #bury(thread: Thread, cause: unknown): void {
    this.#threads = this.#threads.filter((other) => other !== thread);
    for (const { reject } of thread.pending.values()) {
      reject(new UnsupportedError("a thread ended before it answered; try fewer threads or less memory", { cause }));
    }
    thread.pending.clear();
    this.#waiting.shift()?.();
  }
}

function post({ worker }: Thread, message: ToThread, transfer: ArrayBuffer[] = []): void {
  worker.postMessage(message, transfer);
}

/** What can be handed over instead of copied: the bytes that a store gave belong to whoever asked. */
function ownBuffers(answer: StoreAnswer): ArrayBuffer[] {
  if (!("data" in answer)) return [];
  const { buffer, byteLength } = answer.data;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}

async function answerOf(
  store: ByteStore | undefined,
  { key, range }: FromThread & { kind: "ask" },
): Promise<StoreAnswer> {
  try {
    if (range === null) {
      const head = await store?.head(key);
      return head == null ? { missing: true } : { head };
    }
    const got = await store?.get(key, range);
    return got ?? { missing: true };
  } catch (error) {
    return { error: errorToJson(error) };
  }
}

const pools = new Map<number, ThreadPool>();

/** The pool of this process with so many threads; by default one for each core. */
export function sharedPool(threads = Math.min(MAX_THREADS, availableParallelism())): ThreadPool {
  let pool = pools.get(threads);
  if (pool === undefined) {
    pool = new ThreadPool(threads);
    pools.set(threads, pool);
  }
  return pool;
}
