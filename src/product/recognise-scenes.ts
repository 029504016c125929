import { didYouMean } from "../did-you-mean.js";
import { InvalidInputError } from "../errors.js";
import { builtInProfiles } from "./built-in-profiles.js";
import type { BandProfile, ProductProfile } from "./product-profile.js";
import { type RecognisedFile, recogniseFile } from "./recognise-file.js";
import { compareVersions } from "./version-order.js";

/** A file that is left out, as another one holds the same bands of the same scene. */
export interface DuplicateFile {
  readonly file: RecognisedFile;
  /** Path of the file that is taken in its place. */
  readonly insteadOf: string;
  /** How the two differ: in pixel size, in format (TIFF is taken before JPEG 2000), or, to go by their names, not at all. */
  readonly difference: "resolution" | "format" | "none";
}

/** The files of one acquisition in one processing version. */
export interface RecognisedScene {
  readonly profile: ProductProfile;
  readonly bandSet: string;
  readonly sceneId: string;
  readonly acquisitionId: string;
  /** Milliseconds since 1970-01-01 UTC; null where no name has a date. */
  readonly timeMs: number | null;
  readonly tile: string | null;
  readonly version: string | null;
  readonly baseline: string | null;
  /** Files with pixels, in the order of their bands; no band is in two of them unless files of several bands overlap. */
  readonly files: readonly RecognisedFile[];
  readonly sidecars: readonly RecognisedFile[];
  /** Bands of the set that no file holds and that the profile does not call optional. */
  readonly missingBands: readonly string[];
  readonly duplicates: readonly DuplicateFile[];
  /** Older processing versions of the same acquisition, newest first; each with all of its own files. */
  readonly superseded: readonly RecognisedScene[];
}

/** What a list of paths holds. */
export interface RecognisedScenes {
  /** Sorted by time, those without a time last, then by id. */
  readonly scenes: readonly RecognisedScene[];
  /** Paths that no profile knows, in their order. */
  readonly unrecognised: readonly string[];
  /** Sidecars of scenes of which there are no pixels. */
  readonly strayed: readonly RecognisedFile[];
}

/** Which profiles names are held against. */
export interface RecogniseOptions {
  /** Id of the one product to look for. Default: any that names tell from others. */
  product?: string;
  /** Profiles to choose from. Default: the built-in ones. */
  profiles?: readonly ProductProfile[];
}

/**
 * Paths as scenes: files of one band each put together, older processing versions behind the newest, what is missing or
 * there twice. Nothing is opened.
 *
 * @throws InvalidInputError where there is no such product.
 *
 * @example
 * const { scenes } = recogniseScenes(["S2B_10SEG_20230512_0_L2A/B04.tif", "S2B_10SEG_20230512_0_L2A/B08.tif"]);
 * scenes[0]?.files.length; // 2
 */
export function recogniseScenes(paths: Iterable<string>, options: RecogniseOptions = {}): RecognisedScenes {
  const profiles = profilesToTry(options);
  const unrecognised: string[] = [];
  const files: Groups<RecognisedFile> = new Map();
  for (const path of paths) {
    const file = recogniseFile(path, profiles);
    if (file === null) unrecognised.push(path);
    else addTo(files, file.profile, file.sceneId, file);
  }
  const versions: Groups<RecognisedScene> = new Map();
  const strayed: RecognisedFile[] = [];
  for (const group of groupsOf(files)) {
    const scene = toScene(group);
    if (scene === null) strayed.push(...group);
    else addTo(versions, scene.profile, scene.acquisitionId, scene);
  }
  return { scenes: groupsOf(versions).flatMap(newestFirst).sort(byTime), unrecognised, strayed };
}

function profilesToTry({ product, profiles = builtInProfiles }: RecogniseOptions): readonly ProductProfile[] {
  if (product === undefined) return profiles.filter(({ onlyWhenNamed }) => !onlyWhenNamed);
  const found = profiles.filter(({ id }) => id === product);
  if (found.length > 0) return found;
  const ids = profiles.map(({ id }) => id);
  throw new InvalidInputError(
    `product "${product}": there is no such profile${didYouMean(product, ids)} (known: ${ids.join(", ")})`,
    { details: { product, known: ids } },
  );
}

type Groups<T> = Map<ProductProfile, Map<string, T[]>>;

function addTo<T>(groups: Groups<T>, profile: ProductProfile, id: string, item: T): void {
  const byId = groups.get(profile) ?? new Map<string, T[]>();
  if (byId.size === 0) groups.set(profile, byId);
  const group = byId.get(id);
  if (group === undefined) byId.set(id, [item]);
  else group.push(item);
}

