import type { Repository, VirtualChunkContainer } from "../../icechunk/index.js";
import { type ByteStore, openStore } from "../../store/index.js";
import { containerPlace } from "../../warehouse/sources.js";
import type { SourceFile } from "./scan.js";
import { containerName } from "./scan.js";
import { officialContainer } from "./source-place.js";

/** A folder, or a prefix in a bucket, that sources are read from, under its name in the repository. */
export interface Container {
  name: string;
  /** A path, or a URL without a slash at its end. */
  folder: string;
  /** Reads what lies in the folder. */
  store: ByteStore;
  isNew: boolean;
}

/** A file with the container its reference will name. */
export interface HeldFile {
  file: SourceFile;
  container: Container;
}

/** The folders and buckets that a repository has containers for. */
export async function knownContainers(repository: Repository | null): Promise<Container[]> {
  const known: Container[] = [];
  for (const container of (await repository?.containers()) ?? []) {
    if (!container.name) continue;
    const folder = containerPlace(container);
    known.push({ name: container.name, folder, store: openStore(folder), isNew: false });
  }
  return known;
}

/** The container that holds `folder` already (the innermost), or a new one for it. */
export function containerFor(containers: Container[], folder: string): Container {
  const holders = containers.filter((known) => folder === known.folder || folder.startsWith(`${known.folder}/`));
  holders.sort((a, b) => b.folder.length - a.folder.length);
  const [holder] = holders;
  if (holder !== undefined) return holder;
  const container = { name: containerName(folder), folder, store: openStore(folder), isNew: true };
  containers.push(container);
  return container;
}

/** The file under the innermost container that holds it: a folder above a known one must not know its files anew. */
export function underInnermost(containers: readonly Container[], { file, container }: HeldFile): HeldFile {
  let inner = container;
  for (const other of containers) {
    if (other.folder.length > inner.folder.length && file.path.startsWith(`${other.folder}/`)) inner = other;
  }
  if (inner === container) return { file, container };
  const key = file.key.slice(inner.folder.length - container.folder.length);
  return { file: { ...file, key, store: inner.store }, container: inner };
}

/** A container as a repository's configuration holds it. */
export async function toVirtualContainer({ name, folder, store }: Container): Promise<VirtualChunkContainer> {
  return { name, ...officialContainer(folder, (await store.access?.()) ?? null) };
}
