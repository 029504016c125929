import { errorFromJson, NotFoundError } from "../errors.js";
import { MemoryStore, openStore } from "../store/index.js";
import { appendScenes } from "../warehouse/append.js";
import { createRepository } from "../warehouse/open-repository.js";
import { type Warehouse, warehouseAt } from "../warehouse/warehouse.js";
import { type ReadScenesOptions, readScenes } from "./headers/read-scenes.js";
import { ingestedProduct } from "./products/product-facts.js";
import { resolveSourceRoot, scanFiles } from "./sources/scan.js";

/** Product and container of a warehouse that nobody names. */
const NAME = "file";

/**
 * A warehouse of one file or a few that lives in memory: references to their blocks, as an ingest would write them.
 *
 * @throws the first file's error: there is no report to list it in.
 */
export async function ingestIntoMemory(source: string, options: ReadScenesOptions): Promise<Warehouse> {
  const root = await resolveSourceRoot(source);
  const store = openStore(root.folder);
  const { files } = await scanFiles(root, { folder: root.folder, store }, options.signal);
  if (files.length === 0) throw new NotFoundError(`${source}: no matching file`, { details: { path: source } });
  const container = { name: NAME, folder: root.folder, store, isNew: true };
  const contained = files.map((file) => ({ file, container, part: null }));
  const { drafts, failed } = await readScenes(contained, null, options);
  if (failed[0] !== undefined) throw errorFromJson(failed[0].error);
  const repository = await createRepository(new MemoryStore());
  const product = ingestedProduct({ productId: NAME, drafts });
  await repository.transact(
    async (session) => {
      await appendScenes(session, product, drafts);
    },
    { message: `references into ${source}` },
  );
  const containers = [{ name: NAME, urlPrefix: `${store.url}/`, store: null }];
  return warehouseAt(repository, undefined, { containers, storeOf: () => store });
}