function groupsOf<T>(groups: Groups<T>): T[][] {
  return [...groups.values()].flatMap((byId) => [...byId.values()]);
}

/** The files of one scene, each band taken once; null where none of them holds pixels. */
function toScene(all: readonly RecognisedFile[]): RecognisedScene | null {
  const sidecars = all.filter(({ role }) => role === "sidecar");
  const pixels = all.filter(({ role }) => role !== "sidecar");
  const { files, duplicates } = chooseFiles(pixels);
  const first = files.find(({ role }) => role === "data") ?? files[0];
  if (first === undefined) return null;
  return {
    profile: first.profile,
    bandSet: first.bandSet,
    sceneId: first.sceneId,
    acquisitionId: first.acquisitionId,
    timeMs: pixels.find(({ timeMs }) => timeMs !== null)?.timeMs ?? null,
    tile: first.tile,
    version: first.version,
    baseline: first.baseline,
    files,
    sidecars,
    missingBands: missingBands(files, first),
    duplicates,
    superseded: [],
  };
}

/** Files so that each band is there once, in the order of the bands; the others with what is taken in their place. */
function chooseFiles(pixels: readonly RecognisedFile[]) {
  const ranked = pixels
    .map((file) => ({ file, rank: [isJpeg2000(file), detour(file), -bandCount(file)] as const }))
    .sort((a, b) => compareRanks(a.rank, b.rank) || compareTexts(a.file.path, b.file.path));
  const holders = new Map<string, RecognisedFile>();
  const files: RecognisedFile[] = [];
  const duplicates: DuplicateFile[] = [];
  for (const { file } of ranked) {
    const bands = file.bands === "all" ? [] : file.bands;
    const holder = bands.every((name) => holders.has(name)) ? holders.get(bands[0] ?? "") : undefined;
    if (holder !== undefined) {
      duplicates.push({ file, insteadOf: holder.path, difference: difference(file, holder) });
      continue;
    }
    files.push(file);
    for (const name of bands) if (!holders.has(name)) holders.set(name, file);
  }
  files.sort((a, b) => placeOfBand(a) - placeOfBand(b));
  return { files, duplicates };
}

const isJpeg2000 = ({ path }: RecognisedFile) => (/\.jp2$/i.test(path) ? 1 : 0);
const bandCount = ({ bands }: RecognisedFile) => (bands === "all" ? 0 : bands.length);

const setOf = ({ profile, bandSet }: RecognisedFile): readonly BandProfile[] => profile.bandSets[bandSet] ?? [];
const placeOfBand = (file: RecognisedFile) => setOf(file).findIndex(({ name }) => name === file.bands[0]);

/** How far a file's pixels are from those that its band was made with, as a power of two. */
function detour(file: RecognisedFile): number {
  const native = setOf(file)[placeOfBand(file)]?.resolutionM ?? null;
  return file.resolutionM === null || native === null ? 0 : Math.abs(Math.log2(file.resolutionM / native));
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  return a.map((value, i) => value - (b[i] ?? 0)).find((order) => order !== 0) ?? 0;
}

const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function difference(file: RecognisedFile, holder: RecognisedFile): DuplicateFile["difference"] {
  if (file.resolutionM !== holder.resolutionM) return "resolution";
  return isJpeg2000(file) === isJpeg2000(holder) ? "none" : "format";
}

function missingBands(files: readonly RecognisedFile[], first: RecognisedFile): string[] {
  if (files.some(({ bands }) => bands === "all")) return [];
  const held = new Set(files.flatMap(({ bands }) => bands));
  return setOf(first)
    .filter(({ name, optional }) => !optional && !held.has(name))
    .map(({ name }) => name);
}

/**
 * The newest versions of one acquisition, older ones behind the first of them. Where versions are equal, neither is newer:
 * both stay scenes of their own.
 */
function newestFirst(versions: readonly RecognisedScene[]): RecognisedScene[] {
  const sorted = [...versions].sort(
    (a, b) => compareVersions(b.version, a.version) || compareTexts(a.sceneId, b.sceneId),
  );
  const newest = sorted.filter(({ version }) => compareVersions(version, sorted[0]?.version ?? null) === 0);
  const superseded = sorted.slice(newest.length);
  return newest.map((scene, i) => (i === 0 ? { ...scene, superseded } : scene));
}

function byTime(a: RecognisedScene, b: RecognisedScene): number {
  const [one, other] = [a.timeMs ?? Number.POSITIVE_INFINITY, b.timeMs ?? Number.POSITIVE_INFINITY];
  return one === other ? compareTexts(a.sceneId, b.sceneId) : one - other;
}
