import { basename } from "node:path";
import { errorToJson, InvalidInputError, isPixelQueryError, NotFoundError } from "../../errors.js";
import type { ProductProfile } from "../../product/product-profile.js";
import { readStac } from "../../stac/read-stac.js";
import { withoutQuery } from "../../stac/resolve-href.js";
import type { StacScene } from "../../stac/stac-scene.js";
import { sourceLocation } from "../../warehouse/sources.js";
import { eachFile } from "../each-file.js";
import type { FailedFile, IngestWarning } from "../ingest-problem.js";
import { type Grouping, sortableVersion } from "../scenes/group-scenes.js";
import type { ContainedFile, SceneGroup } from "../scenes/scene-group.js";
import { type Container, type HeldFile, underInnermost } from "../sources/containers.js";
import { type SourceFile, sourceFile } from "../sources/scan.js";
import { pathIn } from "../sources/source-place.js";
import { type ChosenAsset, type ChosenItem, chooseItems } from "./chosen-items.js";
import { containersFor, type HrefPlace, placeOfHref } from "./href-place.js";
import { partsOfItem, stateOfItem } from "./item-parts.js";

/** Scenes that STAC items describe, and what could not be understood or found. */
export interface FoundItems extends Grouping {
  /** Id of the items' collection. */
  productId: string;
  failed: FailedFile[];
}

