import { basename } from "node:path";
import { InvalidInputError } from "../errors.js";
import type { Repository } from "../icechunk/index.js";
import { preloadZstdEncoder } from "../icechunk/zstd/compress.js";
import type { ProductProfile, ProductProfileInput } from "../product/product-profile.js";
import { type ByteStore, MemoryStore } from "../store/index.js";
import { type AppendCount, appendScenes, type ChangedStack } from "../warehouse/append.js";
import type { FileDraft } from "../warehouse/file-draft.js";
import { isUnchanged, type KnownSources, knownSources, nothingKnown } from "../warehouse/known-sources.js";
import { mergeProduct } from "../warehouse/merge-product.js";
import {
  createRepository,
  openOrCreateRepository,
  openRepository,
  openWarehouseStore,
} from "../warehouse/open-repository.js";
import { assertProductId, readProduct, type StoredProduct } from "../warehouse/product.js";
import { sourceLocation } from "../warehouse/sources.js";
import { parseDatePattern } from "./acquisition-time.js";
import { areItems } from "./are-items.js";
import { type Container, knownContainers, openIfThere, toVirtualContainer } from "./containers.js";
import { findGone } from "./find-gone.js";
import type { FoundItems } from "./find-items.js";
import { type GroupOptions, groupScenes, type SceneGroup } from "./group-scenes.js";
import { type KnownProfiles, knownProfiles, warnOfStrangers } from "./known-profiles.js";
import { ingestedProduct } from "./product-facts.js";
import { type ContainedFile, type FailedFile, type IngestWarning, readScenes } from "./read-scenes.js";
import { resolveSourceRoot } from "./scan.js";
import { type ScannedSources, scanSources } from "./scan-sources.js";

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
  /** Product that the scenes belong to. Default: by the files' names, else the folder's name. */
  productId?: string;
  /**
   * The product's own profile: the path or URL of a JSON file, or the profile itself. It says which product the files are
   * of, and is stored with the same commit: later ingests into this warehouse know such files by it.
   */
  profile?: string | ProductProfileInput;
  /** Who made the data; kept with the product. */
  provider?: string;
  /** Folder, file or pattern of masks: each becomes a band of the scene that has its time or name. */
  maskPath?: string;
  /** Regular expression that finds the date in a file name; see `timeByPattern`. */
  datePattern?: string;
  /** Assets taken of STAC items: keys, band names or common names. Default: those with the role `data`, and known masks. */
  assets?: readonly string[];
  /** Glob pattern of the files taken from a folder. Default: any `.tif`, `.tiff` or `.gtiff` at any depth. */
  globPattern?: string;
  /** Commit message. Default says how many scenes. */
  message?: string;
  /** Find out what would happen, and write nothing. */
  dryRun?: boolean;
  /** Forget files below the sources that are gone: a scene without any is dropped, older snapshots still have it. */
  prune?: boolean;
  onProgress?: (progress: IngestProgress) => void;
  /** Something people should know although the run goes on: a missing band, a time taken from the file system. */
  onWarning?: (warning: IngestWarning) => void;
  signal?: AbortSignal;
}

/** What an ingest did. The same object is printed by `pixelquery ingest --json`. */
export interface IngestReport {
  warehouse: string;
  productId: string;
  /** Snapshot that holds the result; null when nothing was ever committed. */
  snapshot: string | null;
  /** Scenes looked at. */
  sceneCount: number;
  /** Files looked at: bands and masks of those scenes. */
  fileCount: number;
  added: number;
  updated: number;
  /** Known and unchanged: not opened. */
  skipped: number;
  /** Scenes that lost files which are gone. */
  pruned: number;
  /** Stacks that files were put into, or would be in a dry run. */
  stacks: readonly ChangedStack[];
  failed: FailedFile[];
  elapsedMs: number;
}

/**
 * Turn files into scenes of a warehouse, in one commit. No pixel is read or copied.
 *
 * Names tell which files are bands of one scene; files of no known product are a scene each. Files that are known and
 * unchanged are not opened. Files that cannot be read are listed in `failed` and the others are committed. Two ingests at
 * once lose nothing.
 *
 * @param source Folder, file or glob pattern, or several; or STAC: items, a catalog, a search, stac-geoparquet.
 * @throws NotFoundError where a source does not exist or holds no matching file, or no items.
 * @throws InvalidInputError, CorruptDataError where the warehouse's folder is taken or broken: it is left as it is.
 *
 * @example
 * const report = await ingest("./cogs", { warehouse: "./warehouse", productId: "drone" });
 */
