import type { ProductProfile } from "../../product/product-profile.js";
import { type RecognisedFile, recogniseFile } from "../../product/recognise-file.js";
import { type RecognisedScene, recogniseScenes } from "../../product/recognise-scenes.js";
import { unknownFacts } from "../../warehouse/scene-facts.js";
import type { IngestWarning } from "../ingest-problem.js";
import type { HeldFile } from "../sources/containers.js";
import type { SidecarFile } from "../sources/scan.js";
import { besideState } from "../sources/world-files.js";
import { timeByPattern, timeInName } from "./acquisition-time.js";
import { bandMeanings } from "./band-meanings.js";
import type { FilePart, Sidecar } from "./file-part.js";
import { matchMasks } from "./match-masks.js";
import type { SceneGroup } from "./scene-group.js";
import { sceneIds } from "./scene-ids.js";
import { sidecarsToRead } from "./sidecars-to-read.js";

/** Files of a run, scene by scene. */
export interface Grouping {
  groups: SceneGroup[];
  /** The product whose files these are, by their names; null where they are no known product's. */
  profile: ProductProfile | null;
  /** Files that are left out or odd, and why. */
  warnings: IngestWarning[];
}

/** What a listing found. */
export interface ListedFiles {
  files: readonly HeldFile[];
  /** Files of a folder of masks. */
  masks: readonly HeldFile[];
  /** What may be metadata of scenes, by path. */
  sidecars: ReadonlyMap<string, SidecarFile>;
}

export interface GroupOptions {
  /** Profiles that names are held against, in their order. */
  profiles: readonly ProductProfile[];
  /** Product that the user named; one that no profile describes is taken as it is. */
  productId?: string | undefined;
  datePattern?: RegExp | undefined;
}

/**
 * Files as scenes by their names alone: bands of one acquisition together, the newest processing of each, masks beside what
 * they belong to. Files of no known product are scenes by themselves. Pure: nothing is opened.
 */
export function groupScenes(
  { files, masks, sidecars }: ListedFiles,
  { profiles, productId, datePattern }: GroupOptions,
): Grouping {
  const warnings: IngestWarning[] = [];
  const held = new Map([...masks, ...files].map((own) => [own.file.path, own]));
  const product = profiles.find(({ id }) => id === productId)?.id;
  const paths = [...held.keys(), ...sidecars.keys()];
  const found = recogniseScenes(paths, { profiles, ...(product !== undefined && { product }) });
  const isMask = new Set(masks);
  const foreign = product === undefined ? new Map() : ofOthers(found.unrecognised, profiles);
  const ownFiles = files.filter(({ file }) => !foreign.has(file.path));
  const profile = productOf(found.scenes, ownFiles.length);
  const own = found.scenes.filter((scene) => scene.profile === profile);
  const others = found.scenes.filter((scene) => scene.profile !== profile);
  const strange = [...found.unrecognised, ...others.flatMap(pathsOf)]
    .flatMap((path) => held.get(path) ?? [])
    .sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
  const plain = strange.filter((file) => !isMask.has(file));
  for (const scene of others) for (const path of pathsOf(scene)) foreign.set(path, scene.profile);
  if (profile !== null) warnings.push(...plain.map((file) => leftOut(file, profile, foreign)));
  else warnings.push(...warnOfMixture(files, foreign));
  const groups = [
    ...groupsOf(own, held, sidecars, warnings),
    ...(profile === null ? plain.map((file) => ({ id: null, version: "", files: [{ ...file, part: null }] })) : []),
  ];
  const timeOf = (name: string) => (datePattern === undefined ? timeInName(name) : timeByPattern(name, datePattern));
  const plainMasks = strange.filter((file) => isMask.has(file));
  return { groups: matchMasks(groups, plainMasks, timeOf, warnings), profile, warnings };
}

/** The profile of most scenes; null where most files are of none. */
function productOf(scenes: readonly RecognisedScene[], fileCount: number): ProductProfile | null {
  const counts = new Map<ProductProfile, number>();
  for (const scene of scenes) counts.set(scene.profile, (counts.get(scene.profile) ?? 0) + pathsOf(scene).length);
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  return best !== undefined && best[1] * 2 > fileCount ? best[0] : null;
}

/** Files that belong to a scene, those included that are not taken. */
function pathsOf({ files, duplicates, superseded }: RecognisedScene): string[] {
  return [...files, ...duplicates.map(({ file }) => file)].map(({ path }) => path).concat(superseded.flatMap(pathsOf));
}

/** Profiles of files that are not of the product which the user named, by path. */
function ofOthers(paths: readonly string[], profiles: readonly ProductProfile[]): Map<string, ProductProfile> {
  const distinctive = profiles.filter(({ onlyWhenNamed }) => !onlyWhenNamed);
  return new Map(
    paths.flatMap((path) => {
      const profile = recogniseFile(path, distinctive)?.profile;
      return profile === undefined ? [] : [[path, profile] as const];
    }),
  );
}