export interface FindItemsOptions {
  assets?: readonly string[] | undefined;
  /** Product that the user named. */
  productId?: string | undefined;
  /** Profiles that names of files are held against, in their order. */
  profiles: readonly ProductProfile[];
  bandNames?: readonly string[] | undefined;
  maskPath?: string | undefined;
  globPattern?: string | undefined;
  datePattern?: RegExp | undefined;
  prune?: boolean | undefined;
  onProgress?: ((progress: { phase: "scan"; done: number; total: number | null }) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The scenes that STAC sources describe: items and what they link to are read, of each wanted file size and version are asked
 * for. No file is opened. Places that no container holds get one.
 *
 * @throws InvalidInputError where the options do not go with STAC, or name assets that are not there.
 * @throws NotFoundError where there are no items.
 */
export async function findItems(
  sources: readonly string[],
  containers: Container[],
  options: FindItemsOptions,
): Promise<FoundItems> {
  assertOptions(options);
  const warnings: IngestWarning[] = [];
  const { scenes, failed } = await readScenes(sources, options);
  const productId = options.productId ?? productOf(sources, scenes);
  const items = chooseItems(scenes, { wanted: options.assets, profiles: profilesFor(options) }, warnings);
  if (options.bandNames !== undefined && items.some(({ assets }) => assets.length > 1)) {
    throw new InvalidInputError(
      "--bands names the bands of one file; items of several files bring their names, choose with --assets",
      { details: { bands: [...options.bandNames] } },
    );
  }
  const files = await locate(items, containers, warnings, failed, options);
  return { groups: groupsOf(items, files, warnings), profile: profileOf(items), warnings, productId, failed };
}

/** The profile of the product that the user named, where there is one; else those that tell their products from others. */
function profilesFor({ productId, profiles }: FindItemsOptions): readonly ProductProfile[] {
  const named = profiles.filter(({ id }) => id === productId);
  return named.length > 0 ? named : profiles.filter(({ onlyWhenNamed }) => !onlyWhenNamed);
}

function assertOptions({ maskPath, globPattern, datePattern, prune }: FindItemsOptions): void {
  const insteadOf = {
    "--mask": "choose with --assets",
    "--glob": "choose with --assets",
    "--date-pattern": "items have their time",
    "--prune": "a search never lists all that there is",
  };
  const given = {
    "--mask": maskPath,
    "--glob": globPattern,
    "--date-pattern": datePattern,
    "--prune": prune || undefined,
  };
  const flags = Object.keys(insteadOf) as (keyof typeof insteadOf)[];
  const flag = flags.find((name) => given[name] !== undefined);
  if (flag === undefined) return;
  throw new InvalidInputError(`${flag} is for folders of files, not for STAC: ${insteadOf[flag]}`, {
    details: { flag },
  });
}

async function readScenes(sources: readonly string[], { onProgress, signal }: FindItemsOptions) {
  const scenes: StacScene[] = [];
  const failed: FailedFile[] = [];
  for (const source of sources) {
    for await (const entry of readStac(source, { signal })) {
      if (entry.kind === "scene") scenes.push(entry.scene);
      else failed.push(entry.failed);
      if (scenes.length % 100 === 0) onProgress?.({ phase: "scan", done: scenes.length, total: null });
    }
  }
  if (scenes.length + failed.length > 0) return { scenes, failed };
  const shown = sources.map(withoutQuery);
  throw new NotFoundError(`${shown.join(", ")}: no items`, { details: { sources: shown } });
}

function productOf(sources: readonly string[], scenes: readonly StacScene[]): string {
  const [collection, ...others] = new Set(scenes.map((scene) => scene.collection));
  if (others.length > 0) {
    const names = [collection, ...others].map((name) => name ?? "(none)");
    throw new InvalidInputError(
      `items of several collections (${names.join(", ")}): ingest one at a time, or say with --product where all belong`,
      { details: { collections: names } },
    );
  }
  const name = collection ?? basename((sources[0] ?? "").replace(/[?#].*$/s, "")).replace(/\.[^.]*$/, "");
  return name.replace(/[^\p{L}\p{N}_.-]+/gu, "_").replace(/^[.-]+/, "") || "product";
}

/** The product of most files, by their names. */
function profileOf(items: readonly ChosenItem[]): ProductProfile | null {
  const counts = new Map<ProductProfile, number>();
  const files = items.flatMap(({ assets }) => assets);
  for (const { recognised } of files) {
    if (recognised !== null) counts.set(recognised.profile, (counts.get(recognised.profile) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  return best !== undefined && best[1] * 2 > files.length ? best[0] : null;
}

/** A place that refused so many files and gave none is not asked for the others. */
const MAX_REFUSALS = 32;

function givenUp({ folder }: Container, path: string): InvalidInputError {
  return new InvalidInputError(`${path}: not asked for: ${folder} refused ${MAX_REFUSALS} files before and gave none`, {
    details: { path, folder },
  });
}

type LocatedAsset = ChosenAsset & { place: HrefPlace };

/** The files of assets as their stores list them; those that are not there are told as failed. */
async function locate(
  items: readonly ChosenItem[],
  containers: Container[],
  warnings: IngestWarning[],
  failed: FailedFile[],
  { onProgress, signal }: FindItemsOptions,
): Promise<Map<ChosenAsset, HeldFile>> {
  const located: LocatedAsset[] = [];
  for (const chosen of items.flatMap(({ assets }) => assets)) {
    try {
      located.push(Object.assign(chosen, { place: await placeOfHref(chosen.asset.href) }));
    } catch (error) {
      failed.push({ path: withoutQuery(chosen.asset.href), error: errorToJson(error) });
    }
  }
  warnOfQueries(located, warnings);
  const byFolder = containersFor(
    containers,
    located.map(({ place }) => place.folder),
  );
  const found = new Map<ChosenAsset, HeldFile>();
  const refusals = new Map<Container, number>();
  let done = 0;
  await eachFile(located, signal, async (chosen) => {
    const container = byFolder.get(chosen.place.folder) as Container;
    const path = pathIn(chosen.place.folder, chosen.place.key);
    try {
      if ((refusals.get(container) ?? 0) >= MAX_REFUSALS) throw givenUp(container, path);
      const file = await headFile(container, path, signal);
      refusals.set(container, Number.NEGATIVE_INFINITY);
      found.set(chosen, underInnermost(containers, { file, container }));
    } catch (error) {
      signal?.throwIfAborted();
      if (isPixelQueryError(error, "InvalidInputError")) refusals.set(container, (refusals.get(container) ?? 0) + 1);
      failed.push({ path: withoutQuery(path), error: errorToJson(error) });
    }
    onProgress?.({ phase: "scan", done: ++done, total: located.length });
  });
  return found;
}

function warnOfQueries(located: readonly LocatedAsset[], warnings: IngestWarning[]): void {
  const signed = located.filter(({ place }) => place.hadQuery);
  const [first] = signed;
  if (first === undefined) return;
  const path = pathIn(first.place.folder, first.place.key);
  const others = signed.length > 1 ? `, and ${signed.length - 1} others` : "";
  warnings.push({ path, message: `its address had a query, most likely a signature that ends: not kept${others}` });
}

async function headFile(
  { folder, store }: Container,
  path: string,
  signal: AbortSignal | undefined,
): Promise<SourceFile> {
  const key = path.slice(folder.length + 1);
  const info = await store.head(key, { signal });
  if (info === null) {
    const shown = withoutQuery(path);
    throw new NotFoundError(`${shown}: no such file`, { details: { path: shown } });
  }
  return sourceFile({ folder, store }, info, []);
}

function groupsOf(
  items: readonly ChosenItem[],
  files: ReadonlyMap<ChosenAsset, HeldFile>,
  warnings: IngestWarning[],
): SceneGroup[] {
  /** Items by the location of each file. */
  const taken = new Map<string, string>();
  return items.flatMap((item) => {
    const parts = partsOfItem(item);
    const own = item.assets.flatMap((chosen, i): ContainedFile[] => {
      const held = files.get(chosen);
      const part = parts[i];
      if (held === undefined || part === undefined) return [];
      const { file } = held;
      const location = sourceLocation(held.container.name, file.key);
      const other = taken.get(location);
      if (other !== undefined) {
        const message = `left out as ${chosen.asset.key} of ${item.scene.id}: item ${other} names the same file`;
        warnings.push({ path: file.path, message });
        return [];
      }
      taken.set(location, item.scene.id);
      return [{ ...held, file: { ...file, besideState: stateOfItem(part) }, part }];
    });
    return own.length === 0 ? [] : [{ id: item.acquisitionId, version: sortableVersion(item.version), files: own }];
  });
}
