import { datasetOf } from "../../src/cube/open-dataset.js";
import { createScope } from "../../src/cube/scope.js";
import type { Dataset } from "../../src/index.js";
import { type RecordedRequest, type RecordingStore, withRecording } from "../../src/store/index.js";
import { openRepository, openWarehouseStore } from "../../src/warehouse/open-repository.js";
import { selectScenes } from "../../src/warehouse/select-scenes.js";
import { openSourceStores } from "../../src/warehouse/sources.js";
import { warehouseAt } from "../../src/warehouse/warehouse.js";

/** A warehouse whose source files are read through stores that remember every request. */
export interface RecordedDataset {
  dataset: Dataset;
  /** The reads of source files since the last call: key, first byte, number of bytes. */
  takeReads(): [key: string, offset: number, lengthBytes: number][];
}

/** All scenes of a warehouse, with every read of a source file recorded. Recorded stores are read without threads. */
export async function openRecorded(location: string): Promise<RecordedDataset> {
  const repository = await openRepository(openWarehouseStore(location));
  const { containers, storeOf } = await openSourceStores(repository);
  const stores = new Map<string, RecordingStore>(
    containers.map((container) => [container.urlPrefix, withRecording(storeOf(container))]),
  );
  const warehouse = await warehouseAt(repository, undefined, {
    containers,
    storeOf: ({ urlPrefix }) => stores.get(urlPrefix)!,
  });
  const dataset = datasetOf(await createScope(warehouse, selectScenes(warehouse, {})));
  const takeReads = () => {
    const requests: RecordedRequest[] = [...stores.values()].flatMap(({ requests }) => [...requests]);
    for (const store of stores.values()) store.clear();
    const reads = requests.filter(({ operation }) => operation === "get");
    return reads.map(({ key, range, lengthBytes }): [string, number, number] => [key, range?.offset ?? 0, lengthBytes]);
  };
  return { dataset, takeReads };
}
