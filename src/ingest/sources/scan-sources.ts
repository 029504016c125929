import { errorFromJson, errorToJson, isPixelQueryError, NotFoundError } from "../../errors.js";
import { atOnceIn, eachFile } from "../each-file.js";
import { type Container, containerFor, type HeldFile, underInnermost } from "./containers.js";
import {
  resolveSourceRoot,
  type ScannedFiles,
  type SidecarFile,
  type SourceRoot,
  scanFiles,
  scanSidecarsIn,
} from "./scan.js";
import { expandLists, type NamedSource } from "./source-list.js";
import { isRemote, pathIn } from "./source-place.js";

/** Files below sources, and where they were looked for. */
export interface ScannedSources {
  /** By absolute path, in the order of the sources, sorted by path in each. */
  files: Map<string, HeldFile>;
  /** What may be metadata of scenes, by absolute path. */
  sidecars: Map<string, SidecarFile>;
  /** In the order of the sources. */
  roots: SourceRoot[];
}

export interface ScanOptions {
  globPattern?: string | undefined;
  /** True where files may come later: none is no error. */
  mayBeEmpty?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

interface ScannedRoot extends ScannedFiles {
  root: SourceRoot;
  container: Container;
}

/**
 * The files that sources name, and what may be metadata beside them: a listing, nothing is opened. `@FILE` stands for the
 * sources that FILE names. Folders that no container holds get one.
 *
 * @throws NotFoundError where a source does not exist or none holds a matching file.
 */
export async function scanSources(
  sources: readonly string[],
  containers: Container[],
  options: ScanOptions,
): Promise<ScannedSources> {
  const files = new Map<string, HeldFile>();
  const sidecars = new Map<string, SidecarFile>();
  const scanned = await scanRoots(await expandLists(sources), containers, options);
  for (const { container, ...found } of scanned) {
    for (const file of found.files) files.set(file.path, underInnermost(containers, { file, container }));
    for (const sidecar of found.sidecars) sidecars.set(sidecar.path, sidecar);
  }
  const roots = scanned.map(({ root }) => root);
  const foldersOfFiles = new Set(
    roots.flatMap(({ folder, file }) => (file === null || isRemote(folder) ? [] : folder)),
  );
  for (const folder of foldersOfFiles) {
    const found = await scanSidecarsIn(folder, containerFor(containers, folder));
    for (const sidecar of found) sidecars.set(sidecar.path, sidecar);
  }
  if (files.size === 0 && options.mayBeEmpty !== true) {
    throw new NotFoundError(`${sources.join(", ")}: no matching file (${options.globPattern ?? "*.tif, *.tiff"})`, {
      details: { sources: [...sources] },
    });
  }
  return { files, sidecars, roots };
}

/** Several at once, for each may be a request; the result is in the order of the sources. */
async function scanRoots(
  named: readonly NamedSource[],
  containers: Container[],
  { globPattern, mayBeEmpty, signal }: ScanOptions,
): Promise<ScannedRoot[]> {
  const roots: SourceRoot[] = [];
  await eachFile(named, signal, async ({ source, from }, i) => {
    roots[i] = await namingLine(from, () => resolveSourceRoot(source, globPattern));
  });
  const held = roots.map((root) => ({ root, container: containerFor(containers, root.folder) }));
  const scanned: ScannedRoot[] = [];
  const scan = async ({ root, container }: { root: SourceRoot; container: Container }, i: number) => {
    await namingLine(named[i]?.from ?? null, async () => {
      const found = await scanFiles(root, container, signal);
      const isMissing = root.file !== null && found.files.length === 0;
      if (isMissing && mayBeEmpty !== true) throw noSuchObject(root);
      scanned[i] = { ...found, root, container };
    });
  };
  await eachFile(held, signal, scan, atOnceIn(roots.map(({ folder }) => folder)));
  return scanned;
}

function noSuchObject({ folder, file }: SourceRoot): NotFoundError {
  const path = pathIn(folder, file ?? "");
  return new NotFoundError(`${path}: no such file`, { details: { path } });
}

/** What `look` gives; where it fails, the error says in which line of a list the source stands. */
async function namingLine<T>(from: string | null, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (from === null || !isPixelQueryError(error)) throw error;
    const told = errorToJson(error);
    throw errorFromJson({ ...told, message: `${from}: ${told.message}` });
  }
}
