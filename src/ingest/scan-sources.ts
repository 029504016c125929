import { NotFoundError } from "../errors.js";
import { type Container, containerFor, type HeldFile, underInnermost } from "./containers.js";
import { resolveSourceRoot, type SourceRoot, scanFiles } from "./scan.js";

/** Files below sources, and where they were looked for. */
export interface ScannedSources {
  /** By absolute path, in the order of the sources, sorted by path in each. */
  files: Map<string, HeldFile>;
  roots: SourceRoot[];
}

/**
 * The files that sources name: a listing, nothing is opened. Folders that no container holds get one.
 *
 * @throws NotFoundError where a source does not exist or none holds a matching file.
 */
export async function scanSources(
  sources: readonly string[],
  containers: Container[],
  { globPattern, signal }: { globPattern?: string | undefined; signal?: AbortSignal | undefined },
): Promise<ScannedSources> {
  const files = new Map<string, HeldFile>();
  const roots: SourceRoot[] = [];
  for (const source of sources) {
    const root = await resolveSourceRoot(source, globPattern);
    roots.push(root);
    const container = containerFor(containers, root.folder);
    for (const file of await scanFiles(root, container, signal)) {
      files.set(file.path, underInnermost(containers, { file, container }));
    }
  }
  if (files.size === 0) {
    throw new NotFoundError(`${sources.join(", ")}: no matching file (${globPattern ?? "*.tif, *.tiff"})`, {
      details: { sources: [...sources] },
    });
  }
  return { files, roots };
}
