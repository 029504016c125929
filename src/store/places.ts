import { InvalidInputError } from "../errors.js";
import type { ReadOptions } from "./byte-store.js";

/** A number of places for requests under way; who finds none waits, in the order of coming. */
export class Places {
  #free: number;
  readonly #queue = new Set<() => void>();

  /** @throws InvalidInputError where `count` is not a whole number above zero: nobody would ever get a place. */
  constructor(count: number) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new InvalidInputError(`${count} requests at the same time are no limit; give a whole number above zero.`);
    }
    this.#free = count;
  }

  /** Run `request` as soon as a place is free. Cancelled while it waits, it never starts. */
  async run<T>(request: () => Promise<T>, { signal }: ReadOptions = {}): Promise<T> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    try {
      return await request();
    } finally {
      this.#release();
    }
  }

  /** Who waits is handed the place of the one who leaves. */
  #release(): void {
    const [next] = this.#queue;
    if (next) next();
    else this.#free += 1;
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        this.#queue.delete(enter);
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#queue.delete(enter);
        reject(signal?.reason);
      };
      this.#queue.add(enter);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }
}
