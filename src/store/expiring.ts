/** What is renewed before this much of its life is left. */
const renewBeforeMs = 5 * 60_000;

/** A value that serves until a moment; null where it never ends. */
export interface Expiring {
  expiresAtMs: number | null;
}

/**
 * A value that expires, fetched when it is first wanted and again five minutes before its end. Callers that want it at the
 * same time share one fetch. Where renewing fails and the old value still serves, it is given.
 */
export class ExpiringValue<T extends Expiring> {
  readonly #fetch: () => Promise<T>;
  readonly #now: () => number;
  #value: T | null = null;
  #pending: Promise<T> | null = null;

  constructor(fetch: () => Promise<T>, now: () => number = Date.now) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /** The value, renewed where it is about to end. */
  async get(): Promise<T> {
    const value = this.#value;
    if (value && this.#lastsLonger(value, renewBeforeMs)) return value;
    try {
      return await this.#renew();
    } catch (error) {
      if (value && this.#value === value && this.#lastsLonger(value, 0)) return value;
      throw error;
    }
  }

  /** Fetch anew when it is next wanted, whatever its end: a server refused it. False where there was none. */
  forget(): boolean {
    const had = this.#value !== null;
    this.#value = null;
    return had;
  }

  #lastsLonger({ expiresAtMs }: T, ms: number): boolean {
    return expiresAtMs === null || expiresAtMs - this.#now() > ms;
  }

  #renew(): Promise<T> {
    this.#pending ??= this.#fetch()
      .then((value) => {
        this.#value = value;
        return value;
      })
      .finally(() => {
        this.#pending = null;
      });
    return this.#pending;
  }
}
