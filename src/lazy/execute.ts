import { errorFromJson, InvalidInputError } from "../errors.js";
import { bytesPerSample, type TypedArray } from "../ndarray/dtype.js";
import { FileStore } from "../store/index.js";
import { resolveSource, type SourceStores } from "../warehouse/sources.js";
import type { BlockCache } from "./block-cache.js";
import { type OpenSource, readBlock } from "./block-reader.js";
import { isWorthWhole } from "./first-share.js";
import { placeSources } from "./place-sources.js";
import { ReadAhead } from "./read-ahead.js";
import type { PlannedRead, ReadPlan } from "./read-plan.js";
import { decoderFor } from "./shared-decoder.js";
import { sharedPool, type ThreadPool } from "./thread-pool.js";

/** Decoded bytes below which starting threads costs more than they save. */
const SMALL_WORK_BYTES = 4 * 2 ** 20;

/** Decoded bytes that a thread takes at once: small enough to share evenly, large enough that messages cost nothing. */
const BATCH_BYTES = 4 * 2 ** 20;

/** Blocks that this thread reads and decodes by turns, for sources that answer later. */
const READS_AT_ONCE = 8;

export interface ExecuteOptions {
  signal?: AbortSignal | undefined;
  /** Decoding threads; 0 reads and decodes here. Default: as many as cores, none where there is little to do. */
  threads?: number | undefined;
  /** Decoded blocks kept between questions. */
  cache?: BlockCache | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Takes the pixels of one read, `[bands, rows, cols]` of its window; or why there are none. */
export interface ReadSink {
  onValues: (read: PlannedRead, values: TypedArray) => void;
  /** Absent: the first failure ends the execution. */
  onFailure?: ((read: PlannedRead, error: Error) => void) | undefined;
}

/**
 * Do the reads of a plan, in any order, and hand over the pixels of each. This is the only place that reads sources.
 *
 * @throws SourceChangedError, CorruptDataError, NotFoundError naming the source, unless `sink.onFailure` takes them.
 */
export async function executeReads(
  plan: ReadPlan,
  stores: SourceStores,
  sink: ReadSink,
  options: ExecuteOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  const execution = new Execution(plan, stores, sink, options);
  await execution.run();
}

/** Reads that are done one after the other. */
interface ReadJob {
  reads: readonly PlannedRead[];
  sources: readonly OpenSource[];
  /** Called when the turn of the reads before `end` comes. */
  advance: (end: number) => void;
}

class Execution {
  readonly #plan: ReadPlan;
  readonly #sink: ReadSink;
  readonly #options: ExecuteOptions;
  readonly #sources: OpenSource[];
  readonly #encodingKeys: string[];
  #done = 0;
  #stopped = false;

  constructor(plan: ReadPlan, stores: SourceStores, sink: ReadSink, options: ExecuteOptions) {
    this.#plan = plan;
    this.#sink = sink;
    this.#options = options;
    this.#encodingKeys = plan.encodings.map((encoding) => JSON.stringify(encoding));
    this.#sources = plan.sources.map((planned) => ({ ...resolveSource(stores, planned.location), planned }));
  }

