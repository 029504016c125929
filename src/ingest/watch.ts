import { setTimeout as sleep } from "node:timers/promises";
import { InvalidInputError, isPixelQueryError } from "../errors.js";
import type { ByteStore } from "../store/index.js";
import { openWarehouseStore } from "../warehouse/open-repository.js";
import { assertProductId } from "../warehouse/product.js";
import { sourceLocation } from "../warehouse/sources.js";
import { executePlan } from "./execute-plan.js";
import type { IngestOptions } from "./ingest-options.js";
import type { FailedFile } from "./ingest-problem.js";
import type { IngestReport } from "./ingest-report.js";
import { listSources, type SourceListing } from "./list-sources.js";
import { type IngestPlan, planIngest } from "./plan-ingest.js";
import type { HeldFile } from "./sources/containers.js";

export interface WatchOptions extends Omit<IngestOptions, "dryRun"> {
  /** Seconds from the end of one round to the next listing. Default 30. */
  intervalSeconds?: number;
  /** Told why a round failed, and when the next one comes: after longer and longer waits, up to a quarter of an hour. */
  onError?: (error: unknown, retryInMs: number) => void;
}

/** What a round of watching did. */
export interface WatchReport extends IngestReport {
  /** When the round ended: ISO 8601, UTC. */
  time: string;
}

const DEFAULT_INTERVAL_SECONDS = 30;
/** A server that is away is asked again at least this often. */
const LONGEST_WAIT_MS = 15 * 60_000;
/** Longer timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Ingest, and go on: list the sources again and again, and take what is new or changed. Gives the report of the first round,
 * and of each later one that changed something or could not read a file.
 *
 * After the first round a file is taken once two listings in a row show it with the same size and modification time: what is
 * still being written waits, and so does its whole scene. A file that could not be read is tried again when it changed. A
 * round that fails is told to `onError` and tried again. Aborting `signal` ends the iteration, a commit under way first
 * coming to its end; nothing is thrown then.
 *
 * @throws NotFoundError, InvalidInputError and others that trying again would not mend, in the first round.
 *
 * @example
 * for await (const { time, added, snapshot } of watchIngest("./incoming", { warehouse: "./warehouse" })) {
 *   console.log(time, added, snapshot);
 * }
 */
export async function* watchIngest(
  source: string | readonly string[],
  options: WatchOptions = {},
): AsyncGenerator<WatchReport, void, undefined> {
  const { intervalSeconds = DEFAULT_INTERVAL_SECONDS, signal } = options;
  const isAborted = () => signal?.aborted === true;
  const sources = typeof source === "string" ? [source] : source;
  if (!(intervalSeconds > 0)) {
    throw new InvalidInputError(`intervalSeconds ${intervalSeconds}: give a number above 0`);
  }
  if (options.productId !== undefined) assertProductId(options.productId);
  const watched = new WatchedSources(sources, { ...options, onWarning: onlyOnce(options.onWarning) });
  const interval = Math.min(LONGEST_TIMER_MS, intervalSeconds * 1000);
  for (let failures = 0; !isAborted(); ) {
    let wait = interval;
    try {
      const report = await watched.round();
      failures = 0;
      if (report !== null) yield { time: new Date().toISOString(), ...report };
    } catch (error) {
      if (isAborted()) return;
      if (!mayPass(error, watched.rounds === 0)) throw error;
      wait = Math.min(interval * 2 ** failures++, Math.max(interval, LONGEST_WAIT_MS));
      options.onError?.(error, wait);
    }
    await sleep(wait, undefined, { signal }).catch(() => {});
  }
}

/** Sources as they were listed last. */
class WatchedSources {
  /** Rounds that came to their end. */
  rounds = 0;
  readonly #sources: readonly string[];
  readonly #options: IngestOptions;
  readonly #store: ByteStore;
  /** The last listing. */
  #seen: ListedStates = new Map();
  /** State in which a file could not be read. */
  readonly #unreadable = new Map<string, string>();
  readonly #told = new Set<string>();
  /** True where the next round has to look although its listing is the same. */
  #isUnfinished = true;

