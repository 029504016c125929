/** What runs inside the browser: everything here is bundled for it, nothing of Node.js. */
import * as zarr from "zarrita";
import {
  type ByteStore,
  createVirtualFetch,
  createWritableZarrStore,
  createZarrStore,
  HttpStore,
  isImmutableKey,
  isPixelQueryError,
  MemoryStore,
  Repository,
  type VirtualFetch,
  withCache,
  withConcurrencyLimit,
  withRangeCoalescing,
  withRetries,
} from "../../src/icechunk/index.js";
import { exampleArray } from "../icechunk/example-array.js";
import { fileBytes, fileName, filesPerStep, stepCount } from "./scenario.js";

/** What the page found, and every object of the repository that it made, in base64. */
export interface PageReport {
  referenceCount: number;
  /** Messages, newest first. */
  history: string[];
  /** The last step before the append and the one after it, in two files, through zarrita. */
  values: number[];
  written: number[];
  errorName: string;
  objects: Record<string, string>;
}

/** Write references for steps `from` up to `to`, 28 for each, into files that hold four bytes a step. */
async function append(repository: Repository, from: number, to: number): Promise<void> {
  const count = (to - from) * filesPerStep;
  const step = (i: number) => from + Math.floor(i / filesPerStep);
  await repository.transact(
    (session) => {
      session.setArray("/stack", exampleArray([to, filesPerStep * 4], [1, 4]));
      session.setVirtualReferences("/stack", {
        indices: Uint32Array.from({ length: count * 2 }, (_, i) =>
          i % 2 === 0 ? step(i >> 1) : (i >> 1) % filesPerStep,
        ),
        offsets: Float64Array.from({ length: count }, (_, i) => step(i) * 4),
        lengths: new Float64Array(count).fill(4),
        locationIndex: Uint32Array.from({ length: count }, (_, i) => i % filesPerStep),
        locations: Array.from({ length: filesPerStep }, (_, i) => `vcc://files/${encodeURIComponent(fileName(i))}`),
      });
    },
    { message: `steps ${from} to ${to}` },
  );
}

async function writeWithZarrita(repository: Repository): Promise<void> {
  const session = await repository.writableSession();
  const root = zarr.root(createWritableZarrStore(session));
  const array = await zarr.create(root.resolve("/written"), {
    shape: [2000],
    chunkShape: [1000],
    dtype: "uint8",
    fillValue: 0,
  });
  await zarr.set(array, [zarr.slice(998, 1002)], 5);
  await session.commit("by zarrita");
}

/** The chunks of two steps in two files. */
async function readChunks(repository: Repository, fetchVirtual: VirtualFetch, step: number): Promise<number[]> {
  const root = zarr.root(createZarrStore(await repository.session(), { fetchVirtual }));
  const array = await zarr.open.v3(root.resolve("/stack"), { kind: "array" });
  const { data } = await zarr.get(array, [zarr.slice(step, step + 2), zarr.slice(8, 16)]);
  return [...(data as Uint8Array)];
}

async function exportObjects(store: ByteStore): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const { key } of store.list("")) {
    const { data } = (await store.get(key))!;
    let text = "";
    for (const byte of data) text += String.fromCharCode(byte);
    objects[key] = btoa(text);
  }
  return objects;
}

/** Make a repository in memory, append to it, read it back. */
export async function runInMemory(urlPrefix: string, folder: string): Promise<PageReport> {
  const files = new MemoryStore("files");
  for (let i = 0; i < filesPerStep; i++) await files.put(fileName(i), fileBytes(i));
  const store = new MemoryStore("repository");
  const created = await Repository.create(store, {
    splitting: [{ path: "stack", axis: 0, chunks: 250 }],
    containers: [{ name: "files", urlPrefix, store: { local_file_system: folder } }],
  });
  await append(created, 0, stepCount);
  await append(created, stepCount, stepCount + 1);
  await writeWithZarrita(created);
  const repository = await Repository.open(store);
  const session = await repository.session();
  const indices = Array.from({ length: (stepCount + 1) * filesPerStep }, (_, i) => [
    Math.floor(i / filesPerStep),
    i % filesPerStep,
  ]);
  const { found } = await session.chunkReferences("/stack", Uint32Array.from(indices.flat()));
  const fetchVirtual = createVirtualFetch(await repository.containers(), () => files);
  const failure = await repository.session({ branch: "nowhere" }).catch((error: unknown) => error);
  return {
    referenceCount: found.reduce((sum, one) => sum + one, 0),
    history: (await repository.history()).map(({ message }) => message),
    values: await readChunks(repository, fetchVirtual, stepCount - 1),
    written: [...((await session.readChunk("/written", [1])) ?? [])].slice(0, 4),
    errorName: isPixelQueryError(failure) ? failure.name : String(failure),
    objects: await exportObjects(store),
  };
}

/** Read the same repository from a web server, and its references' files from another. */
export async function readOverHttp(repositoryUrl: string, filesUrl: string): Promise<number[]> {
  const store = withCache(withRetries(withConcurrencyLimit(new HttpStore(repositoryUrl), 6)), {
    budgetBytes: 2 ** 24,
    isImmutable: isImmutableKey,
  });
  const repository = await Repository.open(store);
  const files = withRangeCoalescing(withRetries(new HttpStore(filesUrl)));
  const fetchVirtual = createVirtualFetch(await repository.containers(), () => files);
  return readChunks(repository, fetchVirtual, stepCount - 2);
}