  async run(): Promise<void> {
    const reads = this.#plan.reads.filter((read) => !this.#takeFromCache(read));
    const pool = this.#poolFor(reads);
    const isLocal = (read: PlannedRead) => this.#sources[read.source]?.store instanceof FileStore;
    const distant = reads.filter((read) => !isLocal(read));
    const ahead = new ReadAhead(distant, this.#sources);
    const jobs: ReadJob[] = [
      { reads: reads.filter(isLocal), sources: this.#sources, advance: () => undefined },
      { reads: distant, sources: ahead.sources, advance: (end) => ahead.advance(end) },
    ];
    try {
      await Promise.all(jobs.map((job) => (pool === null ? this.#readHere(job) : this.#readInThreads(job, pool))));
    } finally {
      ahead.stop();
    }
  }

  #poolFor(reads: readonly PlannedRead[]): ThreadPool | null {
    if (this.#options.threads === 0) return null;
    const work = reads.reduce((sum, read) => sum + this.#workOf(read), 0);
    const pool = sharedPool(this.#options.threads);
    return work < SMALL_WORK_BYTES && !pool.isRunning ? null : pool;
  }

  /** Bytes that decoding expands for a read: all rows down to the last one wanted. */
  #workOf({ encoding, window }: PlannedRead): number {
    const { cols, samples, dtype } = this.#encoding(encoding);
    return window.rowStop * cols * samples * bytesPerSample(dtype);
  }

  #encoding(index: number) {
    const encoding = this.#plan.encodings[index];
    if (encoding === undefined)
      throw new InvalidInputError(`a read names encoding ${index}, which its plan does not have`);
    return encoding;
  }

  async #readHere({ reads, sources, advance }: ReadJob): Promise<void> {
    if (reads.length === 0) return;
    const decoder = await decoderFor(this.#plan.encodings);
    let next = 0;
    const worker = async () => {
      for (let read = reads[next++]; read !== undefined && !this.#stopped; read = reads[next++]) {
        this.#options.signal?.throwIfAborted();
        advance(next);
        const source = sources[read.source];
        if (source === undefined) throw new InvalidInputError("a read names a source that its plan does not have");
        const widened = this.#widen(read);
        try {
          this.#deliver(read, widened, await readBlock(decoder, source, this.#encoding(read.encoding), widened));
        } catch (error) {
          this.#fail(read, error as Error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(READS_AT_ONCE, reads.length) }, worker));
  }

  async #readInThreads({ reads, sources, advance }: ReadJob, pool: ThreadPool): Promise<void> {
    let at = 0;
    const takeBatch = (): PlannedRead[] => {
      const start = at;
      for (let bytes = 0; at < reads.length && (bytes === 0 || bytes < BATCH_BYTES); at++) {
        const read = reads[at];
        if (read !== undefined) bytes += this.#workOf(read);
      }
      return reads.slice(start, at);
    };
    const feeder = async () => {
      for (let batch = takeBatch(); batch.length > 0 && !this.#stopped; batch = takeBatch()) {
        this.#options.signal?.throwIfAborted();
        const widened = batch.map((read) => this.#widen(read));
        advance(at);
        const { stores, job } = this.#request(widened, sources);
        const results = await pool.decode(job, { stores });
        results.forEach((result, i) => {
          const [read, wide] = [batch[i], widened[i]];
          if (read === undefined || wide === undefined) return;
          if ("values" in result) this.#deliver(read, wide, result.values);
          else this.#fail(read, errorFromJson(result.error));
        });
      }
    };
    await Promise.all(Array.from({ length: pool.width }, feeder));
  }

  /** The reads as a thread understands them: with places of sources, numbered anew. */
  #request(reads: readonly PlannedRead[], sources: readonly OpenSource[]) {
    const numbers = [...new Set(reads.map(({ source }) => source))];
    const { stores, places } = placeSources(numbers.map((number) => sources[number] as OpenSource));
    const numbered = reads.map((read) => ({ ...read, source: numbers.indexOf(read.source) }));
    return { stores, job: { sources: places, encodings: this.#plan.encodings, reads: numbered } };
  }

  #deliver(read: PlannedRead, widened: PlannedRead, values: TypedArray): void {
    if (widened !== read) this.#options.cache?.set(this.#cacheKey(read), values);
    this.#sink.onValues(read, widened === read ? values : this.#crop(values, read));
    this.#options.onProgress?.(++this.#done, this.#plan.reads.length);
  }

  #fail(read: PlannedRead, error: Error): void {
    if (this.#sink.onFailure === undefined) {
      this.#stopped = true;
      throw error;
    }
    this.#sink.onFailure(read, error);
    this.#options.onProgress?.(++this.#done, this.#plan.reads.length);
  }

  #takeFromCache(read: PlannedRead): boolean {
    const block = this.#options.cache?.get(this.#cacheKey(read));
    if (block === undefined) return false;
    this.#sink.onValues(read, this.#crop(block, read));
    this.#options.onProgress?.(++this.#done, this.#plan.reads.length);
    return true;
  }

  #cacheKey({ source, offset, encoding }: PlannedRead): string {
    const planned = this.#plan.sources[source];
    const file = `${this.#sources[source]?.store.url} ${planned?.location} ${planned?.modifiedMs} ${planned?.sizeBytes}`;
    return `${file} ${offset} ${this.#encodingKeys[encoding]}`;
  }

  /** The read of the whole block where much of it is wanted and can be kept; else the read itself. */
  #widen(read: PlannedRead): PlannedRead {
    if (this.#options.cache === undefined) return read;
    const encoding = this.#encoding(read.encoding);
    const { window } = read;
    if (!isWorthWhole(encoding, window)) return read;
    const { cols, samples } = encoding;
    const all = Array.from({ length: samples }, (_, sample) => sample);
    const whole = { rowStart: 0, rowStop: window.storedRows, colStart: 0, colStop: cols, samples: all };
    return { ...read, window: { ...whole, storedRows: window.storedRows } };
  }

  /** The window of a read, cut out of its whole block. */
  #crop(block: TypedArray, { window, encoding }: PlannedRead): TypedArray {
    const { cols } = this.#encoding(encoding);
    const [rows, width] = [window.rowStop - window.rowStart, window.colStop - window.colStart];
    const out = new (block.constructor as new (length: number) => TypedArray)(window.samples.length * rows * width);
    window.samples.forEach((sample, band) => {
      for (let row = 0; row < rows; row++) {
        const from = (sample * window.storedRows + window.rowStart + row) * cols + window.colStart;
        out.set(block.subarray(from, from + width) as never, (band * rows + row) * width);
      }
    });
    return out;
  }
}
