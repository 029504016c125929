import { isPixelQueryError, type PixelQueryError, UnavailableError, UnsupportedError } from "../../errors.js";
import { type RetryOptions, withAttempts } from "../attempts.js";
import type { HttpExchange } from "../http-exchange.js";
import { SharedRequest } from "../shared-request.js";
import { isUntouched, toError } from "./fault.js";
import type { Fault, ObjectProtocol } from "./object-protocol.js";
import { newProbeKey } from "./probe.js";
import type { ObjectRequests } from "./requests.js";

/** Codes of connections that were never made: nothing was sent. */
const unconnectedCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

type Condition = "create" | "replace";
type Outcome = "written" | "not at that version";
/** Another writer came between. */
type Overtaken = { error: PixelQueryError };

interface ConditionalWrite {
  key: string;
  data: Uint8Array;
  /** Null: the object must not exist. */
  version: string | null;
  /** The condition in a form that the server understands. */
  headers: Readonly<Record<string, string>>;
}

const missing = Symbol("missing");

/**
 * Writes that happen only if an object is at a version. Before the first one of each kind the server is asked whether it
 * honours the condition: one that ignores it would let writers overwrite each other.
 *
 * - *replace*: one write of an object that does not exist, under a version that cannot be; it must be refused.
 * - *create*: an object is created twice, the second time must be refused; it is then deleted.
 */
export class ConditionalWrites {
  readonly #storeUrl: string;
  readonly #protocol: ObjectProtocol;
  readonly #requests: ObjectRequests;
  readonly #target: (key: string) => { url: URL; name: string };
  readonly #retries: RetryOptions;
  readonly #asked = new Map<Condition, SharedRequest<void>>();
  /** Which form of the condition the server understands; null while nobody knows. */
  #form: "usual" | "other" | null = null;

  constructor(
    storeUrl: string,
    protocol: ObjectProtocol,
    requests: ObjectRequests,
    target: (key: string) => { url: URL; name: string },
    retries: RetryOptions,
  ) {
    this.#storeUrl = storeUrl;
    this.#protocol = protocol;
    this.#requests = requests;
    this.#target = target;
    this.#retries = retries;
  }

  /**
   * Write if the object is at `version`; null: if it does not exist. What the server surely has not done is tried again.
   *
   * @returns false where it is at another.
   * @throws UnavailableError where the answer was lost; `details.written` is then `"unknown"`.
   * @throws UnsupportedError where the server ignores conditions. Nothing was written then.
   */
  async put(key: string, data: Uint8Array, version: string | null, signal: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    await this.#assertHonoured(version === null ? "create" : "replace", signal);
    const outcome = await withAttempts(
      () => this.#putOnce(key, data, version, signal),
      this.#retries,
      signal,
      isUndone,
    );
    return outcome === "written";
  }

