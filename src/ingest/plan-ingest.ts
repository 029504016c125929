import type { ProductProfile } from "../product/product-profile.js";
import { isUnchanged, type KnownSources, knownSources, nothingKnown } from "../warehouse/known-sources.js";
import { readProduct, type StoredProduct } from "../warehouse/product.js";
import { sourceLocation } from "../warehouse/sources.js";
import type { IngestOptions } from "./ingest-options.js";
import type { FailedFile } from "./ingest-problem.js";
import type { SourceListing } from "./list-sources.js";
import type { KnownProfiles } from "./products/known-profiles.js";
import type { ContainedFile, SceneGroup } from "./scenes/scene-group.js";
import type { Container } from "./sources/containers.js";
import { findGone } from "./sources/find-gone.js";

/** What a run found out before it opened a single file. */
export interface IngestPlan {
  branch: SourceListing["branch"];
  productId: string;
  /** What the warehouse has of the product. */
  stored: StoredProduct | null;
  /** The product by the files' names. */
  named: ProductProfile | null;
  /** The profile that the user gave. */
  own: KnownProfiles["own"];
  containers: readonly Container[];
  /** All files that belong to scenes. */
  files: readonly ContainedFile[];
  /** Those of `files` that are new or changed, scene by scene. */
  fresh: readonly (readonly ContainedFile[])[];
  sceneCount: number;
  /** Scenes without a fresh file. */
  unchanged: number;
  /** Locations of sources that are gone; [] unless they are to be forgotten. */
  gone: string[];
  /** Items that are none, and files of items that are not there. */
  failed: readonly FailedFile[];
  snapshot: string | null;
}

/** What of a plan waits for a later one. */
export interface PlanFilter {
  /** False for a new or changed file that is not taken: so is its whole scene. */
  isReady: (file: ContainedFile) => boolean;
  /** True for a new or changed file that is left alone, without its scene. */
  isPassedOver: (file: ContainedFile) => boolean;
}

/** Compare listed scenes with what the warehouse knows. */
export async function planIngest(
  listing: SourceListing,
  options: IngestOptions,
  filter: PlanFilter = { isReady: () => true, isPassedOver: () => false },
): Promise<IngestPlan> {
  const { branch, session, containers, productId, groups, scanned, own, failed, profile: named } = listing;
  const known = session === null ? nothingKnown() : await knownSources(session, productId);
  const changed = groups
    .map((group) => freshFiles(group, known).filter((file) => !filter.isPassedOver(file)))
    .filter((fresh) => fresh.length > 0);
  const files = groups.flatMap((group) => group.files);
  options.onProgress?.({ phase: "scan", done: files.length, total: files.length });
  return {
    branch,
    productId,
    stored: session === null ? null : readProduct(session, productId),
    named,
    own,
    containers,
    files,
    fresh: changed.filter((fresh) => fresh.every(filter.isReady)),
    sceneCount: groups.length,
    unchanged: groups.length - changed.length,
    gone: options.prune && scanned !== null ? await findGone(known, containers, scanned, options.signal) : [],
    failed,
    snapshot: session?.snapshotId ?? null,
  };
}

/** Files that are new or changed; of a scene whose newer processing is known none is. */
function freshFiles({ id, version, files }: SceneGroup, known: KnownSources): ContainedFile[] {
  const isOlder = id !== null && version < (known.versions.get(id) ?? "");
  return isOlder ? [] : files.filter((file) => isFresh(file, known));
}

function isFresh({ file, container }: ContainedFile, { states }: KnownSources): boolean {
  const recorded = states.get(sourceLocation(container.name, file.key));
  return recorded === undefined || !isUnchanged(recorded, file);
}
