import { basename } from "node:path";
import { InvalidInputError, NotFoundError, UnsupportedError } from "../errors.js";
import { Repository, type VirtualChunkContainer } from "../icechunk/index.js";
import { preloadZstdEncoder } from "../icechunk/zstd/compress.js";
import { type ByteStore, FileStore } from "../store/index.js";
import {
  type AppendCount,
  appendScenes,
  isUnchanged,
  knownSources,
  type SceneDraft,
  type SourceState,
} from "../warehouse/append.js";
import { assertCreatable, openOrCreateRepository, openWarehouseStore } from "../warehouse/open-repository.js";
import { assertProductId, type ProductProfile, readProduct } from "../warehouse/product.js";
import { folderUrl, sourceLocation, urlFolder } from "../warehouse/sources.js";
import { type ContainedFile, type Container, type FailedFile, type IngestWarning, readScenes } from "./read-scenes.js";
import { containerName, resolveSourceRoot, scanFiles } from "./scan.js";

/** How far an ingest is. `total` is null while it is not known. */
export interface IngestProgress {
  phase: "scan" | "headers" | "commit";
  done: number;
  total: number | null;
}

export interface IngestOptions {
  /** Folder of the warehouse; created if absent. Default `./warehouse`. */
  warehouse?: string;
  /** Band names in the files' order. Default: from the file, else the product's profile, else `band_1` … */
  bandNames?: readonly string[];
  /** Product that the scenes belong to. Default: the folder's name. */
  productId?: string;
  /** Who made the data; kept with the product. */
  provider?: string;
  /** Cloud masks: not read in this version, an UnsupportedError. */
  maskPath?: string;
  /** Regular expression that finds the date in a file name; see `timeByPattern`. */
  datePattern?: string;
  /** Glob pattern of the files taken from a folder. Default: any `.tif`, `.tiff` or `.gtiff` at any depth. */
  globPattern?: string;
  /** Commit message. Default says how many scenes. */
  message?: string;
  /** Find out what would happen, and write nothing. */
  dryRun?: boolean;
  onProgress?: (progress: IngestProgress) => void;
  /** Something people should know although the run goes on: a time taken from the file system, a missing CRS. */
  onWarning?: (warning: IngestWarning) => void;
  signal?: AbortSignal;
}

/** What an ingest did. The same object is printed by `pixelquery ingest --json`. */
export interface IngestReport {
  warehouse: string;
  /** Snapshot that holds the result; null when nothing was ever committed. */
  snapshot: string | null;
  /** Files looked at. */
  sceneCount: number;
  added: number;
  updated: number;
  /** Known and unchanged: not opened. */
  skipped: number;
  failed: FailedFile[];
  elapsedMs: number;
}

/**
 * Turn files into scenes of a warehouse, in one commit. No pixel is read or copied.
 *
 * Files that are known and unchanged are not opened. Files that cannot be read are listed in `failed` and the others
 * are committed. Two ingests at once lose nothing.
 *
 * @param source Folder, file or glob pattern, or several.
 * @throws NotFoundError where a source does not exist or holds no matching file.
 * @throws InvalidInputError, CorruptDataError where the warehouse's folder is taken or broken: it is left as it is.
 *
 * @example
 * const report = await ingest("./cogs", { warehouse: "./warehouse", productId: "drone" });
 */
export async function ingest(source: string | readonly string[], options: IngestOptions = {}): Promise<IngestReport> {
  const started = performance.now();
  if (options.maskPath !== undefined) {
    throw new UnsupportedError("cloud masks (maskPath, --mask) are not read in this version; ingest without them", {
      details: { maskPath: options.maskPath },
    });
  }
  const sources = typeof source === "string" ? [source] : source;
  const store = openWarehouseStore(options.warehouse ?? "./warehouse");
  const productId = options.productId ?? (await defaultProductId(sources));
  assertProductId(productId);
  const run = await scanSources(store, sources, productId, options);
  // Loads while headers are read.
  if (run.fresh.length > 0 && options.dryRun !== true) preloadZstdEncoder();
  const read = await readScenes(run.fresh, run.profile, options);
  const { snapshot, count } = await commitDrafts(store, run, read.drafts, options);
  return {
    warehouse: options.warehouse ?? "./warehouse",
    snapshot,
    sceneCount: run.files.length,
    added: count.added,
    updated: count.updated,
    skipped: run.unchanged + count.skipped,
    failed: read.failed,
    elapsedMs: Math.round((performance.now() - started) * 10) / 10,
  };
}

async function defaultProductId(sources: readonly string[]): Promise<string> {
  const [first] = sources;
  if (first === undefined) throw new InvalidInputError("no source given: name a folder, a file or a pattern");
  const { folder } = await resolveSourceRoot(first);
  return (
    basename(folder)
      .replace(/[^\p{L}\p{N}_.-]+/gu, "_")
      .replace(/^[.-]+/, "") || "product"
  );
}

/** What a run found out before it opened a single file. */
interface IngestRun {
  productId: string;
  profile: ProductProfile | null;
  containers: Container[];
  files: ContainedFile[];
  /** What the warehouse has recorded of the product's sources, by location. */
  known: ReadonlyMap<string, SourceState>;
  /** Those of `files` that are new or changed. */
  fresh: ContainedFile[];
  unchanged: number;
  snapshot: string | null;
}

