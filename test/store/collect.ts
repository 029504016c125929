import type { ByteStore, ObjectInfo } from "../../src/store/index.js";

/** Everything that a listing gives, in order of keys. */
export async function listAll(store: ByteStore, prefix = "", signal?: AbortSignal): Promise<ObjectInfo[]> {
  const objects: ObjectInfo[] = [];
  for await (const object of store.list(prefix, { signal })) objects.push(object);
  return objects.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The keys of everything below a prefix, sorted. */
export async function listKeys(store: ByteStore, prefix = ""): Promise<string[]> {
  return (await listAll(store, prefix)).map(({ key }) => key);
}

/** What a promise failed with; null where it did not. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}
