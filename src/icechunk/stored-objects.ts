import type { ByteStore, ObjectInfo, ReadOptions } from "../store/byte-store.js";

/** The folders whose objects have an id for a name, and never change once written. */
export const objectFolders = ["snapshots", "transactions", "manifests", "chunks"] as const;
export type ObjectFolder = (typeof objectFolders)[number];

/** Where earlier `repo` objects are kept. */
const backupFolder = "overwritten";

/** What lies in a repository's store, by folder, name → object. */
export interface StoredObjects extends Readonly<Record<ObjectFolder, ReadonlyMap<string, ObjectInfo>>> {
  /** Earlier `repo` objects. */
  backups: ReadonlyMap<string, ObjectInfo>;
}

/** Number and size of objects. */
export interface Tally {
  objects: number;
  bytes: number;
}

/** Crockford's base 32, as the ids of snapshots, manifests and chunks are written. */
const idName = /^[0-9A-HJKMNP-TV-Z]{20}$/;
/** Milliseconds left until the year 3000, then 12 random bytes. */
const backupName = /^repo\.[0-9]{14}\.[0-9A-HJKMNP-TV-Z]{20}$/;

/** The key of an earlier `repo` object, which updates know by its name. */
export function backupKey(name: string): string {
  return `${backupFolder}/${name}`;
}

/** List a repository's objects. Those whose names are not the format's are somebody else's, and left out. */
export async function listObjects(store: ByteStore, options: ReadOptions = {}): Promise<StoredObjects> {
  const [snapshots, transactions, manifests, chunks] = await Promise.all(
    objectFolders.map((folder) => listFolder(store, folder, idName, options)),
  );
  const backups = await listFolder(store, backupFolder, backupName, options);
  return { snapshots: snapshots!, transactions: transactions!, manifests: manifests!, chunks: chunks!, backups };
}

async function listFolder(
  store: ByteStore,
  folder: string,
  pattern: RegExp,
  options: ReadOptions,
): Promise<Map<string, ObjectInfo>> {
  const found = new Map<string, ObjectInfo>();
  for await (const info of store.list(`${folder}/`, options)) {
    const name = info.key.slice(folder.length + 1);
    if (pattern.test(name)) found.set(name, info);
  }
  return found;
}

/** Count objects and add up their sizes. */
export function tallyOf(objects: Iterable<ObjectInfo>): Tally {
  const tally: Tally = { objects: 0, bytes: 0 };
  for (const { sizeBytes } of objects) {
    tally.objects += 1;
    tally.bytes += sizeBytes;
  }
  return tally;
}
