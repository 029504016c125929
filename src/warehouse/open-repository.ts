import { CorruptDataError, InvalidInputError, NotFoundError } from "../errors.js";
import { Repository, type VirtualChunkContainer } from "../icechunk/index.js";
import { type ByteStore, openStore, storeName } from "../store/index.js";
import { MANIFEST_TIME_STEPS, PIXEL_ARRAY_PATTERN } from "./layout.js";

/** Objects that an interrupted creation leaves: the first snapshot of every Icechunk repository, and its empty log. */
const INITIAL_OBJECTS = new Set(["snapshots/1CECHNKREP0F1RSTCMT0", "transactions/1CECHNKREP0F1RSTCMT0"]);

/** Folders of an Icechunk repository. */
const REPOSITORY_FOLDERS = ["snapshots/", "manifests/", "transactions/", "chunks/", "overwritten/"];

/**
 * The byte store at a location: a local folder, or a prefix in a bucket (`s3://`, `gs://`, `az://`); one behind
 * `https://` can be read.
 *
 * @throws InvalidInputError for another kind of URL.
 */
export function openWarehouseStore(location: string): ByteStore {
  return openStore(location);
}

/**
 * Open the repository of an existing warehouse. Never creates one.
 *
 * @throws NotFoundError where there is none, saying how to make one.
 */
export async function openRepository(store: ByteStore): Promise<Repository> {
  if (!(await Repository.exists(store))) {
    await assertNotBroken(store);
    const where = storeName(store);
    throw new NotFoundError(
      `${where}: no warehouse here; make one with "pixelquery ingest SOURCE -w ${where}", or name another with -w`,
      { details: { warehouse: where } },
    );
  }
  return Repository.open(store);
}

/**
 * Open the repository of a warehouse, or create it where the folder is absent or empty; either way references may then
 * point into `containers`.
 *
 * @throws CorruptDataError where a repository lies broken: it is left as it is.
 * @throws InvalidInputError where the folder holds something else.
 */
export async function openOrCreateRepository(
  store: ByteStore,
  containers: readonly VirtualChunkContainer[],
): Promise<Repository> {
  if (await Repository.exists(store)) return openWithContainers(store, containers);
  try {
    await assertCreatable(store);
    return await createRepository(store, containers);
  } catch (error) {
    // Another writer may have created it meanwhile: what looked broken or taken was then half of its work.
    if (await Repository.exists(store)) return openWithContainers(store, containers);
    throw error;
  }
}

async function openWithContainers(store: ByteStore, containers: readonly VirtualChunkContainer[]): Promise<Repository> {
  const repository = await Repository.open(store);
  for (const container of containers) await repository.addContainer(container);
  return repository;
}

/** A new repository whose manifests are split along time. */
export function createRepository(
  store: ByteStore,
  containers: readonly VirtualChunkContainer[] = [],
): Promise<Repository> {
  return Repository.create(store, {
    containers,
    splitting: [{ path: PIXEL_ARRAY_PATTERN, axis: 0, chunks: MANIFEST_TIME_STEPS }],
  });
}

/**
 * Nothing: a warehouse could be created in this folder. Nothing is.
 *
 * @throws CorruptDataError where a repository lies broken, InvalidInputError where the folder holds something else.
 */
export async function assertCreatable(store: ByteStore): Promise<void> {
  await assertNotBroken(store);
  await assertFree(store);
}

async function assertNotBroken(store: ByteStore): Promise<void> {
  for (const folder of REPOSITORY_FOLDERS) {
    for await (const { key } of store.list(folder)) {
      if (INITIAL_OBJECTS.has(key)) continue;
      const where = storeName(store);
      throw new CorruptDataError(
        `${where}: a warehouse whose object "repo" is missing (${key} is there); nothing was changed. ` +
          `Restore "repo" from the newest file in ${where}/overwritten, or choose another folder`,
        { details: { warehouse: where, found: key, missing: "repo" } },
      );
    }
  }
}

async function assertFree(store: ByteStore): Promise<void> {
  for await (const { key } of store.list("")) {
    if (INITIAL_OBJECTS.has(key)) continue;
    const where = storeName(store);
    throw new InvalidInputError(
      `${where}: not a warehouse and not empty (${key} is there); choose an empty or a new folder`,
      { details: { warehouse: where, found: key } },
    );
  }
}
