import { NotFoundError } from "../errors.js";
import { type Container, containerFor, type HeldFile, underInnermost } from "./containers.js";
import { resolveSourceRoot, type SidecarFile, type SourceRoot, scanFiles, scanSidecarsIn } from "./scan.js";
import { isRemote } from "./source-place.js";

/** Files below sources, and where they were looked for. */
export interface ScannedSources {
  /** By absolute path, in the order of the sources, sorted by path in each. */
  files: Map<string, HeldFile>;
  /** What may be metadata of scenes, by absolute path. */
  sidecars: Map<string, SidecarFile>;
  roots: SourceRoot[];
}

export interface ScanOptions {
  globPattern?: string | undefined;
  /** True where files may come later: none is no error. */
  mayBeEmpty?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The files that sources name, and what may be metadata beside them: a listing, nothing is opened. Folders that no container
 * holds get one.
 *
 * @throws NotFoundError where a source does not exist or none holds a matching file.
 */
export async function scanSources(
  sources: readonly string[],
  containers: Container[],
  { globPattern, mayBeEmpty, signal }: ScanOptions,
): Promise<ScannedSources> {
  const files = new Map<string, HeldFile>();
  const sidecars = new Map<string, SidecarFile>();
  const roots: SourceRoot[] = [];
  for (const source of sources) {
    const root = await resolveSourceRoot(source, globPattern);
    roots.push(root);
    const container = containerFor(containers, root.folder);
    const scanned = await scanFiles(root, container, signal);
    for (const file of scanned.files) files.set(file.path, underInnermost(containers, { file, container }));
    for (const sidecar of scanned.sidecars) sidecars.set(sidecar.path, sidecar);
  }
  const foldersOfFiles = new Set(
    roots.flatMap(({ folder, file }) => (file === null || isRemote(folder) ? [] : folder)),
  );
  for (const folder of foldersOfFiles) {
    const found = await scanSidecarsIn(folder, containerFor(containers, folder));
    for (const sidecar of found) sidecars.set(sidecar.path, sidecar);
  }
  if (files.size === 0 && mayBeEmpty !== true) {
    throw new NotFoundError(`${sources.join(", ")}: no matching file (${globPattern ?? "*.tif, *.tiff"})`, {
      details: { sources: [...sources] },
    });
  }
  return { files, sidecars, roots };
}