async function scanSources(
  store: ByteStore,
  sources: readonly string[],
  productId: string,
  options: IngestOptions,
): Promise<IngestRun> {
  options.onProgress?.({ phase: "scan", done: 0, total: null });
  const repository = await openIfThere(store);
  const session = (await repository?.session()) ?? null;
  const containers = await knownContainers(repository);
  const files = new Map<string, ContainedFile>();
  for (const source of sources) {
    const root = await resolveSourceRoot(source, options.globPattern);
    const container = containerFor(containers, root.folder);
    for (const file of await scanFiles(root, container.store, options.signal)) {
      files.set(file.path, underInnermost(containers, { file, container }));
    }
  }
  if (files.size === 0) {
    throw new NotFoundError(`${sources.join(", ")}: no matching file (${options.globPattern ?? "*.tif, *.tiff"})`, {
      details: { sources: [...sources] },
    });
  }
  const known = session === null ? new Map<string, SourceState>() : await knownSources(session, productId);
  const all = [...files.values()];
  const fresh = all.filter(({ file, container }) => {
    const recorded = known.get(sourceLocation(container.name, file.key));
    return recorded === undefined || !isUnchanged(recorded, file);
  });
  options.onProgress?.({ phase: "scan", done: all.length, total: all.length });
  return {
    productId,
    profile: session === null ? null : readProduct(session, productId),
    containers,
    files: all,
    known,
    fresh,
    unchanged: all.length - fresh.length,
    snapshot: session?.snapshotId ?? null,
  };
}

/** The warehouse's repository; null where one can be created. Says what is wrong before any file is opened. */
async function openIfThere(store: ByteStore): Promise<Repository | null> {
  if (!(await Repository.exists(store))) {
    try {
      await assertCreatable(store);
      return null;
    } catch (error) {
      // Another ingest may be creating it at this moment.
      if (!(await Repository.exists(store))) throw error;
    }
  }
  return Repository.open(store);
}

async function knownContainers(repository: Repository | null): Promise<Container[]> {
  const known: Container[] = [];
  for (const { name, urlPrefix } of (await repository?.containers()) ?? []) {
    if (!urlPrefix.startsWith("file://") || !name) continue;
    const folder = urlFolder(urlPrefix).replace(/\/$/, "");
    known.push({ name, folder, store: new FileStore(folder), isNew: false });
  }
  return known;
}

/** The container that holds `folder` already (the innermost), or a new one for it. */
function containerFor(containers: Container[], folder: string): Container {
  const holders = containers.filter((known) => folder === known.folder || folder.startsWith(`${known.folder}/`));
  holders.sort((a, b) => b.folder.length - a.folder.length);
  const [holder] = holders;
  if (holder !== undefined) return holder;
  const container = { name: containerName(folder), folder, store: new FileStore(folder), isNew: true };
  containers.push(container);
  return container;
}

/** The file under the innermost container that holds it: a folder above a known one must not know its files anew. */
function underInnermost(containers: readonly Container[], { file, container }: ContainedFile): ContainedFile {
  let inner = container;
  for (const other of containers) {
    if (other.folder.length > inner.folder.length && file.path.startsWith(`${other.folder}/`)) inner = other;
  }
  if (inner === container) return { file, container };
  const key = file.key.slice(inner.folder.length - container.folder.length);
  return { file: { ...file, key, store: inner.store }, container: inner };
}

async function commitDrafts(
  store: ByteStore,
  run: IngestRun,
  drafts: readonly SceneDraft[],
  options: IngestOptions,
): Promise<{ snapshot: string | null; count: AppendCount }> {
  const count: AppendCount = { added: 0, updated: 0, skipped: 0 };
  if (drafts.length === 0) return { snapshot: run.snapshot, count };
  options.onProgress?.({ phase: "commit", done: 0, total: 1 });
  if (options.dryRun === true) return { snapshot: run.snapshot, count: rehearse(run, drafts) };
  const profile = newProfile(run.productId, drafts, options);
  const containers = run.containers.filter(({ isNew }) => isNew).map(toVirtualContainer);
  const repository = await openOrCreateRepository(store, containers);
  const { snapshot } = await repository.transact(
    async (session) => {
      Object.assign(count, await appendScenes(session, profile, drafts));
      return count.added + count.updated > 0 ? undefined : false;
    },
    { message: options.message ?? defaultMessage(run.productId, drafts.length), signal: options.signal },
  );
  options.onProgress?.({ phase: "commit", done: 1, total: 1 });
  return { snapshot, count };
}

function toVirtualContainer({ name, folder }: Container): VirtualChunkContainer {
  return { name, urlPrefix: folderUrl(folder), store: { local_file_system: `${folder}/` } };
}

function defaultMessage(productId: string, scenes: number): string {
  return `ingest ${scenes} ${scenes === 1 ? "scene" : "scenes"} of ${productId}`;
}

/** What {@link appendScenes} would do, by what the scan found. */
function rehearse(run: IngestRun, drafts: readonly SceneDraft[]): AppendCount {
  const updated = drafts.filter((draft) => run.known.has(draft.source)).length;
  return { added: drafts.length - updated, updated, skipped: 0 };
}

function newProfile(productId: string, drafts: readonly SceneDraft[], options: IngestOptions): ProductProfile {
  const bands = [...new Set(drafts.flatMap((draft) => draft.profile.bands))].map((name) => ({ name }));
  return { productId, provider: options.provider ?? null, tiling: "free", bands, resolution: null };
}