export async function ingest(source: string | readonly string[], options: IngestOptions = {}): Promise<IngestReport> {
  const started = performance.now();
  const sources = typeof source === "string" ? [source] : source;
  const store = openWarehouseStore(options.warehouse ?? "./warehouse");
  if (options.productId !== undefined) assertProductId(options.productId);
  const run = await scan(store, sources, options);
  // Loads while headers are read.
  if (run.fresh.length > 0 && options.dryRun !== true) preloadZstdEncoder();
  const read = await readScenes(run.fresh, run.stored, options);
  const { snapshot, count } = await commitDrafts(store, run, read.drafts, options);
  for (const { source: location, scene, bands, kept } of count.duplicates) {
    const message = `left out: ${scene} has ${bands.join(", ")} from ${kept}; with --prune files that are gone are forgotten`;
    options.onWarning?.({ path: pathOf(run.files, location), message });
  }
  return {
    warehouse: options.warehouse ?? "./warehouse",
    productId: run.productId,
    snapshot,
    sceneCount: run.sceneCount,
    fileCount: run.files.length,
    added: count.added,
    updated: count.updated,
    skipped: run.unchanged + count.skipped,
    pruned: count.pruned,
    stacks: count.stacks,
    failed: [...run.failed, ...read.failed],
    elapsedMs: Math.round((performance.now() - started) * 10) / 10,
  };
}

async function defaultProductId(sources: readonly string[], profile: ProductProfile | null): Promise<string> {
  if (profile !== null) return profile.id;
  const { folder } = await resolveSourceRoot(sources[0] ?? "");
  return (
    basename(folder)
      .replace(/[^\p{L}\p{N}_.-]+/gu, "_")
      .replace(/^[.-]+/, "") || "product"
  );
}

/** What a run found out before it opened a single file. */
interface IngestRun {
  productId: string;
  /** What the warehouse has of the product. */
  stored: StoredProduct | null;
  /** The product by the files' names. */
  named: ProductProfile | null;
  /** The profile that the user gave. */
  own: KnownProfiles["own"];
  containers: Container[];
  /** All files that belong to scenes. */
  files: ContainedFile[];
  known: KnownSources;
  /** Those of `files` that are new or changed. */
  fresh: ContainedFile[];
  sceneCount: number;
  /** Scenes without a fresh file. */
  unchanged: number;
  /** Locations of sources that are gone; [] unless they are to be forgotten. */
  gone: string[];
  /** Items that are none, and files of items that are not there. */
  failed: FailedFile[];
  snapshot: string | null;
}

async function scan(store: ByteStore, sources: readonly string[], options: IngestOptions): Promise<IngestRun> {
  if (sources.length === 0) throw new InvalidInputError("no source given: name a folder, a file or a pattern");
  options.onProgress?.({ phase: "scan", done: 0, total: null });
  const datePattern = options.datePattern === undefined ? undefined : parseDatePattern(options.datePattern);
  const repository = await openIfThere(store);
  const session = (await repository?.session()) ?? null;
  const containers = await knownContainers(repository);
  const { own, profiles, asked } = await knownProfiles(session, options);
  const wanted = { ...options, productId: asked, profiles };
  const found = areItems(sources)
    ? { ...(await (await import("./find-items.js")).findItems(sources, containers, wanted)), scanned: null }
    : await findScenes(sources, containers, { ...wanted, datePattern });
  const { groups, profile: named, warnings, productId, scanned } = found;
  for (const warning of warnings) options.onWarning?.(warning);
  if (own !== null && named !== own.profile) options.onWarning?.(warnOfStrangers(own.profile, sources));
  assertProductId(productId);
  const known = session === null ? nothingKnown() : await knownSources(session, productId);
  const { fresh, unchanged } = freshOf(groups, known);
  const files = groups.flatMap((group) => group.files);
  options.onProgress?.({ phase: "scan", done: files.length, total: files.length });
  return {
    productId,
    stored: session === null ? null : readProduct(session, productId),
    named,
    own,
    containers,
    files,
    known,
    fresh,
    sceneCount: groups.length,
    unchanged,
    gone: options.prune && scanned !== null ? await findGone(known, containers, scanned, options.signal) : [],
    failed: found.failed,
    snapshot: session?.snapshotId ?? null,
  };
}

async function findScenes(
  sources: readonly string[],
  containers: Container[],
  options: Omit<IngestOptions, "datePattern" | "productId"> & GroupOptions,
): Promise<FoundItems & { scanned: ScannedSources }> {
  const { productId: asked, profiles, datePattern } = options;
  const scanned = await scanSources(sources, containers, options);
  const masks = await scanMasks(options, containers, scanned);
  const listed = { files: [...scanned.files.values()], masks, sidecars: scanned.sidecars };
  const grouping = groupScenes(listed, { productId: asked, profiles, datePattern });
  const productId = asked ?? (await defaultProductId(sources, grouping.profile));
  return { ...grouping, productId, scanned, failed: [] };
}

