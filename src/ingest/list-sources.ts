import { basename } from "node:path";
import { InvalidInputError } from "../errors.js";
import type { Repository, Session } from "../icechunk/index.js";
import type { ProductProfile } from "../product/product-profile.js";
import type { ByteStore } from "../store/index.js";
import { assertNewBranchName, branchSession, MAIN_BRANCH } from "../warehouse/branches.js";
import { openIfThere } from "../warehouse/open-repository.js";
import { assertProductId } from "../warehouse/product.js";
import type { IngestOptions } from "./ingest-options.js";
import { areItems } from "./items/are-items.js";
import type { FoundItems } from "./items/find-items.js";
import { type KnownProfiles, knownProfiles, warnOfStrangers } from "./products/known-profiles.js";
import { parseDatePattern } from "./scenes/acquisition-time.js";
import { type GroupOptions, groupScenes } from "./scenes/group-scenes.js";
import { type Container, knownContainers } from "./sources/containers.js";
import type { SourceRoot } from "./sources/scan.js";
import { type ScannedSources, type ScanOptions, scanSources } from "./sources/scan-sources.js";

/** The scenes that sources hold at one moment, and the warehouse that they may go to. */
export interface SourceListing extends Omit<FoundItems, "warnings"> {
  /** The branch to write, and whether it is there: one that is not will be made from the tip of `main`. */
  branch: { name: string; isThere: boolean };
  /** What the branch holds, or `main` where it is not there; null where a warehouse can be created. */
  session: Session | null;
  /** Known ones, and new ones for folders that no known one holds. */
  containers: Container[];
  /** The profile that the user gave. */
  own: KnownProfiles["own"];
  /** null for items, which name their files. */
  scanned: ScannedSources | null;
}

/** How sources are listed, beside what a user may say. */
export type ListOptions = IngestOptions & Pick<ScanOptions, "mayBeEmpty">;

/**
 * List sources and masks, as scenes by their names or by their items; no file is opened.
 *
 * @throws NotFoundError where a source does not exist or holds no matching file, or no items.
 * @throws InvalidInputError for a branch that is not there and cannot be made under its name.
 */
export async function listSources(
  store: ByteStore,
  sources: readonly string[],
  options: ListOptions,
): Promise<SourceListing> {
  if (sources.length === 0) throw new InvalidInputError("no source given: name a folder, a file or a pattern");
  const datePattern = options.datePattern === undefined ? undefined : parseDatePattern(options.datePattern);
  options.onProgress?.({ phase: "scan", done: 0, total: null });
  const repository = await openIfThere(store);
  const branch = await findBranch(repository, options.branch ?? MAIN_BRANCH);
  const [session, containers] = await Promise.all([
    repository && branchSession(repository, branch.name),
    knownContainers(repository),
  ]);
  const { own, profiles, asked } = await knownProfiles(session, options);
  const wanted = { ...options, productId: asked, profiles };
  const found = areItems(sources)
    ? {
        ...(await (await import("./items/find-items.js")).findItems(sources, containers, { ...wanted, datePattern })),
        scanned: null,
      }
    : await findScenes(sources, containers, { ...wanted, datePattern });
  for (const warning of found.warnings) options.onWarning?.(warning);
  if (own !== null && found.profile !== own.profile) options.onWarning?.(warnOfStrangers(own.profile, sources));
  assertProductId(found.productId);
  const { groups, profile, productId, failed, scanned } = found;
  return { groups, profile, productId, failed, scanned, branch, session, containers, own };
}

async function findBranch(repository: Repository | null, name: string): Promise<SourceListing["branch"]> {
  const isThere = repository === null ? name === MAIN_BRANCH : (await repository.branches()).has(name);
  if (!isThere) await assertNewBranchName(repository, name);
  return { name, isThere };
}

async function findScenes(
  sources: readonly string[],
  containers: Container[],
  options: Omit<ListOptions, "datePattern" | "productId"> & GroupOptions,
): Promise<FoundItems & { scanned: ScannedSources }> {
  const { productId: asked, profiles, datePattern } = options;
  const scanned = await scanSources(sources, containers, options);
  const masks = await scanMasks(options, containers, scanned);
  const listed = { files: [...scanned.files.values()], masks, sidecars: scanned.sidecars };
  const grouping = groupScenes(listed, { productId: asked, profiles, datePattern });
  const productId = asked ?? defaultProductId(scanned.roots, grouping.profile);
  return { ...grouping, productId, scanned, failed: [] };
}

async function scanMasks(
  { maskPath, mayBeEmpty, signal }: Pick<ListOptions, "maskPath" | "mayBeEmpty" | "signal">,
  containers: Container[],
  scanned: ScannedSources,
) {
  if (maskPath === undefined) return [];
  const { files, roots } = await scanSources([maskPath], containers, { mayBeEmpty, signal });
  scanned.roots.push(...roots);
  // A folder of masks inside of the source was found there as well.
  for (const path of files.keys()) scanned.files.delete(path);
  return [...files.values()];
}

function defaultProductId([root]: readonly SourceRoot[], profile: ProductProfile | null): string {
  if (profile !== null) return profile.id;
  return (
    basename(root?.folder ?? "")
      .replace(/[^\p{L}\p{N}_.-]+/gu, "_")
      .replace(/^[.-]+/, "") || "product"
  );
}