/** What to say where most files are of known products and go by themselves all the same; [] where they are not. */
function warnOfMixture(files: readonly HeldFile[], foreign: ReadonlyMap<string, ProductProfile>): IngestWarning[] {
  const known = files.flatMap(({ file }) => foreign.get(file.path)?.id ?? []);
  const [first] = files;
  if (first === undefined || known.length * 2 <= files.length) return [];
  const ids = [...new Set(known)];
  const counts = ids.map((id) => `${known.filter((own) => own === id).length} of ${id}`).join(", ");
  return [
    {
      path: first.file.path.slice(0, first.file.path.lastIndexOf("/")),
      message: `names are ${counts}, of ${files.length}: each file is a scene by itself; take a product at a time: --product ${ids[0]}`,
    },
  ];
}

function leftOut(
  { file }: HeldFile,
  { id }: ProductProfile,
  foreign: ReadonlyMap<string, ProductProfile>,
): IngestWarning {
  const other = foreign.get(file.path)?.id;
  return {
    path: file.path,
    message:
      other === undefined
        ? `left out: its name is not one of ${id}; ingest it by itself, with --product NAME`
        : `left out: it is of ${other}, the others are of ${id}; ingest it with --product ${other}`,
  };
}

function groupsOf(
  scenes: readonly RecognisedScene[],
  held: ReadonlyMap<string, HeldFile>,
  listed: ReadonlyMap<string, SidecarFile>,
  warnings: IngestWarning[],
): SceneGroup[] {
  const taken = new Set<string>();
  return scenes.map((scene) => {
    warnings.push(...oddities(scene));
    // Two that neither is newer of are two scenes.
    const id = taken.has(scene.acquisitionId) ? scene.sceneId : scene.acquisitionId;
    taken.add(id);
    const version = sortableVersion(scene.version);
    const sidecars = sidecarsOf(scene, listed);
    const [only] = scene.files;
    const isAlone = scene.files.length === 1 && only?.bands === "all";
    const files = scene.files.map((file) => {
      const own = held.get(file.path) as HeldFile;
      const { timeMs } = scene;
      const part: FilePart["scene"] = isAlone
        ? { ...unknownFacts, kind: "alone", ids: sceneIds(own.file, own.container.name), beside: [], timeMs }
        : { ...unknownFacts, kind: "shared", ids: [id], beside: [], timeMs, version };
      const beside = [own.file.besideState, besideState(sidecars)].filter((state) => state !== "").join("\n");
      return { ...own, file: { ...own.file, besideState: beside }, part: partOf(file, part, sidecars) };
    });
    return { id: isAlone ? null : id, version: isAlone ? "" : version, files };
  });
}

/** What people should know of a scene: what it lacks, and which of its files are not taken. */
function oddities({ sceneId, files, missingBands, duplicates, superseded }: RecognisedScene): IngestWarning[] {
  const path = files[0]?.path ?? sceneId;
  const folder = path.slice(0, path.lastIndexOf("/"));
  return [
    ...(missingBands.length === 0
      ? []
      : [{ path: folder, message: `${sceneId} has no ${missingBands.join(", ")}: uncovered, until a file comes` }]),
    ...duplicates.map(({ file, insteadOf, difference }) => ({
      path: file.path,
      message: `left out: ${insteadOf} has the same band${difference === "resolution" ? " at its own resolution" : ""}`,
    })),
    ...superseded.flatMap((older) =>
      older.files.map(({ path: old }) => ({ path: old, message: `left out: ${sceneId} is a newer processing of it` })),
    ),
  ];
}

/** Version text that compares as text: digits padded, as many as a date with a time has. */
export function sortableVersion(version: string | null): string {
  const parts = version?.toUpperCase().match(/\d+|[A-Z]+/g) ?? [];
  return parts.map((part) => (/^\d/.test(part) ? part.padStart(14, "0") : part)).join(".");
}

function sidecarsOf({ sidecars }: RecognisedScene, listed: ReadonlyMap<string, SidecarFile>): Sidecar[] {
  return sidecarsToRead(
    sidecars.flatMap(({ path, naming: { sidecar: format } }) => {
      const file = listed.get(path);
      return file === undefined || format === null ? [] : [{ ...file, format }];
    }),
  );
}

function partOf(file: RecognisedFile, scene: FilePart["scene"], sidecars: readonly Sidecar[]): FilePart {
  const bands = file.bands === "all" ? null : file.bands;
  const isOneOfBands = bands?.length === 1;
  const hasOwnNames = isOneOfBands || file.role !== "data";
  return { scene, bands, isOneOfBands, hasOwnNames, meanings: bandMeanings(file), recognised: file, sidecars };
}
