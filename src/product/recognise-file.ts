import { builtInProfiles } from "./built-in-profiles.js";
import { timeOfGroups } from "./name-time.js";
import {
  compileOptionalTemplate,
  compilePattern,
  compileTemplate,
  type GroupReader,
  groupsOfPattern,
  groupsOfTemplate,
  type NameGroups,
  pathGroupNames,
} from "./naming-pattern.js";
import type { BandProfile, FileRole, NamingRule, ProductProfile } from "./product-profile.js";

/** What a path says of its file. */
export interface RecognisedFile {
  readonly path: string;
  readonly profile: ProductProfile;
  /** The rule that fitted. */
  readonly naming: NamingRule;
  /** The set of the profile's bands that the file's are named after. */
  readonly bandSet: string;
  /** One acquisition in one processing version; files of one scene share it. */
  readonly sceneId: string;
  /** What all processing versions of a scene share. */
  readonly acquisitionId: string;
  /** Native names of the bands, in the file's order; `"all"` where only the file itself can tell. */
  readonly bands: readonly string[] | "all";
  /** Acquisition in milliseconds since 1970-01-01 UTC; midnight where the name has a date only, null where it has none. */
  readonly timeMs: number | null;
  /** Tile, or path and row, as the name has it; null where it has none. */
  readonly tile: string | null;
  /** Processing version, for {@link compareVersions}; null where the name has none. */
  readonly version: string | null;
  /** Processing baseline, `05.09`; null where the name has none. */
  readonly baseline: string | null;
  readonly role: FileRole;
  /** Pixel size that the name tells, in metres; null where it tells none. */
  readonly resolutionM: number | null;
}

/**
 * What a path says of its file by the first rule that fits; null where none does. Nothing is opened.
 *
 * Folders are divided by `/`; a URL's query is not part of its path. Profiles that fit nearly any name are tried only when
 * they are given.
 *
 * @param profiles In the order in which they are tried. Default: the built-in ones that tell their products from others.
 *
 * @example
 * recogniseFile("S2B_10SEG_20230512_0_L2A/B04.tif")?.bands; // ["B04"]
 */
export function recogniseFile(
  path: string,
  profiles: readonly ProductProfile[] = distinctiveProfiles,
): RecognisedFile | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.length > MAX_NAME_LENGTH) return null;
  for (const profile of profiles) {
    for (const rule of compiledRules(profile)) {
      const match = rule.file.exec(name);
      if (match === null) continue;
      const found = readMatch(path, profile, rule, match.groups ?? {});
      if (found !== null) return found;
    }
  }
  return null;
}

/** Names of files have at most 255 bytes. What is longer is no name, and what patterns cost grows with its square. */
const MAX_NAME_LENGTH = 255;

const distinctiveProfiles = builtInProfiles.filter(({ onlyWhenNamed }) => !onlyWhenNamed);

interface CompiledRule {
  naming: NamingRule;
  file: RegExp;
  folder: RegExp | null;
  /** What the folders of the last path say; null where none fits, or before the first path. */
  lastFolders: { path: string; groups: NameGroups | null } | null;
  bandSet: string;
  bands: ReadonlyMap<string, NamedBand>;
  role: FileRole;
  /** Groups that the patterns of file and folder both name. */
  groupsOfBoth: readonly string[];
  namesPath: boolean;
  scene: (group: GroupReader) => string;
  acquisition: ((group: GroupReader) => string) | null;
  tile: (group: GroupReader) => string | null;
  version: (group: GroupReader) => string | null;
  baseline: (group: GroupReader) => string | null;
}

const compiled = new WeakMap<ProductProfile, readonly CompiledRule[]>();

function compiledRules(profile: ProductProfile): readonly CompiledRule[] {
  const known = compiled.get(profile);
  if (known !== undefined) return known;
  const rules = profile.namings.map((naming) => compileRule(profile, naming));
  compiled.set(profile, rules);
  return rules;
}

