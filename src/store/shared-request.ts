/**
 * One request that several callers wait for. A caller who cancels leaves alone; when all have left, the request itself
 * is cancelled.
 */
export class SharedRequest<T> {
  readonly #controller = new AbortController();
  readonly #answer: Promise<T>;
  #waiting = 0;
  #isSettled = false;

  /** @param start called in this turn, with the signal that ends the request. */
  constructor(start: (signal: AbortSignal) => Promise<T>) {
    this.#answer = Promise.resolve(this.#controller.signal).then(start);
    const settle = () => {
      this.#isSettled = true;
    };
    // Who waits gets a failure from `join`; nobody may be left to.
    this.#answer.then(settle, settle);
  }

  /** False once everybody has left: whoever comes now needs a new request. */
  get isOpen(): boolean {
    return !this.#controller.signal.aborted;
  }

  /** The answer. */
  async join(signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    this.#waiting += 1;
    let leave: (() => void) | undefined;
    try {
      if (!signal) return await this.#answer;
      const left = new Promise<never>((_, reject) => {
        leave = () => reject(signal.reason);
        signal.addEventListener("abort", leave, { once: true });
      });
      return await Promise.race([this.#answer, left]);
    } finally {
      if (leave) signal?.removeEventListener("abort", leave);
      this.#waiting -= 1;
      if (this.#waiting === 0 && !this.#isSettled) this.#controller.abort();
    }
  }
}
