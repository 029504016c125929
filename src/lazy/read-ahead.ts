import type { ByteStore, StoredBytes } from "../store/index.js";
import { passThrough } from "../store/pass-through.js";
import type { OpenSource } from "./block-reader.js";
import type { PlannedRead } from "./read-plan.js";

/** Reads asked for before their turn: with fewer a network's latency shows, more a store does not send at once. */
const READS_AHEAD = 64;

/** Bytes asked for before their turn: large blocks are not needed in such numbers. */
const BYTES_AHEAD = 64 * 2 ** 20;

/**
 * Asks stores for the bytes of reads before the reads' turn comes, so that answers of a distant store are there by then.
 * Reads of one file that follow each other are asked for in one turn, as long as they are not too many: the store can make
 * one request of them.
 */
export class ReadAhead {
  /** The sources, with stores that hand out what was asked for. */
  readonly sources: readonly OpenSource[];
  readonly #reads: readonly PlannedRead[];
  readonly #origins: readonly OpenSource[];
  /** Bytes of all reads before each. */
  readonly #bytesBefore: readonly number[];
  /** By store, key and range; as many answers as reads of it. */
  readonly #asked = new Map<string, Promise<StoredBytes | null>[]>();
  /** One for each answer: many listening to one signal look like a leak. */
  readonly #aborts = new Set<AbortController>();
  #next = 0;

  /** @param reads in the order in which they will be done */
  constructor(reads: readonly PlannedRead[], sources: readonly OpenSource[]) {
    this.#reads = reads;
    this.#origins = sources;
    let bytes = 0;
    this.#bytesBefore = reads.map(({ firstLength }) => {
      bytes += firstLength;
      return bytes - firstLength;
    });
    const stores = new Map<ByteStore, ByteStore>();
    this.sources = sources.map((source) => {
      const store = stores.get(source.store) ?? this.#handOut(source.store);
      stores.set(source.store, store);
      return { ...source, store };
    });
  }

  /** The turn of the reads before `end` has come. */
  advance(end: number): void {
    while (this.#next < this.#reads.length && this.#isWanted(end)) this.#ask(this.#reads[this.#next++] as PlannedRead);
  }

  /** Nobody waits for what is still under way. */
  stop(): void {
    for (const abort of this.#aborts) abort.abort();
  }

  #isWanted(end: number): boolean {
    const next = this.#next;
    if (next < end) return true;
    const bytesAhead = (this.#bytesBefore[next] ?? 0) - (this.#bytesBefore[end] ?? 0);
    const isSameFile = this.#reads[next - 1]?.source === this.#reads[next]?.source;
    const most = isSameFile ? 2 : 1;
    return next - end < READS_AHEAD * most && bytesAhead < BYTES_AHEAD * most;
  }

  #ask({ source, offset, firstLength }: PlannedRead): void {
    const { store, key } = this.#origins[source] as OpenSource;
    const abort = new AbortController();
    this.#aborts.add(abort);
    const answer = store.get(key, { offset, length: firstLength }, { signal: abort.signal });
    const forget = () => this.#aborts.delete(abort);
    // Whoever reads the block hears of a failure; nobody may.
    answer.then(forget, forget);
    const name = nameOf(store, key, offset, firstLength);
    const same = this.#asked.get(name);
    if (same === undefined) this.#asked.set(name, [answer]);
    else same.push(answer);
  }

  #handOut(store: ByteStore): ByteStore {
    return {
      ...passThrough(store),
      get: (key, range, options) => {
        const name = range === undefined ? "" : nameOf(store, key, range.offset, range.length);
        const same = this.#asked.get(name);
        const answer = same?.shift();
        if (same?.length === 0) this.#asked.delete(name);
        return answer ?? store.get(key, range, options);
      },
    };
  }
}

function nameOf({ url }: ByteStore, key: string, offset: number, length: number): string {
  return `${url}\0${key}\0${offset}+${length}`;
}