function compileRule(profile: ProductProfile, naming: NamingRule): CompiledRule {
  const bandSet = naming.bandSet ?? Object.keys(profile.bandSets)[0] ?? "";
  const bands = bandsByName(profile.bandSets[bandSet] ?? []);
  const ownGroups = groupsOfPattern(naming.file);
  const templates = [naming.scene, naming.acquisition ?? ""];
  return {
    naming,
    file: compilePattern(naming.file),
    folder: naming.folder === null ? null : compilePattern(naming.folder),
    lastFolders: null,
    bandSet,
    bands,
    role: naming.sidecar === null ? roleOfBands(naming.bands ?? [], bands) : "sidecar",
    groupsOfBoth: groupsOfPattern(naming.folder ?? "").filter((name) => ownGroups.includes(name)),
    namesPath: templates.flatMap(groupsOfTemplate).some((group) => pathGroupNames.has(group)),
    scene: compileTemplate(naming.scene),
    acquisition: naming.acquisition === null ? null : compileTemplate(naming.acquisition),
    tile: compileOptionalTemplate(naming.tile),
    version: compileOptionalTemplate(naming.version),
    baseline: compileOptionalTemplate(naming.baseline),
  };
}

/** A band that a file may hold alone: `names` is its native name. */
interface NamedBand {
  readonly names: readonly string[];
  readonly role: FileRole;
}

/** Bands by native name, aliases and common name, in lower case. */
function bandsByName(bands: readonly BandProfile[]): Map<string, NamedBand> {
  const byName = new Map<string, NamedBand>();
  for (const { name, commonName, aliases, role } of bands) {
    const band = { names: [name], role };
    for (const each of [name, ...aliases, ...(commonName === null ? [] : [commonName])]) {
      byName.set(each.toLowerCase(), band);
    }
  }
  return byName;
}

/** A file is a mask, or quality figures, where all of its bands are. */
function roleOfBands(names: readonly string[], bands: ReadonlyMap<string, NamedBand>): FileRole {
  const roles = new Set(names.map((name) => bands.get(name.toLowerCase())?.role ?? "data"));
  if (roles.size === 0 || roles.has("data")) return "data";
  return roles.has("quality") ? "quality" : "mask";
}

function readMatch(
  path: string,
  profile: ProductProfile,
  rule: CompiledRule,
  fileGroups: NameGroups,
): RecognisedFile | null {
  const group = groupReader(path, rule, fileGroups);
  if (group === null) return null;
  const bandName = group("band");
  const own = bandName === undefined ? null : rule.bands.get(bandName.toLowerCase());
  if (own === undefined) return null;
  const timeMs = timeOfGroups(group);
  if (timeMs === undefined) return null;
  const resolution = group("resolution");
  const sceneId = rule.scene(group);
  return {
    path,
    profile,
    naming: rule.naming,
    bandSet: rule.bandSet,
    sceneId,
    acquisitionId: rule.acquisition?.(group) ?? sceneId,
    bands: bandsOfFile(rule, own),
    timeMs,
    tile: rule.tile(group),
    version: rule.version(group),
    baseline: rule.baseline(group),
    role: own?.role ?? rule.role,
    resolutionM: resolution === undefined ? null : Number(resolution),
  };
}

function bandsOfFile({ role, naming }: CompiledRule, own: NamedBand | null): readonly string[] | "all" {
  if (role === "sidecar") return [];
  return own === null ? (naming.bands ?? "all") : own.names;
}

/** The groups of the file's name and of the nearest folder that fits; null where none fits or the two contradict. */
function groupReader(path: string, rule: CompiledRule, file: NameGroups): GroupReader | null {
  const folders = path.slice(0, path.lastIndexOf("/") + 1);
  const folder = rule.folder === null ? noGroups : folderGroups(folders, rule);
  if (folder === null) return null;
  for (const name of rule.groupsOfBoth) {
    const [one, other] = [file[name], folder[name]];
    if (one !== undefined && other !== undefined && one.toLowerCase() !== other.toLowerCase()) return null;
  }
  if (!rule.namesPath) return (name) => file[name] ?? folder[name];
  const whole = path.replace(/\.[^./]*$/, "");
  const own: NameGroups = { path: whole, folder: folders, stem: whole.slice(folders.length) };
  return (name) => own[name] ?? file[name] ?? folder[name];
}

const noGroups: NameGroups = {};

/** Files of one folder come one after another: its name is matched once. */
function folderGroups(folders: string, rule: CompiledRule): NameGroups | null {
  if (rule.lastFolders?.path !== folders) rule.lastFolders = { path: folders, groups: matchFolder(folders, rule) };
  return rule.lastFolders.groups;
}

function matchFolder(folders: string, { folder }: CompiledRule): NameGroups | null {
  for (const name of folders.split("/").reverse()) {
    const match = name === "" || name.length > MAX_NAME_LENGTH ? null : (folder?.exec(name) ?? null);
    if (match !== null) return match.groups ?? noGroups;
  }
  return null;
}
