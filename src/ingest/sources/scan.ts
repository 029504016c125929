import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, relative, resolve, sep } from "node:path";
import picomatch from "picomatch";
import { isPixelQueryError, NotFoundError, UnsupportedError } from "../../errors.js";
import { type ByteStore, isBucket, type ObjectInfo, openStore } from "../../store/index.js";
import { canonicalLocation } from "../../store/store-location.js";
import { recordedEtag, recordedTime } from "../../warehouse/sources.js";
import { isRemote, pathIn } from "./source-place.js";
import {
  besideState,
  findWorldFiles,
  headWorldFiles,
  indexWorldFiles,
  mayBeWorldFile,
  type WorldFile,
} from "./world-files.js";

/** Files taken from a folder unless a pattern says otherwise: letter case does not matter. */
const DEFAULT_GLOB = "**/*.{tif,tiff,gtiff}";

/** A file that may become a scene, known from its listing alone. */
export interface SourceFile {
  /** Where people find it: an absolute path. */
  path: string;
  /** Store and key that its bytes are read through. */
  store: ByteStore;
  key: string;
  sizeBytes: number;
  /** Whole milliseconds since 1970-01-01 UTC. */
  modifiedMs: number;
  /** Version the listing saw, as the store gives it. */
  version: string;
  /** World files beside it, best first; they count only where the file itself has no georeference. */
  worldFiles: readonly WorldFile[];
  /** {@link besideState}: with size, time and ETag, what "unchanged" means. */
  besideState: string;
  /** As `SlotFile` has it. */
  etag: string;
}

/** A file beside rasters that may hold metadata of a scene: which of them do, their names tell. */
export interface SidecarFile {
  /** As {@link SourceFile} has it. */
  path: string;
  store: ByteStore;
  key: string;
  sizeBytes: number;
  modifiedMs: number;
}

/** What lies at a place, from a listing alone. */
export interface ScannedFiles {
  /** Sorted by key. */
  files: SourceFile[];
  /** Empty where one file was asked for, which needs no listing: see {@link scanSidecarsIn}. */
  sidecars: SidecarFile[];
}

/** A place to look for files: a folder, and which of its files. */
export interface SourceRoot {
  /** Absolute path without symbolic links, or a URL without a slash at its end: the same folder has one identity. */
  folder: string;
  /** Name of the one file that was asked for, which needs no listing; null for a folder or a pattern. */
  file: string | null;
  matches: (key: string) => boolean;
}

/**
 * What a user named as a source: a folder or a prefix in a bucket (searched to any depth), a file, or a glob pattern.
 *
 * @throws NotFoundError where it does not exist.
 */
export async function resolveSourceRoot(source: string, glob = DEFAULT_GLOB): Promise<SourceRoot> {
  if (isRemote(source)) return remoteRoot(canonicalLocation(source), glob);
  const info = await stat(source).catch(() => null);
  if (info?.isDirectory()) {
    return { folder: await realpath(source), file: null, matches: picomatch(glob, { nocase: true, dot: false }) };
  }
  if (info?.isFile()) {
    const file = basename(source);
    return { folder: await realpath(dirname(resolve(source))), file, matches: (key) => key === file };
  }
  const scanned = picomatch.scan(source);
  if (!scanned.isGlob) {
    throw new NotFoundError(`${source}: no such file or folder`, { details: { path: source } });
  }
  const base = scanned.base === "" ? "." : scanned.base;
  const folder = await realpath(base).catch(() => null);
  if (folder === null) throw new NotFoundError(`${base}: no such folder`, { details: { path: base } });
  return { folder, file: null, matches: picomatch(scanned.glob, { nocase: true }) };
}

/** Characters by which a pattern is told from a name. */
const GLOB_SIGNS = /[*?{}[\]!()]/;

/** A place in a bucket or on the web, from its URL alone: nothing is asked. */
function remoteRoot(source: string, glob: string): SourceRoot {
  const [, origin = "", path = ""] = /^([^:]+:\/\/[^/]+)\/?(.*)$/.exec(source.replace(/\/+$/, "")) ?? [];
  const segments = path === "" ? [] : path.split("/");
  const folderOf = (count: number) => [origin, ...segments.slice(0, count)].join("/");
  const patternAt = segments.findIndex((segment) => GLOB_SIGNS.test(segment));
  const file = segments[segments.length - 1] ?? "";
  const isFile = patternAt < 0 && picomatch.isMatch(file, DEFAULT_GLOB, { nocase: true });
  if (isFile) return { folder: folderOf(segments.length - 1), file, matches: (key) => key === file };
  if (/^https?:/i.test(source)) {
    throw new UnsupportedError(`${source}: folders on the web cannot be listed; name the files themselves`, {
      details: { source },
    });
  }
  if (patternAt < 0)
    return { folder: folderOf(segments.length), file: null, matches: picomatch(glob, { nocase: true }) };
  const pattern = segments.slice(patternAt).join("/");
  const isMatch = picomatch(pattern, { nocase: true });
  const isInside = picomatch(glob, { nocase: true });
  // Names in buckets may hold signs of patterns: an object or a folder of that very name is meant as well.
  const matches = (key: string) =>
    isMatch(key) || key === pattern || (key.startsWith(`${pattern}/`) && isInside(key.slice(pattern.length + 1)));
  return { folder: folderOf(patternAt), file: null, matches };
}

