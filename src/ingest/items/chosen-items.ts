import { didYouMean } from "../../did-you-mean.js";
import { InvalidInputError, UnsupportedError } from "../../errors.js";
import type { BandProfile, ProductProfile } from "../../product/product-profile.js";
import { type RecognisedFile, recogniseFile } from "../../product/recognise-file.js";
import { compareVersions } from "../../product/version-order.js";
import { assetsNamed, defaultAssets, isTiff } from "../../stac/choose-assets.js";
import { withoutQuery } from "../../stac/resolve-href.js";
import type { StacAsset, StacScene } from "../../stac/stac-scene.js";
import type { IngestWarning } from "../ingest-problem.js";

/** An asset that is taken, and what the name of its file says. */
export interface ChosenAsset {
  asset: StacAsset;
  /** null where no product names its files so. */
  recognised: RecognisedFile | null;
}

/** An item with the assets that are taken of it. */
export interface ChosenItem {
  scene: StacScene;
  assets: ChosenAsset[];
  /** What all processing versions of the acquisition share; the item's id where there is no telling. */
  acquisitionId: string;
  /** Which of them this is; null where there is no telling. */
  version: string | null;
}

/** What is wanted of items, and what is known of their files. */
export interface ChooseOptions {
  /** Keys, band names or common names of assets; undefined for what {@link defaultAssets} takes. */
  wanted?: readonly string[] | undefined;
  /** Profiles that names of files are held against, in their order. */
  profiles: readonly ProductProfile[];
}

/**
 * The items of a run with the assets that are wanted of each, the newest processing of each acquisition, in the order of time.
 *
 * @throws InvalidInputError for a name that no item has, or that means several assets.
 * @throws UnsupportedError for one that is no TIFF in any.
 */
export function chooseItems(
  scenes: readonly StacScene[],
  { wanted, profiles }: ChooseOptions,
  warnings: IngestWarning[],
): ChosenItem[] {
  const latest = latestOfEach(scenes, warnings);
  const known = new Map<StacAsset, RecognisedFile | null>();
  const recognise = (asset: StacAsset) => {
    if (!known.has(asset)) known.set(asset, recogniseFile(pathOf(asset), profiles));
    return known.get(asset) ?? null;
  };
  const chosen =
    wanted === undefined ? byDefault(latest, recognise, warnings) : byName(latest, wanted, recognise, warnings);
  const items = chosen.map(({ scene, assets }): ChosenItem => {
    const files = assets.map((asset) => ({ asset, recognised: recognise(asset) }));
    return { scene, assets: files, ...versionOf(scene, files, profiles) };
  });
  return newestProcessings(items, warnings);
}

/** Where the file lies, without what is no name of it. */
function pathOf({ href }: StacAsset): string {
  return withoutQuery(href);
}

/** Items of one id and collection are one item: the one that was changed last. */
function latestOfEach(scenes: readonly StacScene[], warnings: IngestWarning[]): StacScene[] {
  const byId = new Map<string, StacScene>();
  for (const scene of scenes) {
    const key = JSON.stringify([scene.collection, scene.id]);
    const other = byId.get(key);
    if (other !== undefined && JSON.stringify(other.assets) !== JSON.stringify(scene.assets)) {
      warnings.push({ path: scene.id, message: "there twice, with different assets: the one updated last is taken" });
    }
    if (other === undefined || (scene.updatedMs ?? 0) > (other.updatedMs ?? 0)) byId.set(key, scene);
  }
  return [...byId.values()];
}

type Recognise = (asset: StacAsset) => RecognisedFile | null;
type Chosen = { scene: StacScene; assets: StacAsset[] };

function byDefault(scenes: readonly StacScene[], recognise: Recognise, warnings: IngestWarning[]): Chosen[] {
  const isKnown = (asset: StacAsset) => ["mask", "quality"].includes(recognise(asset)?.role ?? "");
  const chosen = scenes.map((scene) => ({ scene, assets: defaultAssets(scene.assets, isKnown) }));
  warnings.push(...otherFormats(chosen));
  if (scenes.length > 0 && chosen.every(({ assets }) => assets.length === 0)) {
    const keys = keysOf(scenes);
    throw new InvalidInputError(`no item has a TIFF with the role data; choose with --assets (${keys.join(", ")})`, {
      details: { assets: keys },
    });
  }
  return chosen;
}

/** Data that are there in another format alone: whoever counts bands will miss them. One warning a key. */
function otherFormats(chosen: readonly Chosen[]): IngestWarning[] {
  const missed = new Map<string, IngestWarning>();
  for (const { scene, assets } of chosen) {
    const held = new Set(assets.flatMap(bandLabels));
    for (const asset of scene.assets) {
      const { key, roles, mediaType } = asset;
      if (missed.has(key) || isTiff(asset) || !roles.includes("data")) continue;
      if (bandLabels(asset).some((label) => held.has(label))) continue;
      const format = mediaType ?? "of a format that is not said";
      missed.set(key, {
        path: scene.id,
        message: `${key} left out, here and elsewhere: it is ${format}, only TIFFs are read`,
      });
    }
  }
  return [...missed.values()];
}

