import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { UnsupportedError } from "../errors.js";
import type { DecodeAnswer, DecodeRequest, DecodeResult } from "./decode-messages.js";

/** Requests that a thread holds at once: one in work, one waiting, so that it never runs dry. */
const REQUESTS_PER_THREAD = 2;

/** More threads than this wait for memory, not for each other. */
const MAX_THREADS = 16;

interface Thread {
  worker: Worker;
  pending: Map<number, { resolve: (results: DecodeResult[]) => void; reject: (error: unknown) => void }>;
}

/**
 * Threads that read and decode blocks of local files, one for each core. They start with the first request, are shared
 * by the whole process, and do not keep it alive when idle.
 */
export class DecodePool {
  readonly #size: number;
  #threads: Thread[] = [];
  #waiting: (() => void)[] = [];
  #nextId = 0;

  constructor(size: number) {
    this.#size = Math.max(1, size);
  }

  /** Requests that can be under way at once; more only wait. */
  get width(): number {
    return this.#size * REQUESTS_PER_THREAD;
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
  async run(request: Omit<DecodeRequest, "id">): Promise<DecodeResult[]> {
    const thread = await this.#freeThread();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (thread.pending.size === 0) thread.worker.ref();
      thread.pending.set(id, { resolve, reject });
      thread.worker.postMessage({ ...request, id });
    });
  }

  /** End the threads; the next request starts new ones. */
  async close(): Promise<void> {
    const threads = this.#threads;
    this.#threads = [];
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  async #freeThread(): Promise<Thread> {
    for (;;) {
      if (this.#threads.length < this.#size) this.#threads.push(this.#start());
      const [idlest] = [...this.#threads].sort((a, b) => a.pending.size - b.pending.size);
      if (idlest !== undefined && idlest.pending.size < REQUESTS_PER_THREAD) return idlest;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #start(): Thread {
    const worker = new Worker(new URL("./decode-worker.js", import.meta.url));
    const thread: Thread = { worker, pending: new Map() };
    worker.on("message", ({ id, results }: DecodeAnswer) => {
      const settle = thread.pending.get(id);
      thread.pending.delete(id);
      if (thread.pending.size === 0) worker.unref();
      settle?.resolve(results);
      this.#waiting.shift()?.();
    });
    worker.on("error", (cause) => this.#bury(thread, cause));
    worker.on("exit", () => this.#bury(thread, undefined));
    // Listening for messages holds the process alive: let go of it after that, or a thread without work never does.
    worker.unref();
    return thread;
  }

  #bury(thread: Thread, cause: unknown): void {
    this.#threads = this.#threads.filter((other) => other !== thread);
    for (const { reject } of thread.pending.values()) {
      reject(new UnsupportedError("a decoding thread ended before it answered; try fewer threads", { cause }));
    }
    thread.pending.clear();
    this.#waiting.shift()?.();
  }
}

const pools = new Map<number, DecodePool>();

/** The pool of this process with so many threads; by default one for each core. */
export function sharedPool(threads = Math.min(MAX_THREADS, availableParallelism())): DecodePool {
  let pool = pools.get(threads);
  if (pool === undefined) {
    pool = new DecodePool(threads);
    pools.set(threads, pool);
  }
  return pool;
}
