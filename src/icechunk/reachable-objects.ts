import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { idToText } from "./format/object-id.js";
import { inTurns } from "./in-turns.js";
import { readManifest } from "./manifest-cache.js";
import type { ManifestReader } from "./manifest-reader.js";
import { readSnapshot } from "./snapshot-file.js";

/** Objects read at the same time. */
const concurrentReads = 8;

/** The manifests that snapshots list, by the text form of their ids. */
export async function manifestsOf(
  store: ByteStore,
  snapshots: Iterable<Uint8Array>,
  options: ReadOptions = {},
): Promise<Map<string, Uint8Array>> {
  const manifests = new Map<string, Uint8Array>();
  await inTurns(snapshots, concurrentReads, async (id) => {
    for (const [name, file] of (await readSnapshot(store, id, options)).manifestFiles) manifests.set(name, file.id);
  });
  return manifests;
}

/** Read manifests one after the other, a few ahead, past any cache: all of a repository's would push out what is used. */
export async function visitManifests(
  store: ByteStore,
  manifests: Iterable<Uint8Array>,
  visit: (manifest: ManifestReader) => void,
  options: ReadOptions = {},
): Promise<void> {
  await inTurns(manifests, concurrentReads, async (id) => visit(await readManifest(store, id, options)));
}

/** Names of the chunk objects that manifests refer to. */
export async function nativeChunksOf(
  store: ByteStore,
  manifests: Iterable<Uint8Array>,
  options: ReadOptions = {},
): Promise<Set<string>> {
  const chunks = new Set<string>();
  const gather = (manifest: ManifestReader) => {
    for (const id of manifest.nativeChunks()) chunks.add(idToText(id));
  };
  await visitManifests(store, manifests, gather, options);
  return chunks;
}
