import type { ByteStore } from "./byte-store.js";
import { FileStore } from "./file-store.js";

/** An object of a byte store. */
export interface StoredObject {
  store: ByteStore;
  key: string;
}

/** What people know a store by: the path of a local folder, or a URL. */
export function storeName(store: ByteStore): string {
  return store instanceof FileStore ? store.folder : store.url;
}

/** What people know an object by: the path of a local file, or a URL. */
export function objectName({ store, key }: StoredObject): string {
  return store instanceof FileStore ? store.pathOf(key) : `${store.url}/${key}`;
}