async function scanMasks(
  { maskPath, signal }: Pick<IngestOptions, "maskPath" | "signal">,
  containers: Container[],
  scanned: ScannedSources,
) {
  if (maskPath === undefined) return [];
  const { files, roots } = await scanSources([maskPath], containers, { signal });
  scanned.roots.push(...roots);
  // A folder of masks inside of the source was found there as well.
  for (const path of files.keys()) scanned.files.delete(path);
  return [...files.values()];
}

/** Files that are new or changed; of a scene whose newer processing is known none is. */
function freshOf(groups: readonly SceneGroup[], known: KnownSources): Pick<IngestRun, "fresh" | "unchanged"> {
  const fresh: ContainedFile[] = [];
  let unchanged = 0;
  for (const { id, version, files } of groups) {
    const isOlder = id !== null && version < (known.versions.get(id) ?? "");
    const own = isOlder ? [] : files.filter((file) => isFresh(file, known));
    if (own.length === 0) unchanged++;
    fresh.push(...own);
  }
  return { fresh, unchanged };
}

function isFresh({ file, container }: ContainedFile, { states }: KnownSources): boolean {
  const recorded = states.get(sourceLocation(container.name, file.key));
  return recorded === undefined || !isUnchanged(recorded, file);
}

async function commitDrafts(
  store: ByteStore,
  run: IngestRun,
  drafts: readonly FileDraft[],
  options: IngestOptions,
): Promise<{ snapshot: string | null; count: AppendCount }> {
  const count: AppendCount = {
    ...{ added: 0, updated: 0, skipped: 0, pruned: 0, areFactsNew: false },
    ...{ duplicates: [], stacks: [] },
  };
  const mayHaveFacts = run.own !== null || run.stored?.cloudRules === null;
  if (drafts.length + run.gone.length === 0 && !mayHaveFacts) return { snapshot: run.snapshot, count };
  options.onProgress?.({ phase: "commit", done: 0, total: 1 });
  const product = newProduct(run, drafts, options);
  const repository = await repositoryFor(store, run, options.dryRun === true);
  const scenes = new Set(drafts.map(sceneNameOf)).size;
  const { snapshot } = await repository.transact(
    async (session) => {
      Object.assign(count, await appendScenes(session, product, drafts, run.gone));
      const isChanged = count.added + count.updated + count.pruned > 0 || count.areFactsNew;
      return isChanged && options.dryRun !== true ? undefined : false;
    },
    { message: options.message ?? defaultMessage(run, scenes), signal: options.signal },
  );
  options.onProgress?.({ phase: "commit", done: 1, total: 1 });
  return { snapshot: options.dryRun === true ? run.snapshot : snapshot, count };
}

/** Where a run is written, or only staged: of a warehouse that is not there a dry run has one in memory. */
async function repositoryFor(store: ByteStore, run: IngestRun, isDryRun: boolean): Promise<Repository> {
  if (isDryRun) return run.snapshot === null ? createRepository(new MemoryStore()) : openRepository(store);
  const containers = run.containers.filter(({ isNew }) => isNew).map(toVirtualContainer);
  return openOrCreateRepository(store, containers);
}

function defaultMessage({ productId, gone }: IngestRun, scenes: number): string {
  if (scenes + gone.length === 0) return `update product ${productId}`;
  const added = `ingest ${scenes} ${scenes === 1 ? "scene" : "scenes"} of ${productId}`;
  return gone.length === 0 ? added : `${added}, forget ${gone.length} ${gone.length === 1 ? "file" : "files"}`;
}

/** What tells drafts of one scene from those of others. */
function sceneNameOf({ source, scene }: FileDraft): string {
  if (scene.kind === "shared") return `scene ${scene.ids[0]}`;
  return scene.kind === "companion" ? (scene.beside[0] ?? source) : source;
}

/** What the run says of its product. A warehouse of an earlier version is told of files that did not change, too. */
function newProduct(run: IngestRun, drafts: readonly FileDraft[], { provider }: IngestOptions): StoredProduct {
  const { productId, stored, named, own, fresh, files } = run;
  const told = stored?.cloudRules === null ? files : fresh;
  const meanings = told.flatMap(({ part }) => (part === null ? [] : [part.meanings]));
  const found = ingestedProduct({ productId, drafts, stored, profile: named, meanings, provider });
  if (own === null) return found;
  const whole = mergeProduct(found, own.product);
  return { ...whole, provider: provider ?? whole.provider };
}

function pathOf(files: readonly ContainedFile[], location: string): string {
  const found = files.find(({ file, container }) => sourceLocation(container.name, file.key) === location);
  return found?.file.path ?? location;
}
