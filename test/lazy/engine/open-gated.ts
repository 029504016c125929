import { datasetOf } from "../../../src/cube/open-dataset.js";
import { createScope } from "../../../src/cube/scope.js";
import type { Dataset } from "../../../src/index.js";
import { type ByteStore, withRecording } from "../../../src/store/index.js";
import { openRepository, openWarehouseStore } from "../../../src/warehouse/open-repository.js";
import { selectScenes } from "../../../src/warehouse/select-scenes.js";
import { openSourceStores } from "../../../src/warehouse/sources.js";
import { warehouseAt } from "../../../src/warehouse/warehouse.js";

/** A warehouse whose sources answer only when a test lets them: as distant ones, which threads ask for every byte. */
export interface GatedDataset {
  readonly dataset: Dataset;
  /** Reads that were asked for so far. */
  readonly asked: () => number;
  /** Resolves once so many reads wait. */
  readonly waiting: (count: number) => Promise<void>;
  /** Let all reads through, those that wait and those to come. */
  readonly open: () => void;
}

export async function openGated(location: string): Promise<GatedDataset> {
  const repository = await openRepository(openWarehouseStore(location));
  const { containers, storeOf } = await openSourceStores(repository);
  let [asked, open] = [0, () => {}];
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const watchers: { count: number; resolve: () => void }[] = [];
  const gated = (store: ByteStore): ByteStore => ({
    ...withRecording(store),
    async get(key, range, options) {
      asked++;
      for (const { count, resolve } of watchers) if (asked >= count) resolve();
      await gate;
      return store.get(key, range, options);
    },
  });
  const stores = new Map(containers.map((container) => [container.urlPrefix, gated(storeOf(container))]));
  const sources = { containers, storeOf: ({ urlPrefix }: { urlPrefix: string }) => stores.get(urlPrefix)! };
  const warehouse = await warehouseAt(repository, undefined, sources);
  const dataset = datasetOf(await createScope(warehouse, selectScenes(warehouse, {})));
  const waiting = (count: number) =>
    new Promise<void>((resolve) => {
      if (asked >= count) resolve();
      else watchers.push({ count, resolve });
    });
  return { dataset, asked: () => asked, waiting, open };
}