  async #putOnce(
    key: string,
    data: Uint8Array,
    version: string | null,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const write: ConditionalWrite = { key, data, version, headers: this.#protocol.conditionHeaders(version) };
    const otherHeaders = version === null ? null : this.#protocol.otherConditionHeaders(version);
    if (otherHeaders === null) return this.#send(write, signal);
    const other = { ...write, headers: otherHeaders };
    if (this.#form === "other") return this.#send(other, signal);
    const outcome = await this.#send(write, signal);
    if (outcome === "written") this.#form = "usual";
    if (outcome === "written" || this.#form === "usual") return outcome;
    // Refused, though it may be at that version: some servers (Ceph) compare the text without its quotes.
    if ((await this.#currentVersion(key, signal)) !== version) return outcome;
    const second = await this.#send(other, signal);
    if (second === "written") this.#form = "other";
    return second;
  }

  /** Null where there is no such object. */
  #currentVersion(key: string, signal: AbortSignal | undefined): Promise<string | null> {
    const request = { method: "HEAD" as const, headers: {}, ...this.#target(key) };
    const read = async (exchange: HttpExchange) => this.#protocol.versionOf((header) => exchange.header(header));
    const judge = (fault: Fault) => (this.#protocol.isMissingObject(fault) ? missing : null);
    const ask = async () => {
      const answer = await this.#requests.send<string | null, typeof missing>(request, signal, read, judge);
      return answer === missing ? null : answer;
    };
    return withAttempts(ask, this.#retries, signal);
  }

  /** One conditional write. Where its answer was lost, the error says so. */
  async #send(write: ConditionalWrite, signal: AbortSignal | undefined): Promise<Outcome> {
    try {
      return await this.#sendPlainly(write, signal);
    } catch (error) {
      const { name } = this.#target(write.key);
      if (isUnknown(error, name)) throw unknownOutcome(name, error);
      throw error;
    }
  }

  async #sendPlainly({ key, data, version, headers }: ConditionalWrite, signal: AbortSignal | undefined) {
    const target = this.#target(key);
    const request = {
      method: "PUT" as const,
      ...target,
      headers: { ...this.#protocol.writeHeaders, ...headers },
      body: data,
    };
    const answer = await this.#requests.send<Outcome, Overtaken | Outcome>(
      request,
      signal,
      async () => "written",
      (fault) => this.#judge(fault),
    );
    if (typeof answer === "string") return answer;
    if ((await this.#currentVersion(key, signal)) !== version) return "not at that version";
    throw untouched(answer.error, target.name);
  }

  #judge(fault: Fault): Outcome | Overtaken | null {
    const verdict = this.#protocol.judgeCondition(fault);
    if (verdict === "overtaken") return { error: toError(this.#protocol, fault) };
    if (verdict === "not at that version") return verdict;
    if (verdict === "undecided" || isUntouched(fault)) throw untouched(toError(this.#protocol, fault), fault.name);
    return null;
  }

  async #assertHonoured(condition: Condition, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#protocol.needsProbe) return;
    let asked = this.#asked.get(condition);
    if (!asked?.isOpen) {
      const probe = condition === "create" ? this.#probeCreate : this.#probeReplace;
      asked = new SharedRequest((shared) => probe.call(this, shared));
      this.#asked.set(condition, asked);
    }
    try {
      return await asked.join(signal);
    } catch (error) {
      // An answer is kept, a failure is not: whoever comes next asks again.
      if (this.#asked.get(condition) === asked) this.#asked.delete(condition);
      throw error;
    }
  }

  async #probeReplace(signal: AbortSignal | undefined): Promise<void> {
    const key = newProbeKey();
    const outcome = await this.#ask(key, this.#protocol.impossibleVersion, signal);
    if (outcome === "not at that version") return;
    await this.#remove(key, signal);
    throw this.#ignored("If-Match");
  }

  async #probeCreate(signal: AbortSignal | undefined): Promise<void> {
    const key = newProbeKey();
    try {
      await this.#ask(key, null, signal);
      if ((await this.#ask(key, null, signal)) === "written") throw this.#ignored("If-None-Match");
    } finally {
      await this.#remove(key, signal);
    }
  }

  /** Unlike other conditional writes, this one may be made again whenever its answer is lost: nobody else sees the object. */
  #ask(key: string, version: string | null, signal: AbortSignal | undefined): Promise<Outcome> {
    const write = { key, data: new Uint8Array(0), version, headers: this.#protocol.conditionHeaders(version) };
    return withAttempts(() => this.#sendPlainly(write, signal), this.#retries, signal);
  }

  async #remove(key: string, signal: AbortSignal | undefined): Promise<void> {
    const request = { method: "DELETE" as const, headers: {}, ...this.#target(key) };
    // Who may write and not delete still may write: the empty object stays, and no listing shows it.
    await this.#requests.send(
      request,
      signal,
      async () => true,
      () => false,
    );
  }

  #ignored(header: string): UnsupportedError {
    return new UnsupportedError(
      `${this.#storeUrl} ignores conditional writes (${header}), so several writers would overwrite each other's work. ` +
        "Nothing was written. Keep the data in storage that honours them.",
      { details: { url: this.#storeUrl, header } },
    );
  }
}

/** True where the same write may be asked for again, since it has surely not happened. */
function isUndone(error: unknown): boolean {
  return isPixelQueryError(error, "UnavailableError") && (error.details.written === "no" || neverConnected(error));
}

/** True where the answer about the object of this name was lost, or says nothing of the write. */
function isUnknown(error: unknown, name: string): error is PixelQueryError {
  if (!isPixelQueryError(error, "UnavailableError") || neverConnected(error)) return false;
  // What concerns another address, such as the one that credentials come from, happened before the write was sent.
  return error.details.url === name && error.details.written === undefined;
}

function neverConnected({ cause }: PixelQueryError): boolean {
  const inner = cause instanceof Error ? cause.cause : null;
  const code = inner instanceof Error && "code" in inner ? inner.code : null;
  return typeof code === "string" && unconnectedCodes.has(code);
}

function untouched(error: PixelQueryError, name: string): UnavailableError {
  return new UnavailableError(`${name} was not written: ${error.message}`, {
    details: { ...error.details, written: "no" },
    cause: error,
  });
}

function unknownOutcome(name: string, error: PixelQueryError): UnavailableError {
  return new UnavailableError(
    `Nobody knows whether ${name} was written: the answer was lost. Read it again before writing. ${error.message}`,
    { details: { ...error.details, written: "unknown" }, cause: error },
  );
}
