import { CorruptDataError, NotFoundError, UnsupportedError } from "../errors.js";
import type { Repository, Session } from "../icechunk/index.js";
import { storeName } from "../store/index.js";
import { FORMAT_VERSION, OWN_ATTRIBUTE } from "./layout.js";
import { openRepository, openWarehouseStore } from "./open-repository.js";
import type { SceneFacts } from "./scene-facts.js";
import { readSceneFacts, readSceneIds, readSceneTable, type SceneTable } from "./scene-table.js";
import { readSlotGrids, readSlots, type SlotGrids, type SlotTable } from "./slots.js";
import { openSourceStores, type SourceStores } from "./sources.js";
import type { Stack } from "./stack.js";
import { readStack } from "./stack-metadata.js";

/**
 * A warehouse at one snapshot: metadata, and the stores that its references lead to. Nothing in it changes, so what was
 * read once is kept.
 */
export class Warehouse {
  /** Path or URL. */
  readonly url: string;
  readonly snapshot: string;
  readonly repository: Repository;
  readonly session: Session;
  /** Stores of the files behind the references. */
  readonly sources: SourceStores;
  readonly scenes: SceneTable;
  readonly #stacks = new Map<string, Stack>();
  readonly #grids = new Map<string, Promise<SlotGrids>>();
  readonly #slots = new Map<string, Promise<SlotTable>>();
  #ids: Promise<string[]> | undefined;
  #facts: Promise<(row: number) => SceneFacts> | undefined;

  constructor(repository: Repository, session: Session, scenes: SceneTable, sources: SourceStores) {
    this.url = storeName(repository.store);
    this.snapshot = session.snapshotId;
    this.repository = repository;
    this.session = session;
    this.scenes = scenes;
    this.sources = sources;
  }

  /** The stack that the scene table calls `index`. */
  stack(index: number): Stack {
    const path = this.scenes.stacks[index];
    if (path === undefined) throw new CorruptDataError(`${this.url}: scenes name stack ${index}, which is not there`);
    let stack = this.#stacks.get(path);
    if (stack === undefined) {
      stack = readStack(this.session, path);
      this.#stacks.set(path, stack);
    }
    return stack;
  }

  /** Where the slots of a stack lie: cheaper than all of {@link slots}. */
  slotGrids(stack: Stack): Promise<SlotGrids> {
    let grids = this.#grids.get(stack.path);
    if (grids === undefined) {
      grids = readSlotGrids(this.session, stack);
      this.#grids.set(stack.path, grids);
    }
    return grids;
  }

  /** The slots of a stack. */
  slots(stack: Stack): Promise<SlotTable> {
    let slots = this.#slots.get(stack.path);
    if (slots === undefined) {
      slots = readSlots(this.session, stack, this.slotGrids(stack));
      this.#slots.set(stack.path, slots);
    }
    return slots;
  }

  /** Scene ids, by row of the scene table. */
  ids(): Promise<string[]> {
    this.#ids ??= readSceneIds(this.session);
    return this.#ids;
  }

  /** What is known of scenes, by row of the scene table. */
  facts(): Promise<(row: number) => SceneFacts> {
    this.#facts ??= readSceneFacts(this.session, this.scenes);
    return this.#facts;
  }
}

/** What to open a warehouse at. */
export interface OpenWarehouseOptions {
  /** Snapshot id, branch, tag or ISO time; default: the tip of branch `main`. */
  at?: string | undefined;
}

/**
 * Open a warehouse for reading. Costs a handful of small reads; never creates or changes anything.
 *
 * @throws NotFoundError where there is no warehouse, or no such snapshot, branch, tag or time.
 * @throws UnsupportedError where a newer version wrote it.
 */
export async function openWarehouse(location: string, options: OpenWarehouseOptions = {}): Promise<Warehouse> {
  const repository = await openRepository(openWarehouseStore(location));
  return warehouseAt(repository, options.at);
}

/** The warehouse in an open repository, at a snapshot; `sources` replaces the stores that its containers name. */
export async function warehouseAt(repository: Repository, at?: string, sources?: SourceStores): Promise<Warehouse> {
  const session = await sessionAt(repository, at);
  assertReadable(repository, session);
  const [scenes, stores] = await Promise.all([readSceneTable(session), sources ?? openSourceStores(repository)]);
  return new Warehouse(repository, session, scenes, stores);
}

function assertReadable(repository: Repository, session: Session): void {
  const root = session.node("/");
  if (root === null) return;
  const own = root.zarr.attributes?.[OWN_ATTRIBUTE] as { format?: number } | undefined;
  const url = storeName(repository.store);
  if (own?.format === undefined) {
    throw new UnsupportedError(`${url}: an Icechunk repository, but not a PixelQuery warehouse`, { details: { url } });
  }
  if (own.format > FORMAT_VERSION) {
    throw new UnsupportedError(
      `${url}: has format ${own.format}, this version reads ${FORMAT_VERSION}; update pixelquery`,
      {
        details: { url, format: own.format, supported: FORMAT_VERSION },
      },
    );
  }
}

/** Snapshot ids are 12 bytes in Crockford's base 32. */
const SNAPSHOT_ID = /^[0-9A-HJKMNP-TV-Z]{20}$/;

async function sessionAt(repository: Repository, at: string | undefined): Promise<Session> {
  if (at === undefined) return repository.session();
  const [branches, tags] = await Promise.all([repository.branches(), repository.tags()]);
  if (branches.has(at)) return repository.session({ branch: at });
  if (tags.has(at)) return repository.session({ tag: at });
  if (SNAPSHOT_ID.test(at)) return repository.session({ snapshot: at });
  const time = /^\d{4}-\d{2}/.test(at) ? Date.parse(at) : Number.NaN;
  if (!Number.isNaN(time)) return repository.session({ asOf: new Date(time) });
  const known = [...branches.keys(), ...tags.keys()];
  throw new NotFoundError(
    `${at}: no snapshot id, branch or tag of ${storeName(repository.store)}, and no ISO time; there are ${known.join(", ")}`,
    { details: { at, branches: [...branches.keys()], tags: [...tags.keys()] } },
  );
}