  constructor(sources: readonly string[], options: IngestOptions) {
    this.#sources = sources;
    this.#options = options;
    this.#store = openWarehouseStore(options.warehouse ?? "./warehouse");
  }

  /** List, and ingest what is ready; null where nothing happened that anybody should hear of. */
  async round(): Promise<IngestReport | null> {
    const started = performance.now();
    const listing = await listSources(this.#store, this.#sources, { ...this.#options, mayBeEmpty: true });
    const [before, now] = [this.#seen, statesOf(listing)];
    const isChanged = !isSameListing(before, now);
    if (!isChanged && !this.#isUnfinished) return null;
    const isFirst = this.rounds === 0;
    const plan = await planIngest({ ...listing, failed: this.#untold(listing) }, this.#options, {
      isReady: (file) => isFirst || before.get(locationOf(file)) === now.get(locationOf(file)),
      isPassedOver: (file) => this.#unreadable.get(locationOf(file)) === now.get(locationOf(file)),
    });
    const gone = plan.gone.filter((location) => isFirst || !before.has(location));
    const done = await executePlan(this.#store, { ...plan, gone }, this.#options, { finishesCommits: true });
    this.#seen = now;
    this.#isUnfinished = isChanged;
    this.#learnFailures(plan, done, now);
    this.rounds++;
    const isWorthTelling = isFirst || done.added + done.updated + done.pruned + done.failed.length > 0;
    return isWorthTelling ? { ...done, elapsedMs: Math.round((performance.now() - started) * 10) / 10 } : null;
  }

  /** What is wrong with items is said once, for each listing finds it again. */
  #untold({ failed }: SourceListing): FailedFile[] {
    return failed.filter(({ path, error }) => {
      const isNew = !this.#told.has(`${path} ${error.message}`);
      this.#told.add(`${path} ${error.message}`);
      return isNew;
    });
  }

  #learnFailures({ fresh }: IngestPlan, { failed }: Pick<IngestReport, "failed">, now: ListedStates): void {
    const errors = new Map(failed.map(({ path, error }) => [path, error.name]));
    for (const file of fresh.flat()) {
      const name = errors.get(file.file.path);
      if (name === undefined) continue;
      // What is wrong with a server, or with two listings apart, may have passed by the next round.
      if (lastingErrors.has(name)) this.#unreadable.set(locationOf(file), now.get(locationOf(file)) ?? "");
      else this.#isUnfinished = true;
    }
  }
}

/** Errors of a file that stay until it changes. */
const lastingErrors: ReadonlySet<string> = new Set(["CorruptDataError", "UnsupportedError", "InvalidInputError"]);

/** Errors of a first round that may pass by themselves. */
const passingErrors = ["UnavailableError", "ConflictError"] as const;

/** True where a round may succeed that failed so: of a first one, a wrong call never does. */
function mayPass(error: unknown, isFirst: boolean): boolean {
  const isOfSystem = error instanceof Error && "code" in error && typeof error.code === "string";
  if (isOfSystem || passingErrors.some((name) => isPixelQueryError(error, name))) return true;
  return !isFirst && isPixelQueryError(error);
}

/** State of each file of a listing, with the metadata files of its scene, by location. */
type ListedStates = ReadonlyMap<string, string>;

function locationOf({ file, container }: HeldFile): string {
  return sourceLocation(container.name, file.key);
}

function statesOf({ groups }: SourceListing): Map<string, string> {
  const files = groups.flatMap((group) => group.files);
  return new Map(
    files.map((held) => {
      const { sizeBytes, modifiedMs, version, besideState } = held.file;
      return [locationOf(held), [sizeBytes, modifiedMs, version, besideState].join(" ")];
    }),
  );
}

function isSameListing(one: ListedStates, other: ListedStates): boolean {
  return one.size === other.size && [...one].every(([location, state]) => other.get(location) === state);
}

/** A listener that is told each warning once, however many rounds find it again. */
function onlyOnce(onWarning: IngestOptions["onWarning"]): NonNullable<IngestOptions["onWarning"]> {
  const told = new Set<string>();
  return (warning) => {
    const key = JSON.stringify([warning.path, warning.message]);
    if (!told.has(key)) onWarning?.(warning);
    told.add(key);
  };
}