/**
 * The files of a root, sorted by path; nothing but the listing is read.
 *
 * @param root As {@link resolveSourceRoot} gives it.
 * @param container The root's folder, or one above it, and what reads it: keys are relative to that folder.
 */
export async function scanFiles(
  root: SourceRoot,
  container: { folder: string; store: ByteStore } = { folder: root.folder, store: openStore(root.folder) },
  signal?: AbortSignal,
): Promise<ScannedFiles> {
  const { folder, store } = container;
  const below = isRemote(folder) ? root.folder.slice(folder.length + 1) : toKey(relative(folder, root.folder));
  const prefix = below === "" ? "" : `${below}/`;
  const matching: ObjectInfo[] = [];
  const beside: ObjectInfo[] = [];
  const sidecars: SidecarFile[] = [];
  const one = root.file === null ? null : await findOne(store, `${prefix}${root.file}`, signal);
  for await (const info of one?.infos ?? store.list(prefix, { signal })) {
    if (root.matches(info.key.slice(prefix.length))) matching.push(info);
    else if (mayBeWorldFile(info.key)) beside.push(info);
    else if (mayBeSidecar(info.key)) sidecars.push(sidecarFile(container, info));
  }
  const listed = indexWorldFiles(store, beside);
  const worldFilesOf = (key: string) =>
    one?.isAlone ? headWorldFiles(store, key, signal) : findWorldFiles(listed, key);
  const files = matching.map(async (info) => sourceFile(container, info, await worldFilesOf(info.key)));
  const sorted = (await Promise.all(files)).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { files: sorted, sidecars };
}

/** What may be metadata of the scenes whose files lie in a folder of this machine; folders in it are not looked into. */
export async function scanSidecarsIn(
  folder: string,
  container: { folder: string; store: ByteStore },
): Promise<SidecarFile[]> {
  const below = toKey(relative(container.folder, folder));
  const names = (await readdir(folder)).filter(mayBeSidecar);
  const infos = names.map((name) => container.store.head(below === "" ? name : `${below}/${name}`));
  return (await Promise.all(infos)).flatMap((info) => (info === null ? [] : sidecarFile(container, info)));
}

function mayBeSidecar(key: string): boolean {
  return /\.(xml|json|txt)$/i.test(key);
}

/**
 * What is known of one file; in a bucket together with what has its name but for the ending: one request, and not one for
 * each world file that may be there.
 */
async function findOne(
  store: ByteStore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<{ infos: ObjectInfo[]; isAlone: boolean }> {
  try {
    const infos: ObjectInfo[] = [];
    const stem = key.slice(0, key.lastIndexOf(".") + 1);
    if (isBucket(store.url)) for await (const info of store.list(stem, { signal })) infos.push(info);
    if (infos.length > 0) return { infos, isAlone: false };
  } catch (error) {
    // Who may read an object may not always list its bucket.
    if (!isPixelQueryError(error, "InvalidInputError")) throw error;
  }
  const info = await store.head(key, { signal });
  return { infos: info === null ? [] : [info], isAlone: true };
}

function sidecarFile({ folder, store }: { folder: string; store: ByteStore }, info: ObjectInfo): SidecarFile {
  const { key, sizeBytes } = info;
  return { path: pathIn(folder, key), store, key, sizeBytes, modifiedMs: recordedTime(store, info.modifiedMs ?? 0) };
}

/** A file as a listing or a question shows it. */
export function sourceFile(
  { folder, store }: { folder: string; store: ByteStore },
  info: ObjectInfo,
  worldFiles: readonly WorldFile[],
): SourceFile {
  return {
    ...sidecarFile({ folder, store }, info),
    version: info.version,
    worldFiles,
    besideState: besideState(worldFiles),
    etag: recordedEtag(store, info),
  };
}

function toKey(path: string): string {
  return path.split(sep).join("/");
}

/** A container name for a folder: readable, and unlike that of any other folder. */
export function containerName(folder: string): string {
  const label = basename(folder)
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase();
  let hash = 0x811c9dc5;
  // FNV-1a, 32 bits: tells folders of one name apart; nothing depends on its strength.
  for (const byte of new TextEncoder().encode(folder)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `${label === "" ? "root" : label}-${hash.toString(16).padStart(8, "0")}`;
}
