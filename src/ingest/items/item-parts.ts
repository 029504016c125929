import { createHash } from "node:crypto";
import { bandCalibration } from "../../product/calibration.js";
import type { BandProfile } from "../../product/product-profile.js";
import type { RecognisedFile } from "../../product/recognise-file.js";
import { compareVersions } from "../../product/version-order.js";
import type { StacAsset, StacBand, StacScene } from "../../stac/stac-scene.js";
import { factsOfBand } from "../products/product-facts.js";
import type { BandMeaning, FilePart, StatedFacts } from "../scenes/file-part.js";
import { sortableVersion } from "../scenes/group-scenes.js";
import { bandProfileOf, type ChosenAsset, type ChosenItem } from "./chosen-items.js";

/** What an item says of each of its files, asset by asset. Bands are named by the assets' keys, those of one asset by its own names. */
export function partsOfItem(item: ChosenItem): FilePart[] {
  const { scene, assets, acquisitionId } = item;
  const names = bandNames(assets.map(({ asset }) => asset));
  return assets.map(({ asset, recognised }, i): FilePart => {
    const bands = names[i] ?? [];
    return {
      scene: {
        kind: "shared",
        ids: [acquisitionId],
        beside: [],
        takesOver: true,
        timeMs: scene.timeMs,
        cloudCover: scene.cloudCover,
        sunAzimuth: scene.sunAzimuth,
        sunElevation: scene.sunElevation,
        baseline: scene.baseline ?? recognised?.baseline ?? null,
        version: sortableVersion(item.version),
      },
      bands,
      isOneOfBands: asset.bands.length === 1,
      hasOwnNames: assets.length > 1,
      meanings: new Map(bands.map((name, at) => [name, meaningOf(scene, asset.bands[at], recognised)])),
      // The item says what sidecars would.
      recognised: null,
      sidecars: [],
      stated: statedOf(asset),
    };
  });
}

/** What an item says of a file as a short text: another one where it says something else that the warehouse keeps. */
export function stateOfItem({ scene, bands, meanings }: FilePart): string {
  const said = JSON.stringify([scene, bands, [...meanings]]);
  return `item ${createHash("sha256").update(said).digest("hex").slice(0, 16)}`;
}

function bandNames(assets: readonly StacAsset[]): string[][] {
  const own = assets.map(({ key, bands }) => {
    const names = bands.map(({ name }) => name);
    if (bands.length === 1) return [key];
    const isTelling = names.every((name) => name !== null) && new Set(names).size === names.length;
    return names.map((name, i) => (isTelling && name !== null ? name : `${key}_${i + 1}`));
  });
  const counts = new Map<string, number>();
  for (const name of own.flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  // Bands of one name in several files are told apart by the file's key.
  return own.map((names, i) => {
    const isUnique = names.length === 1 || names.every((name) => counts.get(name) === 1);
    return isUnique ? names : names.map((name) => `${assets[i]?.key}_${name}`);
  });
}

function meaningOf(scene: StacScene, band: StacBand | undefined, recognised: RecognisedFile | null): BandMeaning {
  const profile = bandProfileOf(recognised);
  const told = recognised !== null && profile !== null ? calibrationOf(profile, recognised, scene) : null;
  return {
    scale: band?.scale ?? told?.scale ?? 1,
    offset: offsetOf(scene, band, recognised, profile) ?? told?.offset ?? 0,
    nodata: nodataOf(band?.nodata ?? profile?.nodata ?? null),
    facts: {
      ...(profile !== null && factsOfBand(profile)),
      ...(band?.commonName != null && { commonName: band.commonName }),
    },
  };
}

function calibrationOf(profile: BandProfile, recognised: RecognisedFile, scene: StacScene) {
  const naming = { ...recognised.naming, offsetApplied: scene.isOffsetApplied ?? recognised.naming.offsetApplied };
  return bandCalibration(profile, { ...recognised, naming, baseline: scene.baseline ?? recognised.baseline });
}

/**
 * The offset that the item names, unless its pixels have it already, or are older than it: Earth Search names -0.1 for all of
 * its Sentinel-2 scenes and says apart from that which have had it taken off.
 */
function offsetOf(
  { isOffsetApplied, baseline }: StacScene,
  band: StacBand | undefined,
  recognised: RecognisedFile | null,
  profile: BandProfile | null,
): number | null {
  if (isOffsetApplied ?? recognised?.naming.offsetApplied ?? false) return 0;
  const since = profile?.offsetSince?.version;
  if (since !== undefined && baseline !== null && compareVersions(baseline, since) < 0) return null;
  return band?.offset ?? null;
}

/** As headers' nodata is written: STAC says "inf" for Infinity. */
function nodataOf(nodata: number | string | null): number | string | null {
  return typeof nodata === "string" ? nodata.replace("inf", "Infinity") : nodata;
}

function statedOf({ grid, bands, sizeBytes }: ChosenAsset["asset"]): StatedFacts {
  const [first, ...others] = bands;
  const shared = (fact: "dataType" | "nodata") =>
    others.every((band) => band[fact] === first?.[fact]) ? (first?.[fact] ?? null) : null;
  return { ...grid, dtype: shared("dataType") as string | null, nodata: shared("nodata"), sizeBytes };
}
