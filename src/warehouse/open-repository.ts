import { CorruptDataError, InvalidInputError, isPixelQueryError, NotFoundError } from "../errors.js";
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
  const repository = await findRepository(store);
  if (repository !== null) return repository;
  await assertNotBroken(store);
  const where = storeName(store);
  throw new NotFoundError(
    `${where}: no warehouse here; make one with "pixelquery ingest SOURCE -w ${where}", or name another with -w`,
    { details: { warehouse: where } },
  );
}

/**
 * The repository of a warehouse; null where one can be created.
 *
 * @throws CorruptDataError where a repository lies broken: it is left as it is.
 * @throws InvalidInputError where the folder holds something else.
 */
export async function openIfThere(store: ByteStore): Promise<Repository | null> {
  const repository = await findRepository(store);
  if (repository !== null) return repository;
  try {
    await assertCreatable(store);
    return null;
  } catch (error) {
    // Another writer may be creating it at this moment: what looked broken or taken was then half of its work.
    const created = await findRepository(store);
    if (created === null) throw error;
    return created;
  }
}

/** {@link createRepository}, or what another writer created since {@link openIfThere} said that there is none. */
export async function createOrOpenRepository(
  store: ByteStore,
  containers: readonly VirtualChunkContainer[],
): Promise<Repository> {
  try {
    return await createRepository(store, containers);
  } catch (error) {
    const created = await findRepository(store);
    if (created === null) throw error;
    return addContainers(created, containers);
  }
}

/**
 * The repository of a warehouse, which is created where the folder is absent or empty.
 *
 * @throws CorruptDataError, InvalidInputError as {@link openIfThere} does.
 */
export async function openOrCreateRepository(store: ByteStore): Promise<Repository> {
  return (await openIfThere(store)) ?? createOrOpenRepository(store, []);
}

/** The repository, whose references may then point into `containers`. */
export async function addContainers(
  repository: Repository,
  containers: readonly VirtualChunkContainer[],
): Promise<Repository> {
  for (const container of containers) await repository.addContainer(container);
  return repository;
}

async function findRepository(store: ByteStore): Promise<Repository | null> {
  try {
    return await Repository.open(store);
  } catch (error) {
    if (isPixelQueryError(error, "NotFoundError")) return null;
    throw error;
  }
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

async function assertCreatable(store: ByteStore): Promise<void> {
  const found = await firstForeign(store, "");
  if (found === null) return;
  await assertNotBroken(store);
  const where = storeName(store);
  throw new InvalidInputError(
    `${where}: not a warehouse and not empty (${found} is there); choose an empty or a new folder`,
    { details: { warehouse: where, found } },
  );
}

async function assertNotBroken(store: ByteStore): Promise<void> {
  for (const folder of REPOSITORY_FOLDERS) {
    const found = await firstForeign(store, folder);
    if (found === null) continue;
    const where = storeName(store);
    throw new CorruptDataError(
      `${where}: a warehouse whose object "repo" is missing (${found} is there); nothing was changed. ` +
        `Restore "repo" from the newest file in ${where}/overwritten, or choose another folder`,
      { details: { warehouse: where, found, missing: "repo" } },
    );
  }
}

/** A key that an interrupted creation did not leave. */
async function firstForeign(store: ByteStore, prefix: string): Promise<string | null> {
  for await (const { key } of store.list(prefix)) if (!INITIAL_OBJECTS.has(key)) return key;
  return null;
}