function bandLabels({ key, bands }: StacAsset): string[] {
  return [key, ...bands.flatMap(({ name, commonName }) => [name ?? key, commonName ?? key])];
}

function byName(
  scenes: readonly StacScene[],
  wanted: readonly string[],
  recognise: Recognise,
  warnings: IngestWarning[],
): Chosen[] {
  const seen = new Map<string, StacAsset>();
  const chosen = scenes.map((scene) => {
    const found = wanted.map((name) => {
      const asset = onlyOne(
        assetsNamed(scene.assets, name, (asset) => productNames(recognise(asset))),
        name,
        scene,
      );
      if (asset !== null && (!seen.has(name) || isTiff(asset))) seen.set(name, asset);
      return asset !== null && isTiff(asset) ? asset : null;
    });
    const missing = wanted.filter((_, i) => found[i] === null);
    if (missing.length > 0) {
      warnings.push({ path: scene.id, message: `has no ${missing.join(", ")} as TIFF: uncovered there` });
    }
    return { scene, assets: [...new Set(found.filter((asset) => asset !== null))] };
  });
  if (scenes.length > 0) for (const name of wanted) assertFound(name, seen.get(name), scenes);
  return chosen;
}

/** What a product calls the band of a file that holds one. */
function productNames(recognised: RecognisedFile | null): string[] {
  const band = bandProfileOf(recognised);
  return band === null ? [] : [band.name, ...(band.commonName === null ? [] : [band.commonName])];
}

/** The profile's band of a file that holds one; null where no product knows it. */
export function bandProfileOf(recognised: RecognisedFile | null): BandProfile | null {
  if (recognised === null || recognised.bands === "all" || recognised.bands.length !== 1) return null;
  const [name] = recognised.bands;
  return recognised.profile.bandSets[recognised.bandSet]?.find((band) => band.name === name) ?? null;
}

function onlyOne(found: readonly StacAsset[], name: string, { id }: StacScene): StacAsset | null {
  if (found.length < 2) return found[0] ?? null;
  const keys = found.map(({ key }) => key);
  throw new InvalidInputError(`--assets ${name}: may be ${keys.join(", ")} of ${id}; name one of those`, {
    details: { asset: name, item: id, keys },
  });
}

function assertFound(name: string, asset: StacAsset | undefined, scenes: readonly StacScene[]): void {
  if (asset === undefined) {
    const keys = keysOf(scenes);
    const message = `--assets ${name}: no item has such an asset${didYouMean(name, keys)} (there are ${keys.join(", ")})`;
    throw new InvalidInputError(message, { details: { asset: name, assets: keys } });
  }
  if (isTiff(asset)) return;
  throw new UnsupportedError(
    `--assets ${name}: ${pathOf(asset)} is ${asset.mediaType ?? "no TIFF"}; only TIFFs are read`,
    { details: { asset: name, mediaType: asset.mediaType } },
  );
}

function keysOf(scenes: readonly StacScene[]): string[] {
  return [...new Set(scenes.flatMap(({ assets }) => assets.map(({ key }) => key)))];
}

/** Acquisition and processing version: as the files' names say, else as the name of the product they were made of. */
function versionOf(
  scene: StacScene,
  files: readonly ChosenAsset[],
  profiles: readonly ProductProfile[],
): Pick<ChosenItem, "acquisitionId" | "version"> {
  const named = files.find(({ recognised }) => recognised !== null && recognised.version !== null)?.recognised;
  const { productUri } = scene;
  // A product's own metadata file: its folder says it all.
  const level = /_MSI(L1C|L2A)_/.exec(productUri ?? "")?.[1];
  const product = named ?? (level === undefined ? null : recogniseFile(`${productUri}/MTD_MSI${level}.xml`, profiles));
  return { acquisitionId: product?.acquisitionId ?? scene.id, version: product?.version ?? null };
}

/** Items by acquisition, older processings left out. Where neither of two is newer, both stay, the second by its own id. */
function newestProcessings(items: readonly ChosenItem[], warnings: IngestWarning[]): ChosenItem[] {
  const newest = new Map<string, ChosenItem>();
  for (const item of items) {
    const other = newest.get(item.acquisitionId);
    if (other === undefined || compareVersions(item.version, other.version) > 0) newest.set(item.acquisitionId, item);
  }
  const taken = new Set<string>();
  const sorted = [...items].sort(
    (a, b) => a.scene.timeMs - b.scene.timeMs || (a.scene.id < b.scene.id ? -1 : a.scene.id > b.scene.id ? 1 : 0),
  );
  return sorted.flatMap((item) => {
    const best = newest.get(item.acquisitionId) ?? item;
    if (compareVersions(item.version, best.version) < 0) {
      warnings.push({ path: item.scene.id, message: `left out: ${best.scene.id} is a newer processing of it` });
      return [];
    }
    const acquisitionId = taken.has(item.acquisitionId) ? item.scene.id : item.acquisitionId;
    taken.add(acquisitionId);
    return [{ ...item, acquisitionId }];
  });
}
