import type { CogInfo } from "../../cog/cog-info.js";
import type { TiffHeader } from "../../cog/tiff-header.js";
import { parseWorldFile, worldFileEndings } from "../../cog/world-file.js";
import { affineBounds } from "../../geo/affine.js";
import type { ByteStore, ObjectInfo } from "../../store/index.js";

/** A world file beside a raster: where it is, and what a listing says of it. */
export interface WorldFile {
  store: ByteStore;
  key: string;
  sizeBytes: number;
  modifiedMs: number;
}

/** GDAL reads no more of a world file, and six numbers need far less. */
const MAX_BYTES = 10_000;

/** The endings and the name before them of a key, split at its last dot; null for a name without one. */
function splitEnding(key: string): { stem: string; ending: string } | null {
  const dot = key.lastIndexOf(".");
  return dot <= key.lastIndexOf("/") + 1 ? null : { stem: key.slice(0, dot), ending: key.slice(dot + 1) };
}

/** True for names that world files have; whether one belongs to a raster is asked later. */
export function mayBeWorldFile(key: string): boolean {
  return /w$|wld$/i.test(splitEnding(key)?.ending ?? "");
}

/**
 * World files of a listing, for {@link findWorldFiles}: by their keys in lower case, for GDAL does not mind letter case.
 * Of two that differ in nothing else, the one in lower case counts.
 */
export function indexWorldFiles(store: ByteStore, infos: readonly ObjectInfo[]): ReadonlyMap<string, WorldFile> {
  const index = new Map<string, WorldFile>();
  for (const info of infos) {
    const folded = info.key.toLowerCase();
    if (!index.has(folded) || info.key === folded) index.set(folded, worldFile(store, info));
  }
  return index;
}

/** The world files that may belong to a raster, first one first. */
export function findWorldFiles(index: ReadonlyMap<string, WorldFile>, key: string): WorldFile[] {
  return worldFileKeys(key).flatMap((candidate) => index.get(candidate.toLowerCase()) ?? []);
}

/** The same without a listing: its names in lower and in upper case are asked for. */
export async function headWorldFiles(store: ByteStore, key: string, signal?: AbortSignal): Promise<WorldFile[]> {
  const found = await Promise.all(
    worldFileKeys(key).map(async (candidate) => {
      const { stem, ending } = splitEnding(candidate) ?? { stem: candidate, ending: "" };
      const info =
        (await store.head(candidate, { signal })) ?? (await store.head(`${stem}.${ending.toUpperCase()}`, { signal }));
      return info === null ? [] : [worldFile(store, info)];
    }),
  );
  return found.flat();
}

function worldFileKeys(key: string): string[] {
  const parts = splitEnding(key);
  return parts === null ? [] : worldFileEndings(parts.ending).map((ending) => `${parts.stem}.${ending}`);
}

function worldFile(store: ByteStore, { key, sizeBytes, modifiedMs }: ObjectInfo): WorldFile {
  return { store, key, sizeBytes, modifiedMs: Math.floor(modifiedMs ?? 0) };
}

/** Name, size and time of files beside another as one text: another text where one of them changed, came or went. */
export function besideState(files: readonly Pick<ObjectInfo, "key" | "sizeBytes" | "modifiedMs">[]): string {
  return files
    .map(({ key, sizeBytes, modifiedMs }) => `${key.slice(key.lastIndexOf("/") + 1)} ${sizeBytes} ${modifiedMs}`)
    .join("\n");
}

/**
 * A header with the transform of its first world file that is one. A header that has a transform of its own keeps it, and
 * then none is read.
 */
export async function withWorldFile<T extends CogInfo | TiffHeader>(
  info: T,
  files: readonly WorldFile[],
  signal?: AbortSignal,
): Promise<T> {
  if (info.transform !== null) return info;
  for (const { store, key, sizeBytes } of files) {
    if (sizeBytes === 0) continue;
    const read = await store.get(key, { offset: 0, length: Math.min(sizeBytes, MAX_BYTES) }, { signal });
    const transform = read === null ? null : parseWorldFile(Buffer.from(read.data).toString("latin1"));
    if (transform === null) continue;
    const bounds = affineBounds(transform, info.width, info.height);
    return { ...info, transform, bounds, groundControlPoints: 0 };
  }
  return info;
}
